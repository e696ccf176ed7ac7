"""Events are sent in order, signed, until they are taken, and by one at a time, on every database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.principal import Principal
from distribution.services.webhooks import (
    EVENT_HEADER,
    FIRST_WAIT_S,
    MOST_FAILURES,
    SIGNATURE_HEADER,
    add_webhook,
    list_webhooks,
    remove_webhook,
    send_due,
    sign,
)
from distribution.store.unit_of_work import UnitOfWork
from tests.store.conftest import HandClock

ADMIN = Principal(Role.ADMIN, None, "admin")
URL = "https://example.org/events"


class Listener:
    """Takes what it is sent, or answers what it is told to."""

    def __init__(self) -> None:
        self.status: int | OSError = 200
        self.taken: list[tuple[int, dict[str, object]]] = []
        self.tries = 0
        self.signatures: list[tuple[bytes, str]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert url == URL
        self.tries += 1
        if isinstance(self.status, OSError):
            raise self.status
        if self.status == 200:
            self.taken.append((int(headers[EVENT_HEADER]), json.loads(body)))
            self.signatures.append((body, headers[SIGNATURE_HEADER]))
        return self.status


def happen(uow: UnitOfWork, *actions: str) -> None:
    for action in actions:
        with uow.write() as tx:
            tx.audit.add("k", "planner", action, "round/spring", {"متن": "سلام"})


def test_what_happens_from_then_on_is_sent_in_order_and_signed(uow: UnitOfWork) -> None:
    happen(uow, "before")
    hook = add_webhook(uow, ADMIN, URL)
    listener = Listener()
    assert send_due(uow, listener) == 0
    happen(uow, "first", "second", "third")
    assert send_due(uow, listener) == 3
    assert [event["action"] for _, event in listener.taken] == ["first", "second", "third"]
    assert listener.taken[0][1]["details"] == {"متن": "سلام"}
    assert all(signature == sign(hook.secret, body) for body, signature in listener.signatures)
    assert send_due(uow, listener) == 0


def test_only_the_actions_that_were_asked_for_are_sent(uow: UnitOfWork) -> None:
    add_webhook(uow, ADMIN, URL, ["round_publish"])
    happen(uow, "round_submit", "round_publish", "round_dispatch")
    listener = Listener()
    assert send_due(uow, listener) == 1
    assert [event["action"] for _, event in listener.taken] == ["round_publish"]
    assert list_webhooks(uow)[0].last_number == 4


@pytest.mark.parametrize("trouble", [500, 302, 404, OSError("refused")])
def test_what_is_not_taken_is_sent_again_later_and_nothing_overtakes_it(
    uow: UnitOfWork, clock: HandClock, trouble: int | OSError
) -> None:
    add_webhook(uow, ADMIN, URL)
    happen(uow, "first", "second")
    listener = Listener()
    listener.status = trouble
    assert send_due(uow, listener) == 0
    assert listener.tries == 1
    assert send_due(uow, listener) == 0
    assert listener.tries == 1  # not before its time
    found = list_webhooks(uow)[0]
    assert (found.failures, bool(found.last_error)) == (1, True)
    clock.tick(FIRST_WAIT_S)
    send_due(uow, listener)
    assert listener.tries == 2
    clock.tick(FIRST_WAIT_S)
    send_due(uow, listener)
    assert listener.tries == 2  # the wait has doubled
    clock.tick(FIRST_WAIT_S)
    listener.status = 200
    assert send_due(uow, listener) == 2
    assert [number for number, _ in listener.taken] == [2, 3]
    found = list_webhooks(uow)[0]
    assert (found.failures, found.last_error) == (0, "")


def test_an_address_that_never_answers_is_given_up_and_the_log_says_so(uow: UnitOfWork, clock: HandClock) -> None:
    add_webhook(uow, ADMIN, URL)
    happen(uow, "first")
    listener = Listener()
    listener.status = 500
    for _ in range(MOST_FAILURES + 5):
        send_due(uow, listener)
        clock.tick(3600)
    assert listener.tries == MOST_FAILURES
    assert not list_webhooks(uow)[0].active
    with uow.read() as tx:
        last = tx.audit.last()
    assert last is not None
    assert (last.action, last.subject) == ("webhook_given_up", "webhook/1")


def test_many_that_send_at_once_send_every_event_once(uow: UnitOfWork) -> None:
    add_webhook(uow, ADMIN, URL)
    happen(uow, *(f"event_{n}" for n in range(45)))
    listener = Listener()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: send_due(uow, listener), range(8)))
    send_due(uow, listener)
    assert sorted(number for number, _ in listener.taken) == list(range(2, 47))


def test_an_address_is_http_and_one_that_is_removed_gets_nothing(uow: UnitOfWork) -> None:
    for wrong in ("ftp://example.org", "example.org", "https://", "javascript:1"):
        with pytest.raises(StateError, match="webhook_address"):
            add_webhook(uow, ADMIN, wrong)
    remove_webhook(uow, ADMIN, add_webhook(uow, ADMIN, URL).require_id())
    happen(uow, "first")
    assert send_due(uow, Listener()) == 0
    with pytest.raises(NotFoundError, match="webhook_unknown"):
        remove_webhook(uow, ADMIN, 7)
