"""Seeded delivery problems of the variants for which no shared set of instances exists.

``VARIANTS`` names each variant and what makes a problem of it: ``make(n, seed) -> Problem`` of ``n`` stops, the same on
every machine. A new variant is one more function and its line there; ``benchmarks/variants.py`` and
``tests/optimizer/test_variants.py`` then measure it. ``make_split`` and ``make_balance`` are for calls around ``solve``.
Every problem can be served whole.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.first_leg import build_first_leg
from optimizer.problem import Delivery, Depot, Problem, VehicleType
from tests.support.routing import make_delivery, make_problem, make_truck

HOUR = 3600
#: Side of the square that stops lie in.
SIDE_M = 80_000
#: Loads are whole multiples of this many packs, so that a bound by load is exact.
UNIT_PACKS = 40
PACK_G = 10_000
#: More volume than any truck is offered.
ROOMY_ML = 10**9

Points = list[tuple[int, int]]


def make_open(n: int, seed: int) -> Problem:
    """Hired trucks of two sizes whose way ends at the last stop."""
    points, deliveries = _scatter(n, seed)
    trucks = [
        _truck("hired small", 9, deliveries, returns=False, fixed_cost=120, cost_per_km=8),
        _truck("hired large", 15, deliveries, returns=False, fixed_cost=210, cost_per_km=11),
    ]
    return make_problem(points, deliveries, trucks)


def make_periodic(n: int, seed: int) -> Problem:
    """Three days, each stop open on one or two of them or on all; stock comes in by and by, trucks are few."""
    calendars = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
    points, deliveries = _scatter(n, seed, lambda rng: {"days": rng.choice(calendars)})
    needed = [sum(d.packs[0] for d in deliveries if d.days[-1] <= day) for day in range(3)]
    extra = [day * (needed[2] - needed[day]) // 4 for day in range(3)]
    stock = tuple(max(a + b for a, b in zip(needed[: day + 1], extra, strict=False)) for day in range(3))
    trucks = [
        _truck("small", 10, deliveries, share=0.5, fixed_cost=100, cost_per_km=9),
        _truck("large", 16, deliveries, share=0.5, fixed_cost=180, cost_per_km=12),
    ]
    return make_problem(points, deliveries, trucks, n_days=3, depots=[Depot(0, (stock,))])


def make_multi_trip(n: int, seed: int) -> Problem:
    """Few trucks of up to three trips a day; goods come until noon, half of the stops have two hours in which to come."""

    def more(rng: random.Random) -> dict[str, Any]:
        released = rng.choice((0, 0, 8 * HOUR, 10 * HOUR, 12 * HOUR))
        hours: tuple[tuple[int, int], ...] = ()
        if rng.random() < 0.5:
            opens = max(7 * HOUR, released + HOUR) + rng.randrange(4) * HOUR
            hours = ((opens, opens + 2 * HOUR),)
        return {"release_s": released, "windows": hours}

    points, deliveries = _scatter(n, seed, more, side_m=SIDE_M // 2)
    truck = _truck("shuttle", 8, deliveries, share=0.6, trips_per_day=3, fixed_cost=300, cost_per_hour=60,
                   shift_end_s=20 * HOUR, loading_s=1200)  # fmt: skip
    return make_problem(points, deliveries, [truck])


def make_compartments(n: int, seed: int) -> Problem:
    """Dry and cold goods on trucks with a part for each, smaller together than the truck."""
    points, deliveries = _scatter(n, seed, lambda rng: {"storage_class": rng.choice(("dry", "dry", "cold"))})
    classes = ("dry", "cold")
    trucks = [
        _truck("even", 12, deliveries, storage_classes=classes, class_capacity_g=(_grams(8), _grams(6))),
        _truck("mostly dry", 15, deliveries, storage_classes=classes, class_capacity_g=(_grams(13), _grams(5)),
               fixed_cost=130, cost_per_km=12),
    ]  # fmt: skip
    return make_problem(points, deliveries, trucks)


def make_limits(n: int, seed: int) -> Problem:
    """Trucks that may drive only so far, or work only so long, of one or two trips a day."""
    points, deliveries = _scatter(n, seed)
    farthest = max(int(math.dist(points[0], point)) for point in points)
    trucks = [
        _truck("near", 15, deliveries, max_metres=2 * farthest + 5_000, fixed_cost=80, cost_per_km=8),
        _truck("short", 15, deliveries, max_duration_s=5 * HOUR, trips_per_day=2, cost_per_km=9),
    ]
    return make_problem(points, deliveries, trucks)


def make_other_end(n: int, seed: int) -> Problem:
    """Two depots: trucks that drive through from one to the other, either way, and trucks that come back."""
    points, deliveries = _scatter(n, seed, n_depots=2)
    trucks = [
        _truck("there", 12, deliveries, share=0.7, end_depot=1, fixed_cost=90),
        _truck("back", 12, deliveries, share=0.7, depot=1, end_depot=0, fixed_cost=90),
        _truck("round", 12, deliveries, share=0.7, fixed_cost=110),
    ]
    return make_problem(points, deliveries, trucks, depots=_depots(deliveries, (1.0, 1.0)))


def make_multi_depot(n: int, seed: int) -> Problem:
    """Three depots whose stock comes to little more than is wanted, and not where it is wanted."""
    points, deliveries = _scatter(n, seed, n_depots=3)
    shares = [(0.25, 0.33, 0.47)[(seed + depot) % 3] for depot in range(3)]
    trucks = [
        _truck(f"of {depot}", size, deliveries, share=0.7, depot=depot, fixed_cost=70 + 5 * size)
        for depot in range(3)
        for size in (10, 14)
    ]
    return make_problem(points, deliveries, trucks, depots=_depots(deliveries, shares))


def make_mixed(n: int, seed: int) -> Problem:
    """Rules of every kind at once, as a real network has them: two depots, two days, two classes, hours, several trips."""

    def more(rng: random.Random) -> dict[str, Any]:
        opens = rng.randrange(7, 11) * HOUR
        hours = rng.choice(
            ((), ((opens, opens + 3 * HOUR),), ((opens, opens + HOUR), (opens + 4 * HOUR, opens + 6 * HOUR)))
        )
        return {
            "days": rng.choice(((0,), (1,), (0, 1), (0, 1))),
            "windows": hours,
            "release_s": rng.choice((0, 0, 8 * HOUR)),
            "storage_class": rng.choice(("dry", "dry", "cold")),
            "largest_vehicle_g": rng.choice((None, None, None, _grams(9))),
        }

    points, deliveries = _scatter(n, seed, more, n_depots=2, side_m=SIDE_M // 2)
    classes = ("dry", "cold")
    trucks = [
        _truck(f"{size} of {depot}", units, deliveries, share=0.5, depot=depot, storage_classes=classes, **special)
        for depot in range(2)
        for size, units, special in (
            ("small", 9, {"trips_per_day": 2, "fixed_cost": 90, "max_duration_s": 9 * HOUR}),
            ("large", 15, {"class_capacity_g": (_grams(11), _grams(6)), "fixed_cost": 150, "cost_per_km": 13}),
        )
    ]
    depots = [
        replace(depot, stock=((depot.stock[0][0] * 3 // 4, depot.stock[0][0]),))
        for depot in _depots(deliveries, (0.6, 0.6))
    ]
    return make_problem(points, deliveries, trucks, n_days=2, depots=depots)


def make_first_leg(n: int, seed: int) -> Problem:
    """Two central stores, loads to warehouses, each on any day before it is needed there."""
    rng = random.Random(seed)  # noqa: S311 - the same numbers on every machine are wanted
    days, warehouses = 5, max(4, n // 4)
    points, one_each = _scatter(warehouses, seed, n_depots=2)
    needed = rng.sample([(warehouse, day) for warehouse in range(warehouses) for day in range(1, days)], n)
    outlets = [
        make_delivery(f"d{i:03d}", warehouse, UNIT_PACKS * rng.randrange(2, 9), depot=warehouse, days=(day,))
        for i, (warehouse, day) in enumerate(needed)
    ]
    at_warehouses = [points[delivery.place] for delivery in one_each]
    none = ((0,) * days,)
    depots = [Depot(warehouse, none) for warehouse in range(warehouses)]
    second = make_problem(at_warehouses, outlets, [], n_days=days, depots=depots)
    trucks = [
        _truck(
            f"of {store}", size, outlets, share=0.2, depot=store, fixed_cost=60 + 5 * size, cost_per_km=10 + size // 3
        )
        for store in range(2)
        for size in (9, 15)
    ]
    stores = _depots(outlets, (0.7, 0.7), days - 1)
    first = make_problem(points, [], trucks, n_days=days - 1, depots=stores)
    opening = np.zeros((warehouses, 1), dtype=np.int64)
    return build_first_leg(first, second, opening, [d.place for d in one_each], service_s=1200).problem


def make_docks(n: int, seed: int) -> Problem:
    """Few docks, an hour of loading, and two hours in which most stops want their goods: who loads first matters."""

    def more(rng: random.Random) -> dict[str, Any]:
        return {"windows": ((8 * HOUR, 10 * HOUR),) if rng.random() < 0.7 else ()}

    points, deliveries = _scatter(n, seed, more, side_m=SIDE_M // 2)
    trucks = [
        _truck("small", 6, deliveries, fixed_cost=70, cost_per_hour=0, loading_s=HOUR),
        _truck("large", 10, deliveries, fixed_cost=100, cost_per_km=13, cost_per_hour=0, loading_s=HOUR),
    ]
    docks = max(1, n // 9)
    stock = ((sum(d.packs[0] for d in deliveries),),)
    return make_problem(points, deliveries, trucks, depots=[Depot(0, stock, docks=docks)])


def make_balance(n: int, seed: int) -> Problem:
    """Trucks of one size with a day to fill, paid by the hour."""
    points, deliveries = _scatter(n, seed)
    truck = _truck("truck", 10, deliveries, fixed_cost=100, cost_per_km=0, cost_per_hour=60)
    return make_problem(points, deliveries, [truck])


def make_split(n: int, seed: int) -> Problem:
    """Trucks that few loads fill, and loads that may come in parts; only the road counts."""
    points, deliveries = _scatter(n, seed)
    rng = random.Random(seed)  # noqa: S311 - as above
    parts = []
    for delivery in deliveries:
        packs = UNIT_PACKS * rng.choice((1, 3, 4, 4))
        parts.append(make_delivery(delivery.name, delivery.place, packs, service_s=0, divisible=True))
    truck = _truck("truck", 6, parts, share=1.5, fixed_cost=20, cost_per_km=10, cost_per_hour=0)
    return make_problem(points, parts, [truck])


def cut_into_units(problem: Problem) -> Problem:
    """Return a problem of split delivery with every unit of load as a delivery of its own."""
    units = [
        replace(
            d, name=f"{d.name}#{n}", packs=(UNIT_PACKS,), weight_g=_grams(1), volume_ml=d.volume_ml // parts,
            divisible=False,
        )
        for d in problem.deliveries
        for parts in [d.packs[0] // UNIT_PACKS]
        for n in range(parts)
    ]  # fmt: skip
    return replace(problem, deliveries=tuple(units))


Make = Callable[[int, int], Problem]

#: What makes a problem of each variant.
VARIANTS: Mapping[str, Make] = {
    "open routes": make_open,
    "periodic calendar": make_periodic,
    "several trips, release": make_multi_trip,
    "compartments": make_compartments,
    "longest road and work": make_limits,
    "other end depot": make_other_end,
    "depots of scarce stock": make_multi_depot,
    "first leg": make_first_leg,
    "docks": make_docks,
    "all together": make_mixed,
}
#: Seeds of the small problems of each variant; ``small`` gives each its size.
SMALL_SEEDS = range(10)
LARGE_STOPS = 200


def small(variant: str, seed: int) -> Problem:
    """Return a small problem of a variant: 8 to 12 stops, by seed."""
    return VARIANTS[variant](8 + seed % 5, seed)


def large(variant: str) -> Problem:
    """Return the large problem of a variant."""
    return VARIANTS[variant](LARGE_STOPS, 1)


def _scatter(
    n: int,
    seed: int,
    more: Callable[[random.Random], dict[str, Any]] = lambda _: {},
    n_depots: int = 1,
    side_m: int = SIDE_M,
) -> tuple[Points, list[Delivery]]:
    """Return depots and stops, half of these in towns, and the deliveries to these with what is told more."""
    rng = random.Random(seed * 1_000 + n)  # noqa: S311 - the same numbers on every machine are wanted
    towns = [(rng.randrange(side_m), rng.randrange(side_m)) for _ in range(max(2, n // 12))]
    points = [
        (rng.randrange(side_m // 4, 3 * side_m // 4), rng.randrange(side_m // 4, 3 * side_m // 4))
        for _ in range(n_depots)
    ]
    deliveries = []
    for i in range(n):
        x, y = rng.choice(towns)
        in_town = (int(rng.gauss(x, side_m / 20)), int(rng.gauss(y, side_m / 20)))
        points.append(in_town if rng.random() < 0.5 else (rng.randrange(side_m), rng.randrange(side_m)))
        packs = UNIT_PACKS * rng.randrange(1, 6)
        deliveries.append(make_delivery(f"d{i:03d}", n_depots + i, packs, service_s=600 + 3 * packs, **more(rng)))
    return points, deliveries


def _truck(name: str, units: int, deliveries: Sequence[Delivery], share: float = 1.0, **more: object) -> VehicleType:
    """Return trucks of a size in units of load, as many as a share of all loads needs, and one to spare."""
    load = sum(d.packs[0] for d in deliveries)
    count = 1 + round(share * load / (units * UNIT_PACKS))
    usual = {"count": count, "capacity_g": _grams(units), "capacity_ml": ROOMY_ML, "shift_end_s": 18 * HOUR}
    return make_truck(name=name, **(usual | more))


def _grams(units: int) -> int:
    return units * UNIT_PACKS * PACK_G


def _depots(deliveries: Sequence[Delivery], shares: Sequence[float], n_days: int = 1) -> list[Depot]:
    """Return depots at the first places with shares of all packs, in whole units, from the first day."""
    packs = sum(d.packs[0] for d in deliveries)
    return [Depot(i, ((-int(-share * packs // UNIT_PACKS) * UNIT_PACKS,) * n_days,)) for i, share in enumerate(shares)]
