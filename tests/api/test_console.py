"""What a run prints: words may wrap, numbers never lose a digit."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from api.console import print_summary
from distribution.allocation.fairness import Fairness
from distribution.allocation.fifths import Fifth
from distribution.messages import LOCALES, Locale, render_message
from distribution.services.delivery_figures import DeliveryFigures
from distribution.services.distance_ranks import QuintileRank
from distribution.services.summary import GoodsFigures, RoundSummary
from distribution.services.summary_tables import list_tables
from distribution.services.unplaced import StoppedArea, StoppedOutlet, UnplacedFigures
from tests.support.nouns import policy


@pytest.fixture
def summary() -> RoundSummary:
    """The figures of a large round, with long names."""
    shop = StoppedOutlet("O-1", "فروشگاه یک", "Shop one", "A-1", "storage", 1_200, 34_560_000_000)
    area = StoppedArea("A-1", "خواف", "Khaf", 1366, 98_000_000_000)
    unplaced = UnplacedFigures(1_234_567, {"storage": 1359, "min_drop": 7}, (shop,), (area,))
    goods = tuple(
        GoodsFigures(
            code=f"g{i}", name_fa="گوشت گوساله منجمد، کارتن ۱۰ کیلوگرمی", name_en="Frozen veal of the best kind, 10 kg carton",
            quota_g=43_599_123_000_000, carried_g=7, packs_to_share=1, allotted_packs=1, allotted_g=42_940_001_000_000,
            unplaced_packs=1_234_567, remainder_g=0, held={"storage": 1359, "closing_balance": 1024, "min_drop": 7},
            largest_rounding_packs=0.51, fairness=Fairness(0.1765, 12_325.73, 0.5, 1.5, 0.1, 12.345, 99.0), unplaced=unplaced if i else None,
        )
        for i in range(2)
    )  # fmt: skip
    delivery = DeliveryFigures(
        working_days=44, days_used=44, trucks=240, truck_days=6080, trips=12_860, stops=29_030, routed_g=10**13,
        collected_g=10**12, waiting_g=9 * 10**9, metres=1_345_430_000, tonne_km=23_769_200, cost=58_359_355_320_000,
        fuel_litres=Decimal("1.0"), co2_kg=Decimal("67100.0"), outlets_due=39_000, outlets_served=38_999,
        people_covered=64_345_010, unserved={"fleet_used_up": 12_345},
        rank_by_distance=(QuintileRank(1, 13_500, 1024, 1113.8, 16.1, 0.51),),
    )  # fmt: skip
    return RoundSummary(
        round_code="r", policy=policy("need-first", name_fa="نیاز نخست", name_en="Need first"), title_fa="ف", title_en="e", synthetic=True, currency="IRR", dataset_version=1, outlets=39_000,
        people=64_345_011, people_assumed=0, goods=goods, delivery=delivery, travel="x", travel_is_estimate=True,
        status="time_limit", seed=1, iterations=1,
    )  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [72, 80, 100, 160])
def test_no_number_is_cut_however_narrow_the_terminal(summary: RoundSummary, locale: Locale, width: int) -> None:
    console = Console(file=io.StringIO(), width=width, soft_wrap=True, color_system=None)
    print_summary(console, summary, locale)
    text = console.file.getvalue()  # type: ignore[attr-defined] # the buffer given above
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= width
    for _, rows in list_tables(summary, locale):
        for row in rows[1:] if len(rows[0]) > 2 else rows:
            for cell in row[1:]:
                assert re.search(rf"(?<!\S){re.escape(cell)}(?!\S)", text), (cell, width)


def printed(summary: RoundSummary, locale: Locale) -> str:
    console = Console(file=io.StringIO(), width=500, soft_wrap=True, color_system=None)
    print_summary(console, summary, locale)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return] # the buffer given above


@pytest.mark.parametrize(("locale", "name"), [("en", "Need first"), ("fa", "نیاز نخست")])
def test_the_round_and_its_policy_stand_above_the_tables(summary: RoundSummary, locale: Locale, name: str) -> None:
    first = printed(summary, locale).splitlines()[0]
    assert name in first
    assert "need-first" in first


def test_under_the_goods_it_says_why_packs_found_no_place_and_where(summary: RoundSummary) -> None:
    text = printed(summary, "en")
    (line,) = (line for line in text.splitlines() if "found no place" in line)
    assert "1,234,567" in line
    assert "full store 1,359" in line
    assert "too small, 7" in line
    assert "Shop one (O-1) got 1,200 and lacks 34.6" in line
    assert "by area: Khaf 1,366" in line
    assert text.index(line) < text.index("Fairness")
    placed = replace(summary, goods=tuple(replace(goods, unplaced=None) for goods in summary.goods))
    assert "found no place" not in printed(placed, "en")


def test_outlets_are_counted_by_each_bound_that_held_any(summary: RoundSummary) -> None:
    tables = dict(list_tables(summary, "en"))
    header, row, _ = tables["Outlets held, by what held them"]
    assert header[1:] == ("Storage", "Closing balance", "Smallest delivery")
    assert row[1:] == ("1,359", "1,024", "7")


def test_fifths_are_shown_where_outlets_differ_and_left_out_where_all_stand_in_one(summary: RoundSummary) -> None:
    def with_need(people: tuple[int, ...]) -> dict[str, list[tuple[str, ...]]]:
        fifths = tuple(
            Fifth(i, int(n > 0), n, 0.05 if n else None, 1.0 if n else None) for i, n in enumerate(people, 1)
        )
        goods = (replace(each, fairness=replace(each.fairness, by_need=fifths)) for each in summary.goods)
        return dict(list_tables(replace(summary, goods=tuple(goods)), "en"))

    heading = render_message("summary.heading.by_need", "en")
    assert heading not in with_need((0, 0, 100, 0, 0))
    assert [row[1:] for row in with_need((0, 40, 0, 60, 0))[heading][1:]] == [("–", "0.050", "–", "0.050", "–")] * 2
