"""API keys and their holders."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from distribution.domain.enums import Role
from distribution.domain.types import CODE_PATTERN


class KeyRequest(BaseModel, extra="forbid"):
    """Ask for a key."""

    role: Role = Field(description="what the key may do")
    union_code: str | None = Field(
        default=None, max_length=64, pattern=CODE_PATTERN, description="for, and only for, the role union"
    )
    label: str = Field(
        default="", max_length=200, pattern=r"^[^\x00]*$", description="who holds it; not a person's name"
    )


class KeyOut(BaseModel):
    """A key, without its secret."""

    prefix: str
    role: Role
    union_code: str | None
    label: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class NewKeyOut(BaseModel):
    """A new key; it is shown this once."""

    key: str = Field(description="prefix.secret")


class MeOut(BaseModel):
    """Who asks."""

    role: Role
    union_code: str | None = Field(description="the union that everything is narrowed to; null for all")
    union_name: str | None = Field(description="its name in the language of the answer")
    key_prefix: str
