"""Policies to compare on the example: a choice of rules, each documented in README.md, none of them in force."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from generator.goods import LETTERS
from generator.places import County
from generator.sheet import Row

#: The county that the old rule gave half of everything: "before, half went to Mashhad and half to the rest".
MASHHAD = "KR-0916"
BASKET_ROUND = "ramadan-1399"
BASKET_GOODS = ("rice", "sugar", "oil")

#: code, Persian name, English name, and what differs from the defaults.
POLICIES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("by-people", "به نسبت جمعیت", "In proportion to people", {}),
    ("rural-first", "اولویت با روستاها", "Villages first", {}),
    ("far-first", "اولویت با نقاط دور", "Far places first", {}),
    ("half-to-mashhad", "نیمی برای مشهد، روش پیشین", "Half to Mashhad, the old rule", {}),
    (
        "by-county", "شهرستان به شهرستان", "County by county",
        {"hierarchy": "areas", "methods": "huntington_hill;webster"},
    ),
    (
        "by-union", "اتحادیه به اتحادیه", "Union by union",
        {"hierarchy": "unions", "methods": "cumulative"},
    ),
    (
        "small-drops-wait", "انتظار محموله‌های کوچک", "Small drops wait",
        {"min_drop_packs": "5", "repay_percent": "50"},
    ),
    (
        "bounded", "انحراف حداکثر ۵ درصد", "At most 5 percent from the fair share",
        {"deviation_percent": "5", "deviation_kind": "relative"},
    ),
    ("basket", "سبد کامل برای هر نفر", "A complete basket for each person", {}),
)  # fmt: skip

DEFAULTS = {
    "hierarchy": "flat",
    "methods": "",
    "counts": "people",
    "people_exponent": "1",
    "need_exponent": "1",
    "reserve_percent": "0",
    "min_drop_packs": "0",
    "repay_percent": "0",
    "deviation_percent": "",
    "deviation_kind": "relative",
    "deviation_spares_full": "yes",
}


def build_policies() -> list[Row]:
    """List the policies."""
    return [
        {"code": code, "name_fa": fa, "name_en": en, **DEFAULTS, **differs}
        for code, fa, en, differs in sorted(POLICIES)
    ]


def build_need_weights() -> list[Row]:
    """List the need weights: villages by kind and by setting, and two distance bands."""
    weights = (
        ("far-first", "distance_km", "50", "1.05"),
        ("far-first", "distance_km", "100", "1.1"),
        ("rural-first", "kind", "rural", "1.2"),
        ("rural-first", "setting", "rural", "1.15"),
    )
    return [dict(zip(("policy_code", "basis", "key", "weight"), row, strict=True)) for row in weights]


def build_fixed_shares() -> list[Row]:
    """List the one fixed share of the old rule."""
    return [{"policy_code": "half-to-mashhad", "node_code": MASHHAD, "percent": "50"}]


def build_baskets(counties: tuple[County, ...]) -> list[Row]:
    """List what a person's basket holds: the tonnes of the letter over the people of the province, in whole mg."""
    people = sum(county.people for county in counties)
    letter = next(letter for letter in LETTERS if letter.round_code == BASKET_ROUND)
    tonnes = dict(letter.tonnes)
    return [
        {
            "policy_code": "basket",
            "commodity_code": code,
            "kg": str((Decimal(tonnes[code]) * 1000 / people).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)),
        }
        for code in BASKET_GOODS
    ]
