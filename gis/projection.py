"""A local plane in kilometres for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Mean length of a degree of a meridian (WGS84), km.
KM_PER_DEGREE = 111.133


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Equidistant cylindrical projection about a centre: meridians and parallels are straight, lengths right near it.

    For pictures only: within 300 km of the centre's latitude, lengths across are off by less than 5 %.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: ArrayLike, lat: ArrayLike) -> Self:
        """Choose the plane in the middle of some positions, also across the date line."""
        lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        if not lons.size:
            return cls(0.0, 0.0)
        angles = np.radians(lons)
        middle = float(np.degrees(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean())))
        return cls(middle, float((lats.min() + lats.max()) / 2))

    @property
    def km_per_degree_lon(self) -> float:
        """Return the length of a degree of the middle parallel, km."""
        return KM_PER_DEGREE * float(np.cos(np.radians(self.lat)))

    def project(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return kilometres east and north of the centre."""
        east = (np.asarray(lon, dtype=np.float64) - self.lon + 180) % 360 - 180
        return east * self.km_per_degree_lon, (np.asarray(lat, dtype=np.float64) - self.lat) * KM_PER_DEGREE

    def locate(self, east: ArrayLike, north: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the longitude and latitude of kilometres east and north of the centre: the inverse of ``project``."""
        lon = np.asarray(east, dtype=np.float64) / self.km_per_degree_lon + self.lon
        return (lon + 180) % 360 - 180, np.asarray(north, dtype=np.float64) / KM_PER_DEGREE + self.lat
