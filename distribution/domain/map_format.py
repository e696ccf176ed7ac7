"""The formats that maps are exported in."""

from __future__ import annotations

from enum import StrEnum


class MapFormat(StrEnum):
    """A format, by the ending of its files."""

    GPKG = "gpkg"
    GEOJSON = "geojson"
    KML = "kml"
    KMZ = "kmz"
    GPX = "gpx"
    CSV = "csv"
    PDF = "pdf"
    SVG = "svg"
