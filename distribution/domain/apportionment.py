"""The rows of a file whose names share seats or packs by weight."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import Field, SQLModel

MAX_WEIGHT = 10**18
WEIGHT_PLACES = 18
MAX_BOUND = 9 * 10**9
MAX_DEBT = 10**8
DEBT_PLACES = 9


class WeightedName(SQLModel):
    """One name that takes part, and its claim."""

    name: str = Field(max_length=200, description="name, different in every row")
    weight: Decimal = Field(ge=0, le=MAX_WEIGHT, decimal_places=WEIGHT_PLACES, description="weight, e.g. people")
    min: int = Field(default=0, ge=0, le=MAX_BOUND, description="fewest packs")
    max: int | None = Field(default=None, ge=0, le=MAX_BOUND, description="most packs; blank means no limit")
    debt: Decimal = Field(
        default=Decimal(0),
        ge=-MAX_DEBT,
        le=MAX_DEBT,
        decimal_places=DEBT_PLACES,
        description="rounding debt carried from earlier rounds, in packs; only with cumulative",
    )
