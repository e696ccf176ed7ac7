"""Travel looked up in a table of road metres and seconds that the user gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.travel.protocol import UNREACHABLE, Indices, IntArray, require_indices

#: In ``index``: the table does not know this place.
MISSING = -1


class TravelTableError(ValueError):
    """The table contradicts itself."""


@dataclass(frozen=True, eq=False)
class TableTravel:
    """Metres and seconds from a square table.

    Attributes
    ----------
    metres, seconds
        Of shape (rows, rows), from row to column; -1 where there is no road, in both alike. What stands on the
        diagonal does not matter: a place is 0 m from itself.
    index
        ``index[place]``: the place's row, or -1 when the table does not know it. Places may share a row.
        A missing place is unreachable from every other one, never 0 m away.
    source
        What the label says.
    is_estimate
        Whether the figures are estimates, and not those of roads.

    Raises
    ------
    TravelTableError
        If the tables are not square and alike, hold a number below -1 or too large for 32 bits, or an index points
        outside.
    """

    metres: NDArray[np.int32]
    seconds: NDArray[np.int32]
    index: NDArray[np.int64]
    source: str = "road table"
    is_estimate: bool = False

    def __post_init__(self) -> None:
        """Check the tables and keep them in 32 bits, which halves what a child process is sent."""
        metres, seconds = _require_int32("metres", self.metres), _require_int32("seconds", self.seconds)
        index = np.array(self.index, dtype=np.int64).reshape(-1)
        if metres.ndim != 2 or metres.shape[0] != metres.shape[1] or metres.shape != seconds.shape:
            raise TravelTableError(f"metres {metres.shape} and seconds {seconds.shape} are not square and alike")
        if ((metres == UNREACHABLE) != (seconds == UNREACHABLE)).any():
            row, column = np.argwhere((metres == UNREACHABLE) != (seconds == UNREACHABLE))[0].tolist()
            raise TravelTableError(f"row {row}, column {column} is unreachable in one table only")
        if index.size and (index.min() < MISSING or index.max() >= len(metres)):
            raise TravelTableError(f"index {index.min()}..{index.max()} is not within -1..{len(metres) - 1}")
        object.__setattr__(self, "metres", metres)
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "index", index)

    @property
    def label(self) -> str:
        """Name the source of the figures."""
        return self.source

    def matrix(self, origins: Indices, destinations: Indices) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road.

        Raises
        ------
        IndexError
            If a place does not exist.
        """
        from_places, to_places = (
            require_indices(origins, self.index.size),
            require_indices(destinations, self.index.size),
        )
        from_rows, to_rows = self.index[from_places], self.index[to_places]
        unknown = (from_rows == MISSING)[:, np.newaxis] | (to_rows == MISSING)[np.newaxis, :]
        same_row = from_rows[:, np.newaxis] == to_rows[np.newaxis, :]
        same_place = from_places[:, np.newaxis] == to_places[np.newaxis, :]
        zero = same_place | (same_row & ~unknown)
        return self._look_up(self.metres, from_rows, to_rows, unknown, zero), self._look_up(
            self.seconds, from_rows, to_rows, unknown, zero
        )

    @staticmethod
    def _look_up(
        table: NDArray[np.int32],
        from_rows: IntArray,
        to_rows: IntArray,
        unknown: NDArray[np.bool_],
        zero: NDArray[np.bool_],
    ) -> IntArray:
        if not table.size:
            block: IntArray = np.full(unknown.shape, UNREACHABLE, dtype=np.int64)
        else:
            block = table[from_rows[:, np.newaxis], to_rows[np.newaxis, :]].astype(np.int64)
        block[unknown] = UNREACHABLE
        block[zero] = 0
        return block


def _require_int32(name: str, table: NDArray[np.int32]) -> NDArray[np.int32]:
    values = np.asarray(table)
    if not np.issubdtype(values.dtype, np.integer):
        raise TravelTableError(f"{name} are {values.dtype}, not whole numbers")
    if values.size and (values.min() < UNREACHABLE or values.max() > np.iinfo(np.int32).max):
        raise TravelTableError(f"{name} {values.min()}..{values.max()} are not within -1..{np.iinfo(np.int32).max}")
    return np.array(values, dtype=np.int32, order="C")  # a copy: frozen means that the caller cannot change it later
