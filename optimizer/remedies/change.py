"""Changes of a problem that a planner can decide on, typed and with numbers, and the problem after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from optimizer.problem import Delivery, Depot, Problem, VehicleType

_Applied = Callable[[Problem, Mapping[str, int]], Problem]


class ChangeCode(StrEnum):
    """Kinds of change, with their numbers; of remedies that cost the same, the first listed is preferred."""

    RETAG = "retag"  # delivery, depot: it is tagged to another depot
    OTHER_DAY = "other_day"  # delivery, day: it may come on one more day of the period
    MORE_TRIPS = "more_trips"  # vehicle_type, trips: more trips a day
    LONGER_SHIFT = "longer_shift"  # vehicle_type, earlier_s, later_s
    LONGER_HOURS = "longer_hours"  # depot, earlier_s, later_s: it opens earlier, closes later
    LONGER_DUTY = "longer_duty"  # vehicle_type, by_s: more working time a day
    LONGER_ROAD = "longer_road"  # vehicle_type, by_m: more road a day
    WIDER_WINDOW = "wider_window"  # delivery, window_start_s, window_end_s, earlier_s, later_s
    ALLOW_TRUCK = "allow_truck"  # delivery, vehicle_type: trucks of that type may bring it too
    SPLIT = "split"  # delivery, loads: it comes as that many loads
    MORE_TRUCKS = "more_trucks"  # depot, vehicle_type, trucks: more trucks like those of the type, at that depot
    SMALLER_TRUCK = "smaller_truck"  # depot, vehicle_type, capacity_g: one more like those, but no larger than that
    EQUIPPED_TRUCK = "equipped_truck"  # depot, vehicle_type, delivery: one more like those, for the delivery's class
    MORE_STOCK = "more_stock"  # depot, commodity, packs, day: packs more, from that day on
    MORE_STORAGE = "more_storage"  # delivery, by_g: more room at its place for its class
    MORE_DOCKS = "more_docks"  # depot, docks: more trucks may load at once
    EXTRA_DAY = "extra_day"  # delivery, day: one more working day after the period, and it may come on it


#: Numbers of a change that say how much of it.
_AMOUNTS = frozenset({"trucks", "trips", "packs", "by_g", "by_s", "by_m", "earlier_s", "later_s", "docks"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change; depots, deliveries, types, days and commodities are numbered as in the problem it is made to."""

    code: ChangeCode
    numbers: Mapping[str, int] = field(default_factory=dict)


def apply_changes(problem: Problem, changes: Iterable[Change]) -> Problem:
    """Return the problem after changes, made one after another.

    Whatever was numbered keeps its number: new types, days and loads come last.
    """
    for change in changes:
        problem = _APPLIED[change.code](problem, change.numbers)
    return problem


def same_kind(change: Change) -> tuple[str, frozenset[tuple[str, int]]]:
    """Return what changes have in common that differ only in how much."""
    return change.code.value, frozenset((name, n) for name, n in change.numbers.items() if name not in _AMOUNTS)


def merge_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Add up changes that differ only in how much, each where the first of its kind stands."""
    merged: dict[tuple[str, frozenset[tuple[str, int]]], Change] = {}
    for change in changes:
        kind = same_kind(change)
        if kind in merged:
            before = merged[kind].numbers
            numbers = {name: n + before[name] if name in _AMOUNTS else n for name, n in change.numbers.items()}
            change = replace(change, numbers=numbers)  # noqa: PLW2901 - the sum takes its place
        merged[kind] = change
    return tuple(merged.values())


def cut_evenly(problem: Problem, delivery: Delivery, loads: int) -> tuple[Delivery, ...]:
    """Cut a delivery into loads of about equal packs; each takes the whole service time, the first keeps its name.

    What it weighs and fills beyond its packs is shared by weight and rounded up.
    """
    parts = []
    packs_g = sum(n * each for n, each in zip(delivery.packs, problem.commodity_weight_g, strict=True))
    packs_ml = sum(n * each for n, each in zip(delivery.packs, problem.commodity_volume_ml, strict=True))
    before = 0
    edges = []
    for packs in delivery.packs:  # odd packs of one commodity go where those of the one before left off
        edges.append([(n * packs + before) // loads for n in range(loads + 1)])
        before = (before + packs) % loads
    for number in range(loads):
        counts = tuple(row[number + 1] - row[number] for row in edges)
        weight_g = sum(n * each for n, each in zip(counts, problem.commodity_weight_g, strict=True))
        volume_ml = sum(n * each for n, each in zip(counts, problem.commodity_volume_ml, strict=True))
        parts.append(
            replace(
                delivery,
                name=delivery.name if number == 0 else f"{delivery.name}/{number + 1}",
                packs=counts,
                weight_g=weight_g + _share(delivery.weight_g - packs_g, weight_g, packs_g),
                volume_ml=volume_ml + _share(delivery.volume_ml - packs_ml, volume_ml, packs_ml),
            )
        )
    return tuple(parts)


def _share(excess: int, part: int, whole: int) -> int:
    return -(-max(excess, 0) * part // max(whole, 1))


def _of_delivery(change: Callable[[Problem, Delivery, Mapping[str, int]], Delivery]) -> _Applied:
    def applied(problem: Problem, numbers: Mapping[str, int]) -> Problem:
        i = numbers["delivery"]
        deliveries = list(problem.deliveries)
        deliveries[i] = change(problem, deliveries[i], numbers)
        return replace(problem, deliveries=tuple(deliveries))

    return applied


def _of_type(change: Callable[[VehicleType, Mapping[str, int]], VehicleType]) -> _Applied:
    def applied(problem: Problem, numbers: Mapping[str, int]) -> Problem:
        types = list(problem.vehicle_types)
        types[numbers["vehicle_type"]] = change(types[numbers["vehicle_type"]], numbers)
        return replace(problem, vehicle_types=tuple(types))

    return applied


def _of_depot(change: Callable[[Depot, Mapping[str, int]], Depot]) -> _Applied:
    def applied(problem: Problem, numbers: Mapping[str, int]) -> Problem:
        depots = list(problem.depots)
        depots[numbers["depot"]] = change(depots[numbers["depot"]], numbers)
        return replace(problem, depots=tuple(depots))

    return applied


def _more_trucks(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    vehicle = problem.vehicle_types[numbers["vehicle_type"]]
    if vehicle.depot != numbers["depot"]:
        return _new_type(problem, numbers, replace(vehicle, count=numbers["trucks"]))
    return _of_type(lambda v, n: replace(v, count=v.count + n["trucks"]))(problem, numbers)


def _smaller_truck(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    """Add a truck of less payload and, in proportion, less room."""
    like = problem.vehicle_types[numbers["vehicle_type"]]
    capacity_g = numbers["capacity_g"]
    rooms = like.class_capacity_g
    smaller = replace(
        like,
        name=f"{like.name}<{capacity_g}",
        count=1,
        capacity_g=capacity_g,
        capacity_ml=like.capacity_ml * capacity_g // max(like.capacity_g, 1),
        class_capacity_g=None if rooms is None else tuple(min(room, capacity_g) for room in rooms),
    )
    return _new_type(problem, numbers, smaller)


def _equipped_truck(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    like = problem.vehicle_types[numbers["vehicle_type"]]
    rooms = like.class_capacity_g
    storage_class = problem.deliveries[numbers["delivery"]].storage_class
    equipped = replace(
        like,
        name=f"{like.name}+{storage_class}",
        count=1,
        storage_classes=(*like.storage_classes, storage_class),
        class_capacity_g=None if rooms is None else (*rooms, like.capacity_g),
    )
    return _new_type(problem, numbers, equipped)


def _new_type(problem: Problem, numbers: Mapping[str, int], vehicle: VehicleType) -> Problem:
    """Add a type at a depot, called ``<type>@<place>``; who takes trucks of the type that it is like takes it too.

    A smaller one is called ``<type><<grams>@<place>``, one that is fit for a class ``<type>+<class>@<place>``.
    """
    like, depot, new = numbers["vehicle_type"], numbers["depot"], len(problem.vehicle_types)
    home = problem.places[problem.depots[depot].place].name
    vehicle = replace(vehicle, name=f"{vehicle.name}@{home}", depot=depot, end_depot=None)
    deliveries = tuple(
        replace(d, vehicle_types=(*d.vehicle_types, new)) if d.vehicle_types and like in d.vehicle_types else d
        for d in problem.deliveries
    )
    return replace(problem, vehicle_types=(*problem.vehicle_types, vehicle), deliveries=deliveries)


def _more_stock(depot: Depot, numbers: Mapping[str, int]) -> Depot:
    row = depot.stock[numbers["commodity"]]
    more = tuple(packs + (numbers["packs"] if day >= numbers["day"] else 0) for day, packs in enumerate(row))
    stock = (more if c == numbers["commodity"] else old for c, old in enumerate(depot.stock))
    return replace(depot, stock=tuple(stock))


def _allow_truck(_: Problem, delivery: Delivery, numbers: Mapping[str, int]) -> Delivery:
    return replace(delivery, vehicle_types=tuple(sorted({*(delivery.vehicle_types or ()), numbers["vehicle_type"]})))


def _wider_window(_: Problem, delivery: Delivery, numbers: Mapping[str, int]) -> Delivery:
    start_s, end_s = numbers["window_start_s"], numbers["window_end_s"]
    wider = start_s - numbers["earlier_s"], end_s + numbers["later_s"]
    return replace(
        delivery, windows=_merge(wider if window == (start_s, end_s) else window for window in delivery.windows)
    )


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start_s, end_s in sorted(spans):
        if merged and start_s <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end_s, merged[-1][1])
        else:
            merged.append((start_s, end_s))
    return tuple(merged)


def _split(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    i = numbers["delivery"]
    first, *rest = cut_evenly(problem, problem.deliveries[i], numbers["loads"])
    return replace(problem, deliveries=(*problem.deliveries[:i], first, *problem.deliveries[i + 1 :], *rest))


def _more_storage(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    delivery = problem.deliveries[numbers["delivery"]]
    key = delivery.place, delivery.storage_class
    return replace(problem, storage_g={**problem.storage_g, key: problem.storage_g[key] + numbers["by_g"]})


def _extra_day(problem: Problem, numbers: Mapping[str, int]) -> Problem:
    """Add the day, unless it is there, and allow it; the stock of the last day is there on it."""
    if numbers["day"] == len(problem.days):
        depots = tuple(replace(d, stock=tuple((*row, row[-1]) for row in d.stock)) for d in problem.depots)
        problem = replace(problem, days=(*problem.days, f"{problem.days[-1]}+1"), depots=depots)
    return _other_day(problem, numbers)


_other_day = _of_delivery(lambda _, d, n: replace(d, days=tuple(sorted({*d.days, n["day"]}))))

_APPLIED: Mapping[ChangeCode, _Applied] = {
    ChangeCode.RETAG: _of_delivery(lambda _, d, n: replace(d, depot=n["depot"])),
    ChangeCode.OTHER_DAY: _other_day,
    ChangeCode.MORE_TRIPS: _of_type(lambda v, n: replace(v, trips_per_day=v.trips_per_day + n["trips"])),
    ChangeCode.LONGER_SHIFT: _of_type(
        lambda v, n: replace(
            v, shift_start_s=v.shift_start_s - n["earlier_s"], shift_end_s=v.shift_end_s + n["later_s"]
        )
    ),
    ChangeCode.LONGER_HOURS: _of_depot(
        lambda d, n: replace(d, opens_s=d.opens_s - n["earlier_s"], closes_s=d.closes_s + n["later_s"])
    ),
    ChangeCode.LONGER_DUTY: _of_type(lambda v, n: replace(v, max_duration_s=(v.max_duration_s or 0) + n["by_s"])),
    ChangeCode.LONGER_ROAD: _of_type(lambda v, n: replace(v, max_metres=(v.max_metres or 0) + n["by_m"])),
    ChangeCode.WIDER_WINDOW: _of_delivery(_wider_window),
    ChangeCode.ALLOW_TRUCK: _of_delivery(_allow_truck),
    ChangeCode.SPLIT: _split,
    ChangeCode.MORE_TRUCKS: _more_trucks,
    ChangeCode.SMALLER_TRUCK: _smaller_truck,
    ChangeCode.EQUIPPED_TRUCK: _equipped_truck,
    ChangeCode.MORE_STOCK: _of_depot(_more_stock),
    ChangeCode.MORE_STORAGE: _more_storage,
    ChangeCode.MORE_DOCKS: _of_depot(lambda d, n: replace(d, docks=(d.docks or 0) + n["docks"])),
    ChangeCode.EXTRA_DAY: _extra_day,
}
