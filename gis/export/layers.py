"""A named layer of points, lines or polygons with its attributes; what every export takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gis.geodesy import require_positions

LAYER_CRS = "EPSG:4326"
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

#: A column of attributes: texts, whole numbers, decimals for show only, booleans or dates.
Column = Sequence[object]
LonLat = tuple[float, float]


class LayerError(ValueError):
    """The layer cannot be exported."""


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How a map program draws a layer.

    Attributes
    ----------
    color
        ``#rrggbb``.
    size_mm
        Diameter of a point or width of a line.
    label
        Column whose text is written beside each feature; empty for none.
    marker
        Shape of a point in QGIS words, such as circle, square or triangle.
    """

    color: str = "#1f6f8b"
    size_mm: float = 2.4
    label: str = ""
    marker: str = "circle"


@dataclass(frozen=True, eq=False)
class Layer:
    """One table of features.

    Attributes
    ----------
    name
        Name of the table, lower_snake, at most 63 characters.
    title
        What a person reads.
    frame
        Features, in EPSG:4326, (lon, lat).
    style
        How it is drawn.

    Raises
    ------
    LayerError
        If the name is not lower_snake or the frame not in EPSG:4326.
    """

    name: str
    title: str
    frame: gpd.GeoDataFrame
    style: LayerStyle = LayerStyle()

    def __post_init__(self) -> None:
        """Check the name and the reference system."""
        if not _TABLE_NAME.fullmatch(self.name):
            raise LayerError(f"{self.name!r} is not a lower_snake table name")
        if self.frame.crs is None or self.frame.crs.to_epsg() != 4326:
            raise LayerError(f"layer {self.name} is in {self.frame.crs}, not in {LAYER_CRS}")


def build_point_layer(
    name: str,
    title: str,
    columns: Mapping[str, Column],
    *,
    lon: Sequence[float],
    lat: Sequence[float],
    style: LayerStyle | None = None,
) -> Layer:
    """Build a layer of points, one per row of the columns.

    Raises
    ------
    LayerError
        If the name is not lower_snake.
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    lons, lats = require_positions(lon, lat)
    return _build_layer(name, title, columns, shapely.points(lons, lats), style)


def build_line_layer(
    name: str,
    title: str,
    columns: Mapping[str, Column],
    *,
    paths: Sequence[Sequence[LonLat]],
    style: LayerStyle | None = None,
) -> Layer:
    """Build a layer of lines, one path of (lon, lat) per row of the columns.

    A path of one point becomes a line of no length, so that a truck which serves only its own yard is not lost.

    Raises
    ------
    LayerError
        If the name is not lower_snake, or a path is empty.
    """
    if any(not path for path in paths):
        raise LayerError(f"layer {name}: a path has no point")
    lines = [shapely.LineString(path if len(path) > 1 else [path[0], path[0]]) for path in paths]
    return _build_layer(name, title, columns, np.array(lines, dtype=object), style)


def _build_layer(
    name: str, title: str, columns: Mapping[str, Column], geometry: object, style: LayerStyle | None
) -> Layer:
    frame = gpd.GeoDataFrame(dict(columns), geometry=geometry, crs=LAYER_CRS)
    return Layer(name, title, frame, style or LayerStyle())
