"""A stress test as titled tables of ready text, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from distribution.allocation.stress import MEASURES, Spread
from distribution.documents.formats import NOTHING, kilograms
from distribution.documents.tables import Cell, render_csv
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.stress_populations import StressedLevel, StressReport

Table = tuple[str, list[tuple[str, ...]]]
MOST_AREAS = 12
CSV_HEADER = (
    "level", "code", "name_fa", "name_en", "commodity_code", "people", "count_age_years", "packs_given",
    "mean_error_packs", "largest_error_packs", "probability_short", "mean_short_kg",
)  # fmt: skip

#: Digits after the point of a measure.
PLACES = {
    "misplaced_packs": 1,
    "mean_error_packs": 2,
    "largest_error_packs": 1,
    "gini": 4,
    "gini_fair": 4,
    "largest_deviation_percent": 1,
    "people_short": 0,
    "people_short_percent": 2,
}


def list_tables(report: StressReport, locale: Locale) -> list[Table]:
    """Render how far the round is from one by true counts, per commodity, and the areas to recount first.

    Every table starts with its header.
    """
    return [*_measures(report, locale), _recount_first(report, locale)]


def describe_stress(report: StressReport, locale: Locale) -> str:
    """Tell in a sentence what was drawn."""
    ages = report.areas.ages_years
    youngest, oldest = (_number(age, locale, 1) for age in (ages.min(), ages.max()))
    params = {
        "round": report.round_code,
        "policy": report.policy_code,
        "draws": format_number(report.options.draws, locale),
        "spread": _number(report.options.growth_spread, locale, 2),
        "areas": format_number(len(report.areas.holders), locale),
        "ages": youngest if youngest == oldest else _text("ages", locale, youngest=youngest, oldest=oldest),
        "seed": format_number(report.options.seed, locale),
    }
    return _text("drawn", locale, **params)


def render_stress_csv(report: StressReport) -> bytes:
    """Render a line per area and outlet and commodity, and one, without a commodity, for all goods together."""
    return render_csv(CSV_HEADER, (row for level in (report.areas, report.outlets) for row in _csv_rows(report, level)))


def _csv_rows(report: StressReport, level: StressedLevel) -> Iterator[tuple[Cell, ...]]:
    tally = level.tally
    probability, lacking, error = tally.probability_short, tally.mean_short_g, tally.mean_error_packs
    for row, holder in enumerate(level.holders):
        names = (level.level, holder.code, holder.name_fa, holder.name_en)
        about = (int(level.people[row]), _decimal(level.ages_years[row], 2))
        for j, commodity in enumerate(report.commodities):
            yield (
                *names, commodity.code, *about, int(level.packs[row, j]), _decimal(error[row, j], 3),
                int(tally.largest_error_packs[row, j]), _decimal(probability[row, j], 4),
                kilograms(round(lacking[row, j])),
            )  # fmt: skip
        whole = _decimal(probability[row, -1], 4), kilograms(round(lacking[row, -1]))
        yield (*names, "", *about, None, None, None, *whole)


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"stress.{key}", locale, params)


def _decimal(value: float, places: int) -> Decimal:
    return round(Decimal(repr(float(value))), places)


def _number(value: float, locale: Locale, places: int) -> str:
    return format_number(_decimal(value, places), locale, places)


def _measures(report: StressReport, locale: Locale) -> Iterator[Table]:
    columns = ("measure", "mean", "median", "low", "high")
    for commodity in report.commodities:
        rows = [tuple(_text(f"column.{column}", locale) for column in columns)]
        for name in MEASURES:
            spread = report.measures[commodity.code][name]
            rows.append((_text(f"measure.{name}", locale), *_spread_texts(spread, locale, PLACES[name])))
        yield _text("heading.measures", locale, commodity=commodity.name(locale)), rows


def _spread_texts(spread: Spread | None, locale: Locale, places: int) -> tuple[str, ...]:
    if spread is None:
        return (NOTHING,) * 4
    return tuple(_number(value, locale, places) for value in (spread.mean, spread.median, spread.low, spread.high))


def _recount_first(report: StressReport, locale: Locale) -> Table:
    level = report.areas
    rows = [tuple(_text(f"column.{column}", locale) for column in ("area", "people", "age", "probability", "lacking"))]
    rows += [
        (
            f"{level.holders[row].name(locale)} ({level.holders[row].code})",
            format_number(int(level.people[row]), locale),
            _number(level.ages_years[row], locale, 1),
            _number(100 * level.tally.probability_short[row, -1], locale, 1),
            _number(level.tally.mean_short_g[row, -1] / 1000, locale, 1),
        )
        for row in level.order_by_risk()[:MOST_AREAS]
    ]
    return _text("heading.recount", locale), rows
