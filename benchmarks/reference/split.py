"""The proven least cost of a small problem whose deliveries may come in parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from ortools.sat.python import cp_model

from benchmarks.reference.known import require_known
from benchmarks.reference.truck_days import find_truck_days
from optimizer.problem import Problem


def least_split(problem: Problem, unit_packs: int, seconds: float = 300.0) -> int:
    """Return the least cost at which everyone is served, in as many parts as it takes.

    How many trucks go to each set of stops and what they leave at each: an integer programme over all sets whose trips
    are the cheapest (dynamic programming over subsets). With whole units for loads and trucks, parts are whole units.

    Raises
    ------
    NotImplementedError
        When something but loads and the road matters, or the problem uses a rule that is not known here.
    RuntimeError
        If CP-SAT proves nothing in the time.
    """
    (vehicle,) = problem.vehicle_types
    if any(d.windows or d.release_s or d.service_s or not d.divisible for d in problem.deliveries):
        raise NotImplementedError("split: no windows, release or service times, all divisible")
    weights = [d.weight_g // d.packs[0] * unit_packs for d in problem.deliveries]
    room = vehicle.capacity_g // max(weights)
    if vehicle.trips_per_day > 1 or len(problem.days) > 1 or len(set(weights)) > 1:
        raise NotImplementedError("split: one day, one trip a truck, one kind of unit")
    units = [d.packs[0] // unit_packs for d in problem.deliveries]
    # A trip leaves at least a unit at each of its stops: so a set fits if its stops are no more than the units of a truck.
    alike = [
        replace(d, packs=(unit_packs,), weight_g=weights[0], volume_ml=0, divisible=False) for d in problem.deliveries
    ]
    single = replace(problem, deliveries=tuple(alike))
    require_known(single)
    model = cp_model.CpModel()
    trucks, sets, costs = [], [], []
    brought: list[list[cp_model.IntVar]] = [[] for _ in units]
    for served, day in find_truck_days(single, 0).items():
        stops = [i for i in range(len(units)) if served >> i & 1]
        go = model.new_int_var(0, vehicle.count, "")
        parts = [model.new_int_var(0, units[i], "") for i in stops]
        for i, part in zip(stops, parts, strict=True):
            brought[i].append(part)
            model.add(part <= units[i] * go)
        model.add(sum(parts) <= room * go)
        trucks.append(go)
        sets.append(frozenset(stops))
        costs.append(day.cost * go)
    for i, parts in enumerate(brought):
        model.add(sum(parts) == units[i])
    for size in range(1, len(units) + 1) if len(units) < 9 else (1, 2, 3, 4, len(units)):
        for some in combinations(range(len(units)), size):
            # As many trucks come to some stops as their loads fill at least: not needed, but the proof is shorter.
            least = -(-sum(units[i] for i in some) // room)
            model.add(sum(go for stops, go in zip(sets, trucks, strict=True) if not stops.isdisjoint(some)) >= least)
    model.add(sum(trucks) <= vehicle.count)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError(f"no proof in {seconds:g} s")
    return round(solver.objective_value)
