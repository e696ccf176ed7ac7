"""API keys and their holders."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from distribution.domain.enums import Right, Role
from distribution.domain.types import CODE_PATTERN


class HolderRequest(BaseModel, extra="forbid"):
    """What a key or a person shall be allowed."""

    role: Role = Field(description="what the key or the person may do")
    union_code: str | None = Field(
        default=None, max_length=64, pattern=CODE_PATTERN, description="for the role union, and a crew of one union"
    )
    cooperative_code: str | None = Field(
        default=None, max_length=64, pattern=CODE_PATTERN, description="for the role cooperative, and a crew of one"
    )
    level: str = Field(
        default="", max_length=64, pattern=rf"^$|{CODE_PATTERN}", description="level at which an approver decides"
    )
    label: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$", description="who holds it")


class KeyRequest(HolderRequest, extra="forbid"):
    """Ask for a key."""


class HolderOut(BaseModel):
    """What a key or a person is allowed."""

    role: Role
    union_code: str | None
    cooperative_code: str | None
    level: str
    label: str
    created_by: str = Field(description="who gave it out: prefix of a key, or @name of a person")
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class KeyOut(HolderOut):
    """A key, without its secret."""

    prefix: str


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
    actor: str = Field(description="what the log calls the asker: prefix of a key, or @name of a person")
