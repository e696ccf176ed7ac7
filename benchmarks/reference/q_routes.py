"""Cheapest routes through each stop by what they load: q-routes without loops of two stops, compiled.

A q-route may come to a stop again, only not straight after one other stop (Christofides, Mingozzi & Toth 1981). Beside
the load ``q`` a route has a second measure ``r`` that stops or legs add to: load of one compartment, road or work.

Tables are by load, stop, second measure and label: of each state the cheapest way and the cheapest that comes from
another stop before, and these stops; ``NONE`` stands for the depot.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.travel import IntArray

Floats = NDArray[np.float64]

NONE = -1


@njit(cache=True)
def extend(
    load: IntArray, part: IntArray, most: IntArray, enter: Floats, enter_part: IntArray, legs: Floats,
    legs_part: IntArray, cost: Floats, before: IntArray,
) -> None:  # fmt: skip
    """Fill the tables ``cost`` and ``before``, both of shape (q + 1, n, r + 1, 2), with the ways from the depot.

    Parameters
    ----------
    load, part
        Of each stop: what it adds to q, at least 1, and to r; a load of 0 marks a stop that may not be visited.
    most
        Most of q, of r and of q - r.
    enter, enter_part
        From the depot to each stop, what the stop itself costs included.
    legs, legs_part
        From each stop to each, likewise.
    """
    n = len(load)
    cost[:] = np.inf
    before[:] = NONE
    for q in range(1, most[0] + 1):
        for i in range(n):
            earlier = q - load[i]
            if load[i] == 0 or earlier < 0:
                continue
            lowest = max(0, q - most[2])
            if earlier == 0:
                r = part[i] + enter_part[i]
                if lowest <= r <= most[1]:
                    cost[q, i, r, 0] = enter[i]
                continue
            for j in range(n):
                if j == i or load[j] == 0 or legs[j, i] == np.inf:
                    continue
                adds = part[i] + legs_part[j, i]
                for r in range(max(adds, lowest), most[1] + 1):
                    label = 1 if before[earlier, j, r - adds, 0] == i else 0
                    total = cost[earlier, j, r - adds, label] + legs[j, i]
                    if total < cost[q, i, r, 0]:
                        cost[q, i, r, 1], before[q, i, r, 1] = cost[q, i, r, 0], before[q, i, r, 0]
                        cost[q, i, r, 0], before[q, i, r, 0] = total, j
                    elif total < cost[q, i, r, 1]:
                        cost[q, i, r, 1], before[q, i, r, 1] = total, j


@njit(cache=True)
def best_up_to(cost: Floats, before: IntArray) -> tuple[Floats, IntArray, IntArray]:
    """Return for each state the two best of all with no more r, the stops before, and the r of each."""
    least, stop = cost.copy(), before.copy()
    at = np.empty_like(before)
    for q in range(cost.shape[0]):
        for i in range(cost.shape[1]):
            for r in range(cost.shape[2]):
                at[q, i, r] = r
                for label in range(2 if r else 0):
                    value, its = least[q, i, r - 1, label], stop[q, i, r - 1, label]
                    if value < least[q, i, r, 0]:
                        if its != stop[q, i, r, 0]:
                            least[q, i, r, 1], stop[q, i, r, 1] = least[q, i, r, 0], stop[q, i, r, 0]
                            at[q, i, r, 1] = at[q, i, r, 0]
                        least[q, i, r, 0], stop[q, i, r, 0] = value, its
                        at[q, i, r, 0] = at[q, i, r - 1, label]
                    elif its != stop[q, i, r, 0] and value < least[q, i, r, 1]:
                        least[q, i, r, 1], stop[q, i, r, 1] = value, its
                        at[q, i, r, 1] = at[q, i, r - 1, label]
    return least, stop, at


@njit(cache=True)
def join(
    load: IntArray, part: IntArray, most: IntArray, own: Floats, per_route: float, cost: Floats, before: IntArray,
    back: Floats, after: IntArray, nested: bool,
) -> tuple[Floats, IntArray]:  # fmt: skip
    """Return for each stop the least cost per load of a route through it, and both of its halves.

    Parameters
    ----------
    load, part, most
        As of ``extend``.
    own
        What each stop itself costs: it is in both halves.
    per_route
        Cost of a route beside its stops and legs.
    cost, before, back, after
        Tables of the ways from the depot, and of those to where routes end, seen from there.
    nested
        ``back`` holds the best of all states with no more r, so that one of them need be looked at.

    Returns
    -------
    tuple
        Cost per load, shape (n,), and (q, r, label) of the way there and of the way back, shape (n, 6).
    """
    n = len(load)
    least = np.full(n, np.inf)
    halves = np.zeros((n, 6), dtype=np.int64)
    for i in range(n):
        if load[i] == 0:
            continue
        for q in range(load[i], most[0] + 1):
            for r in range(most[1] + 1):
                if cost[q, i, r, 0] == np.inf:
                    continue
                for p in range(load[i], most[0] - q + load[i] + 1):
                    whole = q + p - load[i]
                    high = min(most[1], most[1] - r + part[i])
                    low = max(0, whole - most[2] - r + part[i])
                    for s in range(max(low, high) if nested else low, high + 1):
                        for label in range(2):
                            first = cost[q, i, r, label]
                            stop = before[q, i, r, label]
                            other = 1 if stop != NONE and after[p, i, s, 0] == stop else 0
                            ratio = (first + back[p, i, s, other] - own[i] + per_route) / whole
                            if ratio < least[i]:
                                least[i] = ratio
                                halves[i, :] = (q, r, label, p, s, other)
    return least, halves


@njit(cache=True)
def walk(
    load: IntArray, part: IntArray, legs_part: IntArray, before: IntArray, q: int, i: int, r: int, label: int,
    weight: float, visits: Floats,
) -> None:  # fmt: skip
    """Add a weight to the visits of every stop on the way to a state, its last stop left out."""
    while before[q, i, r, label] != NONE:
        j = before[q, i, r, label]
        r -= part[i] + legs_part[j, i]
        q -= load[i]
        label = 1 if before[q, j, r, 0] == i else 0
        i = j
        visits[i] += weight
