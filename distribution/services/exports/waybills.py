"""The waybill of a truck-day."""

from __future__ import annotations

from distribution.documents.waybill import WaybillData, WaybillStop, WaybillTrip, render_waybill
from distribution.domain.numerals import format_number
from distribution.intake.receipt_text import mark_halt
from distribution.services.exports.outcome import RoundOutcome, TruckDay, Visit, receiving_hours, write_hours
from gis.export.sketch import DASHES, Sketch, SketchLine, SketchMark, draw_sketch
from optimizer.plan import Trip

#: Of the map, on an upright and on a lying sheet alike.
_MAP_MM = (186.0, 80.0)
_COLORS = ("#1f6f8b", "#c1461b", "#3d7a1f", "#7a4fb5")
_LINE_MM, _YARD_MM = 0.45, 2.6


def render_truck_waybill(outcome: RoundOutcome, truck: TruckDay) -> bytes:
    """Render the PDF waybill of one truck and day."""
    trips = tuple(
        WaybillTrip(
            number=trip.trip + 1,
            start_s=outcome.hours(trip).start_s,
            departure_s=outcome.hours(trip).departure_s,
            end_s=outcome.hours(trip).end_s,
            distance_m=trip.metres,
            stops=tuple(_stop(outcome, truck, trip, visit) for visit in outcome.visits(trip)),
        )
        for trip in truck.trips
    )
    data = WaybillData(
        title=outcome.title,
        number=outcome.waybill_number(truck),
        round=outcome.round_code,
        date=outcome.date_of(truck.day),
        truck=outcome.truck_title(truck),
        warehouse=outcome.warehouse_of(truck).name(outcome.locale),
        commodities=outcome.commodities,
        trips=trips,
        synthetic=outcome.dataset.settings.synthetic,
        travel_is_estimate=outcome.deliveries.travel_is_estimate,
        travel_source=outcome.dataset.settings.travel_source,
        rests=write_hours(outcome.dataset.settings.rest_hours, outcome.locale),
        bundle_sha256=outcome.bundle_sha256,
        map=_map(outcome, truck),
    )
    return render_waybill(data, outcome.locale)


def _map(outcome: RoundOutcome, truck: TruckDay) -> Sketch:
    """Draw the trips, told apart by their lines, and number their halts."""
    lines, marks = [], []
    for trip in truck.trips:
        shade = trip.trip % len(_COLORS)
        lines.append(SketchLine(outcome.paths[trip], _COLORS[shade], _LINE_MM, DASHES[trip.trip % len(DASHES)]))
        for visit in outcome.visits(trip):
            order = format_number(visit.order, outcome.locale)
            number = format_number(trip.trip + 1, outcome.locale)
            text = f"{number}-{order}" if len(truck.trips) > 1 else order
            marks.append(SketchMark(visit.outlet.lon, visit.outlet.lat, _COLORS[shade], text=text))
    yard = outcome.warehouse_of(truck)
    marks.insert(0, SketchMark(yard.lon, yard.lat, "#000000", _YARD_MM, square=True))
    return draw_sketch(lines, marks, *_MAP_MM)


def mark_stop(outcome: RoundOutcome, truck: TruckDay, trip: Trip, visit: Visit) -> str:
    """Return what the QR code of a halt says: its receipt, and where it is (a ``geo`` URI, RFC 5870)."""
    outlet = visit.outlet
    packs = {c.code: count for c, count in zip(outcome.commodities, visit.packs, strict=True) if count}
    receipt = mark_halt(outcome.waybill_number(truck), trip.trip + 1, outlet.code, packs)
    return f"{receipt}\ngeo:{outlet.lat:.5f},{outlet.lon:.5f}"


def _stop(outcome: RoundOutcome, truck: TruckDay, trip: Trip, visit: Visit) -> WaybillStop:
    dataset, locale, outlet = outcome.dataset, outcome.locale, visit.outlet
    return WaybillStop(
        order=visit.order,
        code=outlet.code,
        name=outlet.name(locale),
        cooperative=dataset.cooperative_by_code[outlet.cooperative_code].name(locale),
        arrival_s=visit.arrival_s,
        packs=visit.packs,
        address_note=dataset.area_by_code[outlet.area_code].name(locale),
        hours=receiving_hours(outlet, locale),
        mark=mark_stop(outcome, truck, trip, visit),
    )
