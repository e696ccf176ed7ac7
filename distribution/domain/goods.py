"""The goods: commodities, stock and the quotas that bring them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from distribution.domain.enums import ApportionmentMethod, StorageClass
from distribution.domain.network import Coded, Named
from distribution.domain.types import Code, Codes, CodesText, CooperativeKinds, DecimalText, ExactDecimal, enum_text


class Commodity(Named):
    """A good and the pack it is handed out in."""

    pack_kg: ExactDecimal = Field(
        gt=0, le=100_000, max_digits=10, decimal_places=3, sa_type=DecimalText, description="mass of one pack, kg"
    )
    pack_litres: ExactDecimal = Field(
        gt=0,
        le=1_000_000,
        max_digits=12,
        decimal_places=3,
        sa_type=DecimalText,
        description="volume of one pack, litres",
    )
    storage_class: StorageClass = Field(
        default=StorageClass.DRY, sa_type=enum_text(StorageClass), description="dry, chilled or frozen"
    )
    price: int = Field(
        default=0, ge=0, le=10**15, sa_type=BigInteger, description="approved price of one pack, in the currency's unit"
    )

    @property
    def pack_g(self) -> int:
        """Return the mass of one pack, g."""
        return int(self.pack_kg * 1000)

    @property
    def pack_ml(self) -> int:
        """Return the volume of one pack, ml."""
        return int(self.pack_litres * 1000)


class StockLine(SQLModel):
    """Packs lying at a warehouse (to hand out) or an outlet (its closing balance)."""

    place_code: Code = Field(description="code of a warehouse or an outlet")
    commodity_code: Code = Field(description="code of a commodity")
    packs: int = Field(ge=0, le=10**12, sa_type=BigInteger, description="whole packs")
    available_on: dt.date | None = Field(default=None, description="day the packs arrive; blank = already there")


class Quota(Coded):
    """Goods a letter of the government assigns to the network, one commodity a row."""

    round_code: Code = Field(description="code of the allocation round it belongs to")
    letter_number: str = Field(default="", max_length=100, description="number of the letter")
    letter_date: dt.date | None = Field(default=None, description="date of the letter")
    commodity_code: Code = Field(description="code of a commodity")
    tonnes: ExactDecimal = Field(
        gt=0, le=100_000_000, max_digits=16, decimal_places=6, sa_type=DecimalText, description="tonnes assigned"
    )
    whole_tonnes: ExactDecimal | None = Field(
        default=None,
        gt=0,
        le=1_000_000_000,
        max_digits=16,
        decimal_places=6,
        sa_type=DecimalText,
        description="tonnes that the letter assigns through all channels together; blank = not known",
    )
    source: str = Field(default="", max_length=300, description="who assigned it")
    price: int | None = Field(
        default=None, ge=0, le=10**15, sa_type=BigInteger, description="price of one pack where it differs"
    )
    period_start: dt.date = Field(description="first day of the period")
    period_end: dt.date = Field(description="last day of the period")
    absorption_deadline: dt.date | None = Field(
        default=None, description="last day of delivery; blank = the period's last day"
    )
    eligible_kinds: CooperativeKinds = Field(
        default=(), sa_type=CodesText, description="kinds of cooperative that take part; blank = all"
    )
    eligible_unions: Codes = Field(default=(), sa_type=CodesText, description="unions that take part; blank = all")
    eligible_areas: Codes = Field(
        default=(), sa_type=CodesText, description="areas that take part, with all below them; blank = all"
    )
    method: ApportionmentMethod = Field(
        default=ApportionmentMethod.CUMULATIVE,
        sa_type=enum_text(ApportionmentMethod),
        description="cumulative for recurring rounds, webster for a one-off",
    )
    floor_packs: int = Field(default=0, ge=0, le=10**9, description="least packs for each eligible outlet")

    @property
    def quota_g(self) -> int:
        """Return the assigned mass, g."""
        return int(self.tonnes * 1_000_000)

    @property
    def whole_g(self) -> int | None:
        """Return the mass assigned through all channels together, g."""
        return None if self.whole_tonnes is None else int(self.whole_tonnes * 1_000_000)

    @property
    def deadline(self) -> dt.date:
        """Return the last day of delivery."""
        return self.absorption_deadline or self.period_end
