"""How late goods came: receipts that tell when they were taken, beside the hours of the plan, by fifths of the distance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from distribution.domain.network import Outlet, Warehouse
from distribution.domain.work_clock import clock_of
from distribution.services.distance_ranks import QUINTILES
from distribution.services.exports.plan_json import REST_HOURS
from distribution.services.route_costs import truck_name
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Receipt
from gis.geodesy import build_unit_vectors, distances_m
from optimizer.plan_file import LoadedPlan

#: Day, truck, trip, outlet.
HaltKey = tuple[str, str, int, str]


@dataclass
class Lateness:
    """Halts of one fifth of the outlets by distance that have a time, those of them that were late, and by how much.

    ``late_s`` is added up over the late ones, from the hour of the plan on.
    """

    timed: int = 0
    late: int = 0
    late_s: int = 0

    @property
    def mean_late_s(self) -> float | None:
        """Return how late the late ones were; None if none was."""
        return self.late_s / self.late if self.late else None


def planned_arrivals(loaded: LoadedPlan) -> dict[HaltKey, int]:
    """Return when each halt of a plan is to be reached, s after the midnight of its day."""
    problem, clock = loaded.problem, clock_of(str(loaded.header.get(REST_HOURS, "")))
    arrivals: dict[HaltKey, int] = {}
    for trip in loaded.plan.trips:
        truck = truck_name(problem, trip.vehicle_type, trip.vehicle)
        for place, stops in groupby(trip.stops, key=lambda stop: problem.deliveries[stop.delivery].place):
            key = (problem.days[trip.day], truck, trip.trip + 1, problem.places[place].name)
            arrivals.setdefault(key, clock.ends(next(stops).arrival_s))
    return arrivals


def actual_arrivals(receipts: Iterable[Receipt], utc_offset: dt.timedelta) -> dict[HaltKey, int]:
    """Return when each halt was receipted first, s after the midnight of its day; halts without a time are left out."""
    arrivals: dict[HaltKey, int] = {}
    for one in receipts:
        if one.taken_at is not None:
            key = (one.day.isoformat(), one.truck, one.trip, one.outlet_code)
            midnight = dt.datetime.combine(one.day, dt.time(), dt.UTC)
            seconds = int((one.taken_at + utc_offset - midnight).total_seconds())
            arrivals[key] = min(seconds, arrivals.get(key, seconds))
    return arrivals


def distance_fifths(pages: NetworkPages, version: int) -> Mapping[str, int]:
    """Return in which fifth of the outlets, by the straight line to the nearest warehouse, each is: 0 is nearest."""
    outlets = [noun for _, noun in pages.page("outlets", version) if isinstance(noun, Outlet)]
    yards = [noun for _, noun in pages.page("warehouses", version) if isinstance(noun, Warehouse)]
    if not outlets or not yards:
        return {}
    here = build_unit_vectors([o.lon for o in outlets], [o.lat for o in outlets])
    there = build_unit_vectors([w.lon for w in yards], [w.lat for w in yards])
    order = np.argsort(distances_m(here, there).min(axis=1), kind="stable")
    parts = np.array_split(order, QUINTILES)
    return {outlets[n].code: number for number, part in enumerate(parts) for n in part.tolist()}
