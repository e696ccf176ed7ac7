"""Run a round into a folder: the database of an earlier run carried on, every file beside it, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from distribution.documents.tables import render_csv
from distribution.domain.dataset import Dataset
from distribution.domain.dataset_diff import DatasetDiff
from distribution.domain.errors import StateError, UnavailableError
from distribution.domain.findings import Finding
from distribution.messages import Locale
from distribution.services.exports.outcome import FindLine
from distribution.services.import_dataset import import_dataset
from distribution.services.progress import Reporter
from distribution.services.run_round import RunOptions, run_round
from distribution.services.sentences import describe_finding
from distribution.services.summary import RoundSummary
from distribution.services.whole_folder import replaced_folder, sweep_workspaces, writing_to
from distribution.store.engine import create_database, database_url
from distribution.store.schema import upgrade
from distribution.store.unit_of_work import UnitOfWork

DATABASE = "taavon.db"
#: Codes of a database that is whole and yet not to be read: who named it has named a wrong one.
_NOT_OURS = frozenset({"database_newer", "database_foreign"})


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
            ``out_is_input``, ``no_previous``, ``out_is_previous``, ``out_not_folder``, ``out_is_mount``,
            ``out_not_empty`` or ``out_not_ours``.
        UnavailableError
            ``out_unusable`` if the folder cannot be looked into.
        """
        folder = self.folder.resolve()
        if _holds(folder, self.source):
            raise StateError("out_is_input", folder=str(self.folder))
        if self.previous is not None:
            if not (self.previous / DATABASE).is_file():
                raise StateError("no_previous", folder=str(self.previous))
            if _holds(folder, self.previous):
                raise StateError("out_is_previous", folder=str(self.folder))
        with writing_to(self.folder):
            self._require_replaceable(folder)

    def _require_replaceable(self, folder: Path) -> None:
        if not folder.exists():
            return
        if not folder.is_dir():
            raise StateError("out_not_folder", folder=str(self.folder))
        if folder.is_mount():
            raise StateError("out_is_mount", folder=str(self.folder))
        if any(folder.iterdir()):
            if not self.overwrite:
                raise StateError("out_not_empty", folder=str(self.folder))
            if not (folder / DATABASE).is_file():
                raise StateError("out_not_ours", folder=str(self.folder), database=DATABASE)


def _holds(folder: Path, place: Path) -> bool:
    return folder == place.resolve() or folder in place.resolve().parents


def run_folder(
    run: FolderRun,
    dataset: Dataset,
    findings: Iterable[Finding],
    options: RunOptions,
    reporter: Reporter,
    *,
    locale: Locale,
    on_imported: Callable[[DatasetDiff], None],
    roads: FindLine | None = None,
) -> RoundSummary:
    """Import a network, run a round on it and write everything into the run's folder.

    The folder appears, or is replaced, only when all of it is there.

    Raises
    ------
    TaavonError
        Whatever :meth:`FolderRun.require_free`, the import or the round raises; nothing is written then.
    """
    sweep_workspaces(run.folder)
    run.require_free()
    previous = None if run.previous is None else run.previous / DATABASE
    with replaced_folder(run.folder) as partial:
        with opened_database(partial / DATABASE, previous) as uow:
            on_imported(import_dataset(uow, dataset, run.source.resolve().name))
            summary = run_round(uow, options, reporter, roads=roads)
            with writing_to(run.folder):
                write_files(uow, summary.round_code, partial)
        with writing_to(run.folder):
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


@contextmanager
def opened_database(target: Path, previous: Path | None) -> Iterator[UnitOfWork]:
    """Open the run's database: a copy of the earlier run's, or a new one.

    Raises
    ------
    StateError
        ``previous_unusable``, ``database_newer`` or ``database_foreign`` if the earlier run's is not to be read.
    UnavailableError
        Whatever else :func:`distribution.store.schema.upgrade` raises.
    """
    if previous is not None:
        _copy_database(previous, target)
    engine = create_database(database_url(target))
    try:
        try:
            upgrade(engine)
        except UnavailableError as error:
            kind = StateError if previous is not None and error.code in _NOT_OURS else UnavailableError
            raise kind(error.code, name=str(previous or target)) from error  # not the copy's passing name
        yield UnitOfWork(engine)
    finally:
        engine.dispose()


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use, and check that it is whole.

    Raises
    ------
    StateError
        ``previous_unusable``.
    """
    log = source.with_name(f"{source.name}-wal")  # there as long as anybody has the database open
    try:
        if not log.exists():
            # Told that nothing changes, SQLite leaves no files of its own beside it and needs no right to write there.
            _back_up(source, target, "mode=ro&immutable=1")
            if not log.exists():
                return
        _back_up(source, target, "mode=ro")
    except sqlite3.DatabaseError as error:
        raise StateError("previous_unusable", database=str(source)) from error


def _back_up(source: Path, target: Path, options: str) -> None:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?{options}", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        if (verdict := new.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise sqlite3.DatabaseError(*verdict)
