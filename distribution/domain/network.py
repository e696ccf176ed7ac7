"""The people and places: areas, unions, cooperatives, outlets and warehouses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator
from sqlmodel import Field, SQLModel

from distribution.domain.enums import CooperativeKind, OutletMode, OutletSetting
from distribution.domain.types import (
    Code,
    CodesText,
    DecimalText,
    Degrees,
    ExactDecimal,
    TimeWindows,
    Weekdays,
    WindowsText,
    enum_text,
)


class Coded(SQLModel):
    """Anything known by a code; the key of every upsert."""

    code: Code = Field(min_length=1, max_length=64, description="unique code")


class Named(Coded):
    """Anything with a code and a name in two languages."""

    name_fa: str = Field(default="", max_length=200, description="name in Persian")
    name_en: str = Field(default="", max_length=200, description="name in English")

    def name(self, locale: str) -> str:
        """Return the name in a language, else in the other, else the code."""
        first, second = (self.name_fa, self.name_en) if locale == "fa" else (self.name_en, self.name_fa)
        return first or second or self.code


class Positioned(Named):
    """Anything with a position, in degrees (WGS 84)."""

    lon: Degrees = Field(ge=-180, le=180, description="longitude, degrees east")
    lat: Degrees = Field(ge=-90, le=90, description="latitude, degrees north")


class Area(Named):
    """A province, county or district with its people."""

    parent_code: str | None = Field(default=None, description="code of the area that contains it")
    population: int | None = Field(default=None, ge=0, le=2_000_000_000, description="people")
    households: int | None = Field(default=None, ge=0, le=2_000_000_000, description="households")
    population_source: str = Field(default="", max_length=200, description="who counted the people")
    population_date: dt.date | None = Field(default=None, description="day of the count")
    need_weight: ExactDecimal = Field(
        default=Decimal(1),
        gt=0,
        le=1000,
        max_digits=10,
        decimal_places=6,
        sa_type=DecimalText,
        description="weight of one person's need, 1 = ordinary",
    )


class CoopUnion(Named):
    """A union of consumer cooperatives."""


class Cooperative(Named):
    """A consumer cooperative, member of a union."""

    kind: CooperativeKind = Field(sa_type=enum_text(CooperativeKind), description="who founded it")
    union_code: str = Field(description="code of its union")


class Outlet(Positioned):
    """A distribution point of a cooperative: a shop that serves people."""

    area_code: str = Field(description="code of the area it stands in")
    cooperative_code: str = Field(description="code of its cooperative")
    served_population: int | None = Field(
        default=None, ge=0, le=2_000_000_000, description="people served; blank = a part of its area's remainder"
    )
    served_households: int | None = Field(
        default=None, ge=0, le=2_000_000_000, description="households served; blank = a part of its area's remainder"
    )
    resident_weight: ExactDecimal = Field(
        default=Decimal(1),
        ge=0,
        le=1000,
        max_digits=10,
        decimal_places=6,
        sa_type=DecimalText,
        description="its part in the people of its area that nobody declares; 0 = serves members only",
    )
    setting: OutletSetting = Field(
        default=OutletSetting.URBAN, sa_type=enum_text(OutletSetting), description="urban or rural surroundings"
    )
    storage_dry_kg: int = Field(default=0, ge=0, le=10**9, description="dry storage, kg")
    storage_chilled_kg: int = Field(default=0, ge=0, le=10**9, description="chilled storage, kg")
    storage_frozen_kg: int = Field(default=0, ge=0, le=10**9, description="frozen storage, kg")
    deliveries_per_period: int = Field(default=1, ge=1, le=366, description="deliveries it can take in a period")
    receiving_windows: TimeWindows = Field(
        default=(), sa_type=WindowsText, description="hours it receives goods, e.g. 08:00-13:00; blank = any hour"
    )
    receiving_days: Weekdays = Field(
        default=(), sa_type=CodesText, description="weekdays it receives goods, e.g. sat;sun; blank = any"
    )
    largest_vehicle_kg: int | None = Field(
        default=None, gt=0, le=10**6, description="payload of the largest vehicle that can reach it, kg; blank = any"
    )
    mode: OutletMode = Field(
        default=OutletMode.DELIVERED, sa_type=enum_text(OutletMode), description="delivered to, or collects itself"
    )
    priority: int = Field(default=0, ge=0, le=9, description="9 = first when not all can be served")
    waiting_since: dt.date | None = Field(default=None, description="day since which it waits for an earlier delivery")


class Warehouse(Positioned):
    """A place where the quota's goods lie and trucks load."""

    opening_hours: TimeWindows = Field(
        default=(), sa_type=WindowsText, description="hours trucks load, one window; blank = any hour"
    )
    docks: int | None = Field(
        default=None, ge=1, le=1000, description="trucks that can load at the same time; blank = any number"
    )


def _check_sheet(value: str) -> str:
    if value not in {"areas", "unions", "cooperatives", "outlets"}:
        raise ValueError("sheet")
    return value


SuccessionSheet = Annotated[str, AfterValidator(_check_sheet)]


class Succession(SQLModel):
    """What became of a code in a merger or split; a split has one row per successor."""

    sheet: SuccessionSheet = Field(description="which sheet the codes belong to")
    old_code: Code = Field(description="code that ended")
    new_code: Code = Field(description="code that follows it")
    share: ExactDecimal = Field(
        default=Decimal(1),
        gt=0,
        le=1,
        max_digits=10,
        decimal_places=6,
        sa_type=DecimalText,
        description="part that the successor takes; the parts of one old code add up to 1",
    )
