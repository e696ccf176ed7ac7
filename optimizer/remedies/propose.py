"""Which changes may let one delivery be served, by what keeps it from it.

How much is needed is found by trying: with a limit taken away the delivery is put where it is cheapest, and the change
is what that place needs; where less is no longer enough, whole minutes are searched by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from optimizer.plan import Reason
from optimizer.problem import Delivery, Problem, VehicleType
from optimizer.remedies.case import Case, Spot
from optimizer.remedies.change import Change, ChangeCode

Changes = tuple[Change, ...]
#: Vehicle types of other depots, cheapest first, that are tried beside those of the delivery's own.
FOREIGN_TYPES = 4
#: A load is cut into at most this many.
MOST_LOADS = 40
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far hours and roads may be stretched."""

    seconds: int
    metres: int


def propose(
    case: Case, delivery: int, reason: Reason, depots: tuple[int, ...], stretch: Stretch, ahead: int = 1
) -> Iterator[Changes]:
    """Yield changes that may take away what keeps a delivery from being served; none is sure to suffice.

    Parameters
    ----------
    case
        The plan; the delivery is not in it.
    delivery
        The delivery.
    reason
        What keeps it, by ``Case.obstacle``.
    depots
        Depots that it may be tagged to.
    stretch
        How far hours and roads may be stretched.
    ahead
        Loads like it that wait, this one included: so many trucks may be added at once.
    """
    for proposal in _BY_REASON[reason]:
        for changes in proposal(case, delivery, stretch):
            yield changes
            if changes[0].code is ChangeCode.MORE_TRUCKS:
                one = changes[0]
                yield from ((replace(one, numbers={**one.numbers, "trucks": n}),) for n in range(2, ahead + 1))
    if reason not in {Reason.NO_DAY, Reason.STORAGE_FULL}:
        own = case.problem.deliveries[delivery].depot
        yield from ((_change(ChangeCode.RETAG, delivery=delivery, depot=d),) for d in depots if d != own)


def _change(code: ChangeCode, **numbers: int) -> Change:
    return Change(code, numbers)


def _may_bring(kind: int, vehicle: VehicleType, delivery: Delivery) -> bool:
    """Tell whether a type carries the class, may stop there and holds the load."""
    rooms = dict(zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False))
    return (
        delivery.storage_class in vehicle.storage_classes
        and (delivery.vehicle_types is None or kind in delivery.vehicle_types)
        and (delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g)
        and delivery.weight_g <= min(vehicle.capacity_g, rooms.get(delivery.storage_class, vehicle.capacity_g))
        and delivery.volume_ml <= vehicle.capacity_ml
    )


def _types(problem: Problem, depot: int, suits: Callable[[int, VehicleType], bool]) -> list[int]:
    """Return the types of a depot that suit, then the cheapest of other depots unlike these and each other."""
    own: list[int] = []
    foreign: list[int] = []
    seen = set()
    types = sorted(enumerate(problem.vehicle_types), key=lambda kv: (kv[1].depot != depot, _price(kv[1]), kv[0]))
    for k, vehicle in types:
        like = replace(vehicle, name="", depot=depot, end_depot=None, count=1)
        if like not in seen and suits(k, vehicle):
            seen.add(like)
            (own if vehicle.depot == depot else foreign).append(k)
    return own + foreign[:FOREIGN_TYPES]


def _price(vehicle: VehicleType) -> tuple[int, int, int]:
    return vehicle.fixed_cost, vehicle.cost_per_km, vehicle.cost_per_hour


def types_for(problem: Problem, delivery: int) -> list[int]:
    """Return the types that may bring a delivery: those of its depot, then the cheapest of others unlike these."""
    one = problem.deliveries[delivery]
    return _types(problem, one.depot, lambda k, v: _may_bring(k, v, one))


def _own_types(problem: Problem, one: Delivery) -> list[int]:
    """Return the types of its depot that may bring a delivery, of which there are some."""
    return [
        k for k, v in enumerate(problem.vehicle_types) if v.depot == one.depot and v.count and _may_bring(k, v, one)
    ]


def _more_trucks(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    one = case.problem.deliveries[delivery]
    for kind in types_for(case.problem, delivery):
        yield (_change(ChangeCode.MORE_TRUCKS, depot=one.depot, vehicle_type=kind, trucks=1),)


def _other_trucks(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    """Where no truck may bring it: a smaller one, one for its class, or leave for a type that is barred."""
    one = case.problem.deliveries[delivery]
    limit_g = one.largest_vehicle_g

    def carries(vehicle: VehicleType) -> bool:
        return one.storage_class in vehicle.storage_classes

    def reaches(vehicle: VehicleType) -> bool:
        return limit_g is None or vehicle.capacity_g <= limit_g

    if limit_g is not None:
        for kind in _types(case.problem, one.depot, lambda _, v: carries(v) and not reaches(v)):
            yield (_change(ChangeCode.SMALLER_TRUCK, depot=one.depot, vehicle_type=kind, capacity_g=limit_g),)
    for kind in _types(case.problem, one.depot, lambda _, v: not carries(v) and reaches(v)):
        yield (_change(ChangeCode.EQUIPPED_TRUCK, depot=one.depot, vehicle_type=kind, delivery=delivery),)
    for kind, vehicle in enumerate(case.problem.vehicle_types):
        barred = one.vehicle_types is not None and kind not in one.vehicle_types
        if barred and vehicle.depot == one.depot and vehicle.count and carries(vehicle) and reaches(vehicle):
            yield (_change(ChangeCode.ALLOW_TRUCK, delivery=delivery, vehicle_type=kind),)


def _split(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    """Cut it into the fewest loads that trucks which may stop there hold."""
    for loads in range(2, min(MOST_LOADS, sum(case.problem.deliveries[delivery].packs)) + 1):
        change = (_change(ChangeCode.SPLIT, delivery=delivery, loads=loads),)
        cut = case.changed(change).problem
        parts = [delivery, *range(len(case.problem.deliveries), len(cut.deliveries))]
        if all(_own_types(cut, cut.deliveries[part]) for part in parts):
            yield change
            return


def _other_day(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    one = case.problem.deliveries[delivery]
    others = [day for day in range(len(case.problem.days)) if day not in one.days]
    if others:
        deliveries = list(case.problem.deliveries)
        deliveries[delivery] = replace(one, days=tuple(others))
        spot = replace(case, problem=replace(case.problem, deliveries=tuple(deliveries))).find(delivery)
        days = [others[0], others[-1]] if spot is None else [spot.key[0]]
        yield from ((_change(ChangeCode.OTHER_DAY, delivery=delivery, day=day),) for day in dict.fromkeys(days))


def _extra_day(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    if case.problem.days:
        yield (_change(ChangeCode.EXTRA_DAY, delivery=delivery, day=len(case.problem.days)),)


def _more_trips(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    for kind in _own_types(case.problem, case.problem.deliveries[delivery]):
        vehicle = case.problem.vehicle_types[kind]
        if vehicle.returns and vehicle.end_depot in {None, vehicle.depot}:
            yield (_change(ChangeCode.MORE_TRIPS, vehicle_type=kind, trips=1),)


def _later_return(case: Case, delivery: int, stretch: Stretch) -> Iterator[Changes]:
    """Let the trucks of a type work longer and farther; what the cheapest place then needs is the change."""
    problem = case.problem
    for kind in _own_types(problem, problem.deliveries[delivery]):
        vehicle = problem.vehicle_types[kind]
        end = vehicle.depot if vehicle.end_depot is None else vehicle.end_depot
        free: list[Change] = [
            _change(ChangeCode.LONGER_SHIFT, vehicle_type=kind, earlier_s=0, later_s=stretch.seconds),
            *(
                _change(ChangeCode.LONGER_HOURS, depot=depot, earlier_s=0, later_s=stretch.seconds)
                for depot in dict.fromkeys((vehicle.depot, end))
            ),
        ]
        if vehicle.max_duration_s is not None:
            free.append(_change(ChangeCode.LONGER_DUTY, vehicle_type=kind, by_s=stretch.seconds))
        if vehicle.max_metres is not None:
            free.append(_change(ChangeCode.LONGER_ROAD, vehicle_type=kind, by_m=stretch.metres))
        spot = _only(case.changed(free), kind, delivery).find(delivery)
        if spot is not None and (needed := _needed(problem, kind, end, spot)):
            yield needed


def _only(case: Case, kind: int, delivery: int) -> Case:
    """Hold a delivery to one vehicle type."""
    deliveries = list(case.problem.deliveries)
    deliveries[delivery] = replace(deliveries[delivery], vehicle_types=(kind,))
    return replace(case, problem=replace(case.problem, deliveries=tuple(deliveries)))


def _needed(problem: Problem, kind: int, end: int, spot: Spot) -> Changes:
    vehicle = problem.vehicle_types[kind]
    changes = []
    if spot.end_s > vehicle.shift_end_s:
        later_s = _minutes(spot.end_s - vehicle.shift_end_s)
        changes.append(_change(ChangeCode.LONGER_SHIFT, vehicle_type=kind, earlier_s=0, later_s=later_s))
    open_until = {vehicle.depot: spot.departure_s} | ({end: spot.end_s} if vehicle.returns else {})
    for depot, until_s in open_until.items():
        if until_s > problem.depots[depot].closes_s:
            later_s = _minutes(until_s - problem.depots[depot].closes_s)
            changes.append(_change(ChangeCode.LONGER_HOURS, depot=depot, earlier_s=0, later_s=later_s))
    if vehicle.max_duration_s is not None and spot.working_s > vehicle.max_duration_s:
        by_s = _minutes(spot.working_s - vehicle.max_duration_s)
        changes.append(_change(ChangeCode.LONGER_DUTY, vehicle_type=kind, by_s=by_s))
    if vehicle.max_metres is not None and spot.metres > vehicle.max_metres:
        by_m = spot.metres - vehicle.max_metres
        changes.append(_change(ChangeCode.LONGER_ROAD, vehicle_type=kind, by_m=by_m))
    return tuple(changes)


def _minutes(seconds: int) -> int:
    return -(-seconds // _MINUTE) * _MINUTE


def _earlier_start(case: Case, delivery: int, stretch: Stretch) -> Iterator[Changes]:
    """Let the trucks of a type begin earlier, and the depot open earlier if it must: the fewest minutes."""
    problem = case.problem
    for kind in _own_types(problem, problem.deliveries[delivery]):
        vehicle, depot = problem.vehicle_types[kind], problem.depots[problem.vehicle_types[kind].depot]
        begins = max(vehicle.shift_start_s, depot.opens_s)

        def changes(minutes: int, kind: int = kind, begins: int = begins) -> Changes:
            vehicle, depot = problem.vehicle_types[kind], problem.vehicle_types[kind].depot
            start = begins - minutes * _MINUTE
            earlier_s, sooner_s = vehicle.shift_start_s - start, problem.depots[depot].opens_s - start
            made = []
            if earlier_s > 0:
                made.append(_change(ChangeCode.LONGER_SHIFT, vehicle_type=kind, earlier_s=earlier_s, later_s=0))
            if sooner_s > 0:
                made.append(_change(ChangeCode.LONGER_HOURS, depot=depot, earlier_s=sooner_s, later_s=0))
            return tuple(made)

        held = _only(case, kind, delivery)
        most = min(stretch.seconds, begins) // _MINUTE
        least = _least(most, lambda n, held=held, of=changes: held.changed(of(n)).find(delivery) is not None)  # type: ignore[misc]
        if least is not None:
            yield changes(least)


def _wider_window(case: Case, delivery: int, stretch: Stretch) -> Iterator[Changes]:
    """Open the place earlier, or close it later: the fewest minutes by which a truck can come."""
    for start_s, end_s in case.problem.deliveries[delivery].windows:
        for side in ("earlier_s", "later_s"):

            def change(minutes: int, start_s: int = start_s, end_s: int = end_s, side: str = side) -> Changes:
                numbers = {"delivery": delivery, "window_start_s": start_s, "window_end_s": end_s}
                sides = {"earlier_s": 0, "later_s": 0} | {side: minutes * _MINUTE}
                return (_change(ChangeCode.WIDER_WINDOW, **numbers, **sides),)

            most = min(stretch.seconds, start_s if side == "earlier_s" else stretch.seconds) // _MINUTE
            least = _least(most, lambda n, of=change: case.changed(of(n)).find(delivery) is not None)  # type: ignore[misc]
            if least is not None:
                yield change(least)


def _least(most: int, holds: Callable[[int], bool]) -> int | None:
    """Return the least whole number from 1 for which something holds that holds for all greater; None above most."""
    if most < 1 or not holds(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _more_stock(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    """Bring in what is missing by the day on which it is best carried, and by its last."""
    one = case.problem.deliveries[delivery]
    slack = case.slack(one.depot)
    wanted = [(c, packs) for c, packs in enumerate(one.packs) if packs]

    def more(day: int, of_day: int) -> Changes:
        """Return what is missing on a day, from another on."""
        missing = ((c, packs - int(slack[c, of_day])) for c, packs in wanted)
        return tuple(
            _change(ChangeCode.MORE_STOCK, depot=one.depot, commodity=c, packs=packs, day=day)
            for c, packs in missing
            if packs > 0
        )

    spot = case.changed(more(0, of_day=0)).find(delivery)  # the first day has the least
    for day in dict.fromkeys([one.days[-1]] if spot is None else [spot.key[0], one.days[-1]]):
        yield more(day, of_day=day)


def _more_storage(case: Case, delivery: int, _: Stretch) -> Iterator[Changes]:
    short_g = case.short_g(delivery)
    if short_g > 0:
        yield (_change(ChangeCode.MORE_STORAGE, delivery=delivery, by_g=short_g),)


_Proposal = Callable[[Case, int, Stretch], Iterator[Changes]]

_BY_REASON: Mapping[Reason, tuple[_Proposal, ...]] = {
    Reason.NO_DAY: (_other_day, _extra_day),
    Reason.UNREACHABLE: (),
    Reason.NO_COMPATIBLE_VEHICLE: (_more_trucks, _other_trucks),
    Reason.TOO_LARGE: (_split, _more_trucks, _other_trucks),
    Reason.STORAGE_FULL: (_more_storage,),
    Reason.TOO_FAR: (_later_return, _more_trucks),
    Reason.SHIFT_TOO_SHORT: (_later_return, _earlier_start, _more_trucks),
    Reason.WINDOW_UNREACHABLE: (_wider_window, _later_return, _earlier_start, _more_trucks),
    Reason.STOCK_SHORT: (_more_stock, _other_day),
    Reason.FLEET_USED_UP: (
        _other_day,
        _more_trips,
        _later_return,
        _earlier_start,
        _wider_window,
        _more_trucks,
        _extra_day,
    ),
}
