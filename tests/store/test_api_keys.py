"""Keys open what their role allows; the store holds nothing that opens anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Right, Role
from distribution.domain.errors import NotFoundError, StateError, UnauthorizedError
from distribution.domain.principal import Principal, Scope
from distribution.services.api_keys import PROGRAM, authenticate, create_api_key, list_api_keys, revoke_api_key
from distribution.store.repositories.keys import KeyHolder
from distribution.store.unit_of_work import UnitOfWork


@pytest.fixture
def with_unions(uow: UnitOfWork, network: Callable[..., Dataset]) -> UnitOfWork:
    with uow.write() as tx:
        tx.datasets.import_(network(), "test")
    return uow


def test_a_planner_key_opens_everything(uow: UnitOfWork) -> None:
    token = create_api_key(uow, KeyHolder(Role.PLANNER, label="first"))
    principal = authenticate(uow, token)
    assert principal == Principal(Role.PLANNER, None, token.split(".")[0])
    assert principal.may(Right.PLAN)
    assert not principal.may(Right.APPROVE)
    assert principal.scope is None


def test_a_union_key_opens_its_union_only(with_unions: UnitOfWork) -> None:
    principal = authenticate(with_unions, create_api_key(with_unions, KeyHolder(Role.UNION, "u1")))
    assert principal.scope == Scope(union_code="u1")
    assert not principal.may(Right.SEE_ALL)


def test_a_cooperative_key_opens_its_cooperative_only(with_unions: UnitOfWork) -> None:
    token = create_api_key(with_unions, KeyHolder(Role.COOPERATIVE, cooperative_code="c1"))
    assert authenticate(with_unions, token).scope == Scope(cooperative_code="c1")
    with pytest.raises(NotFoundError, match="row_unknown"):
        create_api_key(with_unions, KeyHolder(Role.COOPERATIVE, cooperative_code="c9"))


def test_the_secret_is_nowhere_in_the_store(uow: UnitOfWork) -> None:
    secret = create_api_key(uow, KeyHolder(Role.PLANNER)).split(".")[1]
    with uow.read() as tx:
        row = tx.session.execute(text("SELECT * FROM api_key")).one()
    assert not any(secret in str(value) for value in row)


def test_what_is_not_exactly_the_key_opens_nothing(uow: UnitOfWork) -> None:
    token = create_api_key(uow, KeyHolder(Role.PLANNER))
    prefix, secret = token.split(".")
    other = create_api_key(uow, KeyHolder(Role.PLANNER)).split(".")[1]
    wrong = [
        "",
        ".",
        prefix,
        f"{prefix}.",
        f".{secret}",
        f"{prefix}.{other}",
        f"{token}x",
        f"{token}.",
        f"{'0' * 12}.{secret}",
    ]
    wrong += [f"{prefix}.{secret[:-1]}", f"{prefix}\x00.{secret}", "کلید.راز", f"{prefix}.\udc80"]
    for attempt in wrong:
        with pytest.raises(UnauthorizedError, match="api_key_invalid"):
            authenticate(uow, attempt)
    assert authenticate(uow, token).role is Role.PLANNER


def test_a_revoked_key_opens_nothing_and_stays_listed(uow: UnitOfWork) -> None:
    token = create_api_key(uow, KeyHolder(Role.PLANNER, label="lost phone"))
    prefix = token.split(".")[0]
    first = revoke_api_key(uow, prefix, PROGRAM).revoked_at
    assert revoke_api_key(uow, prefix, PROGRAM).revoked_at == first
    with pytest.raises(UnauthorizedError):
        authenticate(uow, token)
    [listed] = list_api_keys(uow)
    assert (listed.label, listed.revoked_at) == ("lost phone", first)


@pytest.mark.parametrize("holder", [
    KeyHolder(Role.UNION), KeyHolder(Role.COOPERATIVE), KeyHolder(Role.PLANNER, "u1"), KeyHolder(Role.UNION, "u1", "c1"),
    KeyHolder(Role.FIELD, "u1", "c1"), KeyHolder(Role.AUDITOR, None, "c1"), KeyHolder(Role.PLANNER, level="chamber"),
])  # fmt: skip
def test_a_key_is_bound_as_its_role_is_by_the_program_and_by_the_database(
    with_unions: UnitOfWork, holder: KeyHolder
) -> None:
    with pytest.raises(StateError, match="api_key_bounds"):
        create_api_key(with_unions, holder)
    with pytest.raises(IntegrityError), with_unions.write() as tx:
        tx.keys.add(prefix="p", secret_sha256="x", holder=holder)
    assert list_api_keys(with_unions) == ()


def test_crews_and_approvers_are_bound_or_not(with_unions: UnitOfWork) -> None:
    for holder in (
        KeyHolder(Role.FIELD), KeyHolder(Role.FIELD, "u1"), KeyHolder(Role.FIELD, None, "c1"),
        KeyHolder(Role.APPROVER), KeyHolder(Role.APPROVER, level="chamber"), KeyHolder(Role.AUDITOR),
    ):  # fmt: skip
        found = authenticate(with_unions, create_api_key(with_unions, holder))
        assert (found.role, found.union_code, found.cooperative_code, found.level) == (
            holder.role, holder.union_code, holder.cooperative_code, holder.level
        )  # fmt: skip


def test_unknown_unions_and_keys_are_clear_errors(with_unions: UnitOfWork) -> None:
    with pytest.raises(NotFoundError, match="union_unknown"):
        create_api_key(with_unions, KeyHolder(Role.UNION, "u9"))
    with pytest.raises(NotFoundError, match="api_key_unknown"):
        revoke_api_key(with_unions, "000000000000", PROGRAM)
