"""Solutions of routing instances in VRPLIB's form: routes as lists of locations."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import vrplib

from optimizer.plan import COST_SCALE, Plan, Status
from optimizer.search.model import build_model
from optimizer.search.report import order_trips
from optimizer.search.schedule import schedule_loosely
from optimizer.vrplib_file import Instance, VrplibError


def read_solution(path: Path, instance: Instance) -> Plan:
    """Read routes as a plan.

    Route r is driven by vehicle r of the file, as PyVRP numbers them; where all vehicles are alike any is as good. A
    depot within a route is a visit to reload. A route that breaks a rule is read all the same, as early as it can be
    driven: ``verify_plan`` says what is wrong with it.

    Raises
    ------
    VrplibError
        When it names a location that is no client, or has more routes than there are vehicles.
    """
    try:
        routes = vrplib.read_solution(path)["routes"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise VrplibError([f"{path.name}: {error}"]) from error
    n_depots, n_places = instance.n_depots, len(instance.problem.places)
    problems = [
        f"{path.name}: route {number}: there is no location {visit}"
        for number, route in enumerate(routes, start=1)
        for visit in route
        if not 0 <= visit < n_places
    ]
    if len(routes) > len(instance.vehicles):
        problems.append(f"{path.name}: {len(routes)} routes, there are {len(instance.vehicles)} vehicles")
    if problems:
        raise VrplibError(problems)
    model = build_model(instance.problem)
    trips = []
    for route, (kind, vehicle) in zip(routes, instance.vehicles, strict=False):
        parts: list[list[int]] = [[]]
        for visit in route:
            if visit < n_depots:
                parts.append([])
            else:
                parts[-1].append(visit - n_depots)
        trips += schedule_loosely(model, kind, vehicle, [part for part in parts if part])
    ordered = order_trips(trips)
    cost = sum(trip.scaled_cost(instance.problem.vehicle_types[trip.vehicle_type]) for trip in ordered)
    return Plan(ordered, (), cost, Status.STOPPED, 0, 0)


def write_solution(plan: Plan, instance: Instance) -> str:
    """Return a plan in VRPLIB's form, a route for each vehicle in the order of the file, idle ones left out at the end."""
    routes: defaultdict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for trip in plan.trips:
        stops = [stop.delivery + instance.n_depots for stop in trip.stops]
        routes[trip.vehicle_type, trip.vehicle].append(stops)
    home = {kind: instance.problem.vehicle_types[kind].depot for kind, _ in instance.vehicles}
    lines = []
    for vehicle in instance.vehicles:
        visits: list[int] = []
        for stops in routes[vehicle]:
            visits += [home[vehicle[0]], *stops] if visits else stops
        lines.append(" ".join(map(str, visits)))
    while lines and not lines[-1]:
        lines.pop()
    body = [f"Route #{number}: {line}".rstrip() for number, line in enumerate(lines, start=1)]
    return "\n".join([*body, f"Cost {cost_of(plan):g}" if plan.scaled_cost % COST_SCALE else f"Cost {plan.scaled_cost // COST_SCALE}"]) + "\n"


def cost_of(plan: Plan) -> float:
    """Return the cost of a plan in whole units of its instance."""
    return plan.scaled_cost / COST_SCALE


def stated_cost(path: Path) -> float | None:
    """Return the cost that a solution file states, in its own unit; None if it states none."""
    cost = vrplib.read_solution(path).get("cost")
    return None if cost is None else float(cost)


def to_unit_of(stated: float, cost: float) -> float:
    """Return a cost in the unit of a stated one, which differs from ours by a power of ten at most."""
    if stated <= 0 or cost <= 0:
        return cost
    return float(cost / 10 ** round(math.log10(cost / stated)))
