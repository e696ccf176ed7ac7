"""People log in with a password of their own, which is nowhere in the store."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError, StateError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.services import passwords
from distribution.services.api_keys import PROGRAM, create_api_key
from distribution.services.approvals import list_givers
from distribution.services.people import add_person, reset_password, revoke_person
from distribution.services.sessions import LASTS, change_password, find_session, log_in, log_out
from distribution.store.repositories.keys import KeyHolder
from distribution.store.unit_of_work import UnitOfWork
from tests.store.conftest import HandClock

OWN = "کبوتر آبی روی بام"


def test_a_password_is_kept_as_a_dear_hash_with_a_salt_of_its_own() -> None:
    first, second = passwords.hash_password(OWN), passwords.hash_password(OWN)
    assert first != second
    assert first.split("$")[:4] == ["scrypt", "16384", "8", "5"]
    assert passwords.matches(OWN, first)
    assert not passwords.matches(OWN + ".", first)


@pytest.fixture
def uow(uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> UnitOfWork:
    """Passwords are kept as cheap hashes here."""
    monkeypatch.setattr(passwords, "_N", 16)
    return uow


def known(uow: UnitOfWork, name: str = "sara", role: Role = Role.PLANNER) -> str:
    """Add a person who has chosen a password."""
    first = add_person(uow, name, KeyHolder(role))
    token, session = log_in(uow, name, first)
    assert session.principal.must_change_password
    change_password(uow, session.principal, token, first, OWN)
    return token


def test_a_person_logs_in_and_is_known_by_the_token_alone(uow: UnitOfWork) -> None:
    known(uow)
    token, session = log_in(uow, "sara", OWN)
    assert session.principal == Principal(Role.PLANNER, None, "@sara")
    assert find_session(uow, token) == session
    with uow.read() as tx:
        kept = [str(value) for table in ("person", "person_session", "audit_event")
                for row in tx.session.execute(text(f"SELECT * FROM {table}")) for value in row]  # fmt: skip
    assert not any(OWN in value or token in value for value in kept)
    log_out(uow, token)
    with pytest.raises(UnauthorizedError, match="session_over"):
        find_session(uow, token)


def test_an_arabic_keyboard_writes_the_same_password(uow: UnitOfWork) -> None:
    known(uow)
    assert log_in(uow, "sara", OWN.replace("ی", "ي").replace("ک", "ك"))


@pytest.mark.parametrize(("name", "password"), [
    ("sara", ""), ("sara", OWN[:-1]), ("nobody", OWN), ("Sara", OWN), ("sara", OWN + "x"), ("sara", "\udc80"),
])  # fmt: skip
def test_a_wrong_name_and_a_wrong_password_are_told_alike(uow: UnitOfWork, name: str, password: str) -> None:
    known(uow)
    with pytest.raises(UnauthorizedError, match="login_failed"):
        log_in(uow, name, password)


def test_a_session_ends_after_a_working_day(uow: UnitOfWork, clock: HandClock) -> None:
    known(uow)
    token, _ = log_in(uow, "sara", OWN)
    clock.tick(LASTS.total_seconds() - 1)
    assert find_session(uow, token)
    clock.tick(1)
    with pytest.raises(UnauthorizedError, match="session_over"):
        find_session(uow, token)
    log_in(uow, "sara", OWN)
    with uow.read() as tx:
        assert tx.session.execute(text("SELECT count(*) FROM person_session")).scalar() == 1


def test_another_password_ends_all_other_sessions(uow: UnitOfWork) -> None:
    first = known(uow)
    other, _ = log_in(uow, "sara", OWN)
    change_password(uow, find_session(uow, first).principal, first, OWN, "four more plain words")
    assert find_session(uow, first)
    for attempt in (lambda: find_session(uow, other), lambda: log_in(uow, "sara", OWN)):
        with pytest.raises(UnauthorizedError):
            attempt()


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "sara sara sara 1", "x" * 201, OWN])
def test_a_weak_password_is_refused(uow: UnitOfWork, weak: str) -> None:
    token = known(uow)
    with pytest.raises(StateError, match="password_weak"):
        change_password(uow, find_session(uow, token).principal, token, OWN, weak)
    assert log_in(uow, "sara", OWN)


def test_who_is_revoked_or_reset_is_out_at_once(uow: UnitOfWork) -> None:
    token = known(uow)
    again = reset_password(uow, "sara")
    with pytest.raises(UnauthorizedError):
        find_session(uow, token)
    token, session = log_in(uow, "sara", again)
    assert session.principal.must_change_password
    first = revoke_person(uow, "sara").revoked_at
    assert revoke_person(uow, "sara").revoked_at == first
    for attempt in (lambda: find_session(uow, token), lambda: log_in(uow, "sara", again)):
        with pytest.raises(UnauthorizedError):
            attempt()


@pytest.mark.parametrize("name", ["", "@sara", "سارا", "sa ra", "s" * 61, "sara\n"])
def test_a_name_is_of_the_letters_that_codes_are_of(uow: UnitOfWork, name: str) -> None:
    with pytest.raises(StateError, match="person_name_unfit"):
        add_person(uow, name, KeyHolder(Role.PLANNER))


def test_a_name_is_given_once_and_bounds_are_those_of_keys(uow: UnitOfWork) -> None:
    add_person(uow, "sara", KeyHolder(Role.AUDITOR))
    with pytest.raises(StateError, match="person_exists"):
        add_person(uow, "sara", KeyHolder(Role.PLANNER))
    with pytest.raises(StateError, match="api_key_bounds"):
        add_person(uow, "reza", KeyHolder(Role.UNION))
    with pytest.raises(NotFoundError, match="union_unknown"):
        add_person(uow, "reza", KeyHolder(Role.UNION, "u9"))
    with pytest.raises(NotFoundError, match="person_unknown"):
        reset_password(uow, "reza")


def test_it_is_known_who_let_in_whom(uow: UnitOfWork) -> None:
    first = create_api_key(uow, KeyHolder(Role.ADMIN)).partition(".")[0]
    add_person(uow, "sara", KeyHolder(Role.ADMIN), Principal(Role.ADMIN, None, first))
    approver = create_api_key(uow, KeyHolder(Role.APPROVER), Principal(Role.ADMIN, None, "@sara")).partition(".")[0]
    with uow.read() as tx:
        assert list_givers(tx, approver) == {approver, "@sara", first, PROGRAM.actor}
