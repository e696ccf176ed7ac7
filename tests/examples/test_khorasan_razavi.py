"""The Khorasan Razavi example: real counts, synthetic network, the same bytes every time."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from distribution.domain.calendar import working_days
from distribution.domain.dataset import KEYS, Dataset
from distribution.domain.enums import CooperativeKind, OutletMode, OutletSetting, Severity, StorageClass
from distribution.domain.findings import Finding
from distribution.domain.network import Outlet, Warehouse
from distribution.domain.policy import Policy
from distribution.intake import read_dataset

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "khorasan_razavi"
CENSUS_TOTAL = 6_434_501
DEMO = "ramadan-1399"


def read_rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLE / name).open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if not next(iter(row.values())).startswith("#")]


@pytest.fixture(scope="module")
def reading() -> tuple[Dataset | None, tuple[Finding, ...]]:
    result = read_dataset(EXAMPLE)
    return result.dataset, result.findings


@pytest.fixture(scope="module")
def network(reading: tuple[Dataset | None, tuple[Finding, ...]]) -> Dataset:
    dataset, findings = reading
    assert dataset is not None, findings
    return dataset


@pytest.fixture(scope="module")
def counties() -> dict[str, int]:
    return {f"KR-{row['county_code']}": int(row["population_2016"]) for row in read_rows("facts/counties.csv")}


def km(a_lon: float, a_lat: float, b_lon: float, b_lat: float) -> float:
    x = math.radians(b_lon - a_lon) * math.cos(math.radians((a_lat + b_lat) / 2))
    return 6371 * math.hypot(x, math.radians(b_lat - a_lat))


def test_the_generator_writes_the_committed_bytes_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLE / "generate.py", "--out", tmp_path], check=True, capture_output=True)
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert again == {path.name: path.read_bytes() for path in EXAMPLE.glob("*.csv")}


def test_the_folder_is_read_without_an_error_or_a_warning(
    reading: tuple[Dataset | None, tuple[Finding, ...]],
) -> None:
    dataset, findings = reading
    assert dataset is not None
    assert [finding for finding in findings if finding.severity is not Severity.NOTE] == []


def test_every_key_is_unique_and_every_reference_is_known(network: Dataset) -> None:
    for sheet, key in KEYS.items():
        keys = Counter(tuple(getattr(row, column) for column in key) for row in getattr(network, sheet))
        assert [k for k, n in keys.items() if n > 1] == []
    for outlet in network.outlets:
        assert outlet.area_code in network.area_by_code
        assert network.union_of(outlet) in network.union_by_code
    for vehicle in network.vehicles:
        assert vehicle.warehouse_code in network.warehouse_by_code
    places = network.warehouse_by_code.keys() | network.outlet_by_code.keys()
    assert {line.place_code for line in network.stock} <= places
    assert {line.commodity_code for line in network.stock} <= network.commodity_by_code.keys()
    assert {quota.commodity_code for quota in network.quotas} <= network.commodity_by_code.keys()


def test_the_size_is_that_of_the_letter(network: Dataset) -> None:
    assert len(network.outlets) == 700
    assert len(network.cooperatives) >= 200
    assert len(network.unions) == 12
    assert {cooperative.kind.value for cooperative in network.cooperatives} == {
        "workers", "employees", "teachers", "local", "rural",
    }  # fmt: skip
    used = {outlet.cooperative_code for outlet in network.outlets}
    assert used == network.cooperative_by_code.keys()
    tonnes = {code: sum(q.tonnes for q in quotas) for code, quotas in network.quotas_by_round.items()}
    assert tonnes == {"market-1397": 5360, DEMO: 946, "oil-1399": 2400}


def test_areas_hold_the_census(network: Dataset, counties: dict[str, int]) -> None:
    assert sum(counties.values()) == CENSUS_TOTAL
    assert {a.code: a.population for a in network.areas} == counties | {"KR": CENSUS_TOTAL}
    assert all(area.population_source and area.population_date for area in network.areas)


def test_declared_people_and_remainders_add_up_to_every_county(network: Dataset, counties: dict[str, int]) -> None:
    declared: Counter[str] = Counter()
    blank: Counter[str] = Counter()
    for outlet in network.outlets:
        declared[outlet.area_code] += outlet.served_population or 0
        blank[outlet.area_code] += outlet.served_population is None
    for code, people in counties.items():
        if blank[code]:
            assert people - declared[code] >= 500 * blank[code], f"too little is left for the blank ones of {code}"
        else:
            assert declared[code] == people
    assert 0.03 * len(network.outlets) < blank.total() < 0.07 * len(network.outlets)


def test_the_people_of_every_counted_town_are_served_in_it(network: Dataset) -> None:
    served: Counter[tuple[str, str]] = Counter()
    for outlet in network.outlets:
        served[outlet.area_code, outlet.name_fa.split("، ")[1]] += outlet.served_population or 0
    counted = {
        (f"KR-{row['county_code']}", row["name_fa"]): int(row["population_2016"])
        for row in read_rows("facts/towns.csv")
        if row["population_2016"]
    }
    assert len(counted) > 25
    assert {town: served[town] for town in counted} == counted


def test_every_outlet_stands_in_the_province_near_a_town_of_its_county(network: Dataset) -> None:
    towns = defaultdict(list)
    for row in read_rows("facts/towns.csv"):
        towns[f"KR-{row['county_code']}"].append((float(row["lon"]), float(row["lat"])))
    for outlet in network.outlets:
        assert 56.2 < outlet.lon < 61.3, outlet.code
        assert 33.85 < outlet.lat < 37.75, outlet.code
        assert min(km(outlet.lon, outlet.lat, *town) for town in towns[outlet.area_code]) < 40, outlet.code
    assert len({(outlet.lon, outlet.lat) for outlet in network.outlets}) == len(network.outlets)


def test_everything_made_up_says_so(network: Dataset) -> None:
    assert network.settings.synthetic
    for row in (*network.unions, *network.cooperatives, *network.outlets, *network.warehouses):
        assert "فرضی" in row.name_fa
        assert "synthetic" in row.name_en.lower()
    for path in EXAMPLE.glob("*.csv"):
        assert path.read_text(encoding="utf-8-sig").splitlines()[1].lstrip('"').startswith("# "), path.name


def test_names_are_given_in_both_languages(network: Dataset) -> None:
    for sheet in ("areas", "unions", "cooperatives", "outlets", "warehouses", "commodities", "vehicles"):
        for row in getattr(network, sheet):
            assert row.name_fa
            assert row.name_en.strip()
            assert row.name_en.isascii()


@pytest.mark.parametrize("round_code", ["market-1397", DEMO, "oil-1399"])
def test_stock_in_the_warehouses_covers_every_quota_by_a_little(network: Dataset, round_code: str) -> None:
    for quota in network.quotas_by_round[round_code]:
        commodity = network.commodity_by_code[quota.commodity_code]
        lines = [
            line
            for line in network.stock
            if line.commodity_code == commodity.code and line.place_code in network.warehouse_by_code
        ]
        packs = sum(line.packs for line in lines)
        needed = quota.quota_g // commodity.pack_g
        assert needed <= packs <= needed * Decimal("1.04")
        assert all(line.available_on is not None and line.available_on < quota.deadline for line in lines)


def test_the_policies_are_the_documented_ones(network: Dataset) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    codes = [policy.code for policy in network.policies]
    assert codes == [
        "basket", "bounded", "by-county", "by-people", "by-union", "far-first", "half-to-mashhad", "rural-first",
        "small-drops-wait",
    ]  # fmt: skip
    for policy in network.policies:
        assert f"| `{policy.code}` |" in readme
        assert policy.name_fa
        assert policy.name_en.isascii()
    by_people = next(policy for policy in network.policies if policy.code == "by-people")
    named = {"code": by_people.code, "name_fa": by_people.name_fa, "name_en": by_people.name_en}
    assert by_people == Policy.model_validate(named), "every other field has its default"


def test_half_to_mashhad_is_less_than_its_people_are(network: Dataset, counties: dict[str, int]) -> None:
    [share] = network.fixed_shares
    assert (share.policy_code, share.node_code, share.percent) == ("half-to-mashhad", "KR-0916", 50)
    assert network.area_by_code[share.node_code].name_fa == "مشهد"
    percent = 100 * counties[share.node_code] / CENSUS_TOTAL
    assert f"Mashhad county has {percent:.0f} % of the people" in (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_the_basket_of_all_people_is_the_tonnes_of_the_letter(network: Dataset) -> None:
    tonnes = {q.commodity_code: q.tonnes for q in network.quotas_by_round[DEMO]}
    assert [line.commodity_code for line in network.baskets] == ["oil", "rice", "sugar"]
    for line in network.baskets:
        assert abs(line.kg * CENSUS_TOTAL / 1000 - tonnes[line.commodity_code]) < Decimal("0.004")


def test_outlets_in_villages_are_rural_and_no_others(network: Dataset) -> None:
    rural = {outlet.code for outlet in network.outlets if outlet.setting is OutletSetting.RURAL}
    assert rural == {outlet.code for outlet in network.outlets if "villages of" in outlet.name_en}
    assert 0.3 * len(network.outlets) < len(rural) < 0.4 * len(network.outlets)
    kinds = {network.cooperative_by_code[network.outlet_by_code[code].cooperative_code].kind for code in rural}
    assert kinds == {CooperativeKind.RURAL}


def test_rounds_share_no_commodity(network: Dataset) -> None:
    codes = [quota.commodity_code for quota in network.quotas]
    assert len(codes) == len(set(codes))


def test_cold_goods_lie_only_where_refrigerated_trucks_load(network: Dataset) -> None:
    cold = {v.warehouse_code for v in network.vehicles if StorageClass.FROZEN in v.storage_classes}
    assert 0 < len(cold) < len(network.warehouses)
    for line in network.stock:
        if network.commodity_by_code[line.commodity_code].storage_class.needs_refrigeration:
            assert line.place_code in cold


def test_storage_binds_at_few_outlets_in_the_demo(network: Dataset) -> None:
    kg_per_person = 888_000 / CENSUS_TOTAL  # of the dry goods
    tight = [
        outlet
        for outlet in network.outlets
        if outlet.served_population
        and outlet.storage_dry_kg * outlet.deliveries_per_period < outlet.served_population * kg_per_person
    ]
    assert 0.02 * len(network.outlets) < len(tight) < 0.08 * len(network.outlets)


def test_every_narrow_lane_can_be_reached_from_every_warehouse(network: Dataset) -> None:
    narrowest = min(o.largest_vehicle_kg for o in network.outlets if o.largest_vehicle_kg)
    for needed in (StorageClass.DRY, StorageClass.FROZEN):
        smallest: dict[str, int] = {}
        for v in network.vehicles:
            if needed in v.storage_classes:
                smallest[v.warehouse_code] = min(v.capacity_kg, smallest.get(v.warehouse_code, v.capacity_kg))
        assert all(kg <= narrowest for kg in smallest.values())


def trip_hours(network: Dataset, depot: Warehouse, loads: dict[str, float], capacity_kg: float) -> float:
    """Estimate the hours of serving loads (kg by outlet) from one depot: from the farthest to its nearest neighbours."""
    s = network.settings
    speed = float(s.speed_kmh) / float(s.detour_factor)  # km of straight line per hour
    left = dict(loads)
    hours = 0.0

    def apart(a: Outlet | Warehouse, b: Outlet | Warehouse) -> float:
        return km(a.lon, a.lat, b.lon, b.lat) / speed

    while left:
        at: Outlet | Warehouse = depot
        room, trip = capacity_kg, s.loading_minutes / 60
        stop = max((network.outlet_by_code[code] for code in left), key=lambda o: apart(depot, o))
        while True:
            kg = min(left[stop.code], room)
            trip += apart(at, stop) + s.stop_minutes / 60 + kg / 1000 * s.unload_minutes_per_tonne / 60
            at, room = stop, room - kg
            left[stop.code] -= kg
            if left[stop.code] <= 0:
                del left[stop.code]
            if room <= 0 or not left:
                break
            stop = min((network.outlet_by_code[code] for code in left), key=lambda o: apart(at, o))
            if trip + apart(at, stop) + 0.5 + apart(stop, depot) > 9:
                break
        hours += trip + apart(at, depot)
    return hours


def test_the_fleet_needs_several_working_days_and_no_more_than_there_are(network: Dataset) -> None:
    quotas = network.quotas_by_round[DEMO]
    days = len(working_days(quotas[0].period_start, quotas[0].deadline, network.calendar))
    assert 8 <= days <= 10
    people: dict[str, float] = {o.code: o.served_population or 2500 for o in network.outlets}
    hours: dict[str, float] = defaultdict(float)
    trucks: Counter[str] = Counter()
    for v in network.vehicles:
        trucks[v.warehouse_code] += v.count
    assert 20 <= trucks.total() <= 30
    for needed, tonnes in ((StorageClass.DRY, 888), (StorageClass.FROZEN, 58)):
        types = [v for v in network.vehicles if needed is max(v.storage_classes, key=list(StorageClass).index)]
        homes = [network.warehouse_by_code[code] for code in sorted({v.warehouse_code for v in types})]
        loads: dict[str, dict[str, float]] = defaultdict(dict)
        for o in network.outlets:
            if o.mode is OutletMode.DELIVERED:
                home = min(homes, key=lambda w: km(w.lon, w.lat, o.lon, o.lat))
                loads[home.code][o.code] = people[o.code] * tonnes * 1000 / sum(people.values())
        for home in homes:
            mine = [v for v in types if v.warehouse_code == home.code]
            mean_kg = sum(v.capacity_kg * v.count for v in mine) / sum(v.count for v in mine)
            hours[home.code] += trip_hours(network, home, loads[home.code], mean_kg)
    busiest = [hours[code] / trucks[code] / days for code in network.warehouse_by_code]
    assert max(busiest) < 7, f"a truck's day is 12 h, its outlets receive mostly in the morning: {busiest}"
    assert sum(hours.values()) / trucks.total() > 8 * 4, "the fleet would be done in a few days"
