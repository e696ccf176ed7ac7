"""The waybill of one truck-day: its trips, numbered stops, packs per commodity and places to sign."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import segno

from distribution.documents.commodity import DocumentCommodity, require_packs, sum_packs, total_weight_g
from distribution.documents.formats import (
    breakable,
    format_both_dates,
    format_kg,
    format_km,
    format_mass,
    format_packs,
    format_time,
    isolate,
    render_labels,
)
from distribution.documents.seal import format_seal
from distribution.documents.sketches import show_sketch
from distribution.documents.typesetting import FontSettings, render_pdf
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from gis.export.sketch import Sketch

LABELS = ("number", "order", "outlet", "arrival", "weight", "receiver", "receiver_note", "day_total", "hours", "map")
SIGNATURES = ("loader", "driver_box", "return_box")
COMMON_LABELS = ("synthetic", "signature_name", "signature_when", "signature_sign")
PORTRAIT_COMMODITIES = 3  # more columns of packs need a sheet on its side
#: The sheet for so many columns of packs: one of five digits takes 14 mm, and 50 mm must stay for names.
PAPERS = ((9, "a4"), (18, "a3"), (30, "a2"))
LARGEST_PAPER = "a1"
PACKS_COLUMNS_MM = 126


@dataclass(frozen=True, slots=True)
class WaybillStop:
    """One delivery; ``packs`` are in the order of the waybill's commodities, ``arrival_s`` after midnight.

    ``hours`` are those in which goods are taken in, ready written; blank for any. ``mark`` is what a phone reads in the
    QR code beside the signature; blank for none.
    """

    order: int
    code: str
    name: str
    cooperative: str
    arrival_s: int
    packs: tuple[int, ...]
    address_note: str = ""
    hours: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class WaybillTrip:
    """One round from the warehouse and back; seconds after midnight, ``start_s`` is when loading begins."""

    number: int
    start_s: int
    departure_s: int
    end_s: int
    distance_m: int
    stops: tuple[WaybillStop, ...]


@dataclass(frozen=True, slots=True)
class WaybillData:
    """What one truck does in one day; names are in the reader's language. ``map`` shows its trips, with ready texts.

    ``rests`` are the hours in which the truck rests, ready written; blank for none.
    """

    title: str
    number: str
    round: str
    date: dt.date
    truck: str
    warehouse: str
    commodities: tuple[DocumentCommodity, ...]
    trips: tuple[WaybillTrip, ...]
    synthetic: bool = False
    travel_is_estimate: bool = True
    travel_source: str = ""
    rests: str = ""
    bundle_sha256: str = ""
    map: Sketch | None = None

    def __post_init__(self) -> None:
        """Check that there is a stop and that packs fit the commodities."""
        if not any(trip.stops for trip in self.trips):
            raise ValueError("a waybill needs a stop")
        for stop in self.stops:
            require_packs(stop.packs, self.commodities)

    @property
    def stops(self) -> tuple[WaybillStop, ...]:
        """Return the stops of all trips, in driving order."""
        return tuple(stop for trip in self.trips for stop in trip.stops)

    @property
    def packs(self) -> tuple[int, ...]:
        """Return the packs of the day per commodity."""
        return sum_packs([stop.packs for stop in self.stops], len(self.commodities))

    @property
    def weight_g(self) -> int:
        """Return the mass carried in the day, g."""
        return total_weight_g(self.packs, self.commodities)

    @property
    def distance_m(self) -> int:
        """Return the metres driven in the day."""
        return sum(trip.distance_m for trip in self.trips)


def render_waybill(data: WaybillData, locale: Locale, fonts: FontSettings | None = None) -> bytes:
    """Typeset a waybill as PDF on A4; the same data gives the same bytes.

    Commodities of which the truck carries no pack get no column. Up to three commodities stand on an upright sheet,
    more on a sheet on its side; beyond nine the sheet grows to A3 and on.

    Raises
    ------
    UnavailableError
        ``font_missing`` if no font folder holds the font.
    """
    data = _drop_empty_columns(data)
    columns = len(data.commodities)
    landscape = columns > PORTRAIT_COMMODITIES
    page: dict[str, object] = {
        "heading": render_message("document.waybill.heading", locale),
        "title": data.title,
        "number": data.number,
        "synthetic": data.synthetic,
        "seal": format_seal(data.bundle_sha256, locale),
        "paper": next((paper for most, paper in PAPERS if columns <= most), LARGEST_PAPER),
        "flipped": landscape,
        "commodity_mm": max(14, min(18, PACKS_COLUMNS_MM // max(columns, 1))),
        "signature_mm": 44 if landscape else 36,
        "labels": _labels(locale),
        "running": _running(data, locale),
        "facts": _facts(data, locale),
        "commodities": [
            {"name": breakable(c.name, 12), "pack": format_mass(c.pack_g, locale)} for c in data.commodities
        ],
        "trips": [_trip(trip, data, locale) for trip in data.trips if trip.stops],
        "packs": [format_packs(packs, locale) for packs in data.packs],
        "weight": format_kg(data.weight_g, locale),
        "notes": _notes(data, locale),
        "map": None if data.map is None else show_sketch(data.map, locale),
    }
    return render_pdf("waybill.typ", page, locale, fonts)


def _drop_empty_columns(data: WaybillData) -> WaybillData:
    kept = [index for index, packs in enumerate(data.packs) if packs]

    def keep(stop: WaybillStop) -> WaybillStop:
        return replace(stop, packs=tuple(stop.packs[index] for index in kept))

    return replace(
        data,
        commodities=tuple(data.commodities[index] for index in kept),
        trips=tuple(replace(trip, stops=tuple(keep(stop) for stop in trip.stops)) for trip in data.trips),
    )


def _labels(locale: Locale) -> dict[str, str]:
    page = render_message("document.common.page", locale, {"page": "{page}", "pages": "{pages}"})
    return (
        render_labels("common", COMMON_LABELS, locale)
        | render_labels("waybill", LABELS + SIGNATURES, locale)
        | {"page": page}
    )


def _running(data: WaybillData, locale: Locale) -> list[str]:
    heading = render_message("document.waybill.heading", locale)
    return [f"{heading} {isolate(data.number)}", format_both_dates(data.date, locale), isolate(data.truck)]


def _facts(data: WaybillData, locale: Locale) -> list[dict[str, str]]:
    trips_and_stops = render_message(
        "document.waybill.trips_and_stops",
        locale,
        {
            "trips": format_number(sum(1 for trip in data.trips if trip.stops), locale),
            "stops": format_number(len(data.stops), locale),
        },
    )
    values = {
        "date": format_both_dates(data.date, locale),
        "round": breakable(data.round),
        "warehouse": breakable(data.warehouse),
        "truck": breakable(data.truck),
        "driver": "",
        "plate": "",
        "trips": trips_and_stops,
        "total_weight": f"{format_mass(data.weight_g, locale)}  ·  {format_km(data.distance_m, locale)}",
    }
    labels = render_labels("waybill", (*values, "distance"), locale)
    labels["total_weight"] += f"  ·  {labels['distance']}"
    return [{"label": labels[key], "value": value} for key, value in values.items()]


def _trip(trip: WaybillTrip, data: WaybillData, locale: Locale) -> dict[str, object]:
    packs = sum_packs([stop.packs for stop in trip.stops], len(data.commodities))
    number = {"number": format_number(trip.number, locale)}
    times = {
        "start": format_time(trip.start_s, locale),
        "departure": format_time(trip.departure_s, locale),
        "end": format_time(trip.end_s, locale),
        "distance": format_km(trip.distance_m, locale),
    }
    return {
        "heading": render_message("document.waybill.trip", locale, number),
        "times": render_message("document.waybill.trip_times", locale, times),
        "total_label": render_message("document.waybill.trip_total", locale, number),
        "packs": [format_packs(number_of_packs, locale) for number_of_packs in packs],
        "weight": format_kg(total_weight_g(packs, data.commodities), locale),
        "stops": [_stop(stop, data, locale) for stop in trip.stops],
    }


def _stop(stop: WaybillStop, data: WaybillData, locale: Locale) -> dict[str, object]:
    return {
        "order": format_number(stop.order, locale),
        "code": breakable(stop.code),
        "name": breakable(stop.name),
        "cooperative": breakable(stop.cooperative),
        "address_note": breakable(stop.address_note),
        "hours": stop.hours,
        "arrival": format_time(stop.arrival_s, locale),
        "packs": [format_packs(packs, locale) for packs in stop.packs],
        "weight": format_kg(total_weight_g(stop.packs, data.commodities), locale),
        "qr": _draw_qr(stop.mark),
    }


def _draw_qr(text: str) -> str:
    """Return a QR code as SVG; nothing for no text."""
    if not text:
        return ""
    return str(segno.make_qr(text, error="l").svg_inline(border=0, omitsize=True))


def _notes(data: WaybillData, locale: Locale) -> list[str]:
    keys = ["note_difference", "note_loading", "note_estimate" if data.travel_is_estimate else "note_measured"]
    if data.synthetic:
        keys.append("note_synthetic")
    notes = list(render_labels("waybill", keys, locale).values())
    if data.rests:
        notes.insert(0, render_message("document.waybill.note_rest", locale, {"rests": data.rests}))
    if data.travel_source and not data.travel_is_estimate:
        notes.append(render_message("roads.source", locale, {"source": data.travel_source}))
    return notes
