"""The audit log on every database: whole after many writers at once, and only ever added to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from distribution.services.audit import check_audit
from distribution.store.repositories.audit import GENESIS
from distribution.store.unit_of_work import UnitOfWork


def add(uow: UnitOfWork, number: int) -> None:
    with uow.write() as tx:
        tx.audit.add(f"k{number}", "planner", "tried", "nothing", {"متن": "سلام", "number": number})


def test_the_log_of_an_empty_database_is_whole(engine: Engine) -> None:
    check = check_audit(UnitOfWork(engine))
    assert (check.is_whole, check.events, check.head) == (True, 0, GENESIS)
    assert check_audit(UnitOfWork(engine), GENESIS).is_whole
    assert not check_audit(UnitOfWork(engine), "1" * 64).is_whole


def test_the_chain_does_not_fork_when_fifty_write_at_once(engine: Engine) -> None:
    uow = UnitOfWork(engine)
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda number: add(uow, number), range(50)))
    check = check_audit(uow)
    assert (check.is_whole, check.events) == (True, 50)
    with uow.read() as tx:
        assert {event.actor for event in tx.audit.walk()} == {f"k{number}" for number in range(50)}


def test_an_event_of_what_was_rolled_back_is_not_kept(engine: Engine) -> None:
    uow = UnitOfWork(engine)
    add(uow, 1)

    def fail() -> None:
        with uow.write() as tx:
            tx.audit.add("k2", "planner", "tried", "nothing")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    add(uow, 3)
    assert check_audit(uow).events == 2
    assert check_audit(uow).is_whole


def test_the_database_refuses_to_change_or_delete_an_event(engine: Engine) -> None:
    add(UnitOfWork(engine), 1)
    for change in ("UPDATE audit_event SET actor = 'me'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="only ever added"), engine.begin() as connection:
            connection.execute(text(change))
    assert check_audit(UnitOfWork(engine)).is_whole
