"""Points that do not lie in the area they are said to lie in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geodesy import pair_distances_m, require_positions

#: A point this near to its own area is not told: borders and positions are not exact.
TOLERANCE_M = 500


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A point outside its area: its index, metres to its area, and the index of the area it lies in, if in any."""

    index: int
    metres: int
    lies_in: int | None


def find_misplaced(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    area: NDArray[np.int64],
    polygons: NDArray[np.object_],
    polygon_area: NDArray[np.int64],
) -> list[Misplaced]:
    """Find the points that lie outside all polygons of their area, by more than 500 m.

    Parameters
    ----------
    lon, lat
        Degrees, of shape (n,).
    area
        Of each point; one that no polygon has is not looked at.
    polygons
        Valid, in degrees.
    polygon_area
        Area of each polygon.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    points = shapely.points(*require_positions(lon, lat))
    looked_at = np.flatnonzero(np.isin(area, polygon_area))
    point, polygon = shapely.STRtree(polygons).query(points[looked_at], predicate="intersects")
    lies_in: dict[int, list[int]] = {int(index): [] for index in looked_at}
    for index, found in zip(looked_at[point].tolist(), polygon_area[polygon].tolist(), strict=True):
        lies_in[index].append(found)
    misplaced = []
    for index, areas in lies_in.items():
        if area[index] in areas:
            continue
        own = polygons[polygon_area == area[index]]
        metres = min(_metres_between(points[index], one) for one in own)
        if metres > TOLERANCE_M:
            misplaced.append(Misplaced(index, metres, min(areas, default=None)))
    return misplaced


def locate(lon: NDArray[np.float64], lat: NDArray[np.float64], polygons: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the first polygon that each point lies in, -1 for none, of shape (n,).

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    points = shapely.points(*require_positions(lon, lat))
    found = np.full(points.size, len(polygons), dtype=np.int64)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    np.minimum.at(found, point, polygon)
    return np.where(found < len(polygons), found, -1)


def _metres_between(point: shapely.Point, polygon: shapely.Geometry) -> int:
    """Return the metres from a point to the point of a polygon that is nearest on a plane about the former."""
    # Degrees of longitude are shorter than those of latitude.
    scale = max(0.01, float(np.cos(np.radians(point.y))))
    flat = shapely.transform([point, polygon], lambda xy: xy * [scale, 1.0])
    _, near = shapely.get_coordinates(shapely.shortest_line(*flat))
    return round(float(pair_distances_m([point.x], [point.y], [near[0] / scale], [near[1]])[0]))
