"""Travel between the places of one problem, fetched once and read fast."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.travel import IntArray, Travel

#: Metres and seconds where there is no road: longer than any shift, small enough that sums and costs stay in int64.
FAR = 100_000_000
#: Up to this many places the whole matrix is kept (two int32 of n x n: 288 MB at 6,000).
DENSE_PLACES = 6_000
_BLOCK_ROWS = 256
_KEPT_ROWS = 400


class Legs:
    """Road metres and seconds between the places in use, known by their own index 0, 1, ...

    Few places are held as one dense matrix; for many, the rows and legs asked for are fetched from the provider and
    kept while they are recent, so that no n x n matrix is ever needed.

    Parameters
    ----------
    travel
        The provider.
    places
        Places in use, as the provider knows them; ``Legs`` answers by position in this sequence.
    """

    def __init__(self, travel: Travel, places: Sequence[int], dense_places: int = DENSE_PLACES) -> None:
        self._travel = travel
        self._places = np.asarray(places, dtype=np.int64)
        self._rows: OrderedDict[int, tuple[IntArray, IntArray, IntArray, IntArray]] = OrderedDict()
        self._memo: dict[tuple[int, int], tuple[int, int]] = {}
        n = len(self._places)
        self._dense: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None
        if n <= dense_places:
            metres, seconds = np.empty((n, n), dtype=np.int32), np.empty((n, n), dtype=np.int32)
            for first in range(0, n, _BLOCK_ROWS):
                rows = slice(first, min(n, first + _BLOCK_ROWS))
                metres[rows], seconds[rows] = self._ask(self._places[rows], self._places)
            self._dense = metres, seconds

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self._places)

    def around(self, place: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return metres and seconds from one place to all, then metres and seconds from all to it."""
        if place in self._rows:
            self._rows.move_to_end(place)
            return self._rows[place]
        if self._dense is not None:
            metres, seconds = self._dense
            row = tuple(
                a.astype(np.int64) for a in (metres[place], seconds[place], metres[:, place], seconds[:, place])
            )
        else:
            one = self._places[place : place + 1]
            there, back = self._ask(one, self._places), self._ask(self._places, one)
            row = (there[0][0], there[1][0], back[0][:, 0], back[1][:, 0])
        answer = (row[0], row[1], row[2], row[3])
        self._rows[place] = answer
        if len(self._rows) > _KEPT_ROWS:
            self._rows.popitem(last=False)
        return answer

    def path(self, places: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return metres and seconds of each leg of a path."""
        if self._dense is not None:
            tail, head = places[:-1], places[1:]
            metres, seconds = self._dense
            return metres[tail, head].tolist(), seconds[tail, head].tolist()
        legs = [self._leg(a, b) for a, b in pairwise(places)]
        return [leg[0] for leg in legs], [leg[1] for leg in legs]

    def block(self, places: Sequence[int]) -> tuple[IntArray, IntArray]:
        """Return metres and seconds among some places, a small matrix."""
        if self._dense is not None:
            grid = np.ix_(places, places)
            return self._dense[0][grid].astype(np.int64), self._dense[1][grid].astype(np.int64)
        asked = self._places[np.asarray(places, dtype=np.int64)]
        return self._ask(asked, asked)

    def _leg(self, origin: int, destination: int) -> tuple[int, int]:
        known = self._memo.get((origin, destination))
        if known is None:
            row = self._rows.get(origin)
            if row is not None:
                known = int(row[0][destination]), int(row[1][destination])
            else:
                m, s = self._ask(self._places[origin : origin + 1], self._places[destination : destination + 1])
                known = int(m[0, 0]), int(s[0, 0])
            self._memo[origin, destination] = known
        return known

    def _ask(self, origins: IntArray, destinations: IntArray) -> tuple[IntArray, IntArray]:
        metres, seconds = self._travel.matrix(origins, destinations)
        if any(table.min(initial=0) < 0 or table.max(initial=0) > FAR for table in (metres, seconds)):
            no_road = (metres < 0) | (seconds < 0) | (metres > FAR) | (seconds > FAR)
            metres, seconds = np.where(no_road, FAR, metres), np.where(no_road, FAR, seconds)
        return metres.astype(np.int64, copy=False), seconds.astype(np.int64, copy=False)
