"""The proven least cost of a small problem in which only so many trucks load at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.reference.clock import through_at
from benchmarks.reference.exact import NEVER, add_sets, nothing_yet
from benchmarks.reference.known import require_known
from benchmarks.reference.trips import Label, find_trips
from optimizer.plan import COST_SCALE
from optimizer.problem import Problem
from optimizer.travel import IntArray

#: Trucks of each type that are loaded.
Counts = tuple[int, ...]


def least_with_docks(problem: Problem) -> int | None:
    """Return the least cost at which everyone is served; None if they cannot be.

    All loading takes equally long and no trip is worse for loading earlier, so trips may load in turns, as many in each
    as there are docks: dynamic programming over the trucks in the order of loading and the sets they serve.

    Raises
    ------
    NotImplementedError
        When a trip could be worse for loading earlier (hours are paid or limited, several windows, release), trucks come
        back for more, load or begin at different times, or the problem uses a rule that is not known here.
    """
    (depot,) = problem.depots
    if depot.docks is None or len(problem.days) > 1:
        raise NotImplementedError("docks: a number of them, and one day")
    vehicles = problem.vehicle_types
    if any(v.cost_per_hour or v.max_duration_s is not None or v.trips_per_day > 1 for v in vehicles):
        raise NotImplementedError("docks: no hours paid or limited, one trip a truck")
    if len({(v.loading_s, v.shift_start_s) for v in vehicles}) > 1:
        raise NotImplementedError("docks: trucks that begin together and load equally long")
    if any(d.release_s or len(d.windows) > 1 for d in problem.deliveries):
        raise NotImplementedError("docks: no release, one window at most")
    if (np.sum([d.packs for d in problem.deliveries], axis=0) > [row[0] for row in depot.stock]).any():
        raise NotImplementedError("docks: stock for everyone")
    require_known(problem, "docks")
    n = len(problem.deliveries)
    trips = [find_trips(problem, v) for v in range(len(vehicles))]
    begins_s = max(vehicles[0].shift_start_s, depot.opens_s)
    level: dict[Counts, IntArray] = {(0,) * len(vehicles): nothing_yet(n)}
    least = NEVER
    for position in range(min(n, sum(v.count for v in vehicles))):
        start_s = begins_s + position // depot.docks * vehicles[0].loading_s
        tables = [_cost_of_starting(problem, v, trips[v].items(), start_s) for v in range(len(vehicles))]
        longer: dict[Counts, IntArray] = {}
        for counts, cost in level.items():
            for v, vehicle in enumerate(vehicles):
                if counts[v] < vehicle.count:
                    more = (*counts[:v], counts[v] + 1, *counts[v + 1 :])
                    total = add_sets(cost, tables[v])
                    longer[more] = np.minimum(longer[more], total) if more in longer else total
        level = longer
        least = min(least, *(int(cost[-1]) for cost in level.values()))
    return least if least < NEVER else None


def _cost_of_starting(
    problem: Problem, number: int, trips: Iterable[tuple[int, list[Label]]], start_s: int
) -> IntArray:
    """Return the least cost of a truck by the set that it serves when it starts to load at a time; none cost nothing."""
    vehicle = problem.vehicle_types[number]
    table = nothing_yet(len(problem.deliveries))
    for served, labels in trips:
        metres = [label.metres for label in labels if through_at(label.pieces, start_s) is not None]
        if metres:
            table[served] = vehicle.fixed_cost * COST_SCALE + min(metres) * vehicle.cost_per_km * 18
    return table
