"""Which goods reach which outlet when."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from distribution.documents.formats import format_jalali, format_time
from distribution.messages import Locale, render_message
from distribution.services.view_deliveries import DeliveryState, OutletDelivery


class PacksOut(BaseModel):
    """Packs of one commodity."""

    commodity_code: str
    commodity_name: str = Field(description="name in the language of the answer")
    packs: int


class DeliveryOut(BaseModel):
    """One halt of a truck at an outlet, one collection by an outlet, or one load that waits."""

    state: DeliveryState = Field(description="planned: a truck brings it; to_collect: the outlet fetches it; waiting")
    state_text: str = Field(description="the state in words")
    outlet_code: str
    outlet_name: str = Field(description="name in the language of the answer")
    date: dt.date | None = Field(description="day it comes, or the first on which to collect; null if it waits")
    date_text: str | None = Field(description="the same day in the Jalali calendar")
    until: dt.date | None = Field(description="last day on which to collect")
    until_text: str | None = Field(description="the same day in the Jalali calendar")
    arrival: str | None = Field(description="time of day the truck arrives, HH:MM")
    arrival_is_estimate: bool = Field(description="whether the time rests on estimated, not measured, roads")
    warehouse_code: str | None = Field(description="where it comes from")
    warehouse_name: str | None
    truck_code: str | None = Field(description="code of the type of truck")
    truck_name: str | None
    truck_number: int | None = Field(description="which truck of that type, from 1")
    trip: int | None = Field(description="which trip of the truck's day, from 1")
    packs: list[PacksOut]
    weight_g: int = Field(description="mass of all packs, g")
    reason: str | None = Field(description="stable code of why it waits")
    why: str | None = Field(description="why it waits, in words")


def show_delivery(delivery: OutletDelivery, locale: Locale) -> DeliveryOut:
    """Make what the API shows of a delivery."""
    warehouse, truck = delivery.warehouse, delivery.truck
    return DeliveryOut(
        state=delivery.state,
        state_text=render_message(f"delivery_state.{delivery.state.value}", locale),
        outlet_code=delivery.outlet.code,
        outlet_name=delivery.outlet.name(locale),
        date=delivery.day,
        date_text=None if delivery.day is None else format_jalali(delivery.day, locale),
        until=delivery.until,
        until_text=None if delivery.until is None else format_jalali(delivery.until, locale),
        arrival=None if delivery.arrival_s is None else format_time(delivery.arrival_s, "en"),
        arrival_is_estimate=delivery.arrival_is_estimate,
        warehouse_code=None if warehouse is None else warehouse.code,
        warehouse_name=None if warehouse is None else warehouse.name(locale),
        truck_code=None if truck is None else truck.code,
        truck_name=None if truck is None else truck.name(locale),
        truck_number=delivery.truck_number,
        trip=delivery.trip,
        packs=[
            PacksOut(commodity_code=each.commodity.code, commodity_name=each.commodity.name(locale), packs=each.packs)
            for each in delivery.packs
        ],
        weight_g=delivery.weight_g,
        reason=delivery.reason,
        why=delivery.why,
    )
