"""The price-of-fairness frontier as tables for a terminal, and as CSV to compute with."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from distribution.documents.formats import kilograms
from distribution.documents.tables import Cell, render_csv
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.price_of_fairness import CommodityFrontier, Frontier, FrontierPoint

Tables = list[tuple[str, list[tuple[str, ...]]]]

MOST_ROWS = 10  # bottlenecks in a table
CSV_HEADER = (
    "round_code", "policy_code", "kind", "spare_full", "commodity_code", "bound", "level", "code", "name_fa", "name_en",
    "packs", "kg", "price", "gini", "outlets", "capacity_packs", "worth",
)  # fmt: skip


def list_tables(frontier: Frontier, locale: Locale) -> Tables:
    """Return titled tables of ready text, each with its header: per commodity the frontier and who holds back most."""
    tables: Tables = []
    for line in frontier.commodities:
        name = {"commodity": line.commodity.name(locale)}
        tables.append((_text("heading", locale, **name), _frontier_rows(frontier, line, locale)))
        if (point := line.tightest_held_back) is not None:
            name["bound"] = _percent(point.bound, locale)
            tables.append((_text("areas", locale, **name), _area_rows(frontier, point, locale)))
            tables.append((_text("outlets", locale, **name), _outlet_rows(frontier, point, locale)))
    return tables


def describe_frontier(frontier: Frontier, locale: Locale) -> list[str]:
    """Say in sentences what the bound is of, who is held to it, and what the columns mean."""
    keys = (f"kind_{frontier.kind}", "spared" if frontier.spare_full else "strict", "price")
    params = {"round": frontier.round_code, "policy": frontier.policy_code}
    return [_text(key, locale, **params) for key in keys]


def render_frontier_csv(frontier: Frontier) -> bytes:
    """Render a line per commodity and bound (level ``all``), and one for each of its bottleneck areas and outlets."""
    return render_csv(CSV_HEADER, _csv_rows(frontier))


def _frontier_rows(frontier: Frontier, line: CommodityFrontier, locale: Locale) -> list[tuple[str, ...]]:
    return [
        _header(("bound", "packs", "mass", "price", "gini", "held_areas", "held_outlets"), locale),
        *(
            (
                _percent(point.bound, locale),
                format_number(point.packs, locale),
                _text("tonnes", locale, value=format_number(Decimal(point.mass_g) / 1_000_000, locale, 1)),
                _text("percent", locale, value=format_number(point.price * 100, locale, 2)),
                _text("nobody", locale) if point.gini is None else format_number(point.gini, locale, 4),
                _leading([a.area.name(locale) for a in point.areas(frontier.dataset)], locale),
                _leading([b.outlet.name(locale) for b in point.bottlenecks], locale),
            )
            for point in line.points
        ),
    ]


def _area_rows(frontier: Frontier, point: FrontierPoint, locale: Locale) -> list[tuple[str, ...]]:
    return [
        _header(("area", "outlets", "capacity", "worth"), locale),
        *(
            (
                area.area.name(locale),
                format_number(area.outlets, locale),
                format_number(area.capacity_packs, locale),
                format_number(area.worth, locale, 2),
            )
            for area in point.areas(frontier.dataset)[:MOST_ROWS]
        ),
    ]


def _outlet_rows(frontier: Frontier, point: FrontierPoint, locale: Locale) -> list[tuple[str, ...]]:
    areas = frontier.dataset.area_by_code
    return [
        _header(("outlet", "area", "capacity", "worth"), locale),
        *(
            (
                bottleneck.outlet.name(locale),
                areas[bottleneck.outlet.area_code].name(locale),
                format_number(bottleneck.capacity_packs, locale),
                format_number(bottleneck.worth, locale, 2),
            )
            for bottleneck in point.bottlenecks[:MOST_ROWS]
        ),
    ]


def _csv_rows(frontier: Frontier) -> Iterator[tuple[Cell, ...]]:
    start = (frontier.round_code, frontier.policy_code, frontier.kind.value, str(frontier.spare_full).lower())
    for line in frontier.commodities:
        for point in line.points:
            at = (*start, line.commodity.code, point.bound)
            gini = None if point.gini is None else _rounded(point.gini)
            name = (line.commodity.code, line.commodity.name_fa, line.commodity.name_en)
            reached = (point.packs, kilograms(point.mass_g), _rounded(point.price), gini)
            yield (*at, "all", *name, *reached, len(point.bottlenecks), None, None)
            nothing = (None,) * len(reached)
            for area in point.areas(frontier.dataset):
                name = (area.area.code, area.area.name_fa, area.area.name_en)
                yield (*at, "area", *name, *nothing, area.outlets, area.capacity_packs, _rounded(area.worth))
            for held in point.bottlenecks:
                name = (held.outlet.code, held.outlet.name_fa, held.outlet.name_en)
                yield (*at, "outlet", *name, *nothing, None, held.capacity_packs, _rounded(held.worth))


def _rounded(value: float) -> Decimal:
    return round(Decimal(value), 6)


def _header(columns: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    return tuple(_text(f"column.{column}", locale) for column in columns)


def _percent(bound: Decimal | None, locale: Locale) -> str:
    if bound is None:
        return _text("no_bound", locale)
    return _text("percent", locale, value=format_number(bound * 100, locale))


def _leading(names: list[str], locale: Locale) -> str:
    if not names:
        return _text("nobody", locale)
    if len(names) == 1:
        return names[0]
    return _text("more", locale, name=names[0], count=format_number(len(names) - 1, locale))


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"frontier.{key}", locale, params)
