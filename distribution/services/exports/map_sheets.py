"""``maps.pdf`` and ``maps.zip``: kg for a person at each outlet, and the trips of each day, to hang on a wall."""

from __future__ import annotations

import math
from collections import defaultdict
from decimal import Decimal

from distribution.documents.map_sheets import LegendEntry, MapBook, MapSheet, map_mm, render_maps_pdf, render_maps_svg
from distribution.domain.jalali import format_date
from distribution.domain.network import Outlet
from distribution.domain.numerals import format_number
from distribution.messages import render_message
from distribution.services.exports.map_page import describe_round, list_notes
from distribution.services.exports.outcome import RoundOutcome
from gis.classes import classify, quantile_bounds
from gis.export.archive import build_zip
from gis.export.sketch import DASHES, SketchLine, SketchMark, draw_sketch
from gis.map_colors import CLASS_COLORS, NO_VALUE_COLOR, ROUTE_COLORS, WAREHOUSE_COLOR

_CLASSES = len(CLASS_COLORS)
#: Dots of outlets, mm: by the people they serve, in area.
_SMALLEST_MM, _LARGEST_MM = 1.0, 4.0
_YARD_MM, _STOP_MM, _LINE_MM = 2.6, 1.1, 0.45


def render_maps(outcome: RoundOutcome) -> bytes:
    """Render the maps of a round for print, as PDF."""
    return render_maps_pdf(_map_book(outcome))


def render_map_drawings(outcome: RoundOutcome) -> bytes:
    """Render the maps of a round as drawings (SVG) for reports, in a zip."""
    drawings = render_maps_svg(_map_book(outcome))
    return build_zip({f"map-{number:02d}.svg": drawing for number, drawing in enumerate(drawings, 1)})


def _map_book(outcome: RoundOutcome) -> MapBook:
    sheets = [_allotment_sheet(outcome)]
    sheets += [sheet for day in range(len(outcome.deliveries.demand.days)) for sheet in _day_sheet(outcome, day)]
    return MapBook(
        tuple(sheets),
        outcome.locale,
        render_message("document.maps.heading", outcome.locale),
        title=outcome.title,
        number=outcome.round_code,
        notes=tuple(list_notes(outcome)),
        synthetic=outcome.dataset.settings.synthetic,
        bundle_sha256=outcome.bundle_sha256,
    )


def _allotment_sheet(outcome: RoundOutcome) -> MapSheet:
    """Draw the outlets by kg for a person, and name the areas."""
    dataset, served, locale = outcome.dataset, outcome.allocation.served, outcome.locale
    people = {outlet.code: served[outlet.code].people for outlet in dataset.outlets}
    kg = [outcome.allotted_g[o.code] / 1000 / people[o.code] if people[o.code] else math.nan for o in dataset.outlets]
    bounds = quantile_bounds(kg, _CLASSES)
    most = max([*people.values(), 1])
    marks = []
    for outlet, number in zip(dataset.outlets, classify(kg, bounds).tolist(), strict=True):
        size = max(_SMALLEST_MM, _LARGEST_MM * math.sqrt(people[outlet.code] / most))
        color = CLASS_COLORS[number] if number >= 0 else NO_VALUE_COLOR
        marks.append(SketchMark(outlet.lon, outlet.lat, color, size))
    marks.sort(key=lambda mark: -mark.size_mm)  # small ones above large ones
    legend = [
        LegendEntry(CLASS_COLORS[n], f"{_number(low, outcome)} – {_number(high, outcome)}")
        for n, (low, high) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    ]
    legend.append(LegendEntry(WAREHOUSE_COLOR, render_message("map.warehouses", locale), square=True))
    return MapSheet(
        heading=render_message("map.measure", locale),
        subtitle=describe_round(outcome),
        sketch=draw_sketch([], [*marks, *_yards(outcome), *_names(outcome)], *map_mm(len(legend)), letter_mm=1.25),
        legend=tuple(legend),
    )


def _day_sheet(outcome: RoundOutcome, day: int) -> list[MapSheet]:
    """Draw the trips of a day, truck by truck; no sheet for a day without trips."""
    trucks = [truck for truck in outcome.truck_days if truck.day == day]
    if not trucks:
        return []
    lines, marks, legend = [], [*_yards(outcome)], []
    for number, truck in enumerate(trucks):
        color = ROUTE_COLORS[number % len(ROUTE_COLORS)]
        dash = DASHES[number // len(ROUTE_COLORS) % len(DASHES)]
        for trip in truck.trips:
            lines.append(SketchLine(outcome.paths[trip], color, _LINE_MM, dash))
            marks += [SketchMark(v.outlet.lon, v.outlet.lat, color, _STOP_MM) for v in outcome.visits(trip)]
        params = {
            "truck": outcome.truck_title(truck),
            "stops": format_number(sum(len(outcome.visits(trip)) for trip in truck.trips), outcome.locale),
            "km": format_number(round(sum(trip.metres for trip in truck.trips) / 1000), outcome.locale),
        }
        legend.append(LegendEntry(color, render_message("document.maps.truck", outcome.locale, params), True, dash))
    return [
        MapSheet(
            heading=render_message("document.maps.trips", outcome.locale),
            subtitle=format_date(outcome.date_of(day), outcome.locale),
            sketch=draw_sketch(lines, [*marks, *_names(outcome)], *map_mm(len(legend)), letter_mm=1.25),
            legend=tuple(legend),
        )
    ]


def _yards(outcome: RoundOutcome) -> list[SketchMark]:
    return [SketchMark(w.lon, w.lat, WAREHOUSE_COLOR, _YARD_MM, square=True) for w in outcome.dataset.warehouses]


def _names(outcome: RoundOutcome) -> list[SketchMark]:
    """Name the areas that have outlets, those with the most people first: the others give way."""
    members: dict[str, list[Outlet]] = defaultdict(list)
    for outlet in outcome.dataset.outlets:
        members[outlet.area_code].append(outlet)
    served = outcome.allocation.served
    people = {code: sum(served[o.code].people for o in outlets) for code, outlets in members.items()}
    return [
        SketchMark(
            sum(o.lon for o in members[code]) / len(members[code]),
            sum(o.lat for o in members[code]) / len(members[code]),
            WAREHOUSE_COLOR,
            0.0,
            text=outcome.dataset.area_by_code[code].name(outcome.locale),
        )
        for code in sorted(members, key=lambda code: (-people[code], code))
    ]


def _number(value: float, outcome: RoundOutcome) -> str:
    return format_number(Decimal(f"{value:.3g}"), outcome.locale)
