"""Outlines of catchments, for maps: the land about the cells whose people go to the same outlet."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from gis.catchments.sites import FloatArray, IntArray
from gis.projection import LocalPlane

#: Land belongs to a cell that is no further away, to the north, south, east or west, than this times its distance to the
#: nearest other cell, and that is never less than the half of all such distances.
_REACH = 1.5
#: Outlines keep to a grid of decimetres, so that the turn to degrees leaves no edge across another.
_GRID_KM = 1e-4
#: Cells without any other about them, km.
_ALONE_KM = 1.0


def outline_groups(lon: FloatArray, lat: FloatArray, group: IntArray) -> tuple[IntArray, NDArray[np.object_]]:
    """Outline the land about points of each group.

    The land is cut among the points, to each what is nearer to it than to any other (Voronoi 1908), as far as a point
    reaches; what belongs to points of one group is put together. The outlines do not overlap.

    Parameters
    ----------
    lon, lat
        Degrees, of shape (n,).
    group
        Of each point, of shape (n,); below 0 for none: its land is nobody's.

    Returns
    -------
    tuple
        The groups that have points, ascending, and the outline of each in degrees, both of shape (groups,).
    """
    groups = np.unique(group[group >= 0])
    if not groups.size:
        return groups, np.empty(0, dtype=object)
    plane = LocalPlane.around(lon, lat)
    points: FloatArray = np.round(np.stack(plane.project(lon, lat), axis=1), 6).astype(np.float64)
    distinct, number = np.unique(points, axis=0, return_inverse=True)
    of_point = np.full(len(distinct), -1, dtype=np.int64)
    of_point[number.reshape(-1)[::-1]] = group[::-1]  # of several at one place the first
    land, is_cut = _land(distinct)
    order = np.argsort(of_point, kind="stable")
    first, end = (np.searchsorted(of_point[order], groups, side) for side in ("left", "right"))
    members = (order[a:b] for a, b in zip(first.tolist(), end.tolist(), strict=True))
    outlines = np.array([_join(land[some], is_cut[some]) for some in members], dtype=object)
    return groups, shapely.transform(outlines, lambda km: _to_degrees(plane, km))


def _join(parts: NDArray[np.object_], is_cut: NDArray[np.bool_]) -> shapely.Geometry:
    """Put land together; where none of it ends at its reach, neighbours have their edges in common, which is quicker."""
    return shapely.union_all(parts, grid_size=_GRID_KM) if is_cut.any() else shapely.coverage_union_all(parts)


def _land(points: FloatArray) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return what is nearer to each point than to any other, as far as it reaches, on the plane; and where that cuts."""
    if len(points) == 1:
        reach = np.array([_ALONE_KM])
    else:
        nearest = np.asarray(cKDTree(points).query(points, k=[2])[0], dtype=np.float64)[:, 0]
        reach = _REACH * np.maximum(nearest, np.median(nearest))
    boxes = shapely.box(points[:, 0] - reach, points[:, 1] - reach, points[:, 0] + reach, points[:, 1] + reach)
    if len(points) == 1:
        return np.asarray(boxes, dtype=object), np.array([True])
    own = _nearer_land(points, 2 * float(reach.max()))
    is_cut = ~np.asarray(shapely.covered_by(own, boxes), dtype=np.bool_)
    own[is_cut] = shapely.intersection(own[is_cut], boxes[is_cut])
    return own, is_cut


def _nearer_land(points: FloatArray, margin: float) -> NDArray[np.object_]:
    """Return what is nearer to each point than to any other: polygons whose corners are the same numbers in neighbours.

    Points far around leave none of the land without an end.
    """
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    far, middle = (high - low).max(), (low + high) / 2
    frame = middle + 4 * far * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1), (-1, 0), (1, 0), (0, -1), (0, 1)])
    diagram = Voronoi(np.concatenate([points, frame]))
    corners = [diagram.regions[region] for region in diagram.point_region[: len(points)].tolist()]
    owner = np.repeat(np.arange(len(points)), [len(some) for some in corners])
    rings = shapely.linearrings(diagram.vertices[np.concatenate(corners)], indices=owner)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _to_degrees(plane: LocalPlane, km: FloatArray) -> FloatArray:
    east, north = km.T
    return np.stack(plane.locate(east, north), axis=1)
