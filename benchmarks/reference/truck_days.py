"""The cheapest day of one truck for every set of deliveries, of one trip or several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.reference.clock import best_starts
from benchmarks.reference.trips import Label, find_trips
from optimizer.plan import COST_SCALE
from optimizer.problem import Problem, VehicleType


@dataclass(frozen=True, slots=True)
class Day:
    """A truck's day so far: exact cost, when it is back, road and work, and its trips as (start, stops)."""

    cost: int
    back_s: int
    metres: int
    working_s: int
    trips: tuple[tuple[int, tuple[int, ...]], ...]


def find_truck_days(problem: Problem, number: int) -> dict[int, Day]:
    """Return the cheapest day of one truck by set of deliveries, a bit for each, its fixed cost included.

    Days of k + 1 trips are days of k trips and one trip more. A day is dropped if another of the same set and number of
    trips is back no later, costs no more, and has no more road or work where these are limited.
    """
    vehicle = problem.vehicle_types[number]
    trips = find_trips(problem, number)
    none = Day(vehicle.fixed_cost * COST_SCALE, 0, 0, 0, ())
    level: Mapping[int, Sequence[Day]] = {0: [none]}
    cheapest: dict[int, Day] = {}
    for _ in range(min(vehicle.trips_per_day, len(problem.deliveries))):
        longer: dict[int, list[Day]] = defaultdict(list)
        for done, days in level.items():
            for chosen, labels in trips.items():
                if not done & chosen:
                    for day in days:
                        for label in labels:
                            _add_trip(vehicle, day, label, longer[done | chosen])
        level = longer
        for served, days in level.items():
            for day in days:
                if served not in cheapest or day.cost < cheapest[served].cost:
                    cheapest[served] = day
    return cheapest


def _add_trip(vehicle: VehicleType, day: Day, label: Label, days: list[Day]) -> None:
    metres = day.metres + label.metres
    if vehicle.max_metres is not None and metres > vehicle.max_metres:
        return
    for start, back in best_starts(label.pieces, day.back_s):
        working = day.working_s + back - start
        if vehicle.max_duration_s is not None and working > vehicle.max_duration_s:
            continue
        cost = day.cost + label.metres * vehicle.cost_per_km * 18 + (back - start) * vehicle.cost_per_hour * 5
        _keep(vehicle, days, Day(cost, back, metres, working, (*day.trips, (start, label.stops))))


def _keep(vehicle: VehicleType, days: list[Day], new: Day) -> None:
    def beats(one: Day, other: Day) -> bool:
        return (
            one.cost <= other.cost
            and (one.back_s <= other.back_s or vehicle.trips_per_day == 1)
            and (one.metres <= other.metres or vehicle.max_metres is None)
            and (one.working_s <= other.working_s or vehicle.max_duration_s is None)
        )

    if not any(beats(old, new) for old in days):
        days[:] = [old for old in days if not beats(new, old)] + [new]
