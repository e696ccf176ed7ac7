"""A round in a folder: what it starts from, what it refuses, and what it leaves behind."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from distribution.domain.errors import StateError, TaavonError
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.run_folder import DATABASE, FolderRun, run_folder
from distribution.services.run_round import RunOptions
from optimizer.plan import Limits
from tests.support.networks import small_network, two_equal_outlets
from tests.support.rounds import two_rounds


def run(job: FolderRun, network=None, code=None, seed=1):
    options = RunOptions(SearchOptions(Limits(iterations=1), seed, 1), code)
    return run_folder(
        job, network or small_network(), (), options, SilentReporter(), locale="en", on_imported=lambda _diff: None
    )


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """Return the folder of the first of two rounds."""
    folder = tmp_path_factory.mktemp("first") / "out"
    run(FolderRun(Path("input"), folder), two_rounds())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_earlier_run_is_carried_on_and_left_as_it_was(first, tmp_path):
    before = contents(first)
    assert run(FolderRun(Path("input"), tmp_path / "out", first), two_rounds()).round_code == "later"
    assert contents(first) == before


def test_an_earlier_run_on_a_medium_that_cannot_be_written_is_carried_on(first, tmp_path):
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    (sealed / DATABASE).write_bytes((first / DATABASE).read_bytes())
    (sealed / f"{DATABASE}-shm").mkdir()  # SQLite cannot make its file there
    assert run(FolderRun(Path("input"), tmp_path / "out", sealed), two_rounds()).round_code == "later"


def test_an_earlier_run_that_a_service_goes_on_with_is_carried_on_as_it_is_now(first, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    (old / DATABASE).write_bytes((first / DATABASE).read_bytes())
    with closing(sqlite3.connect(old / DATABASE)) as service, service:
        service.execute("UPDATE round SET code = 'renamed'")
        service.commit()
        assert (old / f"{DATABASE}-wal").stat().st_size  # what was written stands in the log only
        run(FolderRun(Path("input"), tmp_path / "out", old), two_rounds(), "later")
    with closing(sqlite3.connect(tmp_path / "out" / DATABASE)) as copy:
        assert [code for (code,) in copy.execute("SELECT code FROM round ORDER BY id")] == ["renamed", "later"]


def spoil(database: Path, way: str) -> None:
    match way:
        case "text":
            database.write_text("this is no database, but it is long enough to look into" * 40, encoding="utf-8")
        case "empty header":
            database.write_bytes(bytes(4096))
        case "cut":
            database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
        case "newer":
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
        case "foreign":
            database.unlink()
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("CREATE TABLE outlet (id INTEGER)")


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("text", "previous_unusable"),
        ("empty header", "previous_unusable"),
        ("cut", "previous_unusable"),
        ("newer", "database_newer"),
        ("foreign", "database_foreign"),
    ],
)
def test_an_earlier_run_whose_database_is_unusable_is_named(first, tmp_path, way, code):
    old = tmp_path / "old"
    old.mkdir()
    (old / DATABASE).write_bytes((first / DATABASE).read_bytes())
    spoil(old / DATABASE, way)
    with pytest.raises(StateError) as told:
        run(FolderRun(Path("input"), tmp_path / "out", old), two_rounds())
    assert told.value.code == code
    assert str(old / DATABASE) in told.value.params.values()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["old"]


@pytest.mark.parametrize(
    ("job", "code"),
    [
        (FolderRun(Path("in"), Path("in")), "out_is_input"),
        (FolderRun(Path("out/in"), Path("out")), "out_is_input"),
        (FolderRun(Path("in"), Path("file")), "out_not_folder"),
        (FolderRun(Path("in"), Path("papers")), "out_not_empty"),
        (FolderRun(Path("in"), Path("papers"), overwrite=True), "out_not_ours"),
        (FolderRun(Path("in"), Path("new"), Path("papers")), "no_previous"),
        (FolderRun(Path("in"), Path("runs/one"), Path("runs/one"), overwrite=True), "out_is_previous"),
        (FolderRun(Path("in"), Path("runs"), Path("runs/one"), overwrite=True), "out_is_previous"),
        (FolderRun(Path("in"), Path("file/out")), "out_unusable"),
        (FolderRun(Path("in"), Path("/proc")), "out_is_mount"),
    ],
)
def test_folders_that_will_not_do_are_told_before_any_work(monkeypatch, tmp_path, job, code):
    monkeypatch.chdir(tmp_path)
    for folder in ("in", "papers", "runs/one"):
        Path(folder).mkdir(parents=True)
    Path("file").touch()
    Path("papers/thesis.txt").touch()
    Path("runs/one", DATABASE).touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TaavonError) as told:
        run(job)
    assert told.value.code == code
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_that_fails_leaves_no_trace(tmp_path):
    with pytest.raises(StateError) as told:
        run(FolderRun(Path("input"), tmp_path / "out"), code="no-such-round")
    assert told.value.code == "round_not_in_quotas"
    assert list(tmp_path.iterdir()) == []


def test_a_run_replaces_the_results_of_another_only_as_a_whole(tmp_path):
    out = tmp_path / "out"
    run(FolderRun(Path("input"), out))
    before = contents(out)
    with pytest.raises(StateError):
        run(FolderRun(Path("input"), out, overwrite=True), code="no-such-round")
    assert contents(out) == before
    run(FolderRun(Path("input"), out, overwrite=True), two_equal_outlets())
    assert "r1" in (out / "summary.json").read_text(encoding="utf-8")
    assert not any(name in contents(out) for name in before if name.startswith("crew/"))
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
