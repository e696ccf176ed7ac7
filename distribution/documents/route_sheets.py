"""Lay the cost of a round's routes out as two sheets: a row per trip with its parts, and a row per halt."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from distribution.documents.formats import format_currency, format_time, kilograms
from distribution.documents.workbook_data import RouteRow
from distribution.documents.workbook_sheets import Cell, Column, Kind, Sheet
from distribution.domain.jalali import format_date
from distribution.messages import Locale, render_message


def build_route_sheets(routes: Sequence[RouteRow], currency: str, locale: Locale) -> tuple[Sheet, ...]:
    """Lay out the sheets; none without routes."""
    if not routes:
        return ()

    def words(key: str) -> str:
        return render_message(f"document.routes.{key}", locale, {"currency": format_currency(currency, locale)})

    def columns(kinds: dict[str, Kind]) -> tuple[Column, ...]:
        return tuple(Column(words(key), kind) for key, kind in kinds.items())

    return (
        Sheet(words("sheet_routes"), columns(_ROUTE), *_route_rows(routes, words("total_row"), locale)),
        Sheet(words("sheet_halts"), columns(_HALT), *_halt_rows(routes, words("total_row"), locale)),
    )


_ROUTE = {
    "date": Kind.CODE,
    "truck": Kind.CODE,
    "warehouse": Kind.TEXT,
    "trip": Kind.WHOLE,
    "start": Kind.TEXT,
    "departure": Kind.TEXT,
    "end": Kind.TEXT,
    "halts": Kind.WHOLE,
    "kg": Kind.WHOLE,
    "load_factor": Kind.RATIO,
    "km": Kind.THOUSANDTHS,
    "driving_min": Kind.WHOLE,
    "waiting_min": Kind.WHOLE,
    "fixed": Kind.WHOLE,
    "road": Kind.WHOLE,
    "time": Kind.WHOLE,
    "total": Kind.WHOLE,
}
_HALT = {
    "date": Kind.CODE,
    "truck": Kind.CODE,
    "trip": Kind.WHOLE,
    "order": Kind.WHOLE,
    "outlet_code": Kind.CODE,
    "outlet": Kind.TEXT,
    "arrival": Kind.TEXT,
    "kg": Kind.WHOLE,
    "halt_way": Kind.WHOLE,
    "halt_fixed": Kind.WHOLE,
    "halt_total": Kind.WHOLE,
    "halt_saved": Kind.WHOLE,
}


def _route_rows(
    routes: Sequence[RouteRow], total: str, locale: Locale
) -> tuple[tuple[tuple[Cell, ...], ...], tuple[Cell, ...]]:
    rows = tuple(
        (
            format_date(r.day, locale), r.truck, r.warehouse, r.trip, format_time(r.start_s, locale),
            format_time(r.departure_s, locale), format_time(r.end_s, locale), len(r.halts), kilograms(r.weight_g),
            r.load_factor, Decimal(r.metres) / 1000, _minutes(r.driving_s), _minutes(r.waiting_s), r.fixed, r.road,
            r.time, r.total,
        )
        for r in routes
    )  # fmt: skip
    totals = (
        total, None, None, None, None, None, None, sum(len(r.halts) for r in routes),
        kilograms(sum(r.weight_g for r in routes)), None, Decimal(sum(r.metres for r in routes)) / 1000,
        _minutes(sum(r.driving_s for r in routes)), _minutes(sum(r.waiting_s for r in routes)),
        sum(r.fixed for r in routes), sum(r.road for r in routes), sum(r.time for r in routes),
        sum(r.total for r in routes),
    )  # fmt: skip
    return rows, totals


def _halt_rows(
    routes: Sequence[RouteRow], total: str, locale: Locale
) -> tuple[tuple[tuple[Cell, ...], ...], tuple[Cell, ...]]:
    halts = [(route, halt) for route in routes for halt in route.halts]
    rows = tuple(
        (
            format_date(r.day, locale), r.truck, r.trip, h.order, h.outlet_code, h.outlet,
            format_time(h.arrival_s, locale), kilograms(h.weight_g), h.way, h.fixed, h.total, h.saved,
        )
        for r, h in halts
    )  # fmt: skip
    totals = (
        total, None, None, None, None, None, None, kilograms(sum(h.weight_g for _, h in halts)),
        sum(h.way for _, h in halts), sum(h.fixed for _, h in halts), sum(h.total for _, h in halts), None,
    )  # fmt: skip
    return rows, totals


def _minutes(seconds: int) -> Decimal:
    return (Decimal(seconds) / 60).quantize(Decimal("0.1"))
