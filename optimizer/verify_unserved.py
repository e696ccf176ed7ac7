"""Checks that what a plan says of the deliveries that wait is true of the plan itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from optimizer.consecutive import consecutive_legs
from optimizer.plan import Plan, Reason, Trip
from optimizer.problem import Delivery, Problem, VehicleType
from optimizer.verify_docks import finds_dock, loading_times
from optimizer.violation import Violation, ViolationCode

#: Reasons that lie in the other deliveries of the plan; the rest hold even for the delivery alone.
_TAKEN_BY_OTHERS = frozenset({Reason.STORAGE_FULL, Reason.STOCK_SHORT, Reason.FLEET_USED_UP, Reason.DOCKS_FULL})

#: A window that no time of day is outside of.
_ANY_TIME = ((0, 1 << 40),)


@dataclass(frozen=True)
class _Taken:
    """What the served deliveries of a plan take from those that wait."""

    packs: Counter[tuple[int, int, int]]  # depot, commodity, day
    storage_g: Counter[tuple[int, str, int]]  # place, storage class, drop
    trucks: frozenset[tuple[int, int, int]]  # day, vehicle type, vehicle


def _count_taken(problem: Problem, trips: Iterable[Trip]) -> _Taken:
    packs: Counter[tuple[int, int, int]] = Counter()
    storage_g: Counter[tuple[int, str, int]] = Counter()
    trucks = set()
    for trip in trips:
        trucks.add((trip.day, trip.vehicle_type, trip.vehicle))
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            storage_g[delivery.place, delivery.storage_class, delivery.drop] += delivery.weight_g
            for commodity, count in enumerate(delivery.packs):
                packs[trip.depot, commodity, trip.day] += count
    return _Taken(packs, storage_g, frozenset(trucks))


def check_reasons(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield each stated reason that the problem and the final plan do not bear out."""
    taken = _count_taken(problem, plan.trips)
    for waiting in plan.unserved:
        delivery = problem.deliveries[waiting.delivery]
        if waiting.reason is not _reason_alone(problem, delivery) and (
            waiting.reason not in _TAKEN_BY_OTHERS or not _is_taken(problem, delivery, waiting.reason, taken, plan)
        ):
            yield Violation(ViolationCode.REASON_WRONG, delivery.name)


def _reason_alone(problem: Problem, delivery: Delivery) -> Reason | None:
    """Work out, from the problem only, what keeps a delivery from being served even alone."""
    of_depot = [
        (k, v) for k, v in enumerate(problem.vehicle_types) if v.depot == delivery.depot and _works(v, delivery)
    ]
    compatible = [v for k, v in of_depot if _may_carry(k, v, delivery)]
    holding = [v for v in compatible if _can_carry(v, delivery)]
    ends = {(v.returns, v.end_depot): v for _, v in of_depot}
    ways = {end: _way(problem, delivery, v) for end, v in ends.items()}
    plain = _way(problem, delivery, None)
    on_road = [v for v in holding if ways[v.returns, v.end_depot] is not None]
    near = [v for v in on_road if not _is_too_far(v, ways[v.returns, v.end_depot])]
    room_g = problem.storage_g.get((delivery.place, delivery.storage_class))
    windows = delivery.windows or _ANY_TIME
    checks: tuple[tuple[Reason, bool], ...] = (
        (Reason.NO_DAY, not delivery.days),
        (Reason.UNREACHABLE, plain is None and not any(ways.values())),
        (Reason.NO_COMPATIBLE_VEHICLE, not compatible),
        (Reason.TOO_LARGE, not holding),
        (Reason.STORAGE_FULL, room_g is not None and delivery.weight_g > room_g),
        (Reason.UNREACHABLE, not on_road),
        (Reason.TOO_FAR, not near),
        (Reason.SHIFT_TOO_SHORT, not any(_is_in_time(problem, delivery, v, _ANY_TIME) for v in near)),
        (Reason.WINDOW_UNREACHABLE, not any(_is_in_time(problem, delivery, v, windows) for v in near)),
    )
    return next((reason for reason, holds in checks if holds), None)


def _works(vehicle: VehicleType, delivery: Delivery) -> bool:
    return any(vehicle.trucks_on(day) for day in delivery.days)


def _may_carry(number: int, vehicle: VehicleType, delivery: Delivery) -> bool:
    return (
        delivery.storage_class in vehicle.storage_classes
        and (delivery.vehicle_types is None or number in delivery.vehicle_types)
        and (delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g)
    )


def _can_carry(vehicle: VehicleType, delivery: Delivery) -> bool:
    rooms = dict(zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False))
    room_g = min(vehicle.capacity_g, rooms.get(delivery.storage_class, vehicle.capacity_g))
    return delivery.weight_g <= room_g and delivery.volume_ml <= vehicle.capacity_ml


def _way(problem: Problem, delivery: Delivery, vehicle: VehicleType | None) -> tuple[int, int, int] | None:
    """Return all metres, seconds there and seconds back to where the truck ends; None where a road is missing."""
    home = delivery.depot if vehicle is None or vehicle.end_depot is None else vehicle.end_depot
    tour = [problem.depots[delivery.depot].place, delivery.place, problem.depots[home].place]
    if vehicle is not None and not vehicle.returns:
        tour.pop()
    legs = consecutive_legs(problem.travel, tour)
    if any(min(leg) < 0 for leg in legs):
        return None
    return sum(m for m, _ in legs), legs[0][1], legs[1][1] if len(legs) > 1 else 0


def _is_too_far(vehicle: VehicleType, way: tuple[int, int, int] | None) -> bool:
    return way is None or (vehicle.max_metres is not None and way[0] > vehicle.max_metres)


def _is_in_time(
    problem: Problem, delivery: Delivery, vehicle: VehicleType, windows: tuple[tuple[int, int], ...]
) -> bool:
    """Drive there and back on an idle truck's day, once for each window."""
    way = _way(problem, delivery, vehicle)
    if way is None:
        return False
    _, out_s, back_s = way
    depot = problem.depots[vehicle.depot]
    end = depot if vehicle.end_depot is None else problem.depots[vehicle.end_depot]
    closes_s = min(vehicle.shift_end_s, end.closes_s) if vehicle.returns else vehicle.shift_end_s
    departure_s = max(vehicle.shift_start_s, depot.opens_s, delivery.release_s) + vehicle.loading_s
    if departure_s > depot.closes_s:
        return False
    arrival_s = departure_s + out_s
    if vehicle.max_duration_s is not None:
        needs_s = vehicle.loading_s + out_s + delivery.service_s + back_s
        if needs_s > vehicle.max_duration_s:
            return False
    for start_s, end_s in windows:
        begins_s = max(arrival_s, start_s)
        if begins_s <= end_s and begins_s + delivery.service_s + back_s <= closes_s:
            return True
    return False


def _is_taken(problem: Problem, delivery: Delivery, reason: Reason, taken: _Taken, plan: Plan) -> bool:
    """Tell whether others have taken the room, the stock, the trucks or the docks that a delivery would need."""
    if _reason_alone(problem, delivery) is not None:
        return False
    key = delivery.place, delivery.storage_class
    room_g = problem.storage_g.get(key)
    storage_full = room_g is not None and taken.storage_g[*key, delivery.drop] + delivery.weight_g > room_g
    if reason is Reason.STORAGE_FULL:
        return storage_full
    stocked = [day for day in delivery.days if _has_stock(problem, delivery, day, taken)]
    if reason is Reason.STOCK_SHORT:
        return not stocked
    if reason is Reason.DOCKS_FULL:
        idle = [(day, v) for day in stocked for v in _idle_trucks(problem, delivery, day, taken)]
        return not storage_full and bool(idle) and not any(_finds_dock(problem, plan, delivery, *one) for one in idle)
    return storage_full or not stocked or not any(any(_idle_trucks(problem, delivery, day, taken)) for day in stocked)


def _has_stock(problem: Problem, delivery: Delivery, day: int, taken: _Taken) -> bool:
    """Tell whether the packs can leave on a day without breaking the cumulative stock of any later day."""
    for commodity, packs in enumerate(delivery.packs):
        gone = 0
        for later, available in enumerate(problem.depots[delivery.depot].stock[commodity]):
            gone += taken.packs[delivery.depot, commodity, later]
            if packs and later >= day and gone + packs > available:
                return False
    return True


def _idle_trucks(problem: Problem, delivery: Delivery, day: int, taken: _Taken) -> Iterator[VehicleType]:
    windows = delivery.windows or _ANY_TIME
    for index, v in enumerate(problem.vehicle_types):
        if (
            v.depot == delivery.depot
            and _may_carry(index, v, delivery)
            and _can_carry(v, delivery)
            and not _is_too_far(v, _way(problem, delivery, v))
            and any((day, index, unit) not in taken.trucks for unit in range(v.trucks_on(day)))
            and _is_in_time(problem, delivery, v, windows)
        ):
            yield v


def _finds_dock(problem: Problem, plan: Plan, delivery: Delivery, day: int, vehicle: VehicleType) -> bool:
    way = _way(problem, delivery, vehicle)
    spans = loading_times(plan, vehicle.depot, day)
    return way is not None and finds_dock(problem, delivery, vehicle, way[1:], spans)


def check_ranks(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield each delivery that waits though one of higher rank got what it could have had, stop for stop.

    That is certain where both go to the same place from the same depot and the waiting one asks for no more in any
    respect. Between different places it depends on the routes, and nothing is said of it here.
    """
    served: defaultdict[int, list[tuple[Delivery, Trip]]] = defaultdict(list)
    for trip in plan.trips:
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            served[delivery.place].append((delivery, trip))
    for waiting in plan.unserved:
        if waiting.reason not in _TAKEN_BY_OTHERS:
            continue
        delivery = problem.deliveries[waiting.delivery]
        for other, trip in served[delivery.place]:
            if trip.depot == delivery.depot and other.rank > delivery.rank and _asks_no_more(delivery, other):
                numbers = {"rank": delivery.rank, "other_rank": other.rank}
                yield Violation(ViolationCode.RANK_BROKEN, delivery.name, numbers)
                break


def _asks_no_more(delivery: Delivery, other: Delivery) -> bool:
    """Tell whether a delivery could take the other's stop on whatever trip that is."""
    reach = delivery.largest_vehicle_g
    windows = other.windows or _ANY_TIME
    return (
        delivery.storage_class == other.storage_class
        and delivery.drop == other.drop
        and delivery.weight_g <= other.weight_g
        and delivery.volume_ml <= other.volume_ml
        and all(mine <= theirs for mine, theirs in zip(delivery.packs, other.packs, strict=True))
        and delivery.service_s <= other.service_s
        and delivery.release_s <= other.release_s
        and (
            delivery.vehicle_types is None
            or (other.vehicle_types is not None and set(other.vehicle_types) <= set(delivery.vehicle_types))
        )
        and (reach is None or (other.largest_vehicle_g is not None and other.largest_vehicle_g <= reach))
        and set(other.days) <= set(delivery.days)
        and (
            not delivery.windows
            or all(any(a <= start and end <= b for a, b in delivery.windows) for start, end in windows)
        )
    )
