"""Decides exactly how much each sink gets when sources are short and order alone decides."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.travel import IntArray


def serve_in_order(supply: IntArray, demand: IntArray, allowed: NDArray[np.bool_], order: IntArray) -> IntArray:
    """Give each sink, in order, all that can be found for it without taking anything from one before it.

    What can be served together is a polymatroid (Megiddo, Optimal flows in networks with multiple sources and sinks,
    1974), so that augmenting sink by sink is the lexicographic optimum. An augmenting path hands packs from source to
    source: one takes over sinks of the next, and the last still has packs. Sinks with the same allowed sources are
    one group here, since only amounts are asked for.

    Parameters
    ----------
    supply, demand
        Amounts of the w sources and n sinks.
    allowed
        Which source may serve which sink, shape (w, n).
    order
        The sinks, first served first.

    Returns
    -------
    IntArray
        Amount each sink gets, shape (n,).
    """
    # Eight sources to a byte: columns compare the same and eight times faster.
    packed = np.packbits(allowed, axis=0)
    _, first, group_of = np.unique(packed, axis=1, return_index=True, return_inverse=True)
    state = _State(allowed[:, first], supply.copy())
    served = np.zeros_like(demand)
    for sink in order:
        group, wanted = int(group_of[sink]), int(demand[sink])
        while wanted > 0:
            chain = state.find_chain(group)
            if not chain:
                break
            wanted -= state.pass_along(chain, group, wanted)
        served[sink] = demand[sink] - wanted
    return served


class _State:
    """What each source has left and has given to each group; changed by augmenting.

    ``takers[a, b]`` counts the groups that source b gives to and source a may serve as well, so that a search for a
    chain looks at sources only.
    """

    def __init__(self, columns: NDArray[np.bool_], left: IntArray) -> None:
        self._columns = columns
        self._left = left
        self._given = np.zeros(columns.shape, dtype=np.int64)
        self._takers = np.zeros((len(left), len(left)), dtype=np.int64)
        self._exhausted = np.zeros(len(left), dtype=bool)

    def find_chain(self, group: int) -> list[int]:
        """Find the shortest chain from a source of the group to one with something left, breadth first.

        If there is none, the result is empty, and no source that was seen will ever have anything to give again.
        """
        seen = self._columns[:, group] & ~self._exhausted
        came_from = np.full(len(seen), -1)
        frontier = np.flatnonzero(seen)
        while len(frontier):
            fullest = int(frontier[np.argmax(self._left[frontier])])
            if self._left[fullest] > 0:
                chain = [fullest]
                while (before := int(came_from[chain[-1]])) >= 0:
                    chain.append(before)
                return chain[::-1]
            reaches = self._takers[:, frontier] > 0
            fresh = np.flatnonzero(reaches.any(axis=1) & ~seen & ~self._exhausted)
            came_from[fresh] = frontier[reaches[fresh].argmax(axis=1)]
            seen[fresh] = True
            frontier = fresh
        self._exhausted |= seen
        return []

    def pass_along(self, chain: list[int], group: int, wanted: int) -> int:
        """Serve the group from the first of the chain; each next one takes over the largest gift it can of the last."""
        amount = min(wanted, int(self._left[chain[-1]]))
        handed = []
        for giver, taker in pairwise(chain):
            gifts = np.where(self._columns[taker], self._given[giver], 0)
            handed.append(int(gifts.argmax()))
            amount = min(amount, int(gifts[handed[-1]]))
        self._left[chain[-1]] -= amount
        self._give(chain[0], group, amount)
        for (giver, taker), other in zip(pairwise(chain), handed, strict=True):
            self._give(giver, other, -amount)
            self._give(taker, other, amount)
        return amount

    def _give(self, source: int, group: int, amount: int) -> None:
        before = self._given[source, group]
        self._given[source, group] += amount
        change = int(self._given[source, group] > 0) - int(before > 0)
        if change:
            self._takers[:, source] += change * self._columns[:, group]
