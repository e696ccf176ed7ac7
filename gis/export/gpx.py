"""GPX 1.1: numbered waypoints and the routes in driving order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gpxpy.gpx

from gis.export.layers import LonLat
from gis.export.xml_text import clean_xml_text


@dataclass(frozen=True, slots=True)
class GpxPoint:
    """A named point with ready texts."""

    name: str
    lon: float
    lat: float
    text: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class GpxRoute:
    """Points in driving order, and the road between them where it is known (then also written as a track)."""

    name: str
    points: tuple[GpxPoint, ...]
    text: str = ""
    path: tuple[LonLat, ...] = ()


def render_gpx(title: str, waypoints: Sequence[GpxPoint], routes: Sequence[GpxRoute], source: str = "") -> bytes:
    """Render waypoints and routes as GPX 1.1, without the moment of writing; ``source`` says whose roads they are."""
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "taavon"
    gpx.name = clean_xml_text(title)
    gpx.description = clean_xml_text(source) or None
    gpx.waypoints = [
        gpxpy.gpx.GPXWaypoint(
            point.lat,
            point.lon,
            name=clean_xml_text(point.name),
            description=clean_xml_text(point.text) or None,
            symbol=point.symbol or None,
        )
        for point in waypoints
    ]
    for number, route in enumerate(routes, start=1):
        gpx.routes.append(_build_route(number, route))
        if route.path:
            gpx.tracks.append(_build_track(number, route))
    return str(gpx.to_xml(version="1.1", prettyprint=False)).encode()


def _build_route(number: int, route: GpxRoute) -> gpxpy.gpx.GPXRoute:
    built = gpxpy.gpx.GPXRoute(clean_xml_text(route.name), clean_xml_text(route.text) or None, number)
    built.points = [
        gpxpy.gpx.GPXRoutePoint(point.lat, point.lon, name=clean_xml_text(point.name)) for point in route.points
    ]
    return built


def _build_track(number: int, route: GpxRoute) -> gpxpy.gpx.GPXTrack:
    track = gpxpy.gpx.GPXTrack(clean_xml_text(route.name), None, number)
    track.segments = [gpxpy.gpx.GPXTrackSegment([gpxpy.gpx.GPXTrackPoint(lat, lon) for lon, lat in route.path])]
    return track
