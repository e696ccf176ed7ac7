"""Distances of VRPLIB files: how they become whole numbers, and travel that computes them on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.travel import IntArray


class Rounding(StrEnum):
    """How the numbers of a file become whole, by the names and rules of PyVRP.

    ``round``: to the nearest (half to even); ``trunc``: cut off; ``dimacs``: times 10, cut off; ``exact``: times 1,000,
    to the nearest; ``none``: they are whole already.
    """

    ROUND = "round"
    TRUNC = "trunc"
    DIMACS = "dimacs"
    EXACT = "exact"
    NONE = "none"

    @property
    def scale(self) -> int:
        """Tell how many whole units one unit of the file becomes."""
        return {Rounding.DIMACS: 10, Rounding.EXACT: 1000}.get(self, 1)

    def apply(self, numbers: ArrayLike) -> IntArray:
        """Return the numbers as whole ones, in the same shape."""
        values = np.asarray(numbers, dtype=np.float64) * self.scale
        if self in {Rounding.ROUND, Rounding.EXACT}:
            values = np.round(values)
        return values.astype(np.int64)


class Metric(StrEnum):
    """How a distance is measured before it is rounded; the values are VRPLIB's EDGE_WEIGHT_TYPE."""

    EUCLIDEAN = "EUC_2D"
    CEILING = "CEIL_2D"
    FLOOR = "FLOOR_2D"


@dataclass(frozen=True, eq=False)
class PlaneTravel:
    """Straight distances in a plane, computed block by block; a metre takes a second.

    ``points`` has shape (places, 2).
    """

    points: NDArray[np.float64]
    rounding: Rounding
    metric: Metric = Metric.EUCLIDEAN

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the distances, as metres and as seconds, each of shape (origins, destinations)."""
        here, there = self.points[np.asarray(origins, dtype=np.int64)], self.points[np.asarray(destinations, np.int64)]
        east = here[:, None, 0] - there[None, :, 0]
        north = here[:, None, 1] - there[None, :, 1]
        distances = np.sqrt(east * east + north * north)
        if self.metric is Metric.CEILING:
            distances = np.ceil(distances)
        elif self.metric is Metric.FLOOR:
            distances = np.floor(distances)
        metres = self.rounding.apply(distances)
        return metres, metres.copy()


@dataclass(frozen=True, eq=False)
class TableTravel:
    """Distances as a file lists them, shape (places, places); a metre takes a second."""

    metres: IntArray

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the distances, as metres and as seconds, each of shape (origins, destinations)."""
        metres = self.metres[np.ix_(np.asarray(origins, np.int64), np.asarray(destinations, np.int64))]
        return metres, metres.copy()
