"""The layer of areas: their polygons where these are known, else a point in the middle of their people."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis.export.layers import LAYER_CRS, Column, Layer, LayerError, LayerStyle, LonLat
from gis.geodesy import require_positions


def population_centres(
    lon: ArrayLike, lat: ArrayLike, people: ArrayLike, group: Sequence[Hashable]
) -> dict[Hashable, LonLat]:
    """Find the population-weighted centre (lon, lat) of each group of outlets, in degrees.

    The mean is taken of unit vectors, so that it is right across the date line too. A group without people counts its
    outlets alike; a group that cancels out on the globe has no centre and is left out.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    lons, lats = (np.radians(degrees) for degrees in require_positions(lon, lat))
    vectors = np.stack([np.cos(lats) * np.cos(lons), np.cos(lats) * np.sin(lons), np.sin(lats)], axis=1)
    weights = np.asarray(people, dtype=np.float64)
    rows: dict[Hashable, list[int]] = {}
    for row, key in enumerate(group):
        rows.setdefault(key, []).append(row)
    centres: dict[Hashable, LonLat] = {}
    for key, members in rows.items():
        weight = weights[members] if weights[members].sum() > 0 else np.ones(len(members))
        x, y, z = (weight[:, np.newaxis] * vectors[members]).sum(axis=0).tolist()
        if np.hypot(np.hypot(x, y), z) > 1e-9 * weight.sum():
            centres[key] = (float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y)))))
    return centres


def build_area_layer(
    name: str,
    title: str,
    *,
    columns: Mapping[str, Column],
    codes: Sequence[str],
    centres: Mapping[str, LonLat],
    polygons: Mapping[str, shapely.Geometry] | None = None,
    style: LayerStyle | None = None,
) -> Layer:
    """Build the layer of areas, one row per code.

    An area is its polygon if ``polygons`` has one, else the point in ``centres``; an area that has neither keeps its
    row, without a place on the map, so that no area's figures are lost.

    Raises
    ------
    LayerError
        If the name is not lower_snake, or a polygon is something else.
    """
    shapes: list[shapely.Geometry | None] = []
    for code in codes:
        polygon = (polygons or {}).get(code)
        if polygon is not None and polygon.geom_type not in {"Polygon", "MultiPolygon"}:
            raise LayerError(f"area {code} is a {polygon.geom_type}, not a polygon")
        centre = centres.get(code)
        shapes.append(polygon if polygon is not None else None if centre is None else shapely.Point(centre))
    frame = gpd.GeoDataFrame({"code": list(codes), **columns}, geometry=np.array(shapes, dtype=object), crs=LAYER_CRS)
    return Layer(name, title, frame, style or LayerStyle(color="#6b7f2a", size_mm=3.0, marker="diamond"))
