"""API keys: ``prefix.secret``, of which only the prefix and a hash of the secret are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import asdict

from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError, StateError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.store.repositories.keys import KeyHolder
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import ApiKey
from distribution.store.unit_of_work import Transaction, UnitOfWork

#: Stands for whoever starts the program at the machine it runs on.
PROGRAM = Principal(Role.ADMIN, None, "program")

PREFIX_BYTES = 6
SECRET_BYTES = 32
_PREFIX = re.compile(rf"[0-9a-f]{{{2 * PREFIX_BYTES}}}")


def create_api_key(uow: UnitOfWork, holder: KeyHolder, asker: Principal | None = None) -> str:
    """Make a key and return it whole; it cannot be shown again.

    Parameters
    ----------
    asker
        Who wants it; None for whoever runs the program.

    Raises
    ------
    StateError
        ``api_key_bounds`` if the key is bound to what its role is not, or not bound to what it is.
    NotFoundError
        If there is no such union or cooperative among the active ones.
    """
    with uow.write() as tx:
        require_holder(tx, holder)
        return _add_key(tx, holder, asker or PROGRAM)


def create_first_key(uow: UnitOfWork, label: str = "") -> str | None:
    """Make a key of the role admin if there is none that is not revoked; None if there is.

    The key is returned whole; it cannot be shown again.
    """
    with uow.write() as tx:
        if any(key.role is Role.ADMIN and key.revoked_at is None for key in tx.keys.list()):
            return None
        return _add_key(tx, KeyHolder(Role.ADMIN, label=label), PROGRAM)


def require_holder(tx: Transaction, holder: KeyHolder) -> None:
    """Check that a key or a person is bound as its role is, and to a part of the network that is there.

    Raises
    ------
    StateError
        ``api_key_bounds``.
    NotFoundError
        If there is no such union or cooperative among the active ones.
    """
    _require_bounds(holder)
    if holder.union_code is not None and not tx.datasets.has_union(holder.union_code):
        raise NotFoundError("union_unknown", union_code=holder.union_code)
    if holder.cooperative_code is not None:
        version = tx.datasets.current_version() or 0
        if NetworkPages(tx.session).find("cooperatives", version, holder.cooperative_code) is None:
            raise NotFoundError("row_unknown", sheet="cooperatives", code=holder.cooperative_code)


def _add_key(tx: Transaction, holder: KeyHolder, asker: Principal) -> str:
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    tx.keys.add(prefix=prefix, secret_sha256=_hash(secret), holder=holder, created_by=asker.actor)
    record(tx, asker, "key_made", f"key/{prefix}", asdict(holder))
    return f"{prefix}.{secret}"


def _require_bounds(holder: KeyHolder) -> None:
    """Check that a key is bound as its role is: a union's to a union, a crew's to one part at most."""
    union, cooperative = holder.union_code is not None, holder.cooperative_code is not None
    right = {
        Role.UNION: union and not cooperative,
        Role.COOPERATIVE: cooperative and not union,
        Role.FIELD: not (union and cooperative),
    }.get(holder.role, not union and not cooperative)
    if not right or (holder.level and holder.role is not Role.APPROVER):
        raise StateError("api_key_bounds", role=holder.role.value)


def authenticate(uow: UnitOfWork, token: str) -> Principal:
    """Tell who holds a key.

    Raises
    ------
    UnauthorizedError
        If the key is malformed, unknown, wrong or revoked; which of these is not told.
    """
    prefix, _, secret = token.partition(".")
    key = None
    if _PREFIX.fullmatch(prefix):  # anything else need not reach the database
        with uow.read() as tx:
            key = tx.keys.find(prefix)
    # An unknown prefix is compared as well, so that it takes as long as a wrong secret.
    expected = key.secret_sha256 if key is not None else _hash("")
    matches = hmac.compare_digest(_hash(secret), expected)
    if key is None or key.revoked_at is not None or not secret or not matches:
        raise UnauthorizedError("api_key_invalid")
    return Principal(key.role, key.union_code, key.prefix, key.cooperative_code, key.level)


def list_api_keys(uow: UnitOfWork) -> tuple[ApiKey, ...]:
    """List the keys, revoked ones included."""
    with uow.read() as tx:
        return tx.keys.list()


def revoke_api_key(uow: UnitOfWork, prefix: str, asker: Principal) -> ApiKey:
    """Revoke a key for good.

    Raises
    ------
    NotFoundError
        If there is no such key.
    """
    with uow.write() as tx:
        revoked = tx.keys.revoke(prefix)
        record(tx, asker, "key_revoked", f"key/{prefix}")
        return revoked


def _hash(secret: str) -> str:
    # A plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess that salt or a slow
    # hash would protect, and every request pays for it.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
