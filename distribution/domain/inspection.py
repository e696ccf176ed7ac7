"""What somebody found at an outlet who went there to look."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field

from distribution.domain.types import Code, UtcDateTime
from distribution.domain.voice import MOST_CHARACTERS, OfOutlet

#: Farther from where an outlet is said to be, an inspection is told as odd.
NEAR_M = 500


class InspectionBase(OfOutlet):
    """A visit: where and when it was, what was found, and what the outlet's union or cooperative says to it."""

    round_code: Code | None = Field(default=None, max_length=64, description="round it is about")
    taken_at: dt.datetime = Field(sa_type=UtcDateTime, description="when it was, UTC")
    lon: float = Field(ge=-180, le=180, description="where it was, degrees east")
    lat: float = Field(ge=-90, le=90, description="where it was, degrees north")
    distance_m: int = Field(ge=0, description="how far that is from where the outlet is said to be, m")
    in_order: bool = Field(description="whether everything was as it should be")
    text: str = Field(max_length=MOST_CHARACTERS, description="what was found")
    inspected_by: str = Field(max_length=64, description="prefix of a key, or @name of a person")
    inspected_at: dt.datetime = Field(sa_type=UtcDateTime, description="when it was told, UTC")
    reply: str = Field(default="", max_length=MOST_CHARACTERS, description="what the union or the cooperative says")
    replied_by: str = Field(default="", max_length=64, description="prefix of a key, or @name of a person")
    replied_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when, UTC")
