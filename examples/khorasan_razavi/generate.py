"""Write the Khorasan Razavi example: ``python examples/khorasan_razavi/generate.py [--out FOLDER]``.

Counties, towns and people are real (``facts/``); the tonnes are those of real letters. Unions, cooperatives,
outlets, warehouses, trucks, stock, prices and days are made up, and every file says so. The same bytes every time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.depots import DEPOTS, build_vehicles, build_warehouses
from generator.goods import build_commodities, build_quotas, build_stock
from generator.members import build_unions
from generator.outlets import build_shops, outlet_row
from generator.places import County, read_counties
from generator.policies import build_baskets, build_fixed_shares, build_need_weights, build_policies
from generator.sheet import Row, export_sheets

CENSUS = "مرکز آمار ایران، سرشماری ۱۳۹۵ (Statistical Centre of Iran, census 2016)"
CENSUS_DAY = "2016-09-24"  # the first day of the count
PROVINCE = "KR"

REAL = "داده واقعی: مرکز آمار ایران، سرشماری ۱۳۹۵ | real: Statistical Centre of Iran, census 2016"
SYNTHETIC = "ساختگی برای نمایش؛ هیچ نامی واقعی نیست | synthetic, for demonstration: nothing here exists"
QUOTAS = (
    "تناژها از خبرهای همان زمان؛ روزها تقریبی | tonnes from the news of the time; days are approximate, see README.md"
)
POLICY = "نمونه برای مقایسه؛ هیچ‌یک سیاست جاری نیست | examples to compare, none of them in force; see README.md"
CALENDAR = "تعطیلات رسمی در دوره‌ها | official holidays within the periods"

HOLIDAYS = (
    ("2018-05-02", "نیمه شعبان"),
    ("2018-06-04", "رحلت امام خمینی"),
    ("2018-06-05", "قیام ۱۵ خرداد"),
    ("2018-06-06", "شهادت امام علی"),
    ("2018-06-15", "عید فطر"),
    ("2018-06-16", "عید فطر"),
    ("2020-04-09", "نیمه شعبان"),
    ("2020-05-15", "شهادت امام علی"),
    ("2020-05-24", "عید فطر"),
    ("2020-05-25", "عید فطر"),
)


def build_areas(counties: tuple[County, ...]) -> list[Row]:
    """List the province and its counties; need weights are a decision of policy, so all are 1."""
    everyone = sum(county.people for county in counties)
    places = [(PROVINCE, "", "خراسان رضوی", "Khorasan Razavi", everyone)]
    places += [(f"KR-{c.code}", PROVINCE, c.name_fa, c.name_en, c.people) for c in counties]
    return [
        {
            "code": code,
            "name_fa": fa,
            "name_en": en,
            "parent_code": parent,
            "population": people,
            "population_source": CENSUS,
            "population_date": CENSUS_DAY,
            "need_weight": 1,
        }
        for code, parent, fa, en, people in places
    ]


def build_calendar() -> list[Row]:
    """List the weekly rest and the holidays."""
    rows: list[Row] = [{"day": "fri", "working": "no", "note": "جمعه"}]
    return rows + [{"day": day, "working": "no", "note": note} for day, note in HOLIDAYS]


def build_settings() -> list[Row]:
    """List the settings of the network."""
    values: dict[str, str | int] = {
        "title_fa": "خراسان رضوی، شبکه فرضی تعاونی‌های مصرف",
        "title_en": "Khorasan Razavi, a synthetic network of consumer cooperatives",
        "synthetic": "yes",
        "currency": "IRR",
        "detour_factor": "1.3",
        "speed_kmh": 50,
        "stop_minutes": 15,
        "unload_minutes_per_tonne": 10,
        "loading_minutes": 30,
        "co2_kg_per_litre": "2.68",
    }
    return [{"key": key, "value": value} for key, value in values.items()]


def export_example(folder: Path) -> list[Path]:
    """Write every sheet of the example into a folder."""
    counties = read_counties()
    shops, cooperatives = build_shops(counties, {depot.code: depot.at for depot in DEPOTS})
    return export_sheets(
        {
            "settings": (build_settings(), SYNTHETIC),
            "areas": (build_areas(counties), REAL),
            "unions": (build_unions(counties), SYNTHETIC),
            "cooperatives": (cooperatives, SYNTHETIC),
            "outlets": ([outlet_row(shop) for shop in shops], SYNTHETIC),
            "warehouses": (build_warehouses(), SYNTHETIC),
            "commodities": (build_commodities(), SYNTHETIC),
            "stock": (build_stock(shops), SYNTHETIC),
            "vehicles": (build_vehicles(), SYNTHETIC),
            "quotas": (build_quotas(), QUOTAS),
            "calendar": (build_calendar(), CALENDAR),
            "policies": (build_policies(), POLICY),
            "need_weights": (build_need_weights(), POLICY),
            "fixed_shares": (build_fixed_shares(), POLICY),
            "baskets": (build_baskets(counties), POLICY),
        },
        folder,
    )


def main() -> None:
    """Write the example next to this file, or where ``--out`` says."""
    parser = argparse.ArgumentParser(description="Write the Khorasan Razavi example as CSV files.")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="folder to write into")
    for path in export_example(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
