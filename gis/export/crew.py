"""What one truck takes along on one day: the same stops as GPX, KML, GeoPackage and CSV, from ready texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gis.export.geojson import render_geojson
from gis.export.geopackage import render_geopackage
from gis.export.gpx import GpxPoint, GpxRoute, render_gpx
from gis.export.kml import render_kml
from gis.export.layers import Column, Layer, LayerStyle, LonLat, build_line_layer, build_point_layer
from gis.export.table_csv import render_csv

_STOP_STYLE = LayerStyle(color="#c1461b", size_mm=3.2, label="name")
_ROUTE_STYLE = LayerStyle(color="#1f6f8b", size_mm=0.9)
_WAREHOUSE_STYLE = LayerStyle(color="#333333", size_mm=4.2, label="name", marker="square")


@dataclass(frozen=True, slots=True)
class CrewPlace:
    """A warehouse that a trip leaves from and comes back to."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class CrewStop:
    """A stop: its number on the trip, ready texts, and packs per commodity in the order of the day's commodities.

    ``hours`` are those in which it takes goods in, blank for any.
    """

    order: int
    code: str
    name: str
    lon: float
    lat: float
    arrival: str
    load: str
    weight_kg: float
    packs: tuple[int, ...] = ()
    note: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class CrewTrip:
    """A round of the truck; ``path`` is the road where it is known, else straight lines are drawn between stops."""

    number: int
    title: str
    warehouse: CrewPlace
    start: str
    end: str
    distance_m: int
    stops: tuple[CrewStop, ...]
    path: tuple[LonLat, ...] = ()


@dataclass(frozen=True, slots=True)
class CrewTexts:
    """Ready words for layer titles, the headings of the stop list and the lines that describe a stop."""

    stops: str
    routes: str
    warehouses: str
    trip: str
    order: str
    code: str
    name: str
    arrival: str
    hours: str
    load: str
    weight_kg: str
    lon: str
    lat: str
    note: str


@dataclass(frozen=True, slots=True)
class CrewDay:
    """One truck on one day.

    ``stem`` names the files (Latin letters, safe in any file system); ``date`` is ISO 8601; ``commodities`` head the
    columns of packs. ``source`` says whose roads the paths are, blank where they are straight.
    """

    stem: str
    title: str
    truck: str
    date: str
    commodities: tuple[str, ...]
    trips: tuple[CrewTrip, ...]
    texts: CrewTexts
    source: str = ""


def build_crew_members(day: CrewDay) -> dict[str, bytes]:
    """Build the files of one truck-day by name: ``<stem>.gpx``, ``.kml``, ``.gpkg``, ``.geojson`` of stops and ``.csv``.

    Raises
    ------
    ValueError
        If a stop's packs do not match the day's commodities, or the day has no trip.
    """
    if not day.trips:
        raise ValueError(f"{day.stem} has no trip")
    if any(len(stop.packs) != len(day.commodities) for trip in day.trips for stop in trip.stops):
        raise ValueError(f"{day.stem}: packs do not match the commodities")
    layers = build_crew_layers(day)
    return {
        f"{day.stem}.gpx": _render_day_gpx(day),
        f"{day.stem}.kml": render_kml(day.title, layers, data_columns=()),
        f"{day.stem}.gpkg": render_geopackage(layers, f"{day.stem}.gpkg", day.title),
        f"{day.stem}.geojson": render_geojson(layers[0]),
        f"{day.stem}.csv": render_stop_list(day),
    }


def build_crew_layers(day: CrewDay) -> tuple[Layer, Layer, Layer]:
    """Build the day's stops, routes and warehouses, in the order in which a map draws them from the top."""
    stops = list(_stops(day))
    warehouses = list({trip.warehouse.code: trip.warehouse for trip in day.trips}.values())
    stop_columns: dict[str, Column] = {
        "name": [_numbered(day, trip, stop) for trip, stop in stops],
        "text": [_describe(day, stop) for _, stop in stops],
        "trip": [trip.number for trip, _ in stops],
        "stop": [stop.order for _, stop in stops],
        "code": [stop.code for _, stop in stops],
        "outlet": [stop.name for _, stop in stops],
        "arrival": [stop.arrival for _, stop in stops],
        "hours": [stop.hours for _, stop in stops],
        "load": [stop.load for _, stop in stops],
        "weight_kg": [stop.weight_kg for _, stop in stops],
        "note": [stop.note for _, stop in stops],
        "truck": [day.truck] * len(stops),
        "date": [day.date] * len(stops),
    }
    route_columns: dict[str, Column] = {
        "name": [trip.title for trip in day.trips],
        "text": [f"{trip.start} - {trip.end}" for trip in day.trips],
        "trip": [trip.number for trip in day.trips],
        "start": [trip.start for trip in day.trips],
        "end": [trip.end for trip in day.trips],
        "distance_m": [trip.distance_m for trip in day.trips],
        "truck": [day.truck] * len(day.trips),
        "date": [day.date] * len(day.trips),
    }
    return (
        build_point_layer(
            "stops", day.texts.stops, stop_columns,
            lon=[stop.lon for _, stop in stops], lat=[stop.lat for _, stop in stops], style=_STOP_STYLE,
        ),
        build_line_layer(
            "routes", day.texts.routes, route_columns, paths=[_path(trip) for trip in day.trips], style=_ROUTE_STYLE
        ),
        build_point_layer(
            "warehouses", day.texts.warehouses,
            {"name": [place.name for place in warehouses], "code": [place.code for place in warehouses]},
            lon=[place.lon for place in warehouses], lat=[place.lat for place in warehouses], style=_WAREHOUSE_STYLE,
        ),
    )  # fmt: skip


def render_stop_list(day: CrewDay) -> bytes:
    """Render the day's stops in driving order as CSV, a column of packs per commodity."""
    texts = day.texts
    header = [
        texts.trip, texts.order, texts.code, texts.name, texts.arrival, texts.hours,
        *day.commodities, texts.weight_kg, texts.load, texts.note, texts.lon, texts.lat,
    ]  # fmt: skip
    rows = [
        (
            trip.number, stop.order, stop.code, stop.name, stop.arrival, stop.hours,
            *stop.packs, stop.weight_kg, stop.load, stop.note, f"{stop.lon:.7f}", f"{stop.lat:.7f}",
        )
        for trip, stop in _stops(day)
    ]  # fmt: skip
    return render_csv(header, rows)


def _render_day_gpx(day: CrewDay) -> bytes:
    waypoints = [
        GpxPoint(place.name, place.lon, place.lat, day.texts.warehouses, "Building")
        for place in {trip.warehouse.code: trip.warehouse for trip in day.trips}.values()
    ]
    waypoints += [
        GpxPoint(_numbered(day, trip, stop), stop.lon, stop.lat, _describe(day, stop), "Flag")
        for trip, stop in _stops(day)
    ]
    return render_gpx(day.title, waypoints, [_build_route(day, trip) for trip in day.trips], day.source)


def _build_route(day: CrewDay, trip: CrewTrip) -> GpxRoute:
    yard = GpxPoint(trip.warehouse.name, trip.warehouse.lon, trip.warehouse.lat)
    points = (GpxPoint(_numbered(day, trip, stop), stop.lon, stop.lat) for stop in trip.stops)
    return GpxRoute(trip.title, (yard, *points, yard), f"{trip.start} - {trip.end}", trip.path)


def _stops(day: CrewDay) -> Iterator[tuple[CrewTrip, CrewStop]]:
    return ((trip, stop) for trip in day.trips for stop in trip.stops)


def _numbered(day: CrewDay, trip: CrewTrip, stop: CrewStop) -> str:
    """Return the name with the stop's number first: navigation programs list names only, often sorted."""
    number = f"{trip.number}-{stop.order:02d}" if len(day.trips) > 1 else f"{stop.order:02d}"
    return f"{number} {stop.name}"


def _describe(day: CrewDay, stop: CrewStop) -> str:
    """Return what a driver reads on touching a stop: a labelled line for each thing known."""
    texts = day.texts
    lines = (
        (texts.arrival, stop.arrival), (texts.hours, stop.hours), (texts.load, stop.load), (texts.note, stop.note),
        (texts.code, stop.code),
    )  # fmt: skip
    return "\n".join(f"{label}: {value}" for label, value in lines if value)


def _path(trip: CrewTrip) -> tuple[LonLat, ...]:
    yard = (trip.warehouse.lon, trip.warehouse.lat)
    straight = (yard, *((stop.lon, stop.lat) for stop in trip.stops), yard)
    return trip.path or (straight[0], *(b for a, b in pairwise(straight) if a != b))
