"""Exact water-filling: one level for all, between floors and caps, net of what lies there already.

The lexicographic max-min share of goods under bounds is ``med(floor, level x weight - balance, cap)``
with the one level at which everything is given out (Megiddo 1974; Bertsekas & Gallager 1992, ch. 6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS, NANO, SAFE, Integers, reduced, round_nano, total
from distribution.allocation.water_level import solve_piece


@dataclass(frozen=True, eq=False)
class WaterFill:
    """Targets at one water level.

    Attributes
    ----------
    target_nano
        Billionths of a pack per outlet, shape (n,).
    whole, remainder, unit
        The exact target is ``whole + remainder / unit`` packs; ``target_nano`` is that, rounded.
    capped, floored
        Where the bound keeps the target below, or above, the level.
    placed_packs, unplaced_packs
        Packs given out, and packs that found no room.
    weights, balances, level
        Weights without their common divisor, and balances, and the level as numerator and denominator; None where
        everybody is full.
    floor_short_packs
        Packs lacking to meet every floor; the floors then share what there is at one level.
    """

    target_nano: NDArray[np.int64]
    whole: NDArray[np.int64]
    remainder: Integers
    unit: int
    capped: NDArray[np.bool_]
    floored: NDArray[np.bool_]
    placed_packs: int
    unplaced_packs: int
    weights: Integers
    balances: NDArray[np.int64]
    level: tuple[int, int] | None
    floor_short_packs: int = 0

    @cached_property
    def effective(self) -> Integers:
        """Whole numbers in proportion to ``level x weight - balance``, not below 0: what the bounds are applied to."""
        if self.level is None or not self.balances.any():
            return self.weights
        numerator, denominator = self.level
        # At level 0 the weights themselves, which may be larger than 64 bits, are the largest numbers.
        reach = max(max(numerator, 1) * int(self.weights.max()), denominator * int(self.balances.max()))
        exact = np.int64 if reach < SAFE else object
        height = self.weights.astype(exact) * numerator - self.balances.astype(exact) * denominator
        return np.asarray(np.maximum(height, 0))


def waterfill(
    packs: int,
    weights: Integers,
    *,
    balances: NDArray[np.int64],
    floors: NDArray[np.int64],
    caps: NDArray[np.int64],
    ties: NDArray[np.int64],
) -> WaterFill:
    """Fill every outlet to one level of ``(target + balance) / weight``, within its bounds.

    Parameters
    ----------
    packs
        Whole packs to give out.
    weights
        Grid weights, shape (n,); an outlet without weight gets its floor and no more.
    balances
        Packs that lie at the outlet already, shape (n,).
    floors, caps
        Bounds in whole packs, shape (n,); where they cross, the cap holds.
    ties
        Rank of each outlet for ties (:func:`distribution.allocation.grid.tie_ranks`).

    Raises
    ------
    ValueError
        If a figure is negative or does not fit the ledger.
    """
    if packs < 0 or min(int(a.min(initial=0)) for a in (weights, balances, floors, caps)) < 0:
        raise ValueError("packs, weights, balances and bounds may not be negative")
    if packs > MAX_PACKS:
        raise ValueError(f"{packs} packs do not fit the ledger; the most is {MAX_PACKS}")
    if packs + total(balances) > MAX_PACKS:
        raise ValueError(f"{packs} packs with balances do not fit the ledger; the most is {MAX_PACKS}")
    upper = np.minimum(caps, packs)
    lower = np.minimum(floors, caps)
    short = total(lower) - packs
    if short > 0:
        none, some = np.zeros_like(lower), np.maximum(weights, 1)
        shared = waterfill(packs, some, balances=balances, floors=none, caps=lower, ties=ties)
        return replace(shared, capped=np.zeros(lower.shape, np.bool_), floored=lower > 0, floor_short_packs=short)
    weights = reduced(weights)
    weighted = weights > 0
    if weighted.all():
        return _fill_weighted(packs, weights, balances, lower, upper, ties)
    rows = np.flatnonzero(weighted)
    rest = packs - total(lower[~weighted])
    part = _fill_weighted(rest, weights[rows], balances[rows], lower[rows], upper[rows], ties[rows])
    whole, remainder, target = lower.copy(), np.zeros(weights.shape, part.remainder.dtype), lower * NANO
    capped, floored = np.zeros(weights.shape, np.bool_), lower > 0
    whole[rows], remainder[rows], target[rows] = part.whole, part.remainder, part.target_nano
    capped[rows], floored[rows] = part.capped, part.floored
    return replace(
        part,
        target_nano=target,
        whole=whole,
        remainder=remainder,
        capped=capped,
        floored=floored,
        placed_packs=packs - part.unplaced_packs,
        weights=weights,
        balances=balances,
    )


def _fill_weighted(
    packs: int,
    weights: Integers,
    balances: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    ties: NDArray[np.int64],
) -> WaterFill:
    """Fill outlets that all have a weight, with at least as many packs as the lower bounds ask."""
    upper = np.minimum(upper, packs)
    room = total(upper)
    if room < packs or packs == 0:
        none, full = np.zeros(weights.shape, np.bool_), np.full(weights.shape, room < packs)
        return WaterFill(
            upper * NANO, upper, np.zeros_like(upper), 1, full, none, room, packs - room, weights, balances, None
        )
    piece = solve_piece(packs, weights, balances, lower, upper)
    unit = piece.level[1]
    target = piece.whole * NANO
    free = np.flatnonzero(~(piece.floored | piece.capped))
    whole, part = piece.whole[free], piece.part[free]
    target[free] = round_nano(total(whole) + total(part) // unit, whole, part, unit, ties[free])
    return WaterFill(
        target, piece.whole, piece.part, unit, piece.capped, piece.floored, packs, 0, weights, balances, piece.level
    )
