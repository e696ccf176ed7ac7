"""API keys; only hashes of their secrets."""

from __future__ import annotations

from sqlmodel import Field

from distribution.store.tables.base import Stored
from distribution.store.tables.holders import Held, holder_checks


class ApiKey(Held, Stored, table=True):
    """A key and what it may do."""

    __tablename__ = "api_key"
    __table_args__ = holder_checks()

    prefix: str = Field(primary_key=True, max_length=32)
    secret_sha256: str = Field(max_length=64)
