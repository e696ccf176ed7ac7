"""What holds for a whole network: its name, its currency and how trucks move in it."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import Field, SQLModel

from distribution.domain.enums import Language
from distribution.domain.types import DecimalText, ExactDecimal, TimeWindows, WindowsText, enum_text


class NetworkSettings(SQLModel):
    """One value per key of the ``settings`` sheet; every key has a default."""

    title_fa: str = Field(default="", max_length=200, description="name of the network in Persian")
    title_en: str = Field(default="", max_length=200, description="name of the network in English")
    synthetic: bool = Field(default=False, description="yes if any outlet, truck or figure is made up")
    language: Language = Field(
        default=Language.FA, sa_type=enum_text(Language), description="language of waybills, workbooks and maps"
    )
    currency: str = Field(default="IRR", min_length=1, max_length=10, description="currency of every price and cost")
    detour_factor: ExactDecimal = Field(
        default=Decimal("1.3"),
        ge=1,
        le=10,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="road distance over straight line, where no travel matrix is given",
    )
    speed_kmh: ExactDecimal = Field(
        default=Decimal(50),
        gt=0,
        le=200,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="mean road speed, where no travel matrix is given",
    )
    travel_source: str = Field(
        default="",
        max_length=200,
        description="where the figures of the travel matrix come from, named on map and papers",
    )
    travel_is_estimate: bool = Field(
        default=False, description="yes if the figures of the travel matrix are estimates and not measured"
    )
    stop_minutes: int = Field(default=15, ge=0, le=600, description="time at every stop, minutes")
    unload_minutes_per_tonne: int = Field(default=10, ge=0, le=600, description="unloading, minutes per tonne")
    loading_minutes: int = Field(default=30, ge=0, le=600, description="loading before every trip, minutes")
    rest_hours: TimeWindows = Field(
        default=(),
        sa_type=WindowsText,
        description="when every truck rests wherever it is, e.g. 12:30-13:30; driving or unloading goes on afterwards",
    )
    appeal_days: int = Field(default=14, ge=1, le=365, description="days in which an appeal is to be decided")
    absorb_days: int = Field(
        default=0,
        ge=0,
        le=365,
        description="days before its deadline on which the service moves what outlets say they do not lift; 0 = by hand",
    )
    late_minutes: int = Field(
        default=30, ge=0, le=1440, description="minutes after the hour of the plan from which a delivery is late"
    )
    utc_offset_minutes: int = Field(
        default=210, ge=-720, le=840, description="how far the clocks of the network are ahead of UTC, minutes"
    )
    sector_target_percent: ExactDecimal = Field(
        default=Decimal(25),
        ge=0,
        le=100,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="part of the goods and of the people that the cooperative sector is to carry, percent",
    )
    co2_kg_per_litre: ExactDecimal = Field(
        default=Decimal("2.68"),
        ge=0,
        le=10,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="CO2 of one litre of fuel, kg (diesel 2.68: IPCC 2006)",
    )
