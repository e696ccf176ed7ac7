"""An outlet's request for more of a commodity, and how it goes up from level to level."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field

from distribution.domain.types import Code, UtcDateTime, enum_text
from distribution.domain.voice import MOST_CHARACTERS, OfOutlet


class RequestLevel(StrEnum):
    """Who has to answer a request."""

    UNION = "union"
    CHAMBER = "chamber"
    GOVERNMENT = "government"

    @property
    def above(self) -> RequestLevel | None:
        """Return the level that what stays unfilled goes to; None above the last."""
        levels = tuple(RequestLevel)
        at = levels.index(self) + 1
        return levels[at] if at < len(levels) else None


class GoodsRequestBase(OfOutlet):
    """What is asked for at one level, and what was given."""

    commodity_code: Code = Field(max_length=64, description="code of the commodity")
    level: RequestLevel = Field(sa_type=enum_text(RequestLevel), description="who has to answer it")
    packs: int = Field(ge=1, le=10**9, sa_type=BigInteger, description="packs asked for")
    text: str = Field(max_length=MOST_CHARACTERS, description="why")
    parent: int | None = Field(default=None, description="the request one level below whose rest this is")
    filled_packs: int = Field(default=0, ge=0, sa_type=BigInteger, description="packs given")
    from_outlet_code: str | None = Field(
        default=None, max_length=64, description="outlet of the same union that gives them, at the level of the union"
    )
    comment: str = Field(default="", max_length=MOST_CHARACTERS, description="what was said to it")
    asked_by: str = Field(max_length=64, description="prefix of a key, or @name of a person")
    asked_at: dt.datetime = Field(sa_type=UtcDateTime, description="when, UTC")
    answered_by: str = Field(default="", max_length=64, description="prefix of a key, or @name of a person")
    answered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when, UTC; blank = open")
