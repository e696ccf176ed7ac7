"""Suggestions of where a delivery fits, as tables and sentences for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from distribution.documents.formats import NOTHING, format_currency, format_kg, format_time
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.comparison_tables import format_change
from distribution.services.route_costs import truck_name
from distribution.services.suggest_run import SuggestReport
from optimizer.plan import COST_SCALE, Trip
from optimizer.suggest import Suggestion

Table = tuple[str, list[tuple[str, ...]]]


def list_tables(report: SuggestReport, locale: Locale) -> list[Table]:
    """Render the suggestions as a table, and the timetable of the trip of the first; no table without suggestions."""
    best = report.found.best
    if not best:
        return []
    currency = format_currency(report.kept.dataset.settings.currency, locale)
    columns = ("number", "cost", "day", "truck", "trip", "after", "before", "arrival", "slack", "room", "note")
    rows = [tuple(_text(f"column.{column}", locale) for column in columns)]
    rows += [_row(report, number, one, locale) for number, one in enumerate(best, start=1)]
    return [(_text("heading", locale, currency=currency), rows), _timetable(report, best[0], locale)]


def list_notes(report: SuggestReport, locale: Locale, k: int) -> list[str]:
    """Tell in sentences what stood in the way, where there are fewer suggestions than were asked for, and what else."""
    notes = []
    if len(report.found.best) < k:
        notes.append(_text("fewer" if report.found.best else "none", locale))
        notes += [
            _text(f"obstacle.{obstacle.value}", locale, count=format_number(count, locale))
            for obstacle, count in report.found.obstacles.items()
        ]
    freed = {name: None for one in report.found.best for name in one.frees}
    if freed:
        notes.append(_text("frees", locale, deliveries=", ".join(freed)))
    return notes


def describe_delivery(report: SuggestReport, locale: Locale) -> str:
    """Say which delivery it is and where it is now."""
    trip, outlet = report.trip, report.outlet
    params = {
        "delivery": report.delivery.name,
        "outlet": outlet.name(locale),
        "kg": format_kg(report.delivery.weight_g, locale),
        "round": report.kept.round_code,
        "positions": format_number(report.found.positions, locale),
    }
    if trip is not None:
        params |= {
            "day": format_date(report.kept.date_of(trip.day), locale),
            "truck": _truck(report, trip),
            "trip": format_number(trip.trip + 1, locale),
        }
        return _text("planned", locale, **params)
    waits = any(unserved.delivery == report.index for unserved in report.kept.plan.unserved)
    return _text("waiting" if waits else "new", locale, **params)


def to_document(report: SuggestReport) -> dict[str, Any]:
    """Return as JSON values; costs are exact, in 1/``cost_scale`` of the currency."""
    delivery, found = report.delivery, report.found
    return {
        "round": report.kept.round_code,
        "currency": report.kept.dataset.settings.currency,
        "cost_scale": COST_SCALE,
        "delivery": delivery.name,
        "outlet": report.outlet.code,
        "weight_g": delivery.weight_g,
        "plan_cost": report.kept.plan.scaled_cost,
        "cost_without": found.cost_without,
        "positions": found.positions,
        "obstacles": {obstacle.value: count for obstacle, count in found.obstacles.items()},
        "suggestions": [_document(report, one) for one in found.best],
    }


def _row(report: SuggestReport, number: int, one: Suggestion, locale: Locale) -> tuple[str, ...]:
    trip = one.trips()[one.trip]
    at = trip.stops[one.position]
    neighbours = [stop.delivery for stop in trip.stops]
    cost = report.change(one.added_cost)
    return (
        format_number(number, locale), format_change(_whole(cost), locale),
        format_date(report.kept.date_of(trip.day), locale), _truck(report, trip), format_number(trip.trip + 1, locale),
        _outlet_code(report, neighbours[one.position - 1]) if one.position else NOTHING,
        _outlet_code(report, neighbours[one.position + 1]) if one.position + 1 < len(neighbours) else NOTHING,
        format_time(report.kept.dataset.work_clock.ends(at.arrival_s), locale), format_time(one.slack_s, locale), format_kg(one.room_g, locale),
        _note(report, one, locale),
    )  # fmt: skip


def _note(report: SuggestReport, one: Suggestion, locale: Locale) -> str:
    if report.trip in _present(report, one) and _halts(report, one.trips()) == _halts(report, _present(report, one)):
        return _text("note.as_now", locale)
    if one.further_truck:
        return _text("note.truck", locale)
    return _text("note.trip", locale) if one.further_trip else ""


def _halts(report: SuggestReport, trips: Sequence[Trip]) -> list[list[str]]:
    """Return the outlets at which the trips halt, in order."""
    return [[code for code, _ in groupby(_outlet_code(report, stop.delivery) for stop in t.stops)] for t in trips]


def _present(report: SuggestReport, one: Suggestion) -> list[Trip]:
    """Return the trips of the same truck and day as they stand."""
    return [t for t in report.kept.plan.trips if (t.day, t.vehicle_type, t.vehicle) == one.truck_day]


def _timetable(report: SuggestReport, one: Suggestion, locale: Locale) -> Table:
    """Show when the stops of the truck's day would be reached, and when they are now."""
    clock = report.kept.dataset.work_clock
    now = {stop.delivery: clock.ends(stop.arrival_s) for trip in _present(report, one) for stop in trip.stops}
    rows = [tuple(_text(f"column.{column}", locale) for column in ("trip", "outlet", "delivery", "arrival", "now"))]
    for trip in one.trips():
        for stop in trip.stops:
            delivery = report.kept.problem.deliveries[stop.delivery].name
            before = now.get(stop.delivery)
            rows.append(
                (
                    format_number(trip.trip + 1, locale), _outlet_code(report, stop.delivery), delivery,
                    format_time(clock.ends(stop.arrival_s), locale), NOTHING if before is None else format_time(before, locale),
                )
            )  # fmt: skip
    trip = one.trips()[one.trip]
    day = format_date(report.kept.date_of(trip.day), locale)
    return _text("timetable", locale, truck=_truck(report, trip), day=day), rows


def _document(report: SuggestReport, one: Suggestion) -> dict[str, Any]:
    trips = one.trips()
    problem, clock = report.kept.problem, report.kept.dataset.work_clock
    return {
        "added_cost": one.added_cost,
        "change": report.change(one.added_cost),
        "day": problem.days[one.truck_day[0]],
        "warehouse": problem.places[problem.depots[trips[0].depot].place].name,
        "truck": _truck(report, trips[0]),
        "trip": one.trip + 1,
        "stop": one.position + 1,
        "further_trip": one.further_trip,
        "further_truck": one.further_truck,
        "slack_s": one.slack_s,
        "room_g": one.room_g,
        "frees": list(one.frees),
        "trips": [
            {
                "trip": trip.trip + 1,
                "start_s": clock.begins(trip.start_s),
                "departure_s": clock.begins(trip.departure_s),
                "end_s": clock.ends(trip.end_s),
                "metres": trip.metres,
                "stops": [
                    {
                        "delivery": problem.deliveries[stop.delivery].name,
                        "outlet": _outlet_code(report, stop.delivery),
                        "arrival_s": clock.ends(stop.arrival_s),
                        "start_s": clock.begins(stop.start_s),
                        "departure_s": clock.begins(stop.departure_s),
                    }
                    for stop in trip.stops
                ],
            }
            for trip in trips
        ],
    }


def _truck(report: SuggestReport, trip: Trip) -> str:
    return truck_name(report.kept.problem, trip.vehicle_type, trip.vehicle)


def _outlet_code(report: SuggestReport, delivery: int) -> str:
    problem = report.kept.problem
    return problem.places[problem.deliveries[delivery].place].name


def _whole(scaled: int) -> int:
    """Return an exact cost in whole units of the currency, rounded half up."""
    return (2 * scaled + COST_SCALE) // (2 * COST_SCALE)


def _text(key: str, locale: Locale, **params: str) -> str:
    return render_message(f"suggest.{key}", locale, params)
