"""Says with numbers why a delivery could not be served even if it were the only one.

A reason found here holds whatever else is planned; what hangs on the other deliveries (stock given to others, trucks
taken by others) is the search's to say. Alone means: one trip from its tagged depot, there and straight back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimizer.plan import Reason, Unserved
from optimizer.problem import Delivery, Problem, VehicleType


@dataclass(frozen=True, slots=True)
class _Alone:
    """The times of one truck that makes a trip for this delivery alone, in seconds after midnight."""

    needs_s: int
    longest_s: int
    earliest_s: int
    latest_s: int
    needs_m: int
    longest_m: int | None

    def is_too_far(self) -> bool:
        """Tell whether the road is longer than the truck may drive in a day."""
        return self.longest_m is not None and self.needs_m > self.longest_m

    def gap_s(self, window: tuple[int, int]) -> int:
        """Return how far the window lies from the times the truck can begin service; 0 if they meet."""
        return max(self.earliest_s - window[1], window[0] - self.latest_s, 0)


def static_reason(problem: Problem, index: int) -> Unserved | None:
    """Explain why a delivery can never be served by its depot; None if alone it could be.

    The numbers are, by reason:

    - ``no_compatible_vehicle``: ``trucks`` of the depot that work on its days and how many are ``carrying`` its storage
      class and of a type it allows; if there are any, also the payload of the ``smallest_g`` of these and the place's
      ``limit_g``;
    - ``too_large``: ``needs_g``, ``needs_ml`` and ``largest_g``, ``largest_ml`` of the truck that holds most of it
      among those that may stop there;
    - ``storage_full``: ``needs_g`` and the place's ``room_g``;
    - ``too_far``: the ``needs_m`` of road there and back, and the ``longest_m`` a truck may drive in a day;
    - ``shift_too_short``: ``needs_s`` for loading, road, service and return, and the ``longest_s`` a truck may work;
    - ``window_unreachable``: service can begin from ``earliest_s`` to ``latest_s``; the nearest window is
      ``window_start_s`` to ``window_end_s``.
    """
    delivery = problem.deliveries[index]

    def unserved(reason: Reason, **numbers: int) -> Unserved:
        return Unserved(index, reason, numbers)

    if not delivery.days:
        return unserved(Reason.NO_DAY)
    of_depot = [
        (k, v)
        for k, v in enumerate(problem.vehicle_types)
        if v.depot == delivery.depot and any(v.trucks_on(day) for day in delivery.days)
    ]
    roads = {_ending(v): _road(problem, delivery, v) for _, v in {_ending(v): (k, v) for k, v in of_depot}.values()}
    if _road(problem, delivery, None) is None and not any(roads.values()):
        return unserved(Reason.UNREACHABLE)
    carrying = [v for k, v in of_depot if _carries(k, v, delivery)]
    usable = [v for v in carrying if _reaches(v, delivery)]
    if not usable:
        trucks = sum(v.count for _, v in of_depot)
        return unserved(Reason.NO_COMPATIBLE_VEHICLE, **_incompatible(trucks, carrying, delivery))
    fitting = [v for v in usable if _room_g(v, delivery) >= delivery.weight_g and v.capacity_ml >= delivery.volume_ml]
    if not fitting:
        return unserved(Reason.TOO_LARGE, **_too_large(usable, delivery))
    room_g = problem.storage_g.get((delivery.place, delivery.storage_class))
    if room_g is not None and delivery.weight_g > room_g:
        return unserved(Reason.STORAGE_FULL, needs_g=delivery.weight_g, room_g=room_g)
    driven = [(v, roads[_ending(v)]) for v in fitting]
    trips = [_alone(problem, delivery, v, road) for v, road in driven if road is not None]
    if not trips:
        return unserved(Reason.UNREACHABLE)
    near = [t for t in trips if not t.is_too_far()]
    if not near:
        closest = min(trips, key=lambda t: t.needs_m - (t.longest_m or 0))
        return unserved(Reason.TOO_FAR, needs_m=closest.needs_m, longest_m=closest.longest_m or 0)
    trips = near
    in_shift = [t for t in trips if t.earliest_s <= t.latest_s and t.needs_s <= t.longest_s]
    if not in_shift:
        closest = min(trips, key=lambda t: t.needs_s - t.longest_s)
        return unserved(Reason.SHIFT_TOO_SHORT, needs_s=closest.needs_s, longest_s=closest.longest_s)
    return _missed_window(in_shift, delivery.windows, unserved)


def _road(problem: Problem, delivery: Delivery, vehicle: VehicleType | None) -> tuple[int, int, int] | None:
    """Return metres there and back, seconds there and seconds back of a truck (None: one of the depot); None without."""
    here = problem.depots[delivery.depot].place
    end = here if vehicle is None or vehicle.end_depot is None else problem.depots[vehicle.end_depot].place
    there_m, there_s = problem.travel.matrix([here], [delivery.place])
    legs = [int(there_m[0, 0]), int(there_s[0, 0]), 0, 0]
    if vehicle is None or vehicle.returns:
        back_m, back_s = problem.travel.matrix([delivery.place], [end])
        legs[2:] = int(back_m[0, 0]), int(back_s[0, 0])
    return None if min(legs) < 0 else (legs[0] + legs[2], legs[1], legs[3])


def _ending(vehicle: VehicleType) -> tuple[bool, int | None]:
    """Return what the way of a truck of a depot depends on."""
    return vehicle.returns, vehicle.end_depot


def _carries(number: int, vehicle: VehicleType, delivery: Delivery) -> bool:
    allowed = delivery.vehicle_types is None or number in delivery.vehicle_types
    return allowed and delivery.storage_class in vehicle.storage_classes


def _reaches(vehicle: VehicleType, delivery: Delivery) -> bool:
    return delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g


def _room_g(vehicle: VehicleType, delivery: Delivery) -> int:
    """Return what the truck can carry of a class that it carries: its compartment's room, if it has one."""
    if vehicle.class_capacity_g is None:
        return vehicle.capacity_g
    return min(vehicle.capacity_g, vehicle.class_capacity_g[vehicle.storage_classes.index(delivery.storage_class)])


def _incompatible(trucks: int, carrying: Sequence[VehicleType], delivery: Delivery) -> dict[str, int]:
    numbers = {"trucks": trucks, "carrying": sum(v.count for v in carrying)}
    if carrying and delivery.largest_vehicle_g is not None:
        numbers |= {"smallest_g": min(v.capacity_g for v in carrying), "limit_g": delivery.largest_vehicle_g}
    return numbers


def _too_large(usable: Sequence[VehicleType], delivery: Delivery) -> dict[str, int]:
    def held(vehicle: VehicleType) -> Fraction:
        by_mass = Fraction(_room_g(vehicle, delivery), max(delivery.weight_g, 1))
        return min(by_mass, Fraction(vehicle.capacity_ml, max(delivery.volume_ml, 1)))

    best = max(usable, key=held)
    return {
        "needs_g": delivery.weight_g,
        "largest_g": _room_g(best, delivery),
        "needs_ml": delivery.volume_ml,
        "largest_ml": best.capacity_ml,
    }


def _alone(problem: Problem, delivery: Delivery, vehicle: VehicleType, road: tuple[int, int, int]) -> _Alone:
    depot = problem.depots[delivery.depot]
    end = depot if vehicle.end_depot is None else problem.depots[vehicle.end_depot]
    begins = max(vehicle.shift_start_s, depot.opens_s, delivery.release_s)
    ends = min(vehicle.shift_end_s, end.closes_s) if vehicle.returns else vehicle.shift_end_s
    needs_m, out_s, back_s = road
    # Who cannot leave before the depot closes has only that long.
    span_s = max((ends if begins + vehicle.loading_s <= depot.closes_s else depot.closes_s) - begins, 0)
    return _Alone(
        needs_s=vehicle.loading_s + out_s + delivery.service_s + back_s,
        longest_s=span_s if vehicle.max_duration_s is None else min(span_s, vehicle.max_duration_s),
        earliest_s=begins + vehicle.loading_s + out_s,
        latest_s=ends - back_s - delivery.service_s,
        needs_m=needs_m,
        longest_m=vehicle.max_metres,
    )


def _missed_window(
    trips: Sequence[_Alone], windows: Sequence[tuple[int, int]], unserved: Callable[..., Unserved]
) -> Unserved | None:
    if not windows:
        return None
    trip, window = min(((t, w) for t in trips for w in windows), key=lambda pair: pair[0].gap_s(pair[1]))
    if trip.gap_s(window) == 0:
        return None
    return unserved(
        Reason.WINDOW_UNREACHABLE,
        earliest_s=trip.earliest_s,
        latest_s=trip.latest_s,
        window_start_s=window[0],
        window_end_s=window[1],
    )
