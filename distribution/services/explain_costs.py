"""Explain what the routes of a run cost: part by part, and stop by stop for one truck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from distribution.documents.formats import NOTHING, format_currency, format_kg, format_km, format_time
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, NotFoundError
from distribution.domain.findings import Finding, Param, Several, Where
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.intake.labels import suggest
from distribution.messages import Locale, render_message
from distribution.services.kept_plan import load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.round_to_sum import round_to_sum
from distribution.services.route_costs import RouteCost, cost_routes
from optimizer.plan import COST_SCALE

#: A heading, rows, and how many of the first columns it takes to tell the rows apart.
Table = tuple[str, list[tuple[str, ...]], int]


@dataclass(frozen=True)
class CostReport:
    """The routes asked for, and whether they are those of one truck only, whose stops are then told too."""

    round_code: str
    currency: str
    routes: tuple[RouteCost, ...]
    of_one_truck: bool

    @property
    def scaled_cost(self) -> int:
        """Return the exact cost of the routes, in 1/COST_SCALE of the currency."""
        return sum(route.cost.total for route in self.routes)


def explain_costs(
    folder: Path, *, round_code: str | None = None, truck: str | None = None, day: dt.date | None = None
) -> CostReport:
    """Explain what the routes of a round cost, the latest by default; of one truck, or of one day, if they are named.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``; ``truck_unknown`` if no truck of that name has a trip,
        with the nearest one if any is near (``truck_unknown_near``).
    InputError
        ``no_route_then`` if none has one on the day.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
    routes = cost_routes(kept.dataset, kept.problem, kept.plan)
    if truck is not None:
        names = {route.truck: route.truck for route in routes}
        if truck not in names:
            near = suggest(truck, names)
            params = {"truck": truck, "round_code": kept.round_code} | ({"suggestion": near} if near else {})
            raise NotFoundError("truck_unknown_near" if near else "truck_unknown", **params)
        routes = tuple(route for route in routes if route.truck == truck)
    days = sorted({route.day for route in routes})
    routes = tuple(route for route in routes if day in {None, route.day})
    if day is not None and not routes:
        named: dict[str, Param] = {"round_code": kept.round_code, "day": day, "days": Several(tuple(days))}
        raise InputError((Finding(Severity.ERROR, "no_route_then", Where(column="day"), named),))
    return CostReport(kept.round_code, kept.dataset.settings.currency, routes, truck is not None)


def list_tables(report: CostReport, locale: Locale) -> list[Table]:
    """Render as titled tables of ready text; what is shown in whole units adds up to the sums that are shown."""
    currency = format_currency(report.currency, locale)
    heading = render_message("costs.routes", locale, {"round": report.round_code, "currency": currency})
    tables = [(heading, _route_rows(report.routes, locale), 3)]
    if report.of_one_truck:
        tables += [_halt_table(route, currency, locale) for route in report.routes]
    return tables


def to_document(report: CostReport) -> dict[str, Any]:
    """Return as JSON values; costs are exact, in 1/``cost_scale`` of the currency."""
    return {
        "round": report.round_code,
        "currency": report.currency,
        "cost_scale": COST_SCALE,
        "scaled_cost": report.scaled_cost,
        "routes": [_route_document(route) for route in report.routes],
    }


def _route_rows(routes: Sequence[RouteCost], locale: Locale) -> list[tuple[str, ...]]:
    columns = ("day", "truck", "trip", "stops", "kg", "full", "km", "driving", "waiting", "fixed", "road", "time")
    rows = [tuple(render_message(f"costs.column.{c}", locale) for c in (*columns, "cost"))]
    shown: list[tuple[int, ...]] = []
    whole = _whole(route.cost.total for route in routes)
    totals = round_to_sum([route.cost.total for route in routes], whole * COST_SCALE, COST_SCALE)
    for route, total in zip(routes, totals, strict=True):
        cost = route.cost
        shown.append((*round_to_sum([cost.fixed, cost.road, cost.time], total, COST_SCALE), total))
        rows.append(
            (
                format_date(route.day, locale), route.truck, format_number(route.trip, locale),
                format_number(len(route.halts), locale), format_kg(route.weight_g, locale),
                _percent(cost.load_factor.numerator, cost.load_factor.denominator, locale),
                format_km(cost.trip.metres, locale), format_time(cost.driving_s, locale),
                format_time(cost.waiting_s, locale) if cost.waiting_s else NOTHING,
                *_amounts(shown[-1], locale),
            )
        )  # fmt: skip
    rows.append(
        (
            render_message("costs.total", locale), "", format_number(len(routes), locale),
            format_number(sum(len(route.halts) for route in routes), locale),
            format_kg(sum(route.weight_g for route in routes), locale), "",
            format_km(sum(route.cost.trip.metres for route in routes), locale), "", "",
            *_amounts(_sums(shown, 4), locale),
        )
    )  # fmt: skip
    return rows


def _halt_table(route: RouteCost, currency: str, locale: Locale) -> Table:
    params = {
        "truck": route.truck,
        "day": format_date(route.day, locale),
        "trip": format_number(route.trip, locale),
        "currency": currency,
    }
    columns = ("order", "outlet", "arrival", "kg", "way", "share_fixed", "cost", "saved")
    rows = [tuple(render_message(f"costs.column.{c}", locale) for c in columns)]
    shown: list[tuple[int, ...]] = []
    whole = _whole(halt.total for halt in route.halts)
    totals = round_to_sum([halt.total for halt in route.halts], whole * COST_SCALE, COST_SCALE)
    for halt, total in zip(route.halts, totals, strict=True):
        shown.append((*round_to_sum([halt.way, halt.fixed], total, COST_SCALE), total))
        rows.append(
            (
                format_number(halt.order, locale), f"{halt.outlet.code} {halt.outlet.name(locale)}",
                format_time(halt.arrival_s, locale), format_kg(halt.weight_g, locale),
                *_amounts(shown[-1], locale), format_number(_whole([halt.saved]), locale),
            )
        )  # fmt: skip
    kg = format_kg(route.weight_g, locale)
    rows.append((render_message("costs.total", locale), "", "", kg, *_amounts(_sums(shown, 3), locale), ""))
    return render_message("costs.halts", locale, params), rows, 1


def _amounts(scaled: Iterable[int], locale: Locale) -> list[str]:
    return [format_number(amount // COST_SCALE, locale) for amount in scaled]


def _sums(rows: Sequence[tuple[int, ...]], columns: int) -> list[int]:
    return [sum(row[column] for row in rows) for column in range(columns)]


def _whole(scaled: Iterable[int]) -> int:
    """Return a sum of exact costs in whole units of the currency, rounded half up."""
    return (2 * sum(scaled) + COST_SCALE) // (2 * COST_SCALE)


def _percent(part: int, whole: int, locale: Locale) -> str:
    return render_message("costs.percent", locale, {"value": format_number(Decimal(100 * part) / whole, locale, 0)})


def _route_document(route: RouteCost) -> dict[str, Any]:
    cost, trip = route.cost, route.cost.trip
    return {
        "day": route.day.isoformat(),
        "warehouse": route.warehouse.code,
        "truck": route.truck,
        "trip": route.trip,
        "start_s": route.start_s,
        "departure_s": route.departure_s,
        "end_s": route.end_s,
        "metres": trip.metres,
        "weight_g": route.weight_g,
        "load_factor": round(float(cost.load_factor), 6),
        "volume_factor": round(float(cost.volume_factor), 6),
        "loading_s": cost.loading_s,
        "driving_s": cost.driving_s,
        "waiting_s": cost.waiting_s,
        "service_s": cost.service_s,
        "fixed": cost.fixed,
        "road": cost.road,
        "time": cost.time,
        "cost": cost.total,
        "stops": [
            {
                "order": halt.order,
                "outlet": halt.outlet.code,
                "arrival_s": halt.arrival_s,
                "weight_g": halt.weight_g,
                "way": halt.way,
                "fixed": halt.fixed,
                "cost": halt.total,
                "saved": halt.saved,
            }
            for halt in route.halts
        ],
    }
