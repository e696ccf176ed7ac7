"""The versioned network: one row per row of a sheet and span of versions (type 2 history)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from distribution.domain.calendar import CalendarDay
from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity, Quota, StockLine
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet, Succession, Warehouse
from distribution.domain.policy import BasketLine, FixedShare, MemberCount, NeedWeight, OutletLimit, Policy
from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Numbered, Stored


class TravelRow(Numbered, table=True):
    """A measured travel matrix, kept once however many versions use it."""

    __tablename__ = "travel"

    sha256: str = Field(max_length=64, unique=True)
    npz: bytes


class DatasetVersion(Stored, table=True):
    """One import that changed something."""

    __tablename__ = "dataset_version"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    source: str = Field(max_length=500)
    sha256: str = Field(max_length=64)
    counts: dict[str, Any] = Field(sa_type=JSON)
    settings: dict[str, Any] = Field(sa_type=JSON)
    travel_id: int | None = Field(default=None, foreign_key="travel.id")


class Versioned(Numbered):
    """The span of versions in which a row holds: from ``version_from`` up to, not including, ``version_to``.

    A row that an import no longer holds is followed by one that is not active; no row is ever deleted.
    """

    row_key: str
    version_from: int = Field(foreign_key="dataset_version.number")
    version_to: int | None = Field(default=None, foreign_key="dataset_version.number")
    active: bool = True


def _versioned(table: str) -> tuple[Any, ...]:
    return (
        UniqueConstraint("row_key", "version_from"),
        CheckConstraint("version_to IS NULL OR version_to > version_from", name="span"),
        Index(f"ix_{table}_version_to", "version_to"),
    )


class AreaRow(Area, Versioned, table=True):
    """An area during some versions."""

    __tablename__ = "area"
    __table_args__ = _versioned("area")


class UnionRow(CoopUnion, Versioned, table=True):
    """A union during some versions."""

    __tablename__ = "coop_union"
    __table_args__ = _versioned("coop_union")


class CooperativeRow(Cooperative, Versioned, table=True):
    """A cooperative during some versions."""

    __tablename__ = "cooperative"
    __table_args__ = _versioned("cooperative")


class OutletRow(Outlet, Versioned, table=True):
    """An outlet during some versions."""

    __tablename__ = "outlet"
    __table_args__ = _versioned("outlet")


class WarehouseRow(Warehouse, Versioned, table=True):
    """A warehouse during some versions."""

    __tablename__ = "warehouse"
    __table_args__ = _versioned("warehouse")


class CommodityRow(Commodity, Versioned, table=True):
    """A commodity during some versions."""

    __tablename__ = "commodity"
    __table_args__ = _versioned("commodity")


class StockRow(StockLine, Versioned, table=True):
    """A stock line during some versions."""

    __tablename__ = "stock"
    __table_args__ = _versioned("stock")


class VehicleRow(Vehicle, Versioned, table=True):
    """A type of truck during some versions."""

    __tablename__ = "vehicle"
    __table_args__ = _versioned("vehicle")


class QuotaRow(Quota, Versioned, table=True):
    """A quota during some versions."""

    __tablename__ = "quota"
    __table_args__ = _versioned("quota")


class CalendarRow(CalendarDay, Versioned, table=True):
    """A calendar day during some versions."""

    __tablename__ = "calendar_day"
    __table_args__ = _versioned("calendar_day")


class SuccessionRow(Succession, Versioned, table=True):
    """A succession during some versions."""

    __tablename__ = "succession"
    __table_args__ = _versioned("succession")


class MemberRow(MemberCount, Versioned, table=True):
    """A count of members during some versions."""

    __tablename__ = "member_count"
    __table_args__ = _versioned("member_count")


class LimitRow(OutletLimit, Versioned, table=True):
    """An outlet's limits during some versions."""

    __tablename__ = "outlet_limit"
    __table_args__ = _versioned("outlet_limit")


class PolicyRow(Policy, Versioned, table=True):
    """A policy during some versions."""

    __tablename__ = "policy"
    __table_args__ = _versioned("policy")


class NeedWeightRow(NeedWeight, Versioned, table=True):
    """A need weight during some versions."""

    __tablename__ = "need_weight"
    __table_args__ = _versioned("need_weight")


class FixedShareRow(FixedShare, Versioned, table=True):
    """A fixed share during some versions."""

    __tablename__ = "fixed_share"
    __table_args__ = _versioned("fixed_share")


class BasketRow(BasketLine, Versioned, table=True):
    """A line of a basket during some versions."""

    __tablename__ = "basket_line"
    __table_args__ = _versioned("basket_line")


#: Sheet name -> its table; the same sheets as the domain's SHEETS.
ROW_TABLES: Mapping[str, type[Versioned]] = MappingProxyType(
    {
        "areas": AreaRow,
        "unions": UnionRow,
        "cooperatives": CooperativeRow,
        "outlets": OutletRow,
        "warehouses": WarehouseRow,
        "commodities": CommodityRow,
        "stock": StockRow,
        "vehicles": VehicleRow,
        "quotas": QuotaRow,
        "calendar": CalendarRow,
        "successions": SuccessionRow,
        "members": MemberRow,
        "limits": LimitRow,
        "policies": PolicyRow,
        "need_weights": NeedWeightRow,
        "fixed_shares": FixedShareRow,
        "baskets": BasketRow,
    }
)
