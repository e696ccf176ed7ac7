"""A plan on real roads: ``python -m benchmarks.liechtenstein MAP.osm.pbf --out DIR [--iterations N]`` (Python 3.12, extra roads).

A made network of 33 outlets, three in each of the eleven communes of Liechtenstein (people: Amt für Statistik, end of
2020, rounded), and one warehouse in Schaan. It is planned twice with the same work: on estimates from the straight line,
and on the roads of the map as a truck drives them. Printed is by how much the estimates miss, and what each plan takes to
drive on the roads there are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.baselines import table
from distribution.domain.dataset import Dataset
from distribution.domain.enums import CooperativeKind, StorageClass
from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity, Quota, StockLine
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet, Warehouse
from distribution.domain.settings import NetworkSettings
from distribution.domain.types import TimeWindow
from distribution.intake.export import write_csv_folder
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.roads import RoadLines, build_roads, measure_roads, open_engine
from distribution.services.run_folder import FolderRun, run_folder
from distribution.services.run_round import RunOptions
from distribution.services.summary import RoundSummary
from distribution.services.travel import build_travel
from gis.travel.valhalla import Truck
from optimizer.consecutive import consecutive_legs
from optimizer.plan import Limits
from optimizer.plan_file import load_plan
from optimizer.verify_trip import places_of

#: Commune -> its people and the middle of its village (lon, lat).
COMMUNES = {
    "Balzers": (4_600, 9.5030, 47.0670), "Triesen": (5_300, 9.5270, 47.1080), "Triesenberg": (2_600, 9.5420, 47.1180),
    "Vaduz": (5_700, 9.5215, 47.1400), "Schaan": (6_000, 9.5090, 47.1650), "Planken": (500, 9.5440, 47.1850),
    "Eschen": (4_500, 9.5220, 47.2110), "Mauren": (4_400, 9.5440, 47.2180), "Gamprin": (1_700, 9.5060, 47.2200),
    "Schellenberg": (1_100, 9.5460, 47.2310), "Ruggell": (2_400, 9.5250, 47.2390),
}  # fmt: skip
_OUTLETS = 3
_SPREAD = 0.006  # degrees


def liechtenstein() -> Dataset:
    """Make the network."""
    random = np.random.default_rng(1)
    outlets = []
    for name, (people, lon, lat) in COMMUNES.items():
        for number in range(_OUTLETS):
            east, north = random.uniform(-_SPREAD, _SPREAD, 2) * (number > 0)
            outlets.append(
                Outlet(
                    code=f"{name}-{number + 1}", name_fa=f"{name} {number + 1}", name_en=f"{name} {number + 1}",
                    lon=round(lon + east, 6), lat=round(lat + north * 0.5, 6), area_code=name, cooperative_code="coop",
                    served_population=people // _OUTLETS, storage_dry_kg=6_000,
                )
            )  # fmt: skip
    start, end = dt.date(2021, 3, 1), dt.date(2021, 3, 5)
    return Dataset(
        areas=(
            Area(code="LI", name_fa="لیختن‌اشتاین", name_en="Liechtenstein", population=38_800),
            *(Area(code=n, name_fa=n, name_en=n, parent_code="LI", population=p) for n, (p, _, _) in COMMUNES.items()),
        ),
        unions=(CoopUnion(code="union", name_fa="اتحادیه", name_en="Union"),),
        cooperatives=(
            Cooperative(code="coop", name_fa="تعاونی", name_en="Co-op", kind=CooperativeKind.RURAL, union_code="union"),
        ),
        outlets=tuple(sorted(outlets, key=lambda o: o.code)),
        warehouses=(Warehouse(code="W-Schaan", name_fa="انبار شان", name_en="Schaan store", lon=9.5055, lat=47.1690),),
        commodities=(
            Commodity(
                code="rice", name_fa="برنج", name_en="Rice", pack_kg=Decimal(10), pack_litres=Decimal(13),
                storage_class=StorageClass.DRY, price=20,
            ),
        ),
        stock=(StockLine(place_code="W-Schaan", commodity_code="rice", packs=8_000),),
        vehicles=(
            Vehicle(
                code="V-12t", name_fa="کامیون ۱۲ تن", name_en="12 t truck", count=4, capacity_kg=6_500,
                capacity_m3=Decimal(30), cost_per_km=2, cost_per_hour=60, fixed_cost=150,
                shift=(TimeWindow(6 * 3600, 16 * 3600),), trips_per_day=3, warehouse_code="W-Schaan",
            ),
        ),
        quotas=(
            Quota(
                code="spring-rice", round_code="spring", commodity_code="rice", tonnes=Decimal(77), period_start=start,
                period_end=end,
            ),
        ),
        settings=NetworkSettings(
            title_fa="لیختن‌اشتاین", title_en="Liechtenstein", synthetic=True, currency="CHF", language="en",
            detour_factor=Decimal("1.3"), speed_kmh=Decimal(40), stop_minutes=10,
        ),
    )  # fmt: skip


def main() -> int:
    """Plan as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Plan Liechtenstein on estimates and on its roads.")
    parser.add_argument("map", type=Path, metavar="MAP.osm.pbf")
    parser.add_argument("--out", type=Path, required=True, help="new folder for roads, network and results")
    parser.add_argument("--iterations", type=int, default=2_000, help="work of each search [default: 2000]")
    given = parser.parse_args()
    folder: Path = given.out
    dataset = liechtenstein()
    build_roads(given.map, folder / "roads")
    engine = open_engine(f"valhalla:{folder / 'roads'}", Truck(12, 3.5))
    measured = measure_roads(dataset, engine, lambda _part: None)
    write_csv_folder(dataset, folder / "network")
    write_csv_folder(measured.dataset, folder / "network-with-roads")
    print(engine.label)
    print(compare_ways(dataset, measured.dataset))
    rows = []
    for name, network, roads in (("estimates", dataset, None), ("the roads", measured.dataset, RoadLines(engine))):
        planned_km = run(folder / f"on {name}", network, given.iterations, roads).delivery.metres / 1000
        metres, seconds = drive(folder / f"on {name}", measured.dataset)
        rows.append([name, f"{planned_km:,.1f}", f"{metres / 1000:,.1f}", f"{seconds / 3600:.1f}"])
    print(table(("planned on", "km by its plan", "km on the roads", "hours of driving on the roads"), rows))
    return 0


def compare_ways(estimated: Dataset, measured: Dataset) -> str:
    """Say by how much estimates miss the roads, over all pairs of places."""
    places = (*estimated.warehouses, *estimated.outlets)
    guess_m, guess_s = build_travel(estimated, places).matrix(range(len(places)), range(len(places)))
    road_m, road_s = build_travel(measured, places).matrix(range(len(places)), range(len(places)))
    apart = (guess_m > 500) & (road_m > 0)
    metres, seconds = road_m[apart] / guess_m[apart], road_s[apart] / guess_s[apart]
    words = []
    for name, ratio in (("metres", metres), ("seconds", seconds)):
        low, middle, high = np.quantile(ratio, (0.05, 0.5, 0.95))
        words.append(f"{name} on the roads over estimate: median {middle:.2f}, 5 % {low:.2f}, 95 % {high:.2f}")
    return "\n".join(words)


def drive(folder: Path, measured: Dataset) -> tuple[int, int]:
    """Return metres and seconds that the trips of a plan take on the roads."""
    loaded = load_plan((folder / "plan.json").read_bytes())
    place_of = {place.code: place for place in (*measured.warehouses, *measured.outlets)}
    travel = build_travel(measured, [place_of[place.name] for place in loaded.problem.places])
    metres = seconds = 0
    for trip in loaded.plan.trips:
        for leg_m, leg_s in consecutive_legs(travel, places_of(loaded.problem, trip)):
            metres, seconds = metres + leg_m, seconds + leg_s
    return metres, seconds


def run(folder: Path, network: Dataset, iterations: int, roads: RoadLines | None) -> RoundSummary:
    """Run the round into a folder."""
    job = FolderRun(folder.parent / "network", folder)
    options = RunOptions(SearchOptions(Limits(None, iterations)))
    return run_folder(
        job, network, (), options, SilentReporter(), locale="en", on_imported=lambda _diff: None, roads=roads
    )


if __name__ == "__main__":
    sys.exit(main())
