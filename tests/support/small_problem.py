"""Small delivery problems along one straight road, for tests: a kilometre a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.plan import COST_SCALE, Plan, Status, Stop, Trip, Unserved
from optimizer.problem import Delivery, Depot, Place, Problem, VehicleType
from optimizer.travel import UNREACHABLE, IntArray

HOUR = 3600


@dataclass(frozen=True)
class LineTravel:
    """Places at kilometres along a road; the legs in ``closed`` do not exist."""

    km: tuple[int, ...]
    closed: frozenset[tuple[int, int]] = frozenset()

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        at = np.asarray(self.km, dtype=np.int64)
        distance = np.abs(at[np.asarray(origins)][:, None] - at[np.asarray(destinations)][None, :])
        for i, origin in enumerate(origins):
            for j, destination in enumerate(destinations):
                if (origin, destination) in self.closed:
                    distance[i, j] = UNREACHABLE
        return np.where(distance < 0, -1, distance * 1000), np.where(distance < 0, -1, distance * 60)


def line_problem(
    km: Sequence[int], deliveries: Sequence[Delivery], trucks: Sequence[VehicleType], **more: Any
) -> Problem:
    """Build a problem with places at the given kilometres; the depot is at place 0 and has plenty."""
    n_days = len(more.get("days", ("2026-03-01", "2026-03-02")))
    fields: dict[str, Any] = {
        "days": ("2026-03-01", "2026-03-02"),
        "places": tuple(Place(f"p{i}", lon=59.0 + at / 100, lat=36.25) for i, at in enumerate(km)),
        "depots": (Depot(0, ((1_000,) * n_days,)),),
        "commodities": ("rice",),
        "commodity_weight_g": (10_000,),
        "commodity_volume_ml": (12_000,),
        "travel": LineTravel(tuple(km)),
    }
    return Problem(deliveries=tuple(deliveries), vehicle_types=tuple(trucks), **(fields | more))


def delivery(name: str, place: int, packs: int = 10, **more: Any) -> Delivery:
    """Build a dry delivery of rice from depot 0 on either day."""
    fields: dict[str, Any] = {
        "depot": 0,
        "packs": (packs,),
        "weight_g": packs * 10_000,
        "volume_ml": packs * 12_000,
        "storage_class": "dry",
        "days": (0, 1),
        "service_s": 600,
    }
    return Delivery(name, place, **(fields | more))


def truck(name: str = "truck", **more: Any) -> VehicleType:
    """Build one 3 t truck that works from 8 to 16, with two trips a day of half an hour's loading."""
    fields: dict[str, Any] = {
        "depot": 0,
        "count": 1,
        "capacity_g": 3_000_000,
        "capacity_ml": 12_000_000,
        "storage_classes": ("dry",),
        "shift_start_s": 8 * HOUR,
        "shift_end_s": 16 * HOUR,
        "fixed_cost": 500,
        "cost_per_km": 7,
        "cost_per_hour": 11,
        "trips_per_day": 2,
        "loading_s": HOUR // 2,
    }
    return VehicleType(name, **(fields | more))


def drive(
    problem: Problem, stops: Sequence[int], start_s: int, *, day: int = 0, kind: int = 0, unit: int = 0, number: int = 0
) -> Trip:
    """Drive a trip without a pause, waiting only for windows; nothing is checked."""
    vehicle = problem.vehicle_types[kind]
    depot = problem.depots[vehicle.depot].place
    clock = departure_s = start_s + vehicle.loading_s
    here, driven, made = depot, 0, []
    for index in stops:
        stop = problem.deliveries[index]
        metres, seconds = problem.travel.matrix([here], [stop.place])
        arrival = clock + int(seconds[0, 0])
        begins = next((max(a, arrival) for a, b in stop.windows if arrival <= b), arrival)
        clock = begins + stop.service_s
        driven += int(metres[0, 0])
        made.append(Stop(index, arrival, begins, clock))
        here = stop.place
    metres, seconds = problem.travel.matrix([here], [depot])
    end_s, driven = clock + int(seconds[0, 0]), driven + int(metres[0, 0])
    return Trip(day, vehicle.depot, kind, unit, number, start_s, departure_s, end_s, driven, tuple(made))


def make_plan(problem: Problem, trips: Sequence[Trip], unserved: Sequence[Unserved] = ()) -> Plan:
    """Put trips into a plan with the right cost, in the order given."""
    plan = Plan(tuple(trips), tuple(unserved), 0, Status.ITERATION_LIMIT, 0, 1)
    return replace(plan, scaled_cost=total_cost(problem, trips))


def total_cost(problem: Problem, trips: Sequence[Trip]) -> int:
    """Add up the cost by the metres and times the trips state."""
    days_in_use = {(t.day, t.vehicle_type, t.vehicle) for t in trips}
    cost = sum(problem.vehicle_types[kind].fixed_cost * COST_SCALE for _, kind, _ in days_in_use)
    for t in trips:
        vehicle = problem.vehicle_types[t.vehicle_type]
        cost += t.metres * vehicle.cost_per_km * 18 + (t.end_s - t.start_s) * vehicle.cost_per_hour * 5
    return cost
