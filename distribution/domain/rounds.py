"""An allocation round and what came out of it: allotments, goods carried on, packs that wait."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Text
from sqlmodel import Field, SQLModel

from distribution.domain.enums import (
    Account,
    ApportionmentMethod,
    Bound,
    HolderKind,
    LedgerKind,
    PopulationBasis,
    RoundState,
)
from distribution.domain.types import Code, DecimalText, ExactDecimal, UtcDateTime, enum_text

#: Billionths of a pack in one pack: the unit of every target and ledger amount.
NANO_PER_PACK = 10**9


class RoundBase(SQLModel):
    """One sharing-out of the quotas of a period."""

    code: Code = Field(min_length=1, max_length=64, description="unique code")
    state: RoundState = Field(default=RoundState.DRAFT, sa_type=enum_text(RoundState), description="how far it is")
    dataset_version: int = Field(ge=1, description="version of the network it was computed from")
    seed: int = Field(default=1, ge=0, sa_type=BigInteger, description="seed of every random choice")
    created_at: dt.datetime = Field(sa_type=UtcDateTime, description="when it was opened, UTC")
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="what it was run with")
    number: int | None = Field(default=None, ge=1, description="number of its publication; null before")
    published_at: dt.datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="when it was published, UTC"
    )
    period_start: dt.date | None = Field(default=None, description="first day of its quotas' periods")
    period_end: dt.date | None = Field(default=None, description="last day of its quotas' periods")
    summary: str = Field(default="{}", sa_type=Text, description="its figures, as a JSON object")


class Allotment(SQLModel):
    """The whole packs of one commodity for one outlet, with every term that led to them.

    Amounts in ``_nano`` are billionths of a pack.
    """

    outlet_code: str = Field(description="code of the outlet")
    commodity_code: str = Field(description="code of the commodity")
    union_code: str = Field(description="code of the outlet's union at the time")
    cooperative_code: str = Field(description="code of the outlet's cooperative at the time")
    area_code: str = Field(description="code of the outlet's area at the time")
    people: int = Field(ge=0, sa_type=BigInteger, description="people it serves")
    basis: PopulationBasis = Field(sa_type=enum_text(PopulationBasis), description="where the people come from")
    households: int | None = Field(
        default=None, ge=0, sa_type=BigInteger, description="households, where the policy counts those"
    )
    need_weight: ExactDecimal = Field(
        default=Decimal(1),
        ge=0,
        max_digits=20,
        decimal_places=9,
        sa_type=DecimalText,
        description="need weight of one of them, all factors together",
    )
    weight_grid: int = Field(ge=0, sa_type=BigInteger, description="count x need weight, in millionths")
    entitlement_nano: int = Field(ge=0, sa_type=BigInteger, description="exact share by weight alone")
    opening_packs: int = Field(default=0, ge=0, sa_type=BigInteger, description="closing balance netted, packs")
    repaid_nano: int = Field(default=0, sa_type=BigInteger, description="what repayments of shortfalls add or take")
    level_nano: int = Field(
        default=0, sa_type=BigInteger, description="what fixed shares and whole packs of higher levels add or take"
    )
    netted_nano: int = Field(default=0, sa_type=BigInteger, description="what closing balances add or take")
    floor_nano: int = Field(default=0, sa_type=BigInteger, description="what floors add or take")
    moved_nano: int = Field(
        default=0, sa_type=BigInteger, description="what full outlets pass on, or a deviation bound keeps back"
    )
    target_nano: int = Field(ge=0, sa_type=BigInteger, description="share after netting, floors and caps")
    cap_packs: int | None = Field(default=None, ge=0, sa_type=BigInteger, description="most packs it may get")
    bound: Bound = Field(default=Bound.NONE, sa_type=enum_text(Bound), description="what kept it from its share")
    debt_before_nano: int = Field(default=0, sa_type=BigInteger, description="rounding debt carried in")
    debt_after_nano: int = Field(default=0, sa_type=BigInteger, description="rounding debt carried on")
    shortfall_nano: int = Field(
        default=0, sa_type=BigInteger, description="share that a cap, or too small a drop, kept away"
    )
    method: ApportionmentMethod = Field(
        default=ApportionmentMethod.CUMULATIVE,
        sa_type=enum_text(ApportionmentMethod),
        description="how the exact target became whole packs",
    )
    packs: int = Field(ge=0, sa_type=BigInteger, description="whole packs allotted")
    price: int = Field(default=0, ge=0, sa_type=BigInteger, description="approved price of one pack")

    @property
    def amount_due(self) -> int:
        """Return what the cooperative pays for it, in the currency's unit."""
        return self.packs * self.price


class RoundGoods(SQLModel):
    """What a round had of a commodity and what became of it."""

    commodity_code: str = Field(description="code of the commodity")
    quota_g: int = Field(ge=0, sa_type=BigInteger, description="mass assigned, g")
    carried_g: int = Field(default=0, ge=0, sa_type=BigInteger, description="mass carried over from before, g")
    packs_to_share: int = Field(ge=0, sa_type=BigInteger, description="whole packs of both together")
    allotted_packs: int = Field(ge=0, sa_type=BigInteger, description="packs allotted")
    reserved_packs: int = Field(default=0, ge=0, sa_type=BigInteger, description="packs kept back by the policy")
    unplaced_packs: int = Field(default=0, ge=0, sa_type=BigInteger, description="packs that found no room")
    remainder_g: int = Field(ge=0, sa_type=BigInteger, description="mass too small for a whole pack, g")
    pack_g: int = Field(gt=0, sa_type=BigInteger, description="mass of one pack, g")
    price: int = Field(default=0, ge=0, sa_type=BigInteger, description="approved price of one pack")

    @property
    def carried_on_g(self) -> int:
        """Return the mass that passes to the commodity's next round, g."""
        return self.remainder_g + (self.unplaced_packs + self.reserved_packs) * self.pack_g


class LedgerEntry(SQLModel):
    """A posting to an account; the sum of a holder's postings is its balance. Never changed, never deleted."""

    account: Account = Field(sa_type=enum_text(Account), description="which account")
    holder_kind: HolderKind = Field(
        default=HolderKind.OUTLET, sa_type=enum_text(HolderKind), description="outlet or area"
    )
    holder_code: str = Field(description="code of the outlet or area")
    commodity_code: str = Field(description="code of the commodity")
    amount_nano: int = Field(sa_type=BigInteger, description="billionths of a pack; positive = owed to the holder")
    kind: LedgerKind = Field(default=LedgerKind.ROUND, sa_type=enum_text(LedgerKind), description="why it was posted")


class WaitingPacks(SQLModel):
    """Packs that were allotted but not delivered; they head the next plan."""

    outlet_code: str = Field(description="code of the outlet")
    commodity_code: str = Field(description="code of the commodity")
    packs: int = Field(gt=0, sa_type=BigInteger, description="whole packs")
    waiting_since: dt.date = Field(description="first day on which they could have been delivered")


class StockUse(SQLModel):
    """What a round took of a row of stock: packs planned to leave a warehouse, or a closing balance that was netted."""

    place_code: str = Field(description="code of the warehouse or outlet")
    commodity_code: str = Field(description="code of the commodity")
    available_on: dt.date | None = Field(default=None, description="day of the row; blank = already there")
    packs: int = Field(gt=0, sa_type=BigInteger, description="whole packs")
