"""What one truck takes along on one day, as one zip: GPX, KML, GeoPackage, CSV, the waybill and a receipt form."""

from __future__ import annotations

from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.domain.receipt import DiscrepancyReason
from distribution.messages import Locale, name_choices, render_message
from distribution.services.exports.outcome import RoundOutcome, TruckDay, Visit, receiving_hours
from distribution.services.exports.receipt_form import render_receipt_form
from distribution.services.exports.waybills import render_truck_waybill
from gis.export.archive import build_zip
from gis.export.crew import CrewDay, CrewPlace, CrewStop, CrewTexts, CrewTrip, build_crew_members
from optimizer.plan import Trip


def crew_stem(outcome: RoundOutcome, truck: TruckDay) -> str:
    """Return the name of a truck-day's files, without ending."""
    return f"{outcome.date_of(truck.day).isoformat()}_{outcome.truck_name(truck)}"


def render_crew_pack(outcome: RoundOutcome, truck: TruckDay) -> bytes:
    """Render the zip of one truck and day."""
    stem = crew_stem(outcome, truck)
    members = build_crew_members(_crew_day(outcome, truck, stem))
    form = f"{stem}_receipts.csv"
    return build_zip(
        members
        | {
            f"{stem}.pdf": render_truck_waybill(outcome, truck),
            form: render_receipt_form(outcome, truck),
            "README.txt": _describe_pack(outcome, truck, stem, form).encode("utf-8-sig"),
        }
    )


def _describe_pack(outcome: RoundOutcome, truck: TruckDay, stem: str, form: str) -> str:
    """Say in both languages, the reader's first, what is in the pack and how the form is filled in."""
    locales: tuple[Locale, Locale] = ("fa", "en") if outcome.locale == "fa" else ("en", "fa")
    texts = []
    for locale in locales:
        params = {
            "title": outcome.truck_title(truck, locale),
            "round": outcome.round_code,
            "date": format_date(outcome.date_of(truck.day), locale),
            "waybill": outcome.waybill_number(truck),
            "stem": stem,
            "form": form,
            "reasons": name_choices(tuple(DiscrepancyReason), "enum.DiscrepancyReason.", locale),
        }
        texts.append(render_message("crew.readme.text", locale, params).strip())
    return "\r\n".join("\n\n".join(texts).splitlines()) + "\r\n"


def _crew_day(outcome: RoundOutcome, truck: TruckDay, stem: str) -> CrewDay:
    locale = outcome.locale
    date = outcome.date_of(truck.day)
    warehouse = outcome.warehouse_of(truck)
    place = CrewPlace(warehouse.code, warehouse.name(locale), warehouse.lon, warehouse.lat)
    texts = {name: render_message(f"crew.{name}", locale) for name in CrewTexts.__dataclass_fields__}
    return CrewDay(
        stem=stem,
        title=f"{outcome.truck_title(truck)} – {format_date(date, locale)}",
        truck=outcome.truck_name(truck),
        date=date.isoformat(),
        commodities=tuple(c.name for c in outcome.commodities),
        trips=tuple(_crew_trip(outcome, trip, place) for trip in truck.trips),
        texts=CrewTexts(**texts),
        source=outcome.dataset.settings.travel_source if any(t in outcome.road_lines for t in truck.trips) else "",
    )


def _crew_trip(outcome: RoundOutcome, trip: Trip, warehouse: CrewPlace) -> CrewTrip:
    number = trip.trip + 1
    return CrewTrip(
        number=number,
        title=render_message("crew.trip_title", outcome.locale, {"number": format_number(number, outcome.locale)}),
        warehouse=warehouse,
        start=outcome.clock(outcome.hours(trip).start_s),
        end=outcome.clock(outcome.hours(trip).end_s),
        distance_m=trip.metres,
        stops=tuple(_crew_stop(outcome, visit) for visit in outcome.visits(trip)),
        path=outcome.road_lines.get(trip, ()),
    )


def _crew_stop(outcome: RoundOutcome, visit: Visit) -> CrewStop:
    outlet, dataset = visit.outlet, outcome.dataset
    return CrewStop(
        order=visit.order,
        code=outlet.code,
        name=outlet.name(outcome.locale),
        lon=outlet.lon,
        lat=outlet.lat,
        arrival=outcome.clock(visit.arrival_s),
        load=outcome.load_text(visit.packs),
        hours=receiving_hours(outlet, outcome.locale),
        weight_kg=visit.weight_g / 1000,
        packs=visit.packs,
        note=dataset.area_by_code[outlet.area_code].name(outcome.locale),
    )
