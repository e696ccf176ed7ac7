"""Trucks that may begin to load one after another: a problem whose first trips find a dock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from optimizer.problem import Problem, VehicleType


def stagger_trucks(problem: Problem) -> tuple[Problem, tuple[int, ...]]:
    """Let the trucks of a depot with docks begin their day in turns, as many at a time as can load at once.

    Each turn begins when that before it, if it began at once, has loaded; types take their turns in proportion to their
    trucks. Whatever the trucks carry, their first trips can then load one turn after another.

    Returns
    -------
    Problem
        With a vehicle type for each turn of each type.
    tuple of int
        For each of its types, the type of the problem.
    """
    turn_of = [_turns(problem, depot) for depot in range(len(problem.depots))]
    types: list[VehicleType] = []
    original: list[int] = []
    for v, vehicle in enumerate(problem.vehicle_types):
        depot = problem.depots[vehicle.depot]
        begins_s = max(vehicle.shift_start_s, depot.opens_s)
        longest_s = max(other.loading_s for other in problem.vehicle_types if other.depot == vehicle.depot)
        turns = Counter(turn_of[vehicle.depot][v]) if depot.docks is not None else Counter({0: vehicle.count})
        for turn, count in sorted(turns.items()):
            start_s = begins_s + turn * longest_s if turn else vehicle.shift_start_s
            if start_s < vehicle.shift_end_s:
                types.append(replace(vehicle, name=f"{vehicle.name}#{turn}", count=count, shift_start_s=start_s))
                original.append(v)
    deliveries = tuple(
        d
        if d.vehicle_types is None
        else replace(d, vehicle_types=tuple(k for k, v in enumerate(original) if v in d.vehicle_types))
        for d in problem.deliveries
    )
    return replace(problem, deliveries=deliveries, vehicle_types=tuple(types)), tuple(original)


def _turns(problem: Problem, depot: int) -> dict[int, list[int]]:
    """Return the turn of each truck of a depot, by vehicle type."""
    own = [(v, vehicle.count) for v, vehicle in enumerate(problem.vehicle_types) if vehicle.depot == depot]
    in_turn = sorted(((2 * n + 1) / (2 * count), v) for v, count in own for n in range(count))
    docks = problem.depots[depot].docks or 1
    turns: dict[int, list[int]] = {v: [] for v, _ in own}
    for position, (_, v) in enumerate(in_turn):
        turns[v].append(position // docks)
    return turns
