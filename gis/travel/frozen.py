"""Estimated travel kept as whole metres, so that it is the same wherever it is looked at again.

The last bit of a sine differs between processors, and one metre in some hundred million rounds the other way. What a
plan was made from is therefore kept: the metres between every two places, 4 bytes a pair, one direction of each; the
seconds follow from them by one exact multiplication and one rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.travel.geodesic import GeodesicTravel
from gis.travel.protocol import Indices, IntArray, require_indices

_METRES = np.dtype("<i4")


class FrozenTravelError(ValueError):
    """The bytes are no triangle of metres."""


@dataclass(frozen=True, eq=False)
class FrozenTravel:
    """Travel whose metres were estimated once.

    Attributes
    ----------
    metres
        Symmetric, of shape (places, places), 0 on the diagonal.
    speed_kmh
        Mean speed on the road, km/h, above 0.
    label
        Names the source of the figures.
    """

    metres: NDArray[np.int32]
    speed_kmh: float
    label: str
    is_estimate: bool = True

    def matrix(self, origins: Indices, destinations: Indices) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations).

        Raises
        ------
        IndexError
            If a place does not exist.
        """
        count = len(self.metres)
        from_rows, to_rows = require_indices(origins, count), require_indices(destinations, count)
        metres = self.metres[from_rows[:, np.newaxis], to_rows[np.newaxis, :]].astype(np.int64)
        return metres, np.rint(metres * (3.6 / self.speed_kmh)).astype(np.int64)


def freeze_travel(travel: GeodesicTravel, places: int) -> bytes:
    """Write the metres between every two places: for each place those to all after it, 32 bits each, little-endian."""
    rows = []
    for place in range(places - 1):
        metres, _ = travel.matrix([place], np.arange(place + 1, places))
        rows.append(metres[0].astype(_METRES).tobytes())
    return b"".join(rows)


def thaw_travel(content: bytes, travel: GeodesicTravel, places: int) -> FrozenTravel:
    """Read what :func:`freeze_travel` wrote, and check it against the estimate made anew.

    Parameters
    ----------
    content
        What was written.
    travel
        The estimate between the same places, made on this machine.
    places
        How many there are.

    Raises
    ------
    FrozenTravelError
        If there are too many or too few metres, or any is further than one from the estimate of this machine.
    """
    if len(content) != places * (places - 1) // 2 * _METRES.itemsize:
        raise FrozenTravelError(f"{len(content)} bytes do not fit {places} places")
    square = np.zeros((places, places), dtype=np.int32)
    upper = np.triu_indices(places, 1)
    square[upper] = np.frombuffer(content, dtype=_METRES)
    for place in range(places - 1):
        here = travel.matrix([place], np.arange(place + 1, places))[0][0]
        if (np.abs(here - square[place, place + 1 :]) > 1).any():
            raise FrozenTravelError(f"the metres from place {place} are not those between the positions")
    square += square.T
    return FrozenTravel(square, travel.speed_kmh, travel.label)
