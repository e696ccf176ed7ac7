"""Take in a file that somebody sent: read it, and make it the current network if it is free of errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from distribution.domain.dataset_diff import DatasetDiff
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, NotFoundError
from distribution.domain.findings import Finding, Where
from distribution.domain.principal import Principal
from distribution.domain.voice import AppealState
from distribution.intake.reading import read_dataset
from distribution.services.audit import record
from distribution.services.correction import undone_corrections
from distribution.services.import_dataset import import_dataset_in
from distribution.store.tables import DatasetVersion
from distribution.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed, and the warnings and notes about its file and the corrections that it undoes."""

    diff: DatasetDiff
    findings: tuple[Finding, ...]


def take_in_file(uow: UnitOfWork, path: Path, source: str, asker: Principal) -> Imported:
    """Read a workbook or folder and make it the current network; nothing is stored if it has an error.

    Parameters
    ----------
    source
        Where it comes from, as a person would say it.

    Raises
    ------
    InputError
        With every finding, if any is an error.
    """
    result = read_dataset(path)
    if result.dataset is None:
        raise InputError(result.findings)
    with uow.write() as tx:
        diff = import_dataset_in(tx, result.dataset, source)
        if diff:
            record(
                tx, asker, "dataset_imported", f"dataset/{diff.version}", {"source": source, "sheets": diff.counts()}
            )
        granted = [one for one in tx.voice.appeals(states=(AppealState.GRANTED,)) if one.dataset_version is not None]
    undone = tuple(
        Finding(
            Severity.WARNING,
            "correction_undone",
            Where(sheet="outlets", column=", ".join(names), value=appeal.outlet_code),
            {"value": appeal.outlet_code, "fields": ", ".join(names), "reason": appeal.reason},
        )
        for appeal, names in undone_corrections(result.dataset, granted)
    )
    return Imported(diff, (*result.findings, *undone))


def current_dataset(uow: UnitOfWork) -> DatasetVersion:
    """Return the version of the network that holds now.

    Raises
    ------
    NotFoundError
        If no network has been imported.
    """
    with uow.read() as tx:
        versions = tx.datasets.versions()
    if not versions:
        raise NotFoundError("dataset_missing")
    return versions[0]
