"""API keys; only hashes of their secrets."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from distribution.domain.enums import Role
from distribution.domain.types import UtcDateTime, enum_text
from distribution.store.tables.base import Stored


class ApiKey(Stored, table=True):
    """A key and what it may do; ``union_code`` for, and only for, the role union."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("(role = 'union') = (union_code IS NOT NULL)", name="union"),)

    prefix: str = Field(primary_key=True, max_length=32)
    secret_sha256: str = Field(max_length=64)
    role: Role = Field(sa_type=enum_text(Role))
    union_code: str | None = Field(default=None, max_length=64)
    label: str = Field(default="", max_length=200)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
