"""What an outlet was handed of a truck's load, as it is written down on the spot."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from distribution.domain.types import Code, ExactDecimal, UtcDateTime, enum_text


class DiscrepancyReason(StrEnum):
    """Why an outlet did not accept all that was planned for it."""

    SHORT = "short"  # less was on the truck
    DAMAGED = "damaged"
    WRONG_GOODS = "wrong_goods"
    NO_ROOM = "no_room"
    CLOSED = "closed"
    REFUSED = "refused"
    SHORT_WEIGHT = "short_weight"
    OTHER = "other"


#: Why packs that were neither accepted nor sent back are still on the truck; for any other reason nobody knows where they are.
_STILL_ON_THE_TRUCK = frozenset({DiscrepancyReason.NO_ROOM, DiscrepancyReason.CLOSED, DiscrepancyReason.REFUSED})


class ReceiptLine(SQLModel):
    """One commodity of one halt: what was to come, and what was accepted."""

    round_code: Code = Field(description="code of the round")
    day: dt.date = Field(description="day of the delivery")
    truck: str = Field(min_length=1, max_length=100, description="truck, as on its waybill")
    trip: int = Field(ge=1, le=100, description="trip of its day")
    outlet_code: Code = Field(description="code of the outlet")
    outlet: str = Field(default="", max_length=400, description="its name, to read only")
    commodity_code: Code = Field(description="code of the commodity")
    commodity: str = Field(default="", max_length=400, description="its name, to read only")
    planned_packs: int = Field(ge=0, le=10**9, description="packs that were to come")
    accepted_packs: int | None = Field(
        default=None, ge=0, le=10**9, description="packs accepted; blank = not filled in yet"
    )
    rejected_packs: int = Field(default=0, ge=0, le=10**9, description="packs that came and were sent back")
    reason: DiscrepancyReason | None = Field(
        default=None, description="why not all was accepted; needed where packs or weight are missing or sent back"
    )
    shipped_kg: ExactDecimal | None = Field(
        default=None, ge=0, le=10**9, max_digits=12, decimal_places=3, description="weighed when it was loaded, kg"
    )
    arrived_kg: ExactDecimal | None = Field(
        default=None, ge=0, le=10**9, max_digits=12, decimal_places=3, description="weighed when it arrived, kg"
    )
    accepted_kg: ExactDecimal | None = Field(
        default=None, ge=0, le=10**9, max_digits=12, decimal_places=3, description="weight of what was accepted, kg"
    )
    lot: str = Field(default="", max_length=100, description="lot or batch on the packs")
    receiver: str = Field(default="", max_length=200, description="who received the goods")
    note: str = Field(default="", max_length=1000, description="anything else")

    @property
    def weights_kg(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Return what was weighed: when it was loaded, when it arrived, and of that what was accepted."""
        return self.shipped_kg, self.arrived_kg, self.accepted_kg


class ReceiptBase(SQLModel):
    """What was accepted of one commodity of one halt, as it is kept: all of a form's line, and where and when it was."""

    day: dt.date = Field(description="day of the delivery")
    truck: str = Field(max_length=100, description="truck, as on its waybill")
    trip: int = Field(ge=1, le=100, description="trip of its day")
    outlet_code: Code = Field(max_length=64, description="code of the outlet")
    commodity_code: Code = Field(max_length=64, description="code of the commodity")
    planned_packs: int = Field(ge=0, le=10**9, description="packs that were to come")
    accepted_packs: int = Field(ge=0, le=10**9, description="packs accepted")
    rejected_packs: int = Field(default=0, ge=0, le=10**9, description="packs that came and were sent back")
    reason: DiscrepancyReason | None = Field(
        default=None, sa_type=enum_text(DiscrepancyReason), description="why not all was accepted"
    )
    receiver: str = Field(default="", max_length=200, description="who received the goods")
    note: str = Field(default="", max_length=1000, description="anything else")
    shipped_g: int | None = Field(
        default=None, ge=0, le=10**12, sa_type=BigInteger, description="weighed when it was loaded, g"
    )
    arrived_g: int | None = Field(
        default=None, ge=0, le=10**12, sa_type=BigInteger, description="weighed when it arrived, g"
    )
    accepted_g: int | None = Field(
        default=None, ge=0, le=10**12, sa_type=BigInteger, description="weight of what was accepted, g"
    )
    lot: str = Field(default="", max_length=100, description="lot or batch on the packs")
    taken_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when it was taken, UTC")
    lon: float | None = Field(default=None, ge=-180, le=180, description="where it was taken, degrees east")
    lat: float | None = Field(default=None, ge=-90, le=90, description="where it was taken, degrees north")

    @property
    def missing_packs(self) -> int:
        """Return the packs that were neither accepted nor sent back."""
        return self.planned_packs - self.accepted_packs - self.rejected_packs

    @property
    def packs_returned(self) -> int:
        """Return the packs that the truck brings back, whatever they are worth."""
        return self.rejected_packs + (self.missing_packs if self.reason in _STILL_ON_THE_TRUCK else 0)

    @property
    def packs_back(self) -> int:
        """Return the packs that the truck brings back and that are fit to be given out again: none that are damaged."""
        return self.packs_returned - (self.rejected_packs if self.reason is DiscrepancyReason.DAMAGED else 0)
