"""People of polygons as small cells: by area, or by area of what is built on (dasymetric)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gis.rounding import round_to_sum

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Shapes = NDArray[np.object_]

#: Squares that polygons are cut by at most: some 1 GB.
_MOST_SQUARES = 2_000_000

#: Polygons that share more than this part of the smaller one are told: their people might be counted twice.
_OVERLAP = 0.01


class CellLimitError(ValueError):
    """The polygons would be cut into too many cells; ``side_m`` is a side that is large enough."""

    def __init__(self, cells: int, side_m: int) -> None:
        super().__init__(f"some {cells} cells; a side of {side_m} m would do")
        self.cells, self.side_m = cells, side_m


class Flaw(StrEnum):
    """What can be wrong with a polygon."""

    MISSING = "missing"
    NOT_POLYGON = "not_polygon"
    OUTSIDE = "outside"
    REPAIRED = "repaired"
    OVERLAPS = "overlaps"
    LAYER_ELSEWHERE = "layer_elsewhere"


@dataclass(frozen=True, slots=True)
class ShapeFlaw:
    """A flaw of a polygon by its index; of an overlap also the index of the other one and the part shared, percent."""

    flaw: Flaw
    index: int
    other: int | None = None
    percent: int | None = None

    @property
    def is_fatal(self) -> bool:
        """Tell whether the polygon cannot be used."""
        return self.flaw in {Flaw.MISSING, Flaw.NOT_POLYGON, Flaw.OUTSIDE}


@dataclass(frozen=True, eq=False)
class PolygonCells:
    """Cells of polygons: position in degrees, people, and the index of the polygon; each of shape (n,)."""

    lon: FloatArray
    lat: FloatArray
    people: IntArray
    polygon: IntArray


def repair_polygons(shapes: Shapes) -> tuple[Shapes, list[ShapeFlaw]]:
    """Return the polygons made valid, in degrees, and what was wrong with them.

    A ring that crosses itself is cut where it does (``shapely.make_valid``); lines and points left over are dropped.
    """
    repaired = shapes.copy()
    flaws: list[ShapeFlaw] = []
    for index, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            flaws.append(ShapeFlaw(Flaw.MISSING, index))
        elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
            flaws.append(ShapeFlaw(Flaw.NOT_POLYGON, index))
        elif not _on_earth(shape):
            flaws.append(ShapeFlaw(Flaw.OUTSIDE, index))
        elif not shape.is_valid:
            repaired[index] = _polygonal(shapely.make_valid(shape))
            flaws.append(ShapeFlaw(Flaw.MISSING if repaired[index].is_empty else Flaw.REPAIRED, index))
    return repaired, flaws


def find_overlaps(polygons: Shapes) -> list[ShapeFlaw]:
    """Find pairs of valid polygons that share more than 1 % of the smaller one."""
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    part = shared / np.minimum(shapely.area(polygons[first]), shapely.area(polygons[second]))
    return [
        ShapeFlaw(Flaw.OVERLAPS, int(b), int(a), round(100 * share))
        for a, b, share in sorted(zip(first.tolist(), second.tolist(), part.tolist(), strict=True))
        if share > _OVERLAP
    ]


def cells_of_polygons(
    polygons: Shapes, people: IntArray, side_m: float, layer: Shapes | None = None
) -> tuple[PolygonCells, list[ShapeFlaw]]:
    """Cut polygons into cells and share the people of each among its own, in whole people that add up exactly.

    Parameters
    ----------
    polygons
        Valid, in degrees (lon, lat).
    people
        Of each, of shape (n,).
    side_m
        Side of the square cells that the polygons are cut by, m.
    layer
        Valid polygons of where people live (built-up land, settlements): a cell counts with its area in them. None:
        with its whole area. A polygon that the layer nowhere meets is told, and counts with its area.

    Returns
    -------
    tuple[PolygonCells, list[ShapeFlaw]]
        Cells with people, each placed at a point inside it, and the polygons that the layer does not meet.

    Raises
    ------
    CellLimitError
        If that would be more than 2,000,000 squares.
    ValueError
        If the side is not above 0 or people are negative.

    Notes
    -----
    Areal weighting (M. F. Goodchild & N. S.-N. Lam 1980) and binary dasymetric mapping (J. K. Wright 1936), in a
    Lambert azimuthal equal-area projection about the middle of the polygons.
    """
    if not side_m > 0 or (people.size and people.min() < 0):
        raise ValueError(f"side {side_m} m, least people {people.min(initial=0)}")
    if not len(polygons):
        return PolygonCells(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64)), []
    middle = shapely.box(*shapely.total_bounds(polygons)).centroid
    plane = f"+proj=laea +lat_0={middle.y} +lon_0={middle.x} +datum=WGS84 +units=m"
    to_plane = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    flat = shapely.transform(polygons, to_plane.transform, interleaved=False)
    _require_few_squares(flat, side_m)
    pieces, owner = _cut(flat, side_m)
    flaws = []
    if layer is not None:
        pieces, owner, missed = _within(pieces, owner, shapely.transform(layer, to_plane.transform, interleaved=False))
        flaws = [ShapeFlaw(Flaw.LAYER_ELSEWHERE, index) for index in missed]
    shared = _share(people, shapely.area(pieces), owner)
    lived = shared > 0
    points = shapely.point_on_surface(pieces[lived])
    lon, lat = to_plane.transform(shapely.get_x(points), shapely.get_y(points), direction="INVERSE")
    return PolygonCells(np.asarray(lon), np.asarray(lat), shared[lived], owner[lived]), flaws


def _require_few_squares(polygons: Shapes, side_m: float) -> None:
    west, south, east, north = shapely.bounds(polygons).T
    squares = float((((east - west) / side_m + 2) * ((north - south) / side_m + 2)).sum())
    if squares > _MOST_SQUARES:
        raise CellLimitError(round(squares), math.ceil(side_m * math.sqrt(1.1 * squares / _MOST_SQUARES)))


def _cut(polygons: Shapes, side_m: float) -> tuple[Shapes, IntArray]:
    """Return the pieces of polygons by a grid of squares, and whose they are."""
    pieces, owners = [], []
    for index, polygon in enumerate(polygons):
        west, south, east, north = np.floor(np.array(polygon.bounds) / side_m).astype(np.int64).tolist()
        x, y = (
            grid.reshape(-1) * side_m for grid in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
        )
        squares = shapely.box(x, y, x + side_m, y + side_m)
        shapely.prepare(polygon)
        squares = squares[shapely.intersects(polygon, squares)]
        inside = shapely.contains_properly(polygon, squares)
        cut = np.where(inside, squares, shapely.intersection(polygon, squares))
        cut = cut[shapely.area(cut) > 0]
        pieces.append(cut)
        owners.append(np.full(cut.size, index, dtype=np.int64))
    return np.concatenate(pieces), np.concatenate(owners)


def _within(pieces: Shapes, owner: IntArray, layer: Shapes) -> tuple[Shapes, IntArray, list[int]]:
    """Return what of the pieces lies in a layer, whose that is, and the polygons of which nothing does: they stay whole."""
    parts = shapely.get_parts(shapely.union_all(layer))
    piece, part = shapely.STRtree(parts).query(pieces, predicate="intersects")
    shared = shapely.intersection(pieces[piece], parts[part])
    of_shared = owner[piece]
    solid = shapely.area(shared) > 0
    missed = np.setdiff1d(owner, of_shared[solid])
    whole = np.isin(owner, missed)
    cut, whose = np.concatenate([shared[solid], pieces[whole]]), np.concatenate([of_shared[solid], owner[whole]])
    order = np.argsort(whose, kind="stable")
    return cut[order], whose[order], missed.tolist()


def _share(people: IntArray, weight: FloatArray, owner: IntArray) -> IntArray:
    shared = np.zeros(owner.size, dtype=np.int64)
    bounds = np.searchsorted(owner, np.arange(people.size + 1))
    for index, total in enumerate(people.tolist()):
        own = slice(bounds[index], bounds[index + 1])
        exact = weight[own] * (total / weight[own].sum())
        shared[own] = round_to_sum(exact.tolist(), total)
    return shared


def _on_earth(shape: shapely.Geometry) -> bool:
    west, south, east, north = shape.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else shapely.Polygon()
