"""API keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from distribution.domain.enums import Role
from distribution.domain.errors import NotFoundError
from distribution.store.tables import ApiKey


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """What a key or a person is for, the part of the network or the level that it is bound to, and who holds it."""

    role: Role
    union_code: str | None = None
    cooperative_code: str | None = None
    level: str = ""
    label: str = ""


class KeyRepository:
    """Keeps keys by prefix; never their secrets."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def add(self, *, prefix: str, secret_sha256: str, holder: KeyHolder, created_by: str = "") -> ApiKey:
        """Add a key."""
        key = ApiKey(
            prefix=prefix,
            secret_sha256=secret_sha256,
            **asdict(holder),
            created_by=created_by,
            created_at=self._now(),
        )
        self._session.add(key)
        self._session.flush()
        return key

    def find(self, prefix: str) -> ApiKey | None:
        """Find a key, revoked or not."""
        return self._session.get(ApiKey, prefix)

    def list(self) -> tuple[ApiKey, ...]:
        """List the keys in the order they were made."""
        return tuple(self._session.scalars(select(ApiKey).order_by(col(ApiKey.created_at), col(ApiKey.prefix))))

    def revoke(self, prefix: str) -> ApiKey:
        """Revoke a key; it stays listed.

        Raises
        ------
        NotFoundError
            If there is no such key.
        """
        key = self.find(prefix)
        if key is None:
            raise NotFoundError("api_key_unknown", prefix=prefix)
        key.revoked_at = key.revoked_at or self._now()
        self._session.flush()
        return key
