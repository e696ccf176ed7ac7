"""Asks travel for the legs of a tour only, not for every pair of its places."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.travel import Travel

#: Legs asked for at a time: few calls for a short tour, no n x n block for a long one.
_BLOCK = 32


def consecutive_legs(travel: Travel, places: Sequence[int]) -> list[tuple[int, int]]:
    """Return metres and seconds from each place to the next, -1 where there is no road."""
    legs = []
    for begin in range(0, len(places) - 1, _BLOCK):
        block = places[begin : begin + _BLOCK + 1]
        metres, seconds = travel.matrix(block[:-1], block[1:])
        legs += [(int(metres[i, i]), int(seconds[i, i])) for i in range(len(block) - 1)]
    return legs
