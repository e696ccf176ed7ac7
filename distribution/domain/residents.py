"""Where people live, finer than areas: cells with a position, or polygons."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from distribution.domain.network import Coded
from distribution.domain.types import Code, Degrees

MAX_PEOPLE = 2_000_000_000


class AreaPolygon(SQLModel):
    """The outline of an area, or a part of it."""

    area_code: Code = Field(description="code of the area")


class ResidentPolygon(SQLModel):
    """The people of a polygon."""

    people: int = Field(ge=0, le=MAX_PEOPLE, description="people who live there")
    area_code: Code | None = Field(default=None, description="code of the area it lies in")


class ResidentCell(Coded, ResidentPolygon):
    """The people about a position."""

    lon: Degrees = Field(ge=-180, le=180, description="longitude, degrees east")
    lat: Degrees = Field(ge=-90, le=90, description="latitude, degrees north")
