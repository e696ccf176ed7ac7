"""Travel estimated from positions alone: geodesic distance times a detour factor, at one speed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import UnitVectors, build_unit_vectors, distances_m
from gis.travel.protocol import Indices, IntArray, require_indices


@dataclass(frozen=True, eq=False)
class GeodesicTravel:
    """Road metres estimated as geodesic metres x ``detour_factor``; seconds at ``speed_kmh``.

    Whole metres and seconds, rounded half to even; the seconds follow from the whole metres, so the two always agree.

    Attributes
    ----------
    lon, lat
        Degrees, of shape (places,).
    detour_factor
        Road metres per metre of the straight line, at least 1.
    speed_kmh
        Mean speed on the road, km/h.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    ValueError
        If the factor is below 1 or the speed not above 0.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    detour_factor: float
    speed_kmh: float
    _vectors: UnitVectors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the settings and place the positions on the sphere once."""
        if not (np.isfinite(self.detour_factor) and self.detour_factor >= 1):
            raise ValueError(f"detour factor {self.detour_factor} is not at least 1")
        if not (np.isfinite(self.speed_kmh) and self.speed_kmh > 0):
            raise ValueError(f"speed {self.speed_kmh} km/h is not above 0")
        object.__setattr__(self, "_vectors", build_unit_vectors(self.lon, self.lat))

    @property
    def label(self) -> str:
        """Name the source of the figures."""
        return f"geodesic x {self.detour_factor:.2f}, {self.speed_kmh:g} km/h"

    @property
    def is_estimate(self) -> bool:
        """Tell that no road was looked at."""
        return True

    def matrix(self, origins: Indices, destinations: Indices) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations).

        Raises
        ------
        IndexError
            If a place does not exist.
        """
        count = self._vectors.x.size
        from_rows, to_rows = require_indices(origins, count), require_indices(destinations, count)
        metres = distances_m(self._vectors.take(from_rows), self._vectors.take(to_rows))
        np.rint(np.multiply(metres, self.detour_factor, out=metres), out=metres)
        whole_metres = metres.astype(np.int64)
        np.rint(np.multiply(metres, 3.6 / self.speed_kmh, out=metres), out=metres)
        return whole_metres, metres.astype(np.int64)
