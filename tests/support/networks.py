"""Networks for tests that are not the example: every one deterministic, built anew at each call."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from distribution.domain.calendar import CalendarDay
from distribution.domain.dataset import Dataset
from distribution.domain.enums import CooperativeKind, OutletMode, OutletSetting, StorageClass, Weekday
from distribution.domain.fleet import Vehicle
from distribution.domain.network import Area, CoopUnion, Outlet, Warehouse
from distribution.domain.policy import BasketLine, FixedShare, MemberCount, OutletLimit
from distribution.domain.settings import NetworkSettings
from distribution.intake.export import write_csv_folder
from tests.support.foreign_networks import another_country, county_populations_only
from tests.support.nouns import (
    DRY,
    EVERY_CLASS,
    commodity,
    cooperative,
    move,
    need_weight,
    policy,
    quota,
    stock,
    windows,
)

__all__ = [
    "another_country",
    "county_populations_only",
    "network_with_policies",
    "small_network",
    "two_equal_outlets",
    "write_csv",
]


def write_csv(dataset: Dataset, folder: Path) -> Path:
    """Write a network as the folder of CSV files that a user would give, and return the folder."""
    write_csv_folder(dataset, folder)
    return folder


def small_network() -> Dataset:
    """Build ten outlets, two warehouses and three commodities, one of each storage class.

    Two counties of 30,000 people each, two unions, three cooperatives; one outlet collects, one declares no
    population, one has morning windows, one a narrow lane, one too little room for its share of rice.
    The period is one working week of six days, Friday off; everything fits.
    """
    start, end = dt.date(2024, 4, 20), dt.date(2024, 4, 26)
    spots = (  # east km, north km from (59, 36), people
        (2, 1, 5000), (4, -3, 4000), (-6, 2, 3000), (9, 7, 6000), (-12, -5, 12_000),
        (52, 3, 7000), (47, -4, 5000), (58, 9, 6000), (63, -2, 4000), (41, 6, None),
    )  # fmt: skip
    outlets = []
    for i, (east, north, people) in enumerate(spots):
        lon, lat = move(59.0, 36.0, east, north)
        outlets.append(
            Outlet(
                code=f"O{i}", name_fa=f"فروشگاه {i}", name_en=f"Shop {i}", lon=lon, lat=lat,
                area_code="west" if i < 5 else "east", cooperative_code=("C-workers", "C-teachers", "C-rural")[i % 3],
                served_population=people, storage_dry_kg=4000, storage_chilled_kg=600, storage_frozen_kg=900,
                deliveries_per_period=2,
            )
        )  # fmt: skip
    outlets[1].receiving_windows = windows("07:00-12:00")
    outlets[2].largest_vehicle_kg = 3500
    outlets[3].mode = OutletMode.COLLECTS
    outlets[6].receiving_days = (Weekday.MON, Weekday.SAT)
    outlets[7].storage_dry_kg, outlets[7].deliveries_per_period = 300, 1
    vehicles = [
        Vehicle(
            code=f"V-{home}-{kind}", name_fa=fa, name_en=en, count=1, capacity_kg=kg, capacity_m3=Decimal(m3),
            storage_classes=classes, cost_per_km=15_000, cost_per_hour=300_000, fixed_cost=2_000_000,
            shift=windows("06:00-16:00"), trips_per_day=2, warehouse_code=home, litres_per_100km=Decimal(18),
        )
        for home in ("W1", "W2")
        for kind, fa, en, kg, m3, classes in (
            ("dry", "کامیونت", "Light truck", 3500, "16", DRY),
            ("cold", "یخچال‌دار", "Refrigerated", 3000, "14", EVERY_CLASS),
        )
    ]  # fmt: skip
    goods = (("rice", "12"), ("eggs", "1.5"), ("chicken", "2.4"))
    return Dataset(
        areas=(
            Area(code="east", name_fa="شرق", name_en="East", parent_code="province", population=30_000),
            Area(code="province", name_fa="استان", name_en="Province", population=60_000),
            Area(code="west", name_fa="غرب", name_en="West", parent_code="province", population=30_000),
        ),
        unions=(
            CoopUnion(code="U1", name_fa="اتحادیه کارگران", name_en="Workers' union"),
            CoopUnion(code="U2", name_fa="اتحادیه روستایی", name_en="Rural union"),
        ),
        cooperatives=(
            cooperative("C-rural", "روستایی", CooperativeKind.RURAL, "U2"),
            cooperative("C-teachers", "فرهنگیان", CooperativeKind.TEACHERS, "U1"),
            cooperative("C-workers", "کارگران", CooperativeKind.WORKERS, "U1"),
        ),
        outlets=tuple(outlets),
        warehouses=(
            Warehouse(code="W1", name_fa="انبار غرب", name_en="West store", lon=59.0, lat=36.0),
            Warehouse(code="W2", name_fa="انبار شرق", name_en="East store", lon=move(59, 36, 50)[0], lat=36.0),
        ),
        commodities=(
            commodity("chicken", "مرغ منجمد", "10", "16", StorageClass.FROZEN, price=670_000),
            commodity("eggs", "تخم‌مرغ", "11", "45", StorageClass.CHILLED, price=605_000),
            commodity("rice", "برنج", "10", "12.5", StorageClass.DRY, price=880_000),
        ),
        stock=(
            stock("O0", "rice", 3),
            *(stock(home, code, packs) for home in ("W1", "W2") for code, packs in
              (("chicken", 125), ("eggs", 72), ("rice", 620))),
        ),
        vehicles=tuple(sorted(vehicles, key=lambda v: v.code)),
        quotas=tuple(sorted((quota("spring", code, t, start, end) for code, t in goods), key=lambda q: q.code)),
        calendar=(CalendarDay(day="fri", working=False, note="جمعه"),),
        settings=NetworkSettings(title_fa="شبکه کوچک", title_en="Small network", synthetic=True),
    )  # fmt: skip


def network_with_policies() -> Dataset:
    """Build the small network with a row or more of every sheet of a policy, and every field of one in use.

    O9, which declares nobody, serves members who live in both counties; O7 lies in a village.
    """
    network = small_network()
    for area in network.areas:
        area.households = 18_000 if area.code == "province" else 9000
    network.outlets[4].served_population = 11_700  # the other 300 of the west are members of O9's cooperative
    network.outlets[7].setting = OutletSetting.RURAL
    network.outlets[9].resident_weight = Decimal("0.5")
    network.outlets[0].served_households = 1500
    return replace(
        network,
        members=(
            MemberCount(area_code="east", outlet_code="O9", people=1200, households=400),
            MemberCount(area_code="west", outlet_code="O9", people=300, households=90),
        ),
        limits=(
            OutletLimit(outlet_code="O2", commodity_code="eggs", floor_packs=2),
            OutletLimit(outlet_code="O7", commodity_code="rice", floor_packs=1, cap_packs=20),
        ),
        policies=(
            policy("all-fields", hierarchy="areas", methods="webster;cumulative", counts="households",
                   people_exponent="0.5", need_exponent="2", reserve_percent="5", repay_percent="25",
                   deviation_percent="12.5", deviation_kind="absolute", deviation_spares_full=False),
            policy("by-people"),
            policy("half-west", hierarchy="unions", methods="cumulative", min_drop_packs=3),
        ),
        need_weights=(
            need_weight("by-people", "area", "east", "1.1"),
            need_weight("by-people", "distance_km", "50", "1.05"),
            need_weight("by-people", "kind", "rural", "1.2"),
            need_weight("by-people", "setting", "rural", "1.05"),
        ),
        fixed_shares=(FixedShare(policy_code="half-west", node_code="west", percent=Decimal(50)),),
        baskets=(
            BasketLine(policy_code="by-people", commodity_code="eggs", kg=Decimal("0.025")),
            BasketLine(policy_code="by-people", commodity_code="rice", kg=Decimal("0.2")),
        ),
    )  # fmt: skip


def two_equal_outlets(
    near_km: float = 5,
    far_km: float = 150,
    *,
    near_waits_since: dt.date | None = None,
    far_waits_since: dt.date | None = dt.date(2024, 3, 1),
) -> Dataset:
    """Build two outlets, alike but for their distance, and one truck that can serve only one of them.

    The period is one day, the truck makes one trip with room for one outlet's whole share of 2 t.
    The far one has waited longer, unless the ``..._waits_since`` days say otherwise.
    """
    day = dt.date(2024, 4, 20)
    outlets = []
    for code, north_km, since in (("FAR", far_km, far_waits_since), ("NEAR", -near_km, near_waits_since)):
        lon, lat = move(59.0, 36.0, north_km=north_km)
        outlets.append(
            Outlet(
                code=code, name_en=code.title(), lon=lon, lat=lat, area_code="A", cooperative_code="C",
                served_population=5000, storage_dry_kg=5000, waiting_since=since,
            )
        )  # fmt: skip
    return Dataset(
        areas=(Area(code="A", name_en="County", population=10_000),),
        unions=(CoopUnion(code="U", name_en="Union"),),
        cooperatives=(cooperative("C", "تعاونی", CooperativeKind.LOCAL, "U"),),
        outlets=tuple(outlets),
        warehouses=(Warehouse(code="W", name_en="Store", lon=59.0, lat=36.0),),
        commodities=(commodity("rice", "برنج", "10", "12.5", StorageClass.DRY, price=880_000),),
        stock=(stock("W", "rice", 400),),
        vehicles=(
            Vehicle(
                code="V", name_en="Truck", count=1, capacity_kg=2000, capacity_m3=Decimal(10), cost_per_km=15_000,
                cost_per_hour=300_000, fixed_cost=2_000_000, shift=windows("05:00-19:00"), trips_per_day=1,
                warehouse_code="W", litres_per_100km=Decimal(14),
            ),
        ),
        quotas=(quota("r1", "rice", "4", day, day),),
        calendar=(CalendarDay(day="fri", working=False),),
        settings=NetworkSettings(title_en="Two equal outlets", synthetic=True),
    )  # fmt: skip
