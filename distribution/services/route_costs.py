"""What each route of a plan costs, part by part and halt by halt, with the names that people know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from distribution.domain.dataset import Dataset
from distribution.domain.network import Outlet, Warehouse
from optimizer.cost_parts import TripCost, split_cost
from optimizer.plan import COST_SCALE, Plan
from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class HaltCost:
    """What one halt of a truck bears of its day, in 1/COST_SCALE of the currency: of the way, and of the fixed cost.

    ``saved`` of the way would not arise without the halt; ``order`` counts from 1 within the trip.
    """

    order: int
    outlet: Outlet
    arrival_s: int
    weight_g: int
    saved: int
    way: int
    fixed: int

    @property
    def total(self) -> int:
        """Return all that the halt bears."""
        return self.way + self.fixed


@dataclass(frozen=True, slots=True)
class RouteCost:
    """A trip and the exact parts of its cost; ``truck`` is the code of its type and its number, ``trip`` is from 1.

    ``start_s`` of loading, ``departure_s`` and ``end_s`` are times of day; rests are no part of what ``cost`` counts.
    """

    day: dt.date
    warehouse: Warehouse
    truck: str
    trip: int
    weight_g: int
    cost: TripCost
    start_s: int
    departure_s: int
    end_s: int
    halts: tuple[HaltCost, ...]


def money(scaled: int) -> Decimal:
    """Return an exact cost in units of the currency, to a hundredth."""
    return (Decimal(scaled) / COST_SCALE).quantize(Decimal("0.01"))


def truck_name(problem: Problem, vehicle_type: int, vehicle: int) -> str:
    """Return a truck's code and number, e.g. ``V-MASHHAD-T6-2``; unique among the trucks."""
    return f"{problem.vehicle_types[vehicle_type].name}-{vehicle + 1}"


def vehicle_of(truck: str) -> str:
    """Return the code of a truck's type from what ``truck_name`` calls the truck."""
    return truck.rpartition("-")[0]


def cost_routes(dataset: Dataset, problem: Problem, plan: Plan) -> tuple[RouteCost, ...]:
    """Split the cost of a plan by route and halt, in the order of the plan.

    Parameters
    ----------
    dataset
        The network that the problem was made from.
    problem
        With the travel between all its places.
    """
    clock = dataset.work_clock
    warehouses = {warehouse.code: warehouse for warehouse in dataset.warehouses}
    return tuple(
        RouteCost(
            day=dt.date.fromisoformat(problem.days[cost.trip.day]),
            warehouse=warehouses[problem.places[problem.depots[cost.trip.depot].place].name],
            truck=truck_name(problem, cost.trip.vehicle_type, cost.trip.vehicle),
            trip=cost.trip.trip + 1,
            weight_g=sum(halt.weight_g for halt in cost.halts),
            cost=cost,
            start_s=clock.begins(cost.trip.start_s),
            departure_s=clock.begins(cost.trip.departure_s),
            end_s=clock.ends(cost.trip.end_s),
            halts=tuple(_halts(dataset, problem, cost)),
        )
        for day in split_cost(problem, plan)
        for cost in day.trips
    )


def _halts(dataset: Dataset, problem: Problem, cost: TripCost) -> Iterator[HaltCost]:
    for order, halt in enumerate(cost.halts, start=1):
        place = problem.deliveries[halt.stops[0].delivery].place
        yield HaltCost(
            order=order,
            outlet=dataset.outlet_by_code[problem.places[place].name],
            arrival_s=dataset.work_clock.ends(halt.stops[0].arrival_s),
            weight_g=halt.weight_g,
            saved=halt.saved,
            way=halt.way,
            fixed=halt.fixed,
        )
