"""Trucks that may begin to load one after another: a problem whose first trips find a dock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.problem import Problem
from optimizer.search.model import SharedTrucks


@dataclass(frozen=True, slots=True)
class Staggered:
    """A problem with a vehicle type for each turn at the docks, and what its types share.

    Attributes
    ----------
    problem
        The problem; its vehicle types begin their day with a turn.
    original
        For each of its types, the type of the problem that it was made of.
    shared
        The types of one turn share its docks, those made of one type its trucks.
    """

    problem: Problem
    original: tuple[int, ...]
    shared: tuple[SharedTrucks, ...]


def stagger_trucks(problem: Problem) -> Staggered:
    """Let the trucks of a depot with docks begin their day in turns, as many at a time as can load at once.

    Each turn begins when that before it, if it began at once, has loaded. There are as many turns as it takes until every
    truck has loaded, and any truck may have any of them. Whatever the trucks carry, their first trips can then load one
    turn after another.
    """
    turns = [_turns(problem, depot) for depot in range(len(problem.depots))]
    types, original = [], []
    of_turn: dict[tuple[int, int], list[int]] = {}
    of_type: dict[int, list[int]] = {}
    for v, vehicle in enumerate(problem.vehicle_types):
        docks = problem.depots[vehicle.depot].docks
        if docks is None:
            types.append(vehicle)
            original.append(v)
            continue
        for turn, start_s in enumerate(turns[vehicle.depot]):
            begins_s = max(start_s, vehicle.shift_start_s)
            if begins_s < vehicle.shift_end_s:
                of_turn.setdefault((vehicle.depot, turn), []).append(len(types))
                of_type.setdefault(v, []).append(len(types))
                count = min(vehicle.count, docks)
                types.append(replace(vehicle, name=f"{vehicle.name}#{turn}", count=count, shift_start_s=begins_s))
                original.append(v)
    deliveries = tuple(
        d
        if d.vehicle_types is None
        else replace(d, vehicle_types=tuple(k for k, v in enumerate(original) if v in d.vehicle_types))
        for d in problem.deliveries
    )
    n_days = len(problem.days)
    shared = [
        *(SharedTrucks(tuple(own), (problem.depots[d].docks or 0,) * n_days) for (d, _), own in of_turn.items()),
        *(
            SharedTrucks(tuple(own), tuple(problem.vehicle_types[v].trucks_on(day) for day in range(n_days)))
            for v, own in of_type.items()
        ),
    ]
    staggered = replace(problem, deliveries=deliveries, vehicle_types=tuple(types))
    return Staggered(staggered, tuple(original), tuple(shared))


def _turns(problem: Problem, depot: int) -> list[int]:
    """Return when each turn of a depot with docks begins."""
    own = [vehicle for vehicle in problem.vehicle_types if vehicle.depot == depot]
    docks, trucks = problem.depots[depot].docks, sum(vehicle.count for vehicle in own)
    if docks is None or not trucks:
        return []
    first_s = max(min(v.shift_start_s for v in own), problem.depots[depot].opens_s)
    longest_s = max(v.loading_s for v in own)
    return [first_s + turn * longest_s for turn in range(-(-trucks // docks))]
