"""Distances on the WGS84 ellipsoid, vectorised over blocks of pairs."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

WGS84_SEMI_MAJOR_AXIS_M = 6_378_137.0
WGS84_FLATTENING = 1 / 298.257223563

FloatArray = NDArray[np.float64]

#: Pairs worked on at once: some ten temporaries of this many float64 stay near 80 MB, whatever the block asked for.
_PAIRS_AT_ONCE = 1_000_000

#: Keeps the correction finite (0/0) for coincident and antipodal pairs; its square root is some 6 micrometres of arc.
_TINY = 1e-24


class PositionError(ValueError):
    """Positions are not longitudes and latitudes in degrees."""


class UnitVectors(NamedTuple):
    """Positions on Lambert's auxiliary sphere, as unit vectors of the reduced latitude; each of shape (n,)."""

    x: FloatArray
    y: FloatArray
    z: FloatArray

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the vectors of some rows."""
        return type(self)(self.x[rows], self.y[rows], self.z[rows])


def require_positions(lon: ArrayLike, lat: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return longitudes and latitudes in degrees as two float arrays of one length.

    Raises
    ------
    PositionError
        If the lengths differ, or a position is not finite or outside [-180, 180] x [-90, 90]; the message names the rows.
    """
    lon_array, lat_array = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if lon_array.ndim != 1 or lon_array.shape != lat_array.shape:
        raise PositionError(f"lon has shape {lon_array.shape} and lat {lat_array.shape}; both must be (n,)")
    with np.errstate(invalid="ignore"):
        good = (np.abs(lon_array) <= 180) & (np.abs(lat_array) <= 90)  # false for nan too
    if not good.all():
        rows = np.flatnonzero(~good)
        shown = ", ".join(f"{row} ({lon_array[row]}, {lat_array[row]})" for row in rows[:5].tolist())
        raise PositionError(f"{rows.size} positions are outside lon -180..180, lat -90..90: rows {shown}")
    return lon_array, lat_array


def build_unit_vectors(lon: ArrayLike, lat: ArrayLike) -> UnitVectors:
    """Build the unit vectors that ``distances_m`` works on, once for all blocks.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    lon_deg, lat_deg = require_positions(lon, lat)
    lon_rad = np.radians(lon_deg)
    reduced = np.arctan((1 - WGS84_FLATTENING) * np.tan(np.radians(lat_deg)))
    return UnitVectors(np.cos(reduced) * np.cos(lon_rad), np.cos(reduced) * np.sin(lon_rad), np.sin(reduced))


def distances_m(origins: UnitVectors, destinations: UnitVectors) -> FloatArray:
    """Measure the geodesic metres of every pair, of shape (origins, destinations).

    Against Karney's exact geodesic the error stays below 1.5 m per 1,000 km up to 10,000 km and below 60 m up to
    15,000 km; nearly antipodal pairs are off by more (up to 0.2 %). A great circle on the mean radius, for comparison, is off by up to 0.5 %, 5 km
    in 1,000.

    Notes
    -----
    Lambert's formula for long lines (W. D. Lambert, *The distance between two widely separated points on the surface of
    the earth*, 1942), rewritten in unit vectors: with h the squared sine of half the central angle s,
    d = a (s - f/2 (X + Y)), X = (s - sin s) ((z1 + z2)/2)^2 / (1 - h), Y = (s + sin s) ((z1 - z2)/2)^2 / h.
    Every pair is worked out by itself (no matrix product), so a block equals the same part of the whole to the last bit.
    """
    out = np.empty((origins.x.size, destinations.x.size))
    rows = max(1, _PAIRS_AT_ONCE // max(1, destinations.x.size))
    for start in range(0, origins.x.size, rows):
        part = UnitVectors(*(axis[start : start + rows, np.newaxis] for axis in origins))
        out[start : start + rows] = _lambert_m(part, destinations)
    return out


def pair_distances_m(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> FloatArray:
    """Measure the geodesic metres from each a to its b, of shape (n,); accuracy as ``distances_m``.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """
    return _lambert_m(build_unit_vectors(lon_a, lat_a), build_unit_vectors(lon_b, lat_b))


def _lambert_m(a: UnitVectors, b: UnitVectors) -> FloatArray:
    # The chord, not the cosine: it keeps its digits for near neighbours; that to the antipode, for 1 - h, near them.
    h = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2) / 4
    rest = ((a.x + b.x) ** 2 + (a.y + b.y) ** 2 + (a.z + b.z) ** 2) / 4
    angle = 2 * np.arctan2(np.sqrt(h), np.sqrt(rest))
    sine = 2 * np.sqrt(h * rest)
    along = (angle - sine) * (a.z + b.z) ** 2 / np.maximum(rest, _TINY)
    across = (angle + sine) * (a.z - b.z) ** 2 / np.maximum(h, _TINY)
    metres: FloatArray = WGS84_SEMI_MAJOR_AXIS_M * (angle - WGS84_FLATTENING / 8 * (along + across))
    return np.maximum(metres, 0.0)
