"""Keys open what their role allows; the store holds nothing that opens anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError, StateError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.services.api_keys import authenticate, create_api_key, list_api_keys, revoke_api_key
from distribution.store.unit_of_work import UnitOfWork


@pytest.fixture
def with_unions(uow: UnitOfWork, network: Callable[..., Dataset]) -> UnitOfWork:
    with uow.write() as tx:
        tx.datasets.import_(network(), "test")
    return uow


def test_a_planner_key_opens_everything(uow: UnitOfWork) -> None:
    token = create_api_key(uow, Role.PLANNER, label="first")
    principal = authenticate(uow, token)
    assert principal == Principal(Role.PLANNER, None, token.split(".")[0])
    assert principal.may_see_union("u2")
    assert principal.union_filter is None


def test_a_union_key_opens_its_union_only(with_unions: UnitOfWork) -> None:
    principal = authenticate(with_unions, create_api_key(with_unions, Role.UNION, "u1"))
    assert principal.union_filter == "u1"
    assert principal.may_see_union("u1")
    assert not principal.may_see_union("u2")


def test_the_secret_is_nowhere_in_the_store(uow: UnitOfWork) -> None:
    secret = create_api_key(uow, Role.PLANNER).split(".")[1]
    with uow.read() as tx:
        row = tx.session.execute(text("SELECT * FROM api_key")).one()
    assert not any(secret in str(value) for value in row)


def test_what_is_not_exactly_the_key_opens_nothing(uow: UnitOfWork) -> None:
    token = create_api_key(uow, Role.PLANNER)
    prefix, secret = token.split(".")
    other = create_api_key(uow, Role.PLANNER).split(".")[1]
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
    token = create_api_key(uow, Role.PLANNER, label="lost phone")
    prefix = token.split(".")[0]
    first = revoke_api_key(uow, prefix).revoked_at
    assert revoke_api_key(uow, prefix).revoked_at == first
    with pytest.raises(UnauthorizedError):
        authenticate(uow, token)
    [listed] = list_api_keys(uow)
    assert (listed.label, listed.revoked_at) == ("lost phone", first)


def test_a_key_names_a_union_if_and_only_if_its_role_is_union(with_unions: UnitOfWork) -> None:
    for role, union_code in ((Role.UNION, None), (Role.PLANNER, "u1")):
        with pytest.raises(StateError, match="api_key_union_mismatch"):
            create_api_key(with_unions, role, union_code)
        with pytest.raises(IntegrityError), with_unions.write() as tx:
            tx.keys.add(prefix="p", secret_sha256="x", role=role, union_code=union_code, label="")
    assert list_api_keys(with_unions) == ()


def test_unknown_unions_and_keys_are_clear_errors(with_unions: UnitOfWork) -> None:
    with pytest.raises(NotFoundError, match="union_unknown"):
        create_api_key(with_unions, Role.UNION, "u9")
    with pytest.raises(NotFoundError, match="api_key_unknown"):
        revoke_api_key(with_unions, "000000000000")
