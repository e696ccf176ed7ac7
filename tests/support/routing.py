"""Problems for the tests of the optimizer: travel on a plane, tiny problems by keyword, seeded large ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.problem import Delivery, Depot, Place, Problem, VehicleType
from optimizer.travel import IntArray


@dataclass(frozen=True)
class Plane:
    """Straight travel between points in metres, at a speed."""

    points: tuple[tuple[int, int], ...]
    metres_per_second: int = 15

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        at = np.array(self.points, dtype=np.float64)
        gap = at[np.asarray(origins)][:, None, :] - at[np.asarray(destinations)][None, :, :]
        metres = np.rint(np.hypot(gap[..., 0], gap[..., 1])).astype(np.int64)
        return metres, metres // self.metres_per_second


def make_truck(**change: object) -> VehicleType:
    """Return a 5 t truck with a day from 06:00 to 18:00, changed as told."""
    usual: dict[str, object] = {
        "name": "truck", "depot": 0, "count": 1, "capacity_g": 5_000_000, "capacity_ml": 20_000_000,
        "storage_classes": ("dry",), "shift_start_s": 6 * 3600, "shift_end_s": 18 * 3600, "fixed_cost": 100,
        "cost_per_km": 10, "cost_per_hour": 20, "trips_per_day": 1, "loading_s": 1800,
    }  # fmt: skip
    return VehicleType(**(usual | change))  # type: ignore[arg-type]  # keyword tables are checked by the dataclass


def make_delivery(name: str, place: int, packs: int = 100, n_days: int = 1, **change: object) -> Delivery:
    """Return a delivery of packs of 10 kg and 12 l, on any day, changed as told."""
    usual: dict[str, object] = {
        "name": name, "place": place, "depot": 0, "packs": (packs,), "weight_g": packs * 10_000,
        "volume_ml": packs * 12_000, "storage_class": "dry", "days": tuple(range(n_days)), "service_s": 600,
    }  # fmt: skip
    return Delivery(**(usual | change))  # type: ignore[arg-type]  # as above


def make_problem(
    points: Sequence[tuple[int, int]],
    deliveries: Sequence[Delivery],
    trucks: Sequence[VehicleType] = (make_truck(),),
    n_days: int = 1,
    depots: Sequence[Depot] | None = None,
    **change: object,
) -> Problem:
    """Return a problem of one commodity on a plane, place 0 the depot with stock for everything."""
    plenty = ((10**9,) * n_days,)
    fields: dict[str, object] = {
        "days": tuple(f"2026-02-{day + 1:02d}" for day in range(n_days)),
        "places": tuple(Place(f"p{i}", x / 1e5, y / 1e5) for i, (x, y) in enumerate(points)),
        "depots": tuple(depots or (Depot(0, plenty),)),
        "commodities": ("flour",),
        "commodity_weight_g": (10_000,),
        "commodity_volume_ml": (12_000,),
        "deliveries": tuple(deliveries),
        "vehicle_types": tuple(trucks),
        "travel": Plane(tuple(points)),
    }
    return Problem(**(fields | change))  # type: ignore[arg-type]  # as above


def make_network(
    n_deliveries: int = 1000, n_depots: int = 6, n_trucks: int = 30, n_days: int = 9, seed: int = 1
) -> Problem:
    """Return a province-like problem: clustered towns, three truck sizes, cold goods, windows, several trips a day."""
    rng = random.Random(seed)
    towns = [(rng.randrange(0, 400_000), rng.randrange(0, 300_000)) for _ in range(25)]
    depot_points = [towns[i] for i in range(n_depots)]
    n_places = max(1, n_deliveries * 2 // 3)
    outlet_points = []
    for _ in range(n_places):
        x, y = rng.choices(towns, weights=[25 - i for i in range(25)])[0]
        spread = rng.choice((4_000, 4_000, 30_000))
        outlet_points.append((int(x + rng.gauss(0, spread)), int(y + rng.gauss(0, spread))))
    points = depot_points + outlet_points
    nearest = [
        min(range(n_depots), key=lambda d: (p[0] - depot_points[d][0]) ** 2 + (p[1] - depot_points[d][1]) ** 2)
        for p in points
    ]
    deliveries = []
    load_g = [0] * n_depots
    for i in range(n_deliveries):
        place = n_depots + i % n_places
        cold = i >= n_places
        packs = rng.randrange(5, 60) if cold else rng.randrange(20, 200)
        load_g[nearest[place]] += packs * 10_000
        first = rng.choice((0, 0, 0, n_days // 3))
        deliveries.append(
            make_delivery(
                f"d{i:05d}", place, packs, depot=nearest[place], storage_class="cold" if cold else "dry",
                days=tuple(range(first, n_days)), rank=rng.randrange(1000), service_s=600 + packs * 5,
                windows=rng.choice(((), ((8 * 3600, 13 * 3600),), ((8 * 3600, 12 * 3600), (16 * 3600, 19 * 3600)))),
                largest_vehicle_g=rng.choice((None, None, None, 6_000_000)),
            )
        )  # fmt: skip
    trucks = []
    for depot in range(n_depots):
        share = max(2, round(n_trucks * load_g[depot] / max(1, sum(load_g))))
        common = {"depot": depot, "shift_end_s": 19 * 3600, "trips_per_day": 2}
        trucks += [
            make_truck(name=f"cold{depot}", count=max(1, share // 4), capacity_g=4_000_000, storage_classes=("cold", "dry"), fixed_cost=900, cost_per_km=9, cost_per_hour=60, **common),
            make_truck(name=f"six{depot}", count=max(1, share // 3), capacity_g=6_000_000, fixed_cost=1000, cost_per_km=10, cost_per_hour=60, **common),
            make_truck(name=f"ten{depot}", count=max(1, share - share // 4 - share // 3), capacity_g=10_000_000, capacity_ml=40_000_000, fixed_cost=1500, cost_per_km=14, cost_per_hour=60, **common),
        ]  # fmt: skip
    depots = [Depot(d, ((10**9,) * n_days,), 5 * 3600, 20 * 3600) for d in range(n_depots)]
    return make_problem(points, deliveries, trucks, n_days, depots)
