"""Solutions of routing instances in VRPLIB's form: routes as lists of locations, and their cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from optimizer.plan import COST_SCALE, Plan, Status
from optimizer.search.model import build_model
from optimizer.search.report import order_trips
from optimizer.search.schedule import schedule_loosely
from optimizer.vrplib_fault import Fault, FaultCode, VrplibError
from optimizer.vrplib_file import Instance
from optimizer.vrplib_text import parse_number

#: Powers of ten tried for the unit of a stated cost.
_POWERS = range(-6, 13)


@dataclass(frozen=True, slots=True)
class _Route:
    """A line of a file: the vehicle, counted from 0, and the locations visited."""

    line: int
    vehicle: int
    visits: tuple[int, ...]


def read_solution(path: Path, instance: Instance) -> Plan:
    """Read routes as a plan.

    Route k is driven by vehicle k of the instance, as in PyVRP; a file whose numbers do not ascend is taken in its
    order. A depot within a route is a visit to reload. A route that breaks a rule is read all the same, as early as it
    can be driven: ``verify_plan`` says what is wrong with it.

    Raises
    ------
    VrplibError
        If it has no routes, more than there are vehicles, or names a location there is not, or a depot that is not the
        vehicle's.
    OSError
        If the file cannot be read.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    faults: list[Fault] = []
    routes = [*_parse_routes(text, faults)]
    if any(after.vehicle <= before.vehicle for before, after in pairwise(routes)) or any(r.vehicle < 0 for r in routes):
        routes = [_Route(route.line, number, route.visits) for number, route in enumerate(routes)]
    if not routes and not faults:
        faults.append(Fault(FaultCode.NO_ROUTES))
    faults += _check_routes(routes, instance)
    if faults:
        raise VrplibError(faults)
    return _build_plan(routes, instance)


def _parse_routes(text: str, faults: list[Fault]) -> Iterator[_Route]:
    for number, line in enumerate(text.splitlines(), start=1):
        head, colon, rest = line.partition(":")
        words = head.replace("#", " ").split()
        if not colon or not words or words[0].lower() != "route":
            continue
        wrong = next((word for word in rest.split() if not word.isdecimal()), None)
        if wrong is not None:
            faults.append(Fault(FaultCode.NOT_A_NUMBER, head.strip(), number, {"text": wrong[:40]}))
            continue
        vehicle = int(words[1]) - 1 if len(words) == 2 and words[1].isdecimal() else -1
        yield _Route(number, vehicle, tuple(map(int, rest.split())))


def _check_routes(routes: list[_Route], instance: Instance) -> Iterator[Fault]:
    n_vehicles, n_locations = len(instance.vehicle_of), len(instance.problem.places)
    for route in routes:
        if not route.visits:
            continue
        name = f"Route #{route.vehicle + 1}"
        if route.vehicle >= n_vehicles:
            numbers = {"found": route.vehicle + 1, "vehicles": n_vehicles}
            yield Fault(FaultCode.TOO_MANY_ROUTES, name, route.line, numbers)
            continue
        home = instance.problem.vehicle_types[instance.vehicle_of[route.vehicle][0]].depot
        for visit in route.visits:
            if visit >= n_locations:
                yield Fault(FaultCode.NO_SUCH_LOCATION, name, route.line, {"found": visit})
            elif visit < instance.n_depots and visit != home:
                yield Fault(FaultCode.RELOADS_ELSEWHERE, name, route.line, {"depot": visit, "home": home})


def _build_plan(routes: list[_Route], instance: Instance) -> Plan:
    model = build_model(instance.problem)
    trips = []
    for route in routes:
        parts: list[list[int]] = [[]]
        for visit in route.visits:
            if visit < instance.n_depots:
                parts.append([])
            else:
                parts[-1].append(visit - instance.n_depots)
        if any(parts):
            kind, vehicle = instance.vehicle_of[route.vehicle]
            trips += schedule_loosely(model, kind, vehicle, [part for part in parts if part])
    ordered = order_trips(trips)
    cost = sum(trip.scaled_cost(instance.problem.vehicle_types[trip.vehicle_type]) for trip in ordered)
    return Plan(ordered, (), cost, Status.STOPPED, 0, 0)


def write_solution(plan: Plan, instance: Instance, unit: Fraction | None = None) -> str:
    """Return a plan in VRPLIB's form: a route for each vehicle in the order of the instance, without idle ones at the end.

    Parameters
    ----------
    plan
        A plan of the instance's problem.
    instance
        The instance.
    unit
        How much of the problem's money one unit of the cost stated is; None for ``instance.scale``, a cost in the
        instance's own numbers.
    """
    routes: defaultdict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for trip in plan.trips:
        stops = [stop.delivery + instance.n_depots for stop in trip.stops]
        routes[trip.vehicle_type, trip.vehicle].append(stops)
    lines = []
    for kind, vehicle in instance.vehicle_of:
        visits: list[int] = []
        for stops in routes[kind, vehicle]:
            visits += [instance.problem.vehicle_types[kind].depot, *stops] if visits else stops
        lines.append(" ".join(map(str, visits)))
    while lines and not lines[-1]:
        lines.pop()
    body = [f"Route #{number}: {line}".rstrip() for number, line in enumerate(lines, start=1)]
    cost = exact_cost(plan) / (instance.scale if unit is None else unit)
    return "\n".join([*body, f"Cost {to_decimal(cost)}"]) + "\n"


def exact_cost(plan: Plan) -> Fraction:
    """Return the cost of a plan in the money of its problem."""
    return Fraction(plan.scaled_cost, COST_SCALE)


def to_decimal(cost: Fraction) -> Decimal:
    """Return a cost as a decimal without trailing zeros, exact if it has at most six decimals."""
    number = Decimal(round(cost * 10**6)).scaleb(-6).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def stated_cost(path: Path) -> float | None:
    """Return the cost that a solution file states, in its own unit; None if it states none."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.replace(":", " ", 1).split()
        if len(words) == 2 and words[0].lower() == "cost":
            return parse_number(words[1])
    return None


def unit_of_stated(stated: float, cost: Fraction) -> Fraction | None:
    """Return the power of ten that is the unit of a stated cost, in money of the problem.

    The sets state the same thing in different units (tenths, thousandths, 100,000ths of ours).

    Parameters
    ----------
    stated
        The cost that a file states.
    cost
        The cost of its routes, worked out.

    Returns
    -------
    Fraction | None
        None if in no unit the two agree: to the last digit stated, and where decimals are stated to a millionth.
    """
    exact = Decimal(repr(stated)).normalize()
    decimals = max(0, -int(exact.as_tuple().exponent))
    within = Fraction(1, 2 * 10**decimals)
    if decimals:  # of distances that were not rounded one by one
        within = max(within, Fraction(exact) / 10**6)
    for power in _POWERS:
        unit = Fraction(10) ** power
        if abs(cost / unit - Fraction(exact)) <= within and (cost > 0 or power == 0):
            return unit
    return None
