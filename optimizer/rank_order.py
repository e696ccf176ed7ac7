"""Decides exactly how much each sink gets when sources are short and order alone decides."""

from __future__ import annotations

from collections import deque
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
    columns, group_of = np.unique(allowed, axis=1, return_inverse=True)
    given = np.zeros(columns.shape, dtype=np.int64)  # from each source to each group
    left = supply.copy()
    exhausted = np.zeros(len(supply), dtype=bool)
    served = np.zeros_like(demand)
    for sink in order:
        group = int(group_of[sink])
        while served[sink] < demand[sink]:
            path = _find_path(left, columns, given, group, exhausted)
            if not path:
                break
            served[sink] += _augment(left, given, path, group, int(demand[sink] - served[sink]))
    return served


def _find_path(
    left: IntArray, columns: NDArray[np.bool_], given: IntArray, group: int, exhausted: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Find a shortest chain from the group to a source with something left (breadth first).

    Returns (source, group it serves) from the group's own source on; empty if there is none, and then no source that
    was seen will ever have anything to give again: they are marked as exhausted.
    """
    first = np.flatnonzero(columns[:, group] & ~exhausted)
    came_from: dict[int, tuple[int, int] | None] = {int(source): None for source in first}
    queue = deque(came_from)
    while queue:
        source = queue.popleft()
        if left[source] > 0:
            return _walk_back(source, group, came_from)
        for served_group in np.flatnonzero(given[source]):
            for other in np.flatnonzero(columns[:, served_group] & ~exhausted):
                if int(other) not in came_from:
                    came_from[int(other)] = (source, int(served_group))
                    queue.append(int(other))
    exhausted[list(came_from)] = True
    return []


def _walk_back(source: int, group: int, came_from: dict[int, tuple[int, int] | None]) -> list[tuple[int, int]]:
    path = []
    step = came_from[source]
    while step is not None:
        path.append((source, step[1]))
        source = step[0]
        step = came_from[source]
    path.append((source, group))
    return path[::-1]


def _augment(left: IntArray, given: IntArray, path: list[tuple[int, int]], group: int, wanted: int) -> int:
    """Move as much as the chain allows: each source takes over from the one before it the group named beside it."""
    amount = min(wanted, int(left[path[-1][0]]))
    for (giver, _), (_, taken_over) in pairwise(path):
        amount = min(amount, int(given[giver, taken_over]))
    left[path[-1][0]] -= amount
    given[path[0][0], group] += amount
    for (giver, _), (taker, taken_over) in pairwise(path):
        given[giver, taken_over] -= amount
        given[taker, taken_over] += amount
    return amount
