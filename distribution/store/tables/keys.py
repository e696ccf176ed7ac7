"""API keys; only hashes of their secrets."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from distribution.domain.enums import Role
from distribution.domain.types import UtcDateTime, enum_text
from distribution.store.tables.base import Stored


class ApiKey(Stored, table=True):
    """A key and what it may do, and the part of the network or the level of approval that it is bound to."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("role <> 'union' OR union_code IS NOT NULL", name="union"),
        CheckConstraint("role <> 'cooperative' OR cooperative_code IS NOT NULL", name="cooperative"),
        CheckConstraint("union_code IS NULL OR role IN ('union', 'field')", name="union_bound"),
        CheckConstraint("cooperative_code IS NULL OR role IN ('cooperative', 'field')", name="cooperative_bound"),
        CheckConstraint("union_code IS NULL OR cooperative_code IS NULL", name="one_part"),
        CheckConstraint("level = '' OR role = 'approver'", name="level"),
    )

    prefix: str = Field(primary_key=True, max_length=32)
    secret_sha256: str = Field(max_length=64)
    role: Role = Field(sa_type=enum_text(Role))
    union_code: str | None = Field(default=None, max_length=64)
    cooperative_code: str | None = Field(default=None, max_length=64)
    level: str = Field(default="", max_length=64)
    label: str = Field(default="", max_length=200)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
