"""Two large networks elsewhere: Portugal with a road matrix, and a land that knows only its counties' people."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from distribution.domain.calendar import CalendarDay
from distribution.domain.dataset import Dataset, TravelMatrix
from distribution.domain.enums import ApportionmentMethod, CooperativeKind, StorageClass
from distribution.domain.fleet import Vehicle
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet, Warehouse
from distribution.domain.settings import NetworkSettings
from tests.support.nouns import EVERY_CLASS, commodity, move, quota, stock, windows

EARTH_RADIUS_M = 6_371_000

#: Towns of Portugal: name, lon, lat, shops, people served.
PORTUGAL = (
    ("Lisboa", -9.139, 38.722, 52, 545_000), ("Porto", -8.611, 41.150, 30, 232_000),
    ("Braga", -8.426, 41.550, 22, 193_000), ("Coimbra", -8.429, 40.211, 20, 141_000),
    ("Setúbal", -8.893, 38.524, 18, 124_000), ("Leiria", -8.807, 39.744, 16, 129_000),
    ("Aveiro", -8.654, 40.641, 14, 81_000), ("Faro", -7.930, 37.019, 14, 68_000),
    ("Viseu", -7.909, 40.657, 12, 100_000), ("Évora", -7.909, 38.571, 12, 54_000),
    ("Castelo Branco", -7.491, 39.822, 9, 52_000), ("Beja", -7.863, 38.015, 9, 34_000),
)  # fmt: skip


def another_country() -> Dataset:
    """Build a network in Portugal: 228 outlets, one warehouse, euros, Latin names, a measured road matrix.

    Two days of weekly rest and a holiday; the matrix is asymmetric, its detours between 1.15 and 1.6, and covers
    all 229 places. Roads are fast (75 km/h) and trucks many, so that everything fits in ten working days.
    """
    rng = np.random.default_rng(228)
    outlets: list[Outlet] = []
    for name, lon, lat, shops, people in PORTUGAL:
        cuts = rng.multinomial(people - 200 * shops, np.full(shops, 1 / shops)) + 200
        for k in range(shops):
            x, y = move(lon, lat, *rng.normal(0, 4, 2))
            n = len(outlets) + 1
            outlets.append(
                Outlet(
                    code=f"PT-{n:03d}", name_en=f"Loja {k + 1} {name}", lon=x, lat=y,
                    area_code=_code_of(name), cooperative_code=f"COOP-{_code_of(name)}",
                    served_population=int(cuts[k]), storage_dry_kg=6000, storage_chilled_kg=2500,
                    storage_frozen_kg=2000, deliveries_per_period=2,
                    receiving_windows=windows("08:00-19:00") if n % 3 == 0 else (),
                )
            )  # fmt: skip
    warehouse = Warehouse(code="ARMAZEM", name_en="Armazém central, Santarém", lon=-8.686, lat=39.236)
    start, end = dt.date(2025, 4, 14), dt.date(2025, 4, 29)
    goods = (
        ("arroz", "Rice, 5 kg", "5", "6.5", StorageClass.DRY, 7, "210"),
        ("leite", "Milk, 6 x 1 l", "6.2", "6.6", StorageClass.CHILLED, 6, "120"),
        ("peixe", "Frozen fish, 4 kg", "4", "7", StorageClass.FROZEN, 26, "60"),
    )
    return Dataset(
        areas=tuple(
            sorted(
                (
                    Area(code="PT", name_en="Portugal"),
                    *(
                        Area(code=_code_of(name), name_en=name, parent_code="PT", population=people)
                        for name, _, _, _, people in PORTUGAL
                    ),
                ),
                key=lambda area: area.code,
            )
        ),
        unions=(CoopUnion(code="UNIAO", name_en="União de Cooperativas de Consumo"),),
        cooperatives=tuple(
            sorted(
                (
                    Cooperative(
                        code=f"COOP-{_code_of(name)}", name_en=f"Cooperativa de {name}", kind=CooperativeKind.LOCAL,
                        union_code="UNIAO",
                    )
                    for name, *_ in PORTUGAL
                ),
                key=lambda cooperative: cooperative.code,
            )
        ),
        outlets=tuple(outlets),
        warehouses=(warehouse,),
        commodities=tuple(
            commodity(code, "", kg, litres, storage, price=price, name_en=name) for code, name, kg, litres, storage, price, _ in goods
        ),
        stock=tuple(
            stock("ARMAZEM", code, math.ceil(int(tonnes) * 1000 / float(kg))) for code, _, kg, *_, tonnes in goods
        ),
        vehicles=(
            Vehicle(
                code="CAMIAO", name_en="Camião 9 t", count=8, capacity_kg=9000, capacity_m3=Decimal(38), cost_per_km=1,
                cost_per_hour=18, fixed_cost=90, shift=windows("05:00-20:00"), trips_per_day=2,
                warehouse_code="ARMAZEM", litres_per_100km=Decimal("27.5"),
            ),
            Vehicle(
                code="FRIO", name_en="Camião frigorífico 7.5 t", count=10, capacity_kg=7500, capacity_m3=Decimal(34),
                storage_classes=EVERY_CLASS, cost_per_km=1, cost_per_hour=20, fixed_cost=120,
                shift=windows("05:00-20:00"), trips_per_day=2, warehouse_code="ARMAZEM",
                litres_per_100km=Decimal(29),
            ),
        ),
        quotas=tuple(
            quota("abril-2025", code, tonnes, start, end, method=ApportionmentMethod.WEBSTER)
            for code, *_, tonnes in goods
        ),
        calendar=(
            CalendarDay(day="2025-04-18", working=False, note="Sexta-feira Santa"),
            CalendarDay(day="2025-04-25", working=False, note="Dia da Liberdade"),
            CalendarDay(day="sat", working=False),
            CalendarDay(day="sun", working=False),
        ),
        settings=NetworkSettings(title_en="Cooperatives of Portugal", synthetic=True, currency="EUR"),
        travel=_road_matrix([*outlets, warehouse], rng),
    )  # fmt: skip


def county_populations_only(n_outlets: int = 3900, n_counties: int = 60, n_warehouses: int = 12) -> Dataset:
    """Build a large network in which only the counties' people are known, and no outlet's.

    Counties lie on a grid of 0.4 degrees; an outlet's room is generous. Two dry commodities, two weeks, a fleet of
    about one truck for every 30 outlets.
    """
    rng = np.random.default_rng(n_outlets)
    columns = max(1, round(math.sqrt(n_counties * 1.6)))
    centres = [(51.0 + 0.4 * (k % columns), 30.0 + 0.4 * (k // columns)) for k in range(n_counties)]
    people = rng.integers(40_000, 400_000, n_counties)
    counties = [
        Area(code=f"K{k:03d}", name_en=f"County {k}", parent_code="LAND", population=int(n))
        for k, n in enumerate(people)
    ]
    outlets = []
    for n in range(n_outlets):
        k = n % n_counties
        lon, lat = move(*centres[k], *rng.uniform(-14, 14, 2))
        outlets.append(
            Outlet(
                code=f"S{n:05d}", name_en=f"Shop {n}", lon=lon, lat=lat, area_code=f"K{k:03d}",
                cooperative_code=f"C{k:03d}", storage_dry_kg=8000, deliveries_per_period=2,
            )
        )  # fmt: skip
    homes = [centres[k * n_counties // n_warehouses] for k in range(n_warehouses)]
    tonnes = {"flour": round(n_outlets * 0.5), "sugar": round(n_outlets * 0.2)}
    start, end = dt.date(2024, 6, 1), dt.date(2024, 6, 14)
    return Dataset(
        areas=(*counties, Area(code="LAND", name_en="Land")),
        unions=(CoopUnion(code="U", name_en="Union"),),
        cooperatives=tuple(
            Cooperative(code=f"C{k:03d}", name_en=f"Cooperative {k}", kind=CooperativeKind.RURAL, union_code="U")
            for k in range(n_counties)
        ),
        outlets=tuple(outlets),
        warehouses=tuple(
            Warehouse(code=f"W{w:02d}", name_en=f"Store {w}", lon=round(lon + 0.01, 6), lat=round(lat + 0.01, 6))
            for w, (lon, lat) in enumerate(homes)
        ),
        commodities=(
            commodity("flour", "آرد", "40", "60", StorageClass.DRY, price=400_000),
            commodity("sugar", "شکر", "10", "12", StorageClass.DRY, price=650_000),
        ),
        stock=tuple(
            stock(f"W{w:02d}", code, math.ceil(tonnes[code] * 1300 / kg / n_warehouses))
            for w in range(n_warehouses)
            for code, kg in (("flour", 40), ("sugar", 10))
        ),
        vehicles=tuple(
            Vehicle(
                code=f"V{w:02d}", name_en=f"Truck of store {w}", count=max(1, round(n_outlets / 30 / n_warehouses)),
                capacity_kg=8000, capacity_m3=Decimal(36), cost_per_km=20_000, cost_per_hour=300_000,
                fixed_cost=2_500_000, shift=windows("06:00-18:00"), trips_per_day=2, warehouse_code=f"W{w:02d}",
                litres_per_100km=Decimal(24),
            )
            for w in range(n_warehouses)
        ),
        quotas=tuple(quota("june", code, str(t), start, end) for code, t in sorted(tonnes.items())),
        settings=NetworkSettings(title_en="Only county populations", synthetic=True),
    )  # fmt: skip


def _road_matrix(places: Sequence[Outlet | Warehouse], rng: np.random.Generator) -> TravelMatrix:
    """Make up measured roads: longer than the great circle by a factor that differs each way."""
    ordered = sorted(places, key=lambda place: place.code)
    lon, lat = np.array([p.lon for p in ordered]), np.array([p.lat for p in ordered])
    detour = rng.uniform(1.15, 1.6, (len(ordered), len(ordered)))
    metres = np.rint(_great_circle_m(lon, lat) * detour).astype(np.int32)
    seconds = np.rint(metres / rng.uniform(16, 24, metres.shape)).astype(np.int32)
    return TravelMatrix(codes=tuple(p.code for p in ordered), metres=metres, seconds=seconds)


def _code_of(name: str) -> str:
    return name.upper().translate(str.maketrans("ÚÉ ", "UE_"))


def _great_circle_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure all great-circle distances between points, metres (haversine)."""
    x, y = np.radians(lon), np.radians(lat)
    h = np.sin((y[:, None] - y) / 2) ** 2 + np.cos(y)[:, None] * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h))
    return distances
