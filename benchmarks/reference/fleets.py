"""What the routes of each vehicle type cost and keep, as the lower bound reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.reference.q_routes import Floats
from benchmarks.reference.trips import may_bring
from optimizer.plan import COST_SCALE
from optimizer.problem import Problem, VehicleType
from optimizer.travel import IntArray

#: Steps of a measure of road or work into which its limit is cut.
STEPS = 32
#: Most units of load of the largest truck.
MOST_UNITS = 64


@dataclass(frozen=True)
class Fleet:
    """Trucks of one type, on one day or on all: what their routes cost and keep.

    Attributes
    ----------
    depot, day
        What they take, they take from this depot's stock by this day.
    trips
        Most trips of all of them.
    load, part, most
        As of ``q_routes.extend``: units of load of each stop, 0 for one that they may not serve, and what it adds to a
        second measure; most of the load, of the measure, and of the load less the measure.
    nested
        Whether less of the second measure is always as good.
    enter, leave, legs
        Cost from the depot to each stop, from each to where routes end, and from stop to stop; infinite without a road.
    enter_part, leave_part, legs_part
        What these add to the second measure.
    own, per_route
        Cost of each stop, and of each route, by themselves.
    symmetric
        Whether every way costs and adds as much as the way back.
    """

    depot: int
    day: int
    trips: int
    load: IntArray
    part: IntArray
    most: IntArray
    nested: bool
    enter: Floats
    leave: Floats
    legs: Floats
    enter_part: IntArray
    leave_part: IntArray
    legs_part: IntArray
    own: Floats
    per_route: float
    symmetric: bool


def load_in_units(problem: Problem) -> IntArray:
    """Return the loads in whole units, cut off: what fits a truck then fits it so.

    Raises
    ------
    ValueError
        When there is no delivery, or one without weight.
    """
    weight = np.array([d.weight_g for d in problem.deliveries], dtype=np.int64)
    if not len(weight) or weight.min() < 1:
        raise ValueError("the bound needs deliveries, and loads that are positive")
    return weight // _unit_g(problem)


def find_fleets(problem: Problem) -> list[Fleet]:
    """Return the fleets of every vehicle type: one for each day if calendars differ, else one for all days."""
    n_days = len(problem.days)
    apart = any(len(d.days) < n_days for d in problem.deliveries)
    days = range(n_days) if apart else [n_days - 1]
    return [_make_fleet(problem, v, day, apart) for v in range(len(problem.vehicle_types)) for day in days]


def _unit_g(problem: Problem) -> int:
    weight = [d.weight_g for d in problem.deliveries]
    largest = max((v.capacity_g for v in problem.vehicle_types), default=1)
    return max(math.gcd(*weight), min(*weight, -(-largest // MOST_UNITS)))


def _make_fleet(problem: Problem, number: int, day: int, apart: bool) -> Fleet:
    vehicle, deliveries = problem.vehicle_types[number], problem.deliveries
    units = load_in_units(problem)
    able = [may_bring(problem, number, d) and (day in d.days or not apart) for d in deliveries]
    most = vehicle.capacity_g // _unit_g(problem)
    service = np.array([d.service_s for d in deliveries], dtype=np.int64)
    ways = _ways(problem, vehicle)
    enter, leave, legs = (_price(vehicle, *way) for way in ways)
    part, (enter_part, leave_part, legs_part), limits = _second_measure(problem, vehicle, units, service, ways)
    return Fleet(
        depot=vehicle.depot,
        day=day,
        trips=vehicle.count * vehicle.trips_per_day * (1 if apart else len(problem.days)),
        load=np.where(np.array(able) & (units <= most), units, 0),
        part=part,
        most=np.array([most, limits[0], min(most, limits[1])], dtype=np.int64),
        nested=vehicle.class_capacity_g is None,
        enter=enter,
        leave=leave,
        legs=legs,
        enter_part=enter_part,
        leave_part=leave_part,
        legs_part=legs_part,
        own=np.asarray(service * vehicle.cost_per_hour * 5, dtype=np.float64),
        per_route=vehicle.fixed_cost * COST_SCALE / vehicle.trips_per_day
        + vehicle.loading_s * vehicle.cost_per_hour * 5,
        symmetric=all(
            np.array_equal(one, other)
            for one, other in ((legs, legs.T), (enter, leave), (legs_part, legs_part.T), (enter_part, leave_part))
        ),
    )


_Way = tuple[IntArray, IntArray]  # metres, seconds


def _ways(problem: Problem, vehicle: VehicleType) -> tuple[_Way, _Way, _Way]:
    """Return metres and seconds into the stops, out of them to where routes end, and between them."""
    end = problem.depots[vehicle.depot if vehicle.end_depot is None else vehicle.end_depot]
    stops = [d.place for d in problem.deliveries]
    into = problem.travel.matrix([problem.depots[vehicle.depot].place], stops)
    out = problem.travel.matrix(stops, [end.place])
    nothing = np.zeros(len(stops), dtype=np.int64)
    return (
        (into[0][0], into[1][0]),
        (out[0][:, 0], out[1][:, 0]) if vehicle.returns else (nothing, nothing),
        problem.travel.matrix(stops, stops),
    )


def _price(vehicle: VehicleType, metres: IntArray, seconds: IntArray) -> Floats:
    priced = metres * vehicle.cost_per_km * 18.0 + seconds * vehicle.cost_per_hour * 5.0
    return np.where((metres < 0) | (seconds < 0), np.inf, priced)


def _second_measure(
    problem: Problem, vehicle: VehicleType, units: IntArray, service: IntArray, ways: tuple[_Way, _Way, _Way]
) -> tuple[IntArray, list[IntArray], tuple[int, int]]:
    """Return what stops and ways add to the second measure, its limit, and that of the load without it.

    It is the load of the smallest compartment; or else the road, or the work, in steps that are cut off.
    """
    nothing = np.zeros_like(units)
    none = [np.zeros_like(metres) for metres, _ in ways]
    largest = vehicle.capacity_g // _unit_g(problem)
    if vehicle.class_capacity_g is not None:
        rooms = dict(zip(vehicle.storage_classes, vehicle.class_capacity_g, strict=True))
        least = min(rooms, key=lambda name: rooms[name])
        of_class = np.array([d.storage_class == least for d in problem.deliveries])
        room = [rooms[least] // _unit_g(problem), (sum(rooms.values()) - rooms[least]) // _unit_g(problem)]
        return np.where(of_class, units, nothing), none, (min(room[0], largest), room[1])
    if vehicle.max_metres is not None:
        steps = [metres * STEPS // max(1, vehicle.max_metres) for metres, _ in ways]
        return nothing, steps, (STEPS, largest)
    if vehicle.max_duration_s is not None:
        left = max(1, vehicle.max_duration_s - vehicle.loading_s)
        return service * STEPS // left, [seconds * STEPS // left for _, seconds in ways], (STEPS, largest)
    return nothing, none, (0, largest)
