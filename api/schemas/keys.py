"""API keys and their holders."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from distribution.domain.enums import Right, Role
from distribution.domain.types import CODE_PATTERN


class KeyRequest(BaseModel, extra="forbid"):
    """Ask for a key."""

    role: Role = Field(description="what the key may do")
    union_code: str | None = Field(
        default=None, max_length=64, pattern=CODE_PATTERN, description="for the role union, and a crew of one union"
    )
    cooperative_code: str | None = Field(
        default=None, max_length=64, pattern=CODE_PATTERN, description="for the role cooperative, and a crew of one"
    )
    level: str = Field(
        default="", max_length=64, pattern=rf"^$|{CODE_PATTERN}", description="level at which an approver decides"
    )
    label: str = Field(
        default="", max_length=200, pattern=r"^[^\x00]*$", description="who holds it; not a person's name"
    )


class KeyOut(BaseModel):
    """A key, without its secret."""

    prefix: str
    role: Role
    union_code: str | None
    cooperative_code: str | None
    level: str
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
    cooperative_code: str | None = Field(description="the cooperative that everything is narrowed to; null for all")
    level: str = Field(description="level at which an approver decides")
    rights: list[Right] = Field(description="what the key may do")
    union_name: str | None = Field(description="its name in the language of the answer")
    key_prefix: str
