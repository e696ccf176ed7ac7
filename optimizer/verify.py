"""Checks a plan against its problem, from the problem alone.

Nothing here is shared with the search: every distance, time, load and cost is worked out anew from the problem's
travel, so that an error of the search cannot hide in a helper that both use.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise

from optimizer.consecutive import consecutive_legs
from optimizer.plan import COST_SCALE, Plan, Trip
from optimizer.problem import Problem
from optimizer.verify_docks import check_docks
from optimizer.verify_trip import check_trip, name_trip, places_of
from optimizer.verify_unserved import check_ranks, check_reasons
from optimizer.violation import Violation, ViolationCode

__all__ = ["Violation", "ViolationCode", "verify_plan"]


def verify_plan(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Check every constraint, every time, every total and every stated reason of a plan.

    Times are checked leg by leg from what the plan says of the leg before, so that one wrong number gives one
    violation. Trips with an index that does not exist are reported and left out of what follows.

    Returns
    -------
    tuple of Violation
        Empty if and only if the plan keeps every rule of ``problem.py`` and ``plan.py``.
    """
    unknown = [*_check_known(problem, plan)]
    if unknown:
        return tuple(unknown)
    return (
        *_check_each_once(problem, plan),
        *(violation for trip in plan.trips for violation in check_trip(problem, trip)),
        *_check_truck_days(problem, plan),
        *_check_stock(problem, plan),
        *_check_storage(problem, plan),
        *check_docks(problem, plan),
        *_check_cost(problem, plan),
        *_check_order(problem, plan),
        *check_reasons(problem, plan),
        *check_ranks(problem, plan),
    )


def _check_known(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Check that every index means something; with one that does not, no other check could be trusted."""
    for trip in plan.trips:
        where = f"{trip.day}/{trip.vehicle_type}/{trip.vehicle}/{trip.trip}"
        if not 0 <= trip.day < len(problem.days):
            yield Violation(ViolationCode.DAY_UNKNOWN, where, {"day": trip.day, "days": len(problem.days)})
        types = problem.vehicle_types
        count = types[trip.vehicle_type].trucks_on(trip.day) if 0 <= trip.vehicle_type < len(types) else 0
        if not 0 <= trip.vehicle < count:
            yield Violation(ViolationCode.VEHICLE_UNKNOWN, where, {"vehicle": trip.vehicle, "count": count})
        if not 0 <= trip.depot < len(problem.depots):
            yield Violation(ViolationCode.WRONG_DEPOT, where, {"depot": trip.depot})
    stated = [stop.delivery for trip in plan.trips for stop in trip.stops] + [u.delivery for u in plan.unserved]
    for index in stated:
        if not 0 <= index < len(problem.deliveries):
            numbers = {"delivery": index, "deliveries": len(problem.deliveries)}
            yield Violation(ViolationCode.DELIVERY_UNKNOWN, str(index), numbers)


def _check_each_once(problem: Problem, plan: Plan) -> Iterator[Violation]:
    times = Counter(stop.delivery for trip in plan.trips for stop in trip.stops)
    times.update(u.delivery for u in plan.unserved)
    for index, delivery in enumerate(problem.deliveries):
        if times[index] == 0:
            yield Violation(ViolationCode.DELIVERY_MISSING, delivery.name)
        elif times[index] > 1:
            yield Violation(ViolationCode.DELIVERY_TWICE, delivery.name, {"times": times[index]})


def _check_truck_days(problem: Problem, plan: Plan) -> Iterator[Violation]:
    def truck_day(trip: Trip) -> tuple[int, int, int]:
        return trip.day, trip.vehicle_type, trip.vehicle

    for (_, type_index, _), group in groupby(sorted(plan.trips, key=truck_day), key=truck_day):
        trips = sorted(group, key=lambda t: (t.start_s, t.end_s, t.trip))
        numbers = [t.trip for t in trips]
        if numbers != list(range(len(trips))):
            yield Violation(ViolationCode.TRIP_NUMBERS_WRONG, name_trip(problem, trips[0]), {"trips": len(trips)})
        for before, after in pairwise(trips):
            if after.start_s < before.end_s:
                times = {"start_s": after.start_s, "end_s": before.end_s}
                yield Violation(ViolationCode.TRIPS_OVERLAP, name_trip(problem, after), times)
        vehicle = problem.vehicle_types[type_index]
        if len(trips) > vehicle.trips_per_day:
            counts = {"trips": len(trips), "allowed": vehicle.trips_per_day}
            yield Violation(ViolationCode.TOO_MANY_TRIPS, name_trip(problem, trips[-1]), counts)
        metres, seconds = sum(t.metres for t in trips), sum(t.end_s - t.start_s for t in trips)
        if vehicle.max_metres is not None and metres > vehicle.max_metres:
            far = {"metres_m": metres, "allowed_m": vehicle.max_metres}
            yield Violation(ViolationCode.DAY_TOO_FAR, name_trip(problem, trips[-1]), far)
        if vehicle.max_duration_s is not None and seconds > vehicle.max_duration_s:
            long = {"working_s": seconds, "allowed_s": vehicle.max_duration_s}
            yield Violation(ViolationCode.DAY_TOO_LONG, name_trip(problem, trips[-1]), long)


def _check_stock(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Report for each depot and commodity the first day on which more has left than was there."""
    left: Counter[tuple[int, int, int]] = Counter()
    for trip in plan.trips:
        for stop in trip.stops:
            for commodity, packs in enumerate(problem.deliveries[stop.delivery].packs):
                left[trip.depot, commodity, trip.day] += packs
    for depot_index, depot in enumerate(problem.depots):
        for commodity, stock in enumerate(depot.stock):
            gone = 0
            for day, available in enumerate(stock):
                gone += left[depot_index, commodity, day]
                if gone > available:
                    where = problem.places[depot.place].name
                    numbers = {"commodity": commodity, "day": day, "packs": gone, "stock": available}
                    yield Violation(ViolationCode.STOCK_EXCEEDED, where, numbers)
                    break


def _check_storage(problem: Problem, plan: Plan) -> Iterator[Violation]:
    filled: defaultdict[tuple[int, str, int], int] = defaultdict(int)
    for trip in plan.trips:
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            filled[delivery.place, delivery.storage_class, delivery.drop] += delivery.weight_g
    for (place, storage_class, drop), weight_g in sorted(filled.items()):
        room_g = problem.storage_g.get((place, storage_class))
        if room_g is not None and weight_g > room_g:
            numbers = {"drop": drop, "weight_g": weight_g, "room_g": room_g}
            yield Violation(ViolationCode.STORAGE_EXCEEDED, problem.places[place].name, numbers)


def _check_cost(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Add up metres by the problem's roads, working seconds, and a fixed cost for each truck-day in use.

    Where a road is missing, which is reported by itself, there is nothing to add up.
    """
    cost = 0
    for trip in plan.trips:
        vehicle = problem.vehicle_types[trip.vehicle_type]
        metres = _road_metres(problem, trip)
        if metres is None:
            return
        seconds = trip.end_s - trip.start_s
        cost += metres * vehicle.cost_per_km * COST_SCALE // 1000
        cost += seconds * vehicle.cost_per_hour * COST_SCALE // 3600
    for _, type_index, _ in {(t.day, t.vehicle_type, t.vehicle) for t in plan.trips}:
        cost += problem.vehicle_types[type_index].fixed_cost * COST_SCALE
    if cost != plan.scaled_cost:
        yield Violation(ViolationCode.COST_WRONG, "plan", {"stated": plan.scaled_cost, "cost": cost})


def _road_metres(problem: Problem, trip: Trip) -> int | None:
    legs = [metres for metres, _ in consecutive_legs(problem.travel, places_of(problem, trip))]
    return None if min(legs) < 0 else sum(legs)


def _check_order(problem: Problem, plan: Plan) -> Iterator[Violation]:
    keys = [(t.day, t.depot, t.vehicle_type, t.vehicle, t.trip) for t in plan.trips]
    for position, (before, after) in enumerate(pairwise(keys), start=1):
        if after < before:
            yield Violation(ViolationCode.ORDER_WRONG, name_trip(problem, plan.trips[position]), {"position": position})
    for position, (first, second) in enumerate(pairwise(plan.unserved), start=1):
        if second.delivery < first.delivery:
            where = problem.deliveries[second.delivery].name
            yield Violation(ViolationCode.ORDER_WRONG, where, {"position": position})
