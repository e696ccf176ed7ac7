"""API keys: ``prefix.secret``, of which only the prefix and a hash of the secret are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError, StateError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.store.tables import ApiKey
from distribution.store.unit_of_work import UnitOfWork

PREFIX_BYTES = 6
SECRET_BYTES = 32
_PREFIX = re.compile(rf"[0-9a-f]{{{2 * PREFIX_BYTES}}}")


def create_api_key(uow: UnitOfWork, role: Role, union_code: str | None = None, label: str = "") -> str:
    """Make a key and return it whole; it cannot be shown again.

    Raises
    ------
    StateError
        If a key of the role union names no union, or one of another role names one.
    NotFoundError
        If there is no such union among the active ones.
    """
    if (role is Role.UNION) != (union_code is not None):
        raise StateError("api_key_union_mismatch", role=role.value)
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    with uow.write() as tx:
        if union_code is not None and not tx.datasets.has_union(union_code):
            raise NotFoundError("union_unknown", union_code=union_code)
        tx.keys.add(prefix=prefix, secret_sha256=_hash(secret), role=role, union_code=union_code, label=label)
    return f"{prefix}.{secret}"


def create_first_key(uow: UnitOfWork, label: str = "") -> str | None:
    """Make a key of the role planner if there is none that is not revoked; None if there is.

    The key is returned whole; it cannot be shown again.
    """
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    with uow.write() as tx:
        if any(key.role is Role.PLANNER and key.revoked_at is None for key in tx.keys.list()):
            return None
        tx.keys.add(prefix=prefix, secret_sha256=_hash(secret), role=Role.PLANNER, union_code=None, label=label)
    return f"{prefix}.{secret}"


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
    return Principal(role=key.role, union_code=key.union_code, key_prefix=key.prefix)


def list_api_keys(uow: UnitOfWork) -> tuple[ApiKey, ...]:
    """List the keys, revoked ones included."""
    with uow.read() as tx:
        return tx.keys.list()


def revoke_api_key(uow: UnitOfWork, prefix: str) -> ApiKey:
    """Revoke a key for good.

    Raises
    ------
    NotFoundError
        If there is no such key.
    """
    with uow.write() as tx:
        return tx.keys.revoke(prefix)


def _hash(secret: str) -> str:
    # A plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess that salt or a slow
    # hash would protect, and every request pays for it.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
