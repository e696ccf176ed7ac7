"""A transaction commits whole or not at all, and no update is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from distribution.domain.dataset import Dataset
from distribution.domain.enums import JobKind, RoundState
from distribution.domain.errors import StaleError, UnavailableError
from distribution.store import transactions
from distribution.store.engine import create_database
from distribution.store.unit_of_work import UnitOfWork

THREADS, INCREMENTS = 4, 60


@pytest.fixture
def with_round(uow: UnitOfWork, network: Callable[..., Dataset]) -> UnitOfWork:
    with uow.write() as tx:
        tx.datasets.import_(network(), "test")
        tx.rounds.add("r1", dataset_version=1)
    return uow


def test_an_error_leaves_nothing_behind(with_round: UnitOfWork, network: Callable[..., Dataset]) -> None:
    def half_done() -> None:
        with with_round.write() as tx:
            tx.datasets.import_(network(["o9"]), "test")
            tx.rounds.add("r2", dataset_version=2)
            tx.jobs.add(JobKind.RUN_ROUND, {})
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        half_done()
    with with_round.read() as tx:
        assert tx.datasets.current_version() == 1
        assert [outlet.code for outlet in tx.datasets.load().outlets] == ["o1", "o2"]
        assert [r.code for r in tx.rounds.list()] == ["r1"]
        assert tx.jobs.list() == ()


def test_concurrent_writers_lose_no_update(with_round: UnitOfWork) -> None:
    def count_up(_: int) -> None:
        for _ in range(INCREMENTS):
            with with_round.write() as tx:
                kept = tx.rounds.get("r1", for_update=True)
                kept.summary = json.dumps({"count": json.loads(kept.summary).get("count", 0) + 1})

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(count_up, range(THREADS)))
    with with_round.read() as tx:
        kept = tx.rounds.get("r1")
    assert json.loads(kept.summary) == {"count": THREADS * INCREMENTS}
    assert kept.version == 1 + THREADS * INCREMENTS


def test_a_reader_sees_one_moment_while_others_write(with_round: UnitOfWork) -> None:
    with with_round.read() as reader:
        before = reader.rounds.get("r1").version
        with with_round.write() as tx:
            tx.rounds.get("r1").seed = 7
            tx.rounds.add("r2", dataset_version=1)
        assert [r.code for r in reader.rounds.list()] == ["r1"]
        assert reader.rounds.get("r1").version == before


def test_reading_keeps_nothing(with_round: UnitOfWork) -> None:
    with with_round.read() as tx:
        tx.rounds.get("r1").state = RoundState.COMPUTED
    with with_round.read() as tx:
        assert tx.rounds.get("r1").state is RoundState.DRAFT


def test_a_change_by_somebody_else_in_between_is_stale(with_round: UnitOfWork) -> None:
    def change_behind() -> None:
        with with_round.write() as tx:
            kept = tx.rounds.get("r1")
            tx.session.execute(text("UPDATE round SET version = version + 1"))
            kept.seed = 5

    with pytest.raises(StaleError):
        change_behind()


def test_what_is_announced_waits_for_the_commit(with_round: UnitOfWork) -> None:
    heard: list[str] = []
    with with_round.write() as tx:
        tx.after_commit(lambda: heard.append("done"))
        assert heard == []
    assert heard == ["done"]

    def fail() -> None:
        with with_round.write() as tx:
            tx.after_commit(lambda: heard.append("never"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert heard == ["done"]


def test_a_database_that_stays_busy_is_a_clear_error(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "BUSY_TIMEOUT_S", 0)
    impatient = UnitOfWork(create_database(sqlite_engine.url))
    with UnitOfWork(sqlite_engine).write() as holder:
        assert holder.rounds.list() == ()
        with pytest.raises(UnavailableError, match="database_busy"), impatient.write() as tx:
            tx.rounds.list()
    impatient.engine.dispose()
