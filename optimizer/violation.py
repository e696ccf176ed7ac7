"""What the independent check of a plan may find wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ViolationCode(StrEnum):
    """Kinds of violation; stable, one per rule."""

    # who is in the plan
    DELIVERY_UNKNOWN = "delivery_unknown"
    DELIVERY_TWICE = "delivery_twice"
    DELIVERY_MISSING = "delivery_missing"
    EMPTY_TRIP = "empty_trip"
    # the truck
    VEHICLE_UNKNOWN = "vehicle_unknown"
    WRONG_DEPOT = "wrong_depot"
    CLASS_NOT_CARRIED = "class_not_carried"
    PLACE_OUT_OF_REACH = "place_out_of_reach"
    OVER_WEIGHT = "over_weight"
    OVER_VOLUME = "over_volume"
    TYPE_NOT_ALLOWED = "type_not_allowed"
    COMPARTMENT_OVERLOADED = "compartment_overloaded"
    # the road and the clock
    DAY_UNKNOWN = "day_unknown"
    DAY_NOT_ALLOWED = "day_not_allowed"
    NO_ROAD = "no_road"
    METRES_WRONG = "metres_wrong"
    ARRIVAL_WRONG = "arrival_wrong"
    BEGINS_BEFORE_ARRIVAL = "begins_before_arrival"
    SERVICE_TIME_WRONG = "service_time_wrong"
    RETURN_WRONG = "return_wrong"
    OUTSIDE_WINDOW = "outside_window"
    OUTSIDE_SHIFT = "outside_shift"
    OUTSIDE_DEPOT_HOURS = "outside_depot_hours"
    LEAVES_TOO_LATE = "leaves_too_late"
    LOADING_TOO_SHORT = "loading_too_short"
    LOADED_BEFORE_RELEASE = "loaded_before_release"
    # the truck's day
    TRIP_NUMBERS_WRONG = "trip_numbers_wrong"
    TRIPS_OVERLAP = "trips_overlap"
    TOO_MANY_TRIPS = "too_many_trips"
    DAY_TOO_FAR = "day_too_far"
    DAY_TOO_LONG = "day_too_long"
    # what trips share
    STOCK_EXCEEDED = "stock_exceeded"
    STORAGE_EXCEEDED = "storage_exceeded"
    DOCKS_EXCEEDED = "docks_exceeded"
    # what the parts of divisible deliveries make together
    PARTS_WRONG = "parts_wrong"
    # who may be served from another depot than the tagged one
    CHANGES_EXCEEDED = "changes_exceeded"
    # a plan made anew from a moment on
    BEGUN_CHANGED = "begun_changed"
    TRUCK_OUT = "truck_out"
    # the plan's own statements
    COST_WRONG = "cost_wrong"
    ORDER_WRONG = "order_wrong"
    REASON_WRONG = "reason_wrong"
    RANK_BROKEN = "rank_broken"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    ``where`` is the name of a delivery or place, or of a trip: ``<day>/<vehicle type>/<vehicle>/<trip>``.
    ``numbers`` hold what is and what should be; the unit is in the name (_g, _ml, _m, _s).
    """

    code: ViolationCode
    where: str
    numbers: Mapping[str, int] = field(default_factory=dict)
