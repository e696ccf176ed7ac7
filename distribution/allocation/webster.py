"""Webster's apportionment (Sainte-Laguë) between bounds, exact: for one-off rounds.

Seats go one by one to the largest ``weight / (2 x seats held + 1)`` among those below their upper bound,
beginning from the lower bounds (Webster 1832; Balinski & Young 1982, "Fair Representation", app. A).
The same result is reached at once by rounding the shares at one level, and a few steps up or down from there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, Integers, reduced, total
from distribution.allocation.waterfill import waterfill

FLOAT_SLACK = 1e-9  # far above the error of a few float operations: no candidate is lost to it


def apportion_webster(
    seats: int,
    weights: Integers,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64] | None = None,
    upper: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Apportion whole packs by Webster's method within bounds.

    Parameters
    ----------
    seats
        Whole packs to give out.
    weights
        Integer weights, shape (n,); an outlet without weight gets its lower bound.
    ties
        Rank of each outlet for ties.
    lower, upper
        Bounds in whole packs, shape (n,); 0 and ``seats`` where left out.

    Raises
    ------
    ValueError
        If the bounds leave no apportionment.
    """
    lower = np.zeros(weights.shape, np.int64) if lower is None else lower
    upper = np.full(weights.shape, seats, np.int64) if upper is None else np.minimum(upper, seats)
    if (lower > upper).any() or total(lower) > seats or total(np.where(weights > 0, upper, lower)) < seats:
        raise ValueError("no apportionment keeps the bounds")
    none = np.zeros_like(lower)
    fill = waterfill(seats, weights, balances=none, floors=lower, caps=upper, ties=ties)
    return round_webster(seats, weights, fill.target_nano, ties=ties, lower=lower, upper=upper)


def round_webster(
    seats: int,
    weights: Integers,
    target_nano: NDArray[np.int64],
    *,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Step from the rounded targets to Webster's apportionment.

    ``target_nano`` only says where to begin. Rounding errors of the grid are mended by the last steps: as long as
    one more pack here has a better claim than the last one there, it moves.
    """
    weights = reduced(weights)
    held = np.where(weights > 0, np.clip((target_nano + NANO // 2) // NANO, lower, upper), lower)
    missing = seats - total(held)
    if missing > 0:
        _give(missing, weights, held, ties, upper)
    elif missing < 0:
        _take(-missing, weights, held, ties, lower)
    while (receiver := _best(weights, held, ties, held < upper)) is not None:
        giver = _worst(weights, held, ties, held > lower)
        if giver is None or _claim(weights, held, ties, receiver, 1) >= _claim(weights, held, ties, giver, -1):
            break
        held[receiver] += 1
        held[giver] -= 1
    return held


def _claim(
    weights: Integers, held: NDArray[np.int64], ties: NDArray[np.int64], i: int, step: int
) -> tuple[Fraction, int]:
    """Return the claim to the next pack (step 1) or to the last held (step -1); the least comes first."""
    return Fraction(-int(weights[i]), 2 * int(held[i]) + step), int(ties[i])


def _give(
    packs: int, weights: Integers, held: NDArray[np.int64], ties: NDArray[np.int64], upper: NDArray[np.int64]
) -> None:
    claims = weights.astype(np.float64) / (2 * held + 1)
    rows = _candidates(-claims, (held < upper) & (weights > 0), packs)
    heap = [(*_claim(weights, held, ties, i, 1), i) for i in rows]
    heapq.heapify(heap)
    for _ in range(packs):
        i = heap[0][2]
        held[i] += 1
        _renew(heap, i, held[i] < upper[i], lambda i: _claim(weights, held, ties, i, 1))


def _take(
    packs: int, weights: Integers, held: NDArray[np.int64], ties: NDArray[np.int64], lower: NDArray[np.int64]
) -> None:
    claims = weights.astype(np.float64) / (2 * held - 1)  # below 0 only where nothing is held: not allowed
    rows = _candidates(claims, held > lower, packs)
    heap = [(*_reversed(_claim(weights, held, ties, i, -1)), i) for i in rows]
    heapq.heapify(heap)
    for _ in range(packs):
        i = heap[0][2]
        held[i] -= 1
        _renew(heap, i, held[i] > lower[i], lambda i: _reversed(_claim(weights, held, ties, i, -1)))


def _reversed(claim: tuple[Fraction, int]) -> tuple[Fraction, int]:
    return -claim[0], -claim[1]


def _renew(
    heap: list[tuple[Fraction, int, int]], i: int, again: bool, claim: Callable[[int], tuple[Fraction, int]]
) -> None:
    if again:
        heapq.heapreplace(heap, (*claim(i), i))
    else:
        heapq.heappop(heap)


def _candidates(order: NDArray[np.float64], allowed: NDArray[np.bool_], count: int) -> list[int]:
    """Return every row that may be among the first ``count``, with room for the error of floats."""
    rows = np.flatnonzero(allowed)
    if rows.size > count:
        edge = float(np.partition(order[rows], count - 1)[count - 1])
        rows = rows[order[rows] <= edge + abs(edge) * FLOAT_SLACK]
    return [int(i) for i in rows]


def _best(
    weights: Integers, held: NDArray[np.int64], ties: NDArray[np.int64], allowed: NDArray[np.bool_]
) -> int | None:
    rows = _candidates(-(weights.astype(np.float64) / (2 * held + 1)), allowed & (weights > 0), 1)
    return min(rows, key=lambda i: _claim(weights, held, ties, i, 1), default=None)


def _worst(
    weights: Integers, held: NDArray[np.int64], ties: NDArray[np.int64], allowed: NDArray[np.bool_]
) -> int | None:
    claims = weights.astype(np.float64) / np.maximum(2 * held - 1, 1)
    rows = _candidates(claims, allowed & (weights > 0), 1)
    return max(rows, key=lambda i: _claim(weights, held, ties, i, -1), default=None)
