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

    def gap_s(self, window: tuple[int, int]) -> int:
        """Return how far the window lies from the times the truck can begin service; 0 if they meet."""
        return max(self.earliest_s - window[1], window[0] - self.latest_s, 0)


def static_reason(problem: Problem, index: int) -> Unserved | None:
    """Explain why a delivery can never be served by its depot; None if alone it could be.

    The numbers are, by reason:

    - ``no_compatible_vehicle``: ``trucks`` of the depot and how many are ``carrying`` its storage class; if there are
      any, also the payload of the ``smallest_g`` of these and the place's ``limit_g``;
    - ``too_large``: ``needs_g``, ``needs_ml`` and ``largest_g``, ``largest_ml`` of the truck that holds most of it
      among those that may stop there;
    - ``storage_full``: ``needs_g`` and the place's ``room_g``;
    - ``shift_too_short``: ``needs_s`` for loading, road, service and return, and the ``longest_s`` span a truck has;
    - ``window_unreachable``: service can begin from ``earliest_s`` to ``latest_s``; the nearest window is
      ``window_start_s`` to ``window_end_s``.
    """
    delivery = problem.deliveries[index]

    def unserved(reason: Reason, **numbers: int) -> Unserved:
        return Unserved(index, reason, numbers)

    if not delivery.days:
        return unserved(Reason.NO_DAY)
    road = _round_trip(problem, delivery)
    if road is None:
        return unserved(Reason.UNREACHABLE)
    of_depot = [v for v in problem.vehicle_types if v.depot == delivery.depot and v.count > 0]
    usable = [v for v in of_depot if _carries(v, delivery) and _reaches(v, delivery)]
    if not usable:
        return unserved(Reason.NO_COMPATIBLE_VEHICLE, **_incompatible(of_depot, delivery))
    fitting = [v for v in usable if v.capacity_g >= delivery.weight_g and v.capacity_ml >= delivery.volume_ml]
    if not fitting:
        return unserved(Reason.TOO_LARGE, **_too_large(usable, delivery))
    room_g = problem.storage_g.get((delivery.place, delivery.storage_class))
    if room_g is not None and delivery.weight_g > room_g:
        return unserved(Reason.STORAGE_FULL, needs_g=delivery.weight_g, room_g=room_g)
    trips = [_alone(problem, delivery, v, road) for v in fitting]
    in_shift = [t for t in trips if t.earliest_s <= t.latest_s]
    if not in_shift:
        closest = min(trips, key=lambda t: t.needs_s - t.longest_s)
        return unserved(Reason.SHIFT_TOO_SHORT, needs_s=closest.needs_s, longest_s=closest.longest_s)
    return _missed_window(in_shift, delivery.windows, unserved)


def _round_trip(problem: Problem, delivery: Delivery) -> tuple[int, int] | None:
    ends = [problem.depots[delivery.depot].place, delivery.place]
    metres, seconds = problem.travel.matrix(ends, ends)
    legs = ((0, 1), (1, 0))
    if any(min(metres[leg], seconds[leg]) < 0 for leg in legs):
        return None
    return int(seconds[legs[0]]), int(seconds[legs[1]])


def _carries(vehicle: VehicleType, delivery: Delivery) -> bool:
    return delivery.storage_class in vehicle.storage_classes


def _reaches(vehicle: VehicleType, delivery: Delivery) -> bool:
    return delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g


def _incompatible(of_depot: Sequence[VehicleType], delivery: Delivery) -> dict[str, int]:
    carrying = [v for v in of_depot if _carries(v, delivery)]
    numbers = {"trucks": sum(v.count for v in of_depot), "carrying": sum(v.count for v in carrying)}
    if carrying and delivery.largest_vehicle_g is not None:
        numbers |= {"smallest_g": min(v.capacity_g for v in carrying), "limit_g": delivery.largest_vehicle_g}
    return numbers


def _too_large(usable: Sequence[VehicleType], delivery: Delivery) -> dict[str, int]:
    def held(vehicle: VehicleType) -> Fraction:
        by_mass = Fraction(vehicle.capacity_g, max(delivery.weight_g, 1))
        return min(by_mass, Fraction(vehicle.capacity_ml, max(delivery.volume_ml, 1)))

    best = max(usable, key=held)
    return {
        "needs_g": delivery.weight_g,
        "largest_g": best.capacity_g,
        "needs_ml": delivery.volume_ml,
        "largest_ml": best.capacity_ml,
    }


def _alone(problem: Problem, delivery: Delivery, vehicle: VehicleType, road: tuple[int, int]) -> _Alone:
    depot = problem.depots[delivery.depot]
    begins = max(vehicle.shift_start_s, depot.opens_s)
    ends = min(vehicle.shift_end_s, depot.closes_s)
    out_s, back_s = road
    return _Alone(
        needs_s=vehicle.loading_s + out_s + delivery.service_s + back_s,
        longest_s=max(ends - begins, 0),
        earliest_s=begins + vehicle.loading_s + out_s,
        latest_s=ends - back_s - delivery.service_s,
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
