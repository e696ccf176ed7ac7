"""Multi-depot problems whose stock binds, tagged by flow as the services do it: from a seed, or from a routing file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from optimizer.problem import Delivery, Depot, Problem
from optimizer.tagging import tag_over_days
from optimizer.travel import Travel
from optimizer.vrplib_file import read_instance
from tests.support.routing import Plane, make_delivery, make_problem, make_truck

HOUR = 3600
SIDE_M = 150_000
#: All stock together, in percent of what is needed: of each commodity in the end, and of what is due by each day.
STOCK_PERCENT = 105
SEEDS = range(1, 11)
#: Grams and millilitres of a pack of flour and of one of oil.
PACK_G = (10_000, 16_000)
PACK_ML = (12_000, 20_000)
#: Truck room of a depot, all days and trips together, in parts of its stock's mass.
_ROOM = 1.6


def make_binding(seed: int) -> Problem:
    """Return a problem of 100 to 300 stops, 3 to 6 depots, 2 to 4 days and two commodities.

    Half the stops lie in towns. All depots' stock comes to 105 % of the need, shared out at random rather than by where
    it is needed, and arrives by and by: by each day there is 105 % of what is due by then. A fifth of the stops must be
    served in the first half of the days. Even seeds have windows of four hours at two stops in five. Each depot has
    trucks of two sizes, of two trips a day, with half as much more room than it has stock.

    Parameters
    ----------
    seed
        Of everything; the same on every machine.
    """
    rng = random.Random(seed)  # noqa: S311 - the same numbers on every machine are wanted
    n, n_depots, n_days = rng.randrange(100, 301), rng.randrange(3, 7), rng.randrange(2, 5)
    points = _scatter(rng, n, n_depots)
    needs = []
    for i in range(n):
        packs = (rng.randrange(20, 130), rng.choice((0, rng.randrange(5, 60))))
        opens = rng.randrange(7, 13) * HOUR
        has_window, is_urgent = seed % 2 == 0 and rng.random() < 0.4, rng.random() < 0.2
        needs.append(
            make_delivery(
                f"s{i:03d}",
                n_depots + i,
                packs=0,
                days=tuple(range(n_days // 2 if is_urgent else n_days)),
                windows=((opens, opens + 4 * HOUR),) if has_window else (),
            )
        )
        needs[-1] = replace(needs[-1], packs=packs)
    depots = _stock(rng, needs, n_depots, n_days)
    deliveries = tag_by_flow(Plane(tuple(points)), depots, needs, PACK_G, PACK_ML)
    trucks = []
    for d, depot in enumerate(depots):
        load_g = sum(row[-1] * g for row, g in zip(depot.stock, PACK_G, strict=True))
        for tonnes, share, fixed, per_km in ((5, 0.4, 900, 9), (10, 0.6, 1500, 14)):
            count = 1 + round(_ROOM * share * load_g / (2 * n_days * tonnes * 1_000_000))
            trucks.append(
                make_truck(
                    name=f"{tonnes} t of {d}", depot=d, count=count, capacity_g=tonnes * 1_000_000,
                    capacity_ml=tonnes * 2_000_000, fixed_cost=fixed, cost_per_km=per_km, cost_per_hour=60,
                    trips_per_day=2,
                )
            )  # fmt: skip
    commodities = {
        "commodities": ("flour", "oil"),
        "commodity_weight_g": PACK_G,
        "commodity_volume_ml": PACK_ML,
    }
    return make_problem(points, deliveries, trucks, n_days, depots, **commodities)


def read_binding(path: Path) -> Problem:
    """Read a routing instance of several depots and give it stock that binds.

    The rule: one commodity, a pack of which is one unit of demand; each depot has the same share of 105 % of all demand,
    rounded up. Whoever the cheapest flow gives to two depots is two deliveries, each with the whole service time. All
    else is as in the file.

    Raises
    ------
    ValueError
        If it has fewer than two depots.
    optimizer.vrplib_fault.VrplibError
        If the file is wrong.
    """
    problem = read_instance(path).problem
    n_depots = len(problem.depots)
    if n_depots < 2:
        raise ValueError(f"{path}: one depot only")
    share = -(-STOCK_PERCENT * sum(d.weight_g for d in problem.deliveries) // (100 * n_depots))
    depots = [replace(depot, stock=((share,),)) for depot in problem.depots]
    needs = [replace(d, packs=(d.weight_g,)) for d in problem.deliveries]
    return replace(
        problem,
        commodities=("goods",),
        commodity_weight_g=(1,),
        commodity_volume_ml=(0,),
        depots=tuple(depots),
        deliveries=tuple(tag_by_flow(problem.travel, depots, needs, (1,), (0,))),
    )


def tag_by_flow(
    travel: Travel, depots: Sequence[Depot], needs: Sequence[Delivery], pack_g: Sequence[int], pack_ml: Sequence[int]
) -> list[Delivery]:
    """Return a delivery for each need and each depot that the cheapest flow within stock serves it from.

    Parameters
    ----------
    travel
        Between the places.
    depots
        With cumulative stock.
    needs
        Deliveries of all packs of a stop; their depot, weight and volume do not matter.
    pack_g, pack_ml
        Weight and volume of a pack of each commodity.

    Raises
    ------
    ValueError
        If the stock does not suffice for all.
    """
    metres, _ = travel.matrix([depot.place for depot in depots], [need.place for need in needs])
    wanted = np.array([need.packs for need in needs], dtype=np.int64)
    result = tag_over_days(
        np.array([depot.stock for depot in depots], dtype=np.int64),
        np.repeat([[need.days[-1]] for need in needs], wanted.shape[1], axis=1),
        wanted,
        metres,
        allowed=np.ones((len(depots), *wanted.shape), dtype=np.bool_),
        pack_g=np.array(pack_g, dtype=np.int64),
        rank=np.array([need.rank for need in needs], dtype=np.int64),
    )
    if result.short.any():
        raise ValueError("the stock does not suffice")
    deliveries = []
    for i, need in enumerate(needs):
        for depot in np.flatnonzero(result.flow[:, i].any(axis=1)).tolist():
            packs = result.flow[depot, i]
            deliveries.append(
                replace(
                    need,
                    name=f"{need.name}/{depot}",
                    depot=depot,
                    packs=tuple(packs.tolist()),
                    weight_g=int(packs @ np.array(pack_g)),
                    volume_ml=int(packs @ np.array(pack_ml)),
                )
            )
    return deliveries


def _scatter(rng: random.Random, n: int, n_depots: int) -> list[tuple[int, int]]:
    """Return the places of depots, in towns, and of stops, half of them in towns."""
    towns = [(rng.randrange(SIDE_M), rng.randrange(SIDE_M)) for _ in range(max(n_depots, n // 12))]
    points = towns[:n_depots]
    for _ in range(n):
        x, y = rng.choice(towns)
        in_town = (int(rng.gauss(x, SIDE_M / 30)), int(rng.gauss(y, SIDE_M / 30)))
        points.append(in_town if rng.random() < 0.5 else (rng.randrange(SIDE_M), rng.randrange(SIDE_M)))
    return points


def _stock(rng: random.Random, needs: Sequence[Delivery], n_depots: int, n_days: int) -> list[Depot]:
    """Share out 105 % of what is due by each day; each depot's part lies between half and one and a half of the mean."""
    parts = [rng.uniform(0.5, 1.5) for _ in range(n_depots)]
    depots: list[list[tuple[int, ...]]] = [[] for _ in parts]
    for commodity in range(len(PACK_G)):
        due = [sum(need.packs[commodity] for need in needs if need.days[-1] <= day) for day in range(n_days)]
        # Half of what is due last is there from the beginning, and what is due sooner is there in time.
        by_day = [STOCK_PERCENT * max(now, due[-1] // 2) // 100 + n_depots for now in due]
        for row, part in zip(depots, parts, strict=True):
            row.append(tuple(int(packs * part / sum(parts)) for packs in by_day))
    return [Depot(d, tuple(rows)) for d, rows in enumerate(depots)]
