"""The proven optimum of a small problem, found without any part of the search.

Trips by dynamic programming over subsets, truck-days of them, and set partitioning over trucks, days and depots, again
by dynamic programming over subsets: every way to serve all deliveries is looked at or is no better than one that is.
Time and memory grow as 3^n: for about a dozen deliveries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from benchmarks.reference.known import require_known
from benchmarks.reference.truck_days import Day, find_truck_days
from optimizer.plan import Plan, Status, Stop, Trip
from optimizer.problem import Problem
from optimizer.travel import IntArray

#: More than any plan costs; two of them stay in int64.
NEVER = 1 << 60


def solve_exactly(problem: Problem) -> Plan | None:
    """Return the cheapest plan that serves every delivery; None if there is none.

    Raises
    ------
    NotImplementedError
        When the problem uses a rule that is not known here.
    """
    require_known(problem)
    if not _storage_holds(problem):
        return None
    days_of = [find_truck_days(problem, number) for number in range(len(problem.vehicle_types))]
    n = len(problem.deliveries)
    whole = (1 << n) - 1
    total = nothing_yet(n)
    joins: list[tuple[IntArray, IntArray, list[_Step]]] = []
    for depot in range(len(problem.depots)):
        own, steps = _serve_from(problem, depot, days_of)
        joins.append((total, own, steps))
        total = add_sets(total, own)
    if total[whole] >= NEVER:
        return None
    trips: list[Trip] = []
    left = whole
    for before, own, steps in reversed(joins):
        of_depot = _split(before, own, left)
        left ^= of_depot
        for step in reversed(steps):
            served = _split(step.before, step.own, of_depot)
            of_depot ^= served
            if served:
                trips += _drive(problem, step, days_of[step.vehicle][served])
    trips.sort(key=lambda t: (t.day, t.depot, t.vehicle_type, t.vehicle, t.trip))
    return Plan(tuple(trips), (), int(total[whole]), Status.ITERATION_LIMIT, 0, 0)


@dataclass(frozen=True, slots=True)
class _Step:
    """One truck on one day: least cost by set of what was served before it, and of what it serves."""

    vehicle: int
    unit: int
    day: int
    before: IntArray
    own: IntArray


def _serve_from(problem: Problem, depot: int, days_of: list[dict[int, Day]]) -> tuple[IntArray, list[_Step]]:
    """Return the least cost by set served from one depot, and how it comes about, truck by truck and day by day."""
    n = len(problem.deliveries)
    own = {v: _table(n, days_of[v]) for v, vehicle in enumerate(problem.vehicle_types) if vehicle.depot == depot}
    packs = np.array([delivery.packs for delivery in problem.deliveries], dtype=np.int64).reshape(n, -1)
    members = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    leaving = members @ packs
    cost = nothing_yet(n)
    steps = []
    for day in range(len(problem.days)):
        closed = members @ np.array([day not in delivery.days for delivery in problem.deliveries], dtype=np.int64) > 0
        for v, table in own.items():
            today = np.where(closed, NEVER, table)
            for unit in range(min(problem.vehicle_types[v].count, n)):
                steps.append(_Step(v, unit, day, cost, today))
                cost = add_sets(cost, today)
        stock = np.array([row[day] for row in problem.depots[depot].stock], dtype=np.int64)
        cost = np.where((leaving > stock).any(axis=1), NEVER, cost)
    return cost, steps


def add_sets(one: IntArray, other: IntArray) -> IntArray:
    """Return for each set the least sum over the ways to part it between two, ``NEVER`` where there is none."""
    whole, part, starts = _parts(len(one).bit_length() - 1)
    return np.minimum(np.minimum.reduceat(one[whole ^ part] + other[part], starts), NEVER)


@lru_cache(maxsize=4)
def _parts(n: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return every set with each of its parts, by set, and where the parts of each set begin."""
    whole = part = np.zeros(1, dtype=np.int64)
    for bit in range(n):
        b = 1 << bit
        whole, part = np.concatenate([whole, whole | b, whole | b]), np.concatenate([part, part, part | b])
    order = np.argsort(whole, kind="stable")
    whole = whole[order]
    return whole, part[order], np.searchsorted(whole, np.arange(1 << n))


def nothing_yet(n: int) -> IntArray:
    """Return the least cost by set when nobody is served: nothing for the empty set, ``NEVER`` for the others."""
    cost = np.full(1 << n, NEVER, dtype=np.int64)
    cost[0] = 0
    return cost


def _table(n: int, days: dict[int, Day]) -> IntArray:
    table = nothing_yet(n)
    for served, day in days.items():
        table[served] = day.cost
    return table


def _split(before: IntArray, own: IntArray, served: int) -> int:
    """Return the part of a set that the second takes in the cheapest way to part it."""
    parts = [0]
    while (following := (parts[-1] - served) & served) != 0:
        parts.append(following)
    return min(parts, key=lambda part: int(before[served ^ part] + own[part]))


def _drive(problem: Problem, step: _Step, day: Day) -> Iterator[Trip]:
    """Yield the trips of a truck-day with all their times, leg by leg."""
    vehicle = problem.vehicle_types[step.vehicle]
    end = vehicle.depot if vehicle.end_depot is None else vehicle.end_depot
    for number, (start, order) in enumerate(day.trips):
        here = problem.depots[vehicle.depot].place
        clock = departure = start + vehicle.loading_s
        road = 0
        stops = []
        for i in order:
            delivery = problem.deliveries[i]
            metres, seconds = problem.travel.matrix([here], [delivery.place])
            arrival = clock + int(seconds[0, 0])
            begins = next((max(arrival, opens) for opens, closes in delivery.windows if arrival <= closes), arrival)
            clock = begins + delivery.service_s
            stops.append(Stop(i, arrival, begins, clock))
            road, here = road + int(metres[0, 0]), delivery.place
        if vehicle.returns:
            metres, seconds = problem.travel.matrix([here], [problem.depots[end].place])
            road, clock = road + int(metres[0, 0]), clock + int(seconds[0, 0])
        yield Trip(
            step.day, vehicle.depot, step.vehicle, step.unit, number, start, departure, clock, road, tuple(stops)
        )


def _storage_holds(problem: Problem) -> bool:
    filled: Counter[tuple[int, str, int]] = Counter()
    for d in problem.deliveries:
        filled[d.place, d.storage_class, d.drop] += d.weight_g
    return all(grams <= problem.storage_g.get((place, name), grams) for (place, name, _), grams in filled.items())
