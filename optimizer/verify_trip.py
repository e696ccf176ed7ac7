"""Checks what one trip of a plan says of itself: truck, load, road and clock."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.consecutive import consecutive_legs
from optimizer.plan import Stop, Trip
from optimizer.problem import Delivery, Problem
from optimizer.violation import Violation, ViolationCode


def name_trip(problem: Problem, trip: Trip) -> str:
    """Return the trip's name: day, vehicle type, vehicle, trip."""
    return f"{problem.days[trip.day]}/{problem.vehicle_types[trip.vehicle_type].name}/{trip.vehicle}/{trip.trip}"


def places_of(problem: Problem, trip: Trip) -> list[int]:
    """Return the places a trip drives to: from its depot over the stops to where it ends."""
    vehicle = problem.vehicle_types[trip.vehicle_type]
    end = trip.depot if vehicle.end_depot is None else vehicle.end_depot
    stops = [problem.deliveries[stop.delivery].place for stop in trip.stops]
    return [problem.depots[trip.depot].place, *stops, *([problem.depots[end].place] if vehicle.returns else [])]


def check_trip(problem: Problem, trip: Trip) -> Iterator[Violation]:
    """Yield every rule that a trip breaks by itself."""
    if not trip.stops:
        yield Violation(ViolationCode.EMPTY_TRIP, name_trip(problem, trip))
    yield from _check_truck(problem, trip)
    yield from _check_road(problem, trip)
    yield from _check_span(problem, trip)
    yield from _check_release(problem, trip)
    for stop in trip.stops:
        yield from _check_stop(problem.deliveries[stop.delivery], stop, trip)


def _check_truck(problem: Problem, trip: Trip) -> Iterator[Violation]:
    where = name_trip(problem, trip)
    vehicle = problem.vehicle_types[trip.vehicle_type]
    deliveries = [problem.deliveries[stop.delivery] for stop in trip.stops]
    if vehicle.depot != trip.depot:
        yield Violation(ViolationCode.WRONG_DEPOT, where, {"depot": trip.depot, "home": vehicle.depot})
    for delivery in deliveries:
        if delivery.storage_class not in vehicle.storage_classes:
            yield Violation(ViolationCode.CLASS_NOT_CARRIED, delivery.name)
        if delivery.vehicle_types is not None and trip.vehicle_type not in delivery.vehicle_types:
            yield Violation(ViolationCode.TYPE_NOT_ALLOWED, delivery.name, {"vehicle_type": trip.vehicle_type})
        limit_g = delivery.largest_vehicle_g
        if limit_g is not None and vehicle.capacity_g > limit_g:
            numbers = {"capacity_g": vehicle.capacity_g, "limit_g": limit_g}
            yield Violation(ViolationCode.PLACE_OUT_OF_REACH, delivery.name, numbers)
    weight_g = sum(d.weight_g for d in deliveries)
    if weight_g > vehicle.capacity_g:
        numbers = {"weight_g": weight_g, "capacity_g": vehicle.capacity_g}
        yield Violation(ViolationCode.OVER_WEIGHT, where, numbers)
    volume_ml = sum(d.volume_ml for d in deliveries)
    if volume_ml > vehicle.capacity_ml:
        numbers = {"volume_ml": volume_ml, "capacity_ml": vehicle.capacity_ml}
        yield Violation(ViolationCode.OVER_VOLUME, where, numbers)
    for storage_class, room_g in zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False):
        filled_g = sum(d.weight_g for d in deliveries if d.storage_class == storage_class)
        if filled_g > room_g:
            numbers = {"weight_g": filled_g, "capacity_g": room_g}
            yield Violation(ViolationCode.COMPARTMENT_OVERLOADED, where, numbers)


def _check_road(problem: Problem, trip: Trip) -> Iterator[Violation]:
    """Follow the road from the depot through the stops and back, each leg from the time the plan states."""
    where = name_trip(problem, trip)
    places = places_of(problem, trip)
    legs = consecutive_legs(problem.travel, places)
    driven_m = 0
    leaves_s = trip.departure_s
    blocked = False
    if len(legs) == len(trip.stops) and trip.stops and trip.end_s != trip.stops[-1].departure_s:
        numbers = {"stated_s": trip.end_s, "arrival_s": trip.stops[-1].departure_s}
        yield Violation(ViolationCode.RETURN_WRONG, where, numbers)
    for leg, (leg_m, leg_s) in enumerate(legs):
        last = leg == len(trip.stops)
        arrival_s = trip.end_s if last else trip.stops[leg].arrival_s
        if min(leg_m, leg_s) < 0:
            blocked = True
            stop_name = where if last else problem.deliveries[trip.stops[leg].delivery].name
            yield Violation(ViolationCode.NO_ROAD, stop_name, {"origin": places[leg], "destination": places[leg + 1]})
        elif arrival_s != leaves_s + leg_s:
            numbers = {"stated_s": arrival_s, "arrival_s": leaves_s + leg_s}
            if last:
                yield Violation(ViolationCode.RETURN_WRONG, where, numbers)
            else:
                name = problem.deliveries[trip.stops[leg].delivery].name
                yield Violation(ViolationCode.ARRIVAL_WRONG, name, numbers)
        driven_m += leg_m
        leaves_s = arrival_s if last else trip.stops[leg].departure_s
    if not blocked and driven_m != trip.metres:
        yield Violation(ViolationCode.METRES_WRONG, where, {"stated_m": trip.metres, "metres_m": driven_m})


def _check_span(problem: Problem, trip: Trip) -> Iterator[Violation]:
    where = name_trip(problem, trip)
    vehicle, depot = problem.vehicle_types[trip.vehicle_type], problem.depots[trip.depot]
    span = {"start_s": trip.start_s, "end_s": trip.end_s}
    if trip.start_s < vehicle.shift_start_s or trip.end_s > vehicle.shift_end_s:
        bounds = {"shift_start_s": vehicle.shift_start_s, "shift_end_s": vehicle.shift_end_s}
        yield Violation(ViolationCode.OUTSIDE_SHIFT, where, span | bounds)
    end = depot if vehicle.end_depot is None else problem.depots[vehicle.end_depot]
    if trip.start_s < depot.opens_s or (vehicle.returns and trip.end_s > end.closes_s):
        bounds = {"opens_s": depot.opens_s, "closes_s": end.closes_s}
        yield Violation(ViolationCode.OUTSIDE_DEPOT_HOURS, where, span | bounds)
    if trip.departure_s > depot.closes_s and not (vehicle.returns and end is depot):  # or it is back too late as well
        numbers = {"departure_s": trip.departure_s, "closes_s": depot.closes_s}
        yield Violation(ViolationCode.LEAVES_TOO_LATE, where, numbers)
    loading_s = trip.departure_s - trip.start_s
    if loading_s < vehicle.loading_s:
        numbers = {"stated_s": loading_s, "loading_s": vehicle.loading_s}
        yield Violation(ViolationCode.LOADING_TOO_SHORT, where, numbers)


def _check_release(problem: Problem, trip: Trip) -> Iterator[Violation]:
    for stop in trip.stops:
        delivery = problem.deliveries[stop.delivery]
        if trip.start_s < delivery.release_s:
            numbers = {"start_s": trip.start_s, "release_s": delivery.release_s}
            yield Violation(ViolationCode.LOADED_BEFORE_RELEASE, delivery.name, numbers)


def _check_stop(delivery: Delivery, stop: Stop, trip: Trip) -> Iterator[Violation]:
    if trip.day not in delivery.days:
        yield Violation(ViolationCode.DAY_NOT_ALLOWED, delivery.name, {"day": trip.day})
    if stop.start_s < stop.arrival_s:
        numbers = {"start_s": stop.start_s, "arrival_s": stop.arrival_s}
        yield Violation(ViolationCode.BEGINS_BEFORE_ARRIVAL, delivery.name, numbers)
    if stop.departure_s - stop.start_s != delivery.service_s:
        numbers = {"stated_s": stop.departure_s - stop.start_s, "service_s": delivery.service_s}
        yield Violation(ViolationCode.SERVICE_TIME_WRONG, delivery.name, numbers)
    if delivery.windows and not any(start <= stop.start_s <= end for start, end in delivery.windows):
        yield Violation(ViolationCode.OUTSIDE_WINDOW, delivery.name, {"start_s": stop.start_s})
