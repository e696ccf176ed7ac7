"""A way whose length is known, as distance tables tell it."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import Field, SQLModel

from distribution.domain.types import Code, DecimalText, ExactDecimal


class KnownWay(SQLModel):
    """The kilometres of road between two outlets, warehouses or areas."""

    origin_code: Code = Field(description="code of an outlet, a warehouse or an area")
    destination_code: Code = Field(description="code of another")
    km: ExactDecimal = Field(
        gt=0,
        le=10_000,
        max_digits=8,
        decimal_places=3,
        sa_type=DecimalText,
        description="kilometres by road",
    )
    minutes: Decimal | None = Field(
        default=None,
        gt=0,
        le=100_000,
        max_digits=8,
        decimal_places=2,
        description="minutes a truck takes; blank = not known",
    )
