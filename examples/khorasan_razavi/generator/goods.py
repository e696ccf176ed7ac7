"""The commodities, the real quotas of three letters, and the stock that covers them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from generator.chance import chance, split
from generator.depots import DEPOTS, Depot
from generator.outlets import Shop
from generator.places import distance_km
from generator.sheet import Row

#: Stock over quota, so that no pack fails for want of a sack at the next warehouse.
SPARE_PERCENT = 3


@dataclass(frozen=True)
class Letter:
    """A quota letter as the news of its time told it; its days are approximate."""

    round_code: str
    source: str
    letter_date: str
    start: str
    end: str
    deadline: str
    second_arrival: str
    tonnes: tuple[tuple[str, int], ...]


#: Each letter has commodities of its own, so that the stock of one round is not taken for another's.
LETTERS = (
    Letter(
        "market-1397", "خبر ایرنا ۸۲۹۲۰۱۵۳: تنظیم بازار (IRNA 82920153)",
        "2018-04-18", "2018-04-21", "2018-06-21", "2018-06-14", "2018-05-12",
        (("rice-imported", 2400), ("sugar-sack", 1600), ("chicken", 1200), ("veal", 100), ("eggs", 60)),
    ),
    Letter(
        "ramadan-1399", "خبر ایرنا ۸۳۷۹۱۱۷۶: کالاهای ماه رمضان (IRNA 83791176)",
        "2020-04-11", "2020-04-14", "2020-05-23", "2020-04-25", "2020-04-18",
        (("rice", 320), ("sugar", 249), ("oil", 97), ("meat", 58), ("onions", 200), ("dates", 22)),
    ),
    Letter(
        "oil-1399", "خبر تسنیم ۲۳۸۸۴۷۶: روغن خانوار (Tasnim 2388476)",
        "2020-11-14", "2020-11-17", "2020-12-21", "2020-12-17", "2020-12-01",
        (("oil-tin", 2400),),
    ),
)  # fmt: skip

#: code, Persian, English, kg and litres of a pack, storage class, illustrative price of a pack in rials.
COMMODITIES = (
    ("rice", "برنج، کیسه ۱۰ کیلوگرمی", "Rice, 10 kg bag", "10", "12.5", "dry", 880_000),
    ("sugar", "شکر، کارتن ۱۰ بسته یک کیلوگرمی", "Sugar, carton of 10 x 1 kg", "10", "12", "dry", 650_000),
    ("oil", "روغن، کارتن ۱۲ بطری ۸۱۰ گرمی", "Cooking oil, carton of 12 x 810 g", "9.72", "14", "dry", 1_020_000),
    ("meat", "گوشت قرمز منجمد، کارتن ۱۰ کیلوگرمی", "Frozen red meat, 10 kg carton", "10", "14", "frozen", 4_600_000),
    ("onions", "پیاز، کیسه توری ۲۰ کیلوگرمی", "Onions, 20 kg net", "20", "36", "dry", 560_000),
    ("dates", "خرما، کارتن ۱۰ کیلوگرمی", "Dates, 10 kg carton", "10", "15", "dry", 1_500_000),
    ("rice-imported", "برنج وارداتی، کیسه ۱۰ کیلوگرمی", "Imported rice, 10 kg bag", "10", "12.5", "dry", 480_000),
    ("sugar-sack", "شکر، کیسه ۵۰ کیلوگرمی", "Sugar, 50 kg sack", "50", "60", "dry", 1_425_000),
    ("chicken", "مرغ منجمد، کارتن ۱۰ کیلوگرمی", "Frozen chicken, 10 kg carton", "10", "16", "frozen", 670_000),
    ("veal", "گوشت گوساله منجمد، کارتن ۱۰ کیلوگرمی", "Frozen veal, 10 kg carton", "10", "14", "frozen", 3_200_000),
    ("eggs", "تخم‌مرغ، کارتن ۱۱ کیلوگرمی", "Eggs, 11 kg carton", "11", "45", "chilled", 605_000),
    ("oil-tin", "روغن، حلب ۱۶ کیلوگرمی", "Cooking oil, 16 kg tin", "16", "19", "dry", 1_250_000),
)


def build_commodities() -> list[Row]:
    """List the commodities."""
    columns = ("code", "name_fa", "name_en", "pack_kg", "pack_litres", "storage_class", "price")
    return [dict(zip(columns, values, strict=True)) for values in sorted(COMMODITIES)]


def build_quotas() -> list[Row]:
    """List the quotas: letter by letter, a commodity a row."""
    return [
        {
            "code": f"{letter.round_code}-{commodity}",
            "round_code": letter.round_code,
            "letter_number": "",
            "letter_date": letter.letter_date,
            "commodity_code": commodity,
            "tonnes": tonnes,
            "source": letter.source,
            "price": "",
            "period_start": letter.start,
            "period_end": letter.end,
            "absorption_deadline": letter.deadline,
            "eligible_kinds": "",
            "eligible_unions": "",
            "eligible_areas": "",
            "method": "cumulative",
            "floor_packs": 0,
        }
        for letter in LETTERS
        for commodity, tonnes in letter.tonnes
    ]


def _people_near(shops: Sequence[Shop], depots: Sequence[Depot]) -> list[int]:
    """Count the people whose shop is nearest to each depot."""
    people = dict.fromkeys((depot.code for depot in depots), 0)
    for shop in shops:
        people[min(depots, key=lambda depot: distance_km(depot.at, shop.at)).code] += shop.people
    return [people[depot.code] for depot in depots]


def build_stock(shops: Sequence[Shop]) -> list[Row]:
    """Lay every letter's packs, and a few to spare, at the warehouses near the people; some arrive later."""
    pack_kg = {code: Decimal(kg) for code, _, _, kg, *_ in COMMODITIES}
    storage_class = {code: cls for code, _, _, _, _, cls, _ in COMMODITIES}
    rows: list[Row] = []
    for letter in LETTERS:
        for commodity, tonnes in letter.tonnes:
            depots = [depot for depot in DEPOTS if storage_class[commodity] in depot.storage_classes]
            packs = math.ceil(tonnes * 1000 / pack_kg[commodity] * (100 + SPARE_PERCENT) / 100)
            shares = split(packs, _people_near(shops, depots))
            for depot, share in zip(depots, shares, strict=True):
                later = share * 3 // 10 if chance(depot.code, commodity, "arrives") < 0.35 else 0
                rows.append(_stock_row(depot.code, commodity, share - later, letter.start))
                if later:
                    rows.append(_stock_row(depot.code, commodity, later, letter.second_arrival))
    return rows + _opening_stock(shops)


def _opening_stock(shops: Sequence[Shop]) -> list[Row]:
    """Leave a few packs of the last round on the shelves of one shop in fifteen."""
    rows: list[Row] = []
    for shop in shops:
        if chance(shop.code, "left over") < 1 / 15:
            commodity = ("rice", "sugar", "oil")[int(chance(shop.code, "left commodity") * 3)]
            rows.append(_stock_row(shop.code, commodity, 1 + int(chance(shop.code, "left packs") * 8), ""))
    return rows


def _stock_row(place: str, commodity: str, packs: int, day: str) -> Row:
    return {"place_code": place, "commodity_code": commodity, "packs": packs, "available_on": day}
