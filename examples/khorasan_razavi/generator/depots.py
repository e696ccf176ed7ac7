"""The synthetic warehouses and their trucks."""

from __future__ import annotations

from dataclasses import dataclass

from generator.places import Point
from generator.sheet import Row

DRY = ("dry",)
COLD = ("dry", "chilled", "frozen")


@dataclass(frozen=True)
class Depot:
    """A warehouse near a real town."""

    code: str
    name_fa: str
    name_en: str
    at: Point
    storage_classes: tuple[str, ...]
    trucks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Truck:
    """A kind of truck; money in rials of 2020, illustrative."""

    name_fa: str
    name_en: str
    kg: int
    m3: str
    classes: tuple[str, ...]
    per_km: int
    per_hour: int
    per_day: int
    trips: int
    litres_per_100km: str


TRUCKS = {
    "T2": Truck("وانت ۲ تنی", "2 t pickup", 2000, "7.5", DRY, 14_000, 240_000, 1_500_000, 3, "13"),
    "T3": Truck("کامیونت ۳٫۵ تنی", "3.5 t light truck", 3500, "16", DRY, 17_000, 260_000, 2_000_000, 3, "16"),
    "T5": Truck("کامیونت ۵ تنی", "5 t light truck", 5000, "22", DRY, 20_000, 280_000, 2_400_000, 2, "19"),
    "T6": Truck("کامیون ۶ تنی", "6 t truck", 6000, "27", DRY, 22_000, 290_000, 2_700_000, 2, "21"),
    "T10": Truck("کامیون ۱۰ تنی", "10 t truck", 10_000, "42", DRY, 30_000, 320_000, 3_800_000, 2, "29"),
    "R3": Truck("یخچال‌دار ۳٫۵ تنی", "3.5 t refrigerated", 3500, "15", COLD, 22_000, 300_000, 2_800_000, 2, "19"),
    "R6": Truck("یخچال‌دار ۶ تنی", "6 t refrigerated", 6000, "25", COLD, 28_000, 330_000, 3_600_000, 2, "25"),
    "R8": Truck("یخچال‌دار ۸ تنی", "8 t refrigerated", 8000, "33", COLD, 32_000, 340_000, 4_100_000, 2, "29"),
}

DEPOTS = (
    Depot(
        "W-MASHHAD-N", "انبار و سردخانه فرضی شمال غرب مشهد", "Synthetic store north-west of Mashhad",
        Point(59.4850, 36.3800), COLD, (("T3", 1), ("T10", 1), ("R3", 2), ("R6", 1), ("R8", 1)),
    ),
    Depot(
        "W-MASHHAD-S", "انبار فرضی جنوب شرق مشهد", "Synthetic store south-east of Mashhad",
        Point(59.6900, 36.2350), DRY, (("T2", 1), ("T3", 1), ("T5", 1), ("T6", 2)),
    ),
    Depot(
        "W-NEYSHABUR", "انبار فرضی نیشابور", "Synthetic store of Neyshabur",
        Point(58.8150, 36.2000), DRY, (("T2", 1), ("T3", 1)),
    ),
    Depot(
        "W-SABZEVAR", "انبار و سردخانه فرضی سبزوار", "Synthetic store of Sabzevar",
        Point(57.7000, 36.2000), COLD, (("T3", 1), ("T6", 1), ("R3", 1)),
    ),
    Depot(
        "W-TORBAT-H", "انبار و سردخانه فرضی تربت حیدریه", "Synthetic store of Torbat-e-Heydarieh",
        Point(59.2000, 35.2600), COLD, (("T3", 1), ("T6", 1), ("R3", 1), ("R6", 1)),
    ),
    Depot(
        "W-TORBAT-J", "انبار و سردخانه فرضی تربت جام", "Synthetic store of Torbat-e-Jam",
        Point(60.6000, 35.2300), COLD, (("T3", 1), ("T5", 1), ("R3", 1)),
    ),
    Depot(
        "W-QUCHAN", "انبار فرضی قوچان", "Synthetic store of Quchan",
        Point(58.5300, 37.0900), DRY, (("T3", 1),),
    ),
)  # fmt: skip


def build_warehouses() -> list[Row]:
    """List the warehouses."""
    return [
        {
            "code": depot.code,
            "name_fa": depot.name_fa,
            "name_en": depot.name_en,
            "lon": depot.at.lon,
            "lat": depot.at.lat,
            "opening_hours": "05:30-20:00",
        }
        for depot in DEPOTS
    ]


def build_vehicles() -> list[Row]:
    """List the trucks of every warehouse; town trucks work 06:00-16:00, those of long ways until 18:00."""
    rows: list[Row] = []
    for depot in DEPOTS:
        town = depot.name_fa.split("فرضی ")[1]
        for kind, number in depot.trucks:
            truck = TRUCKS[kind]
            rows.append(
                {
                    "code": f"V-{depot.code[2:]}-{kind}",
                    "name_fa": f"{truck.name_fa} {town}",
                    "name_en": f"{truck.name_en}, {depot.name_en.removeprefix('Synthetic store ').removeprefix('of ')}",
                    "count": number,
                    "capacity_kg": truck.kg,
                    "capacity_m3": truck.m3,
                    "storage_classes": ";".join(truck.classes),
                    "cost_per_km": truck.per_km,
                    "cost_per_hour": truck.per_hour,
                    "fixed_cost": truck.per_day,
                    "shift": "06:00-16:00" if kind == "T2" else "06:00-18:00",
                    "trips_per_day": truck.trips,
                    "warehouse_code": depot.code,
                    "litres_per_100km": truck.litres_per_100km,
                }
            )
    return rows
