"""What every provider of travel offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Indices = Sequence[int] | IntArray

#: Stands in both matrices where there is no road.
UNREACHABLE = -1


class TravelProvider(Protocol):
    """Road metres and seconds between places known by index; picklable.

    ``label`` says in Latin letters where the figures come from; ``is_estimate`` is true when no road was looked at.
    """

    @property
    def label(self) -> str:
        """Name the source of the figures."""
        ...

    @property
    def is_estimate(self) -> bool:
        """Tell whether the figures are estimated."""
        ...

    def matrix(self, origins: Indices, destinations: Indices) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road."""
        ...


def require_indices(places: Indices, count: int) -> IntArray:
    """Return place indices as an array.

    Raises
    ------
    IndexError
        If an index is negative (numpy would count from the end, silently) or not below ``count``.
    """
    indices = np.asarray(places, dtype=np.int64).reshape(-1)
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise IndexError(f"places {indices.min()}..{indices.max()} are not all among 0..{count - 1}")
    return indices


def unreachable_pairs(travel: TravelProvider, origins: Indices, destinations: Indices) -> list[tuple[int, int]]:
    """List the pairs (origin, destination) of places without a road between them, in the order asked for."""
    metres, _ = travel.matrix(origins, destinations)
    rows, columns = np.nonzero(metres == UNREACHABLE)
    origin_at, destination_at = np.asarray(origins), np.asarray(destinations)
    return list(zip(origin_at[rows].tolist(), destination_at[columns].tolist(), strict=True))
