"""The trucks."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger
from sqlmodel import Field

from distribution.domain.enums import StorageClass
from distribution.domain.network import Named
from distribution.domain.types import CodesText, DecimalText, ExactDecimal, StorageClasses, TimeWindows, WindowsText


class Vehicle(Named):
    """A type of truck at a home warehouse."""

    count: int = Field(ge=0, le=100_000, description="trucks of this type")
    capacity_kg: int = Field(gt=0, le=1_000_000, description="payload, kg")
    capacity_m3: ExactDecimal = Field(
        gt=0, le=10_000, max_digits=10, decimal_places=3, sa_type=DecimalText, description="load space, m3"
    )
    storage_classes: StorageClasses = Field(
        default=(StorageClass.DRY,),
        sa_type=CodesText,
        min_length=1,
        description="classes it may carry, e.g. dry;frozen",
    )
    cost_per_km: int = Field(default=0, ge=0, le=10**12, sa_type=BigInteger, description="cost of one km")
    cost_per_hour: int = Field(
        default=0, ge=0, le=10**12, sa_type=BigInteger, description="cost of one hour on the road"
    )
    fixed_cost: int = Field(default=0, ge=0, le=10**15, sa_type=BigInteger, description="cost of one day in use")
    shift: TimeWindows = Field(sa_type=WindowsText, description="working hours, one window, e.g. 06:00-16:00")
    trips_per_day: int = Field(default=1, ge=1, le=20, description="most trips in one day")
    warehouse_code: str = Field(description="code of its home warehouse")
    litres_per_100km: ExactDecimal = Field(
        default=Decimal(0),
        ge=0,
        le=1000,
        max_digits=8,
        decimal_places=3,
        sa_type=DecimalText,
        description="fuel, litres per 100 km",
    )
    carrier: str = Field(default="", max_length=200, description="who runs the trucks; blank = the network itself")

    @property
    def capacity_g(self) -> int:
        """Return the payload, g."""
        return self.capacity_kg * 1000

    @property
    def capacity_ml(self) -> int:
        """Return the load space, ml."""
        return int(self.capacity_m3 * 1_000_000)
