"""A plan made anew, as tables, as data and as files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distribution.documents.formats import format_amount, format_time
from distribution.documents.tables import Cell, render_csv
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.domain.types import format_clock, format_decimal, format_windows
from distribution.messages import Locale, render_message
from distribution.services.exports.plan_json import REST_HOURS
from distribution.services.exports.unserved import describe_unserved
from distribution.services.replan_run import ReplanReport
from distribution.services.route_costs import truck_name
from distribution.services.whole_folder import write_new_folder
from optimizer.plan import COST_SCALE
from optimizer.plan_file import dump_plan
from optimizer.replan import Move, Scope

Table = tuple[str, list[tuple[str, ...]]]
#: Moved loads shown at a terminal; the file has all.
_MOST_SHOWN = 12
_COLUMNS = (
    "delivery", "outlet_code", "outlet", "kg", "kind", "day_before", "truck_before", "time_before", "day_after",
    "truck_after", "time_after", "why",
)  # fmt: skip


def kind_of(move: Move) -> str:
    """Name what becomes of a load: ``waits``, ``served``, ``day``, ``truck`` or only its ``time`` changes."""
    if move.after is None:
        return "waits"
    if move.before is None:
        return "served"
    if move.before[0] != move.after[0]:
        return "day"
    return "truck" if move.before[1:3] != move.after[1:3] else "time"


def list_tables(report: ReplanReport, locale: Locale) -> list[Table]:
    """Render the totals, and the loads that change their day or truck, or wait."""
    kept, found = report.kept, report.found
    kinds = Counter(map(kind_of, found.moves))
    currency = kept.dataset.settings.currency
    counts = {
        "begun": len(found.rest.pinned),
        "trips": len(found.plan.trips),
        **{f"moved_{kind}": kinds[kind] for kind in ("day", "truck", "time", "waits", "served")},
        "withdrawn": len(found.withdrawn),
        "waiting": len(found.plan.unserved),
    }
    rows: list[tuple[str, ...]] = [
        (_text(f"row.{name}", locale), format_number(count, locale)) for name, count in counts.items()
    ]
    rows += [
        (_text("row.cost_before", locale), format_amount(kept.plan.scaled_cost // COST_SCALE, currency, locale)),
        (_text("row.cost_after", locale), format_amount(report.scaled_cost // COST_SCALE, currency, locale)),
    ]
    day = format_date(kept.date_of(report.event.day), locale)
    moment = {"round": kept.round_code, "day": day, "time": format_time(_begins(report, report.event.second), locale)}
    tables: list[Table] = [(_text("heading", locale, **moment), rows)]
    if shown := [move for move in found.moves if kind_of(move) != "time"]:
        header = tuple(_text(f"column.{name}", locale) for name in ("outlet", "before", "after"))
        tables.append((_text("moves", locale), [header, *(_shown(report, one, locale) for one in shown[:_MOST_SHOWN])]))
    return tables


def list_notes(report: ReplanReport, locale: Locale, searched: Scope | None) -> list[str]:
    """Say how the plan was made, and how many moved loads are not shown."""
    notes = [_text("beside" if searched is None else searched.value, locale), _text("kept", locale)]
    more = sum(kind_of(move) != "time" for move in report.found.moves) - _MOST_SHOWN
    if more > 0:
        notes.insert(0, _text("more", locale, count=format_number(more, locale)))
    return notes


def to_document(report: ReplanReport) -> dict[str, Any]:
    """Return as JSON values; costs are exact in 1/``cost_scale`` of the currency, days ISO, times seconds of the day."""
    kept, found = report.kept, report.found
    deliveries = kept.problem.deliveries
    return {
        "round": kept.round_code,
        "day": kept.problem.days[report.event.day],
        "second": _begins(report, report.event.second),
        "currency": kept.dataset.settings.currency,
        "cost_scale": COST_SCALE,
        "scaled_cost_before": kept.plan.scaled_cost,
        "scaled_cost_after": report.scaled_cost,
        "trips_begun": len(found.rest.pinned),
        "trips_planned": len(found.plan.trips),
        "withdrawn": [deliveries[i].name for i in found.withdrawn],
        "waiting": [
            {"delivery": deliveries[found.rest.delivery[one.delivery]].name, "reason": one.reason.value}
            for one in found.plan.unserved
        ],
        "moves": [
            {
                "delivery": deliveries[move.delivery].name,
                "outlet": kept.problem.places[deliveries[move.delivery].place].name,
                "kind": kind_of(move),
                "before": _at(report, move.before),
                "after": _at(report, move.after),
            }
            for move in found.moves
        ],
    }


def write_replan(folder: Path, report: ReplanReport, locale: Locale) -> None:
    """Write ``plan.json`` of what is left, ``changes.csv`` and ``summary.json`` into a new folder, all or nothing.

    Raises
    ------
    StateError
        ``out_not_new``.
    UnavailableError
        ``out_unusable``.
    """
    found, settings = report.found, report.kept.dataset.settings
    header: dict[str, object] = {
        "round": report.kept.round_code,
        "replanned_from": {
            "day": report.kept.problem.days[report.event.day],
            "second": _begins(report, report.event.second),
        },
        "travel_is_estimate": report.kept.travel_is_estimate,
        "detour_factor": format_decimal(settings.detour_factor),
        "speed_kmh": format_decimal(settings.speed_kmh),
    }
    if settings.rest_hours:
        header[REST_HOURS] = format_windows(settings.rest_hours)
    files = {
        "plan.json": dump_plan(found.rest.problem, found.plan, header),
        "changes.csv": render_csv(_COLUMNS, _rows(report, locale)),
        "summary.json": json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2).encode(),
    }
    write_new_folder(folder, files)


def _rows(report: ReplanReport, locale: Locale) -> Iterator[tuple[Cell, ...]]:
    kept, found = report.kept, report.found
    names = {j: kept.dataset.commodity_by_code[code].name(locale) for j, code in enumerate(kept.problem.commodities)}
    why = {
        found.rest.delivery[one.delivery]: describe_unserved(one, names, kept.dataset.work_clock, locale)
        for one in found.plan.unserved
    }
    for move in found.moves:
        one = kept.problem.deliveries[move.delivery]
        outlet = kept.dataset.outlet_by_code[kept.problem.places[one.place].name]
        yield (
            one.name, outlet.code, outlet.name(locale), -(-one.weight_g // 1000), kind_of(move),
            *_cells(report, move.before), *_cells(report, move.after), why.get(move.delivery),
        )  # fmt: skip


def _cells(report: ReplanReport, at: tuple[int, int, int, int] | None) -> tuple[Cell, Cell, Cell]:
    if at is None:
        return None, None, None
    day, kind, unit, start_s = at
    return report.kept.date_of(day), truck_name(report.kept.problem, kind, unit), format_clock(_begins(report, start_s))


def _at(report: ReplanReport, at: tuple[int, int, int, int] | None) -> dict[str, Any] | None:
    if at is None:
        return None
    day, kind, unit, start_s = at
    return {
        "day": report.kept.problem.days[day],
        "truck": truck_name(report.kept.problem, kind, unit),
        "start_s": _begins(report, start_s),
    }


def _begins(report: ReplanReport, worked_s: int) -> int:
    return report.kept.dataset.work_clock.begins(worked_s)


def _shown(report: ReplanReport, move: Move, locale: Locale) -> tuple[str, ...]:
    one = report.kept.problem.deliveries[move.delivery]
    outlet = report.kept.dataset.outlet_by_code[report.kept.problem.places[one.place].name]
    places = (_place(report, at, locale) for at in (move.before, move.after))
    return (outlet.code, *places)


def _place(report: ReplanReport, at: tuple[int, int, int, int] | None, locale: Locale) -> str:
    if at is None:
        return _text("waits", locale)
    day, kind, unit, start_s = at
    date, truck = format_date(report.kept.date_of(day), locale), truck_name(report.kept.problem, kind, unit)
    return f"{date} {format_time(_begins(report, start_s), locale)} {truck}"


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"replan.{key}", locale, params)
