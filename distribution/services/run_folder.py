"""Run a round into a folder: the database of an earlier run carried on, every file beside it, all or nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from distribution.documents.tables import render_csv
from distribution.domain.dataset import Dataset
from distribution.domain.dataset_diff import DatasetDiff
from distribution.domain.errors import StateError
from distribution.domain.findings import Finding
from distribution.messages import Locale
from distribution.services.import_dataset import import_dataset
from distribution.services.progress import Reporter
from distribution.services.run_round import RunOptions, run_round
from distribution.services.sentences import describe_finding
from distribution.services.summary import RoundSummary
from distribution.store.engine import create_database, database_url
from distribution.store.schema import upgrade
from distribution.store.unit_of_work import UnitOfWork

DATABASE = "taavon.db"


@dataclass(frozen=True)
class FolderRun:
    """Where a round comes from and where it goes.

    ``previous`` is the folder of an earlier run, whose accounts are carried on; a folder that is not empty is
    replaced only with ``overwrite``.
    """

    source: Path
    folder: Path
    previous: Path | None = None
    overwrite: bool = False

    def require_free(self) -> None:
        """Check the folders before any work is done.

        Raises
        ------
        StateError
            ``out_not_empty``, ``out_is_input`` or ``no_previous``.
        """
        source, folder = self.source.resolve(), self.folder.resolve()
        if source == folder or folder in source.parents:
            raise StateError("out_is_input", folder=str(self.folder))
        if self.previous is not None:
            if not (self.previous / DATABASE).is_file():
                raise StateError("no_previous", folder=str(self.previous))
            if self.previous.resolve() == folder:
                raise StateError("out_is_previous", folder=str(self.folder))
        if folder.exists() and not folder.is_dir():
            raise StateError("out_not_folder", folder=str(self.folder))
        if folder.exists() and any(folder.iterdir()):
            if not self.overwrite:
                raise StateError("out_not_empty", folder=str(self.folder))
            if not (folder / DATABASE).is_file():
                raise StateError("out_not_ours", folder=str(self.folder), database=DATABASE)


def run_folder(
    run: FolderRun,
    dataset: Dataset,
    findings: Iterable[Finding],
    options: RunOptions,
    reporter: Reporter,
    *,
    locale: Locale,
    on_imported: Callable[[DatasetDiff], None],
) -> RoundSummary:
    """Import a network, run a round on it and write everything into the run's folder.

    The folder appears, or is replaced, only when all of it is there.

    Raises
    ------
    TaavonError
        Whatever :meth:`FolderRun.require_free`, the import or the round raises; nothing is written then.
    """
    run.require_free()
    with _replaced(run.folder) as partial:
        if run.previous is not None:
            _copy_database(run.previous / DATABASE, partial / DATABASE)
        engine = create_database(database_url(partial / DATABASE))
        try:
            upgrade(engine)
            uow = UnitOfWork(engine)
            on_imported(import_dataset(uow, dataset, run.source.name))
            summary = run_round(uow, options, reporter)
            write_files(uow, summary.round_code, partial)
        finally:
            engine.dispose()
        (partial / "findings.csv").write_bytes(render_findings(findings, locale))
    return summary


def write_files(uow: UnitOfWork, round_code: str, folder: Path) -> None:
    """Write the files of a round into a folder."""
    with uow.read() as tx:
        round_id = tx.rounds.get(round_code).require_id()
        for info in tx.files.list(round_id):
            path = folder / info.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tx.files.get(round_id, info.path).content)


def render_findings(findings: Iterable[Finding], locale: Locale) -> bytes:
    """Render findings as CSV: code and cell for programs, sentences for people."""
    rows = []
    for finding in findings:
        sentence, where = describe_finding(finding, locale), finding.where
        rows.append(
            (finding.severity.value, finding.code, where.sheet, where.row, where.column, where.value,
             sentence.message, sentence.fix)
        )  # fmt: skip
    return render_csv(("severity", "code", "sheet", "row", "column", "value", "message", "repair"), rows)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use."""
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


@contextmanager
def _replaced(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the other's place at the end, and vanishes on any error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield partial
        partial.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
            folder.rename(old / folder.name)
            partial.rename(folder)
            shutil.rmtree(old)
        else:
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
