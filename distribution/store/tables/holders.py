"""What keys and people have in common: what they may do, and what they are bound to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from distribution.domain.enums import Role
from distribution.domain.types import UtcDateTime, enum_text


class Held(SQLModel):
    """A role, the part of the network or the level of approval it is bound to, and since when and until when it holds.

    ``created_by`` is whoever gave it out: the prefix of a key, the @name of a person, or the program.
    """

    role: Role = Field(sa_type=enum_text(Role))
    union_code: str | None = Field(default=None, max_length=64)
    cooperative_code: str | None = Field(default=None, max_length=64)
    level: str = Field(default="", max_length=64)
    label: str = Field(default="", max_length=200)
    created_by: str = Field(default="", max_length=64)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


def holder_checks() -> tuple[CheckConstraint, ...]:
    """Return what must hold of every row: it is bound as its role is."""
    return (
        CheckConstraint("role <> 'union' OR union_code IS NOT NULL", name="union"),
        CheckConstraint("role <> 'cooperative' OR cooperative_code IS NOT NULL", name="cooperative"),
        CheckConstraint("union_code IS NULL OR role IN ('union', 'field')", name="union_bound"),
        CheckConstraint("cooperative_code IS NULL OR role IN ('cooperative', 'field')", name="cooperative_bound"),
        CheckConstraint("union_code IS NULL OR cooperative_code IS NULL", name="one_part"),
        CheckConstraint("level = '' OR role = 'approver'", name="level"),
    )
