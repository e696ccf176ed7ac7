"""The answer to where a delivery fits into a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from optimizer.plan import Plan, Trip

#: Day, vehicle type and number of a truck.
TruckDay = tuple[int, int, int]


class Obstacle(StrEnum):
    """What keeps a delivery from a position."""

    NO_DAY = "no_day"  # it may come on no day of the period
    STORAGE_FULL = "storage_full"  # the place has no room for it in its drop
    TRUCK_UNFIT = "truck_unfit"  # class, access or size: trucks of this type never carry it
    STOCK_SHORT = "stock_short"  # the depot has not the packs left that day
    LOAD_FULL = "load_full"  # it does not fit beside the other loads of the trip
    TOO_LONG = "too_long"  # windows, shift, depot hours, road or working time of the day
    CHECK_REFUSES = "check_refuses"  # the independent check finds a rule broken, e.g. one of lower rank waits


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A position, verified.

    Attributes
    ----------
    plan
        The whole plan with the delivery there.
    truck_day
        The truck and its day.
    trip, position
        Which trip of the truck's day, and which of its stops, both from 0.
    further_trip, further_truck
        Whether the trip, and the truck on that day, are not in use in the plan.
    added_cost
        Against the plan without the delivery, in 1/COST_SCALE.
    slack_s
        By how much the stop may take longer, all that comes after it on that day still being kept.
    room_g
        What the trip could still carry, by weight, of goods of the delivery's storage class.
    frees
        Deliveries that wait for a reason which would no longer hold: what the delivery leaves behind may do for them.
    """

    plan: Plan
    truck_day: TruckDay
    trip: int
    position: int
    further_trip: bool
    further_truck: bool
    added_cost: int
    slack_s: int
    room_g: int
    frees: tuple[str, ...]

    def trips(self) -> tuple[Trip, ...]:
        """Return the trips of the truck's day as they would be."""
        return tuple(t for t in self.plan.trips if (t.day, t.vehicle_type, t.vehicle) == self.truck_day)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The cheapest positions, cheapest first; ties by day, vehicle type, truck, trip and position.

    ``cost_without`` is the cost of the plan without the delivery, in 1/COST_SCALE; None where the truck that brings it
    now could not keep its day without it. ``positions`` were looked at; ``obstacles`` count what stood in the way at the
    others, in full where fewer are found than were asked for.
    """

    best: tuple[Suggestion, ...]
    cost_without: int | None
    positions: int
    obstacles: Mapping[Obstacle, int]
