"""Exact water-filling: one level for all, between floors and caps, net of what lies there already.

The lexicographic max-min share of goods under bounds is ``med(floor, level x weight - balance, cap)``
with the one level at which everything is given out (Megiddo 1974; Bertsekas & Gallager 1992, ch. 6).
The level is found by breakpoint search (Kiwiel 2008, "Breakpoint searching algorithms for the continuous
quadratic knapsack problem"): floats propose where to look, exact comparisons decide. Newton steps in floats come first,
since they nearly always end on the right piece; whether they did is checked exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS, NANO, SAFE, Integers, reduced, round_nano, scaled_divmod, total

NEWTON_STEPS = 40
EXACT_STEPS = 3
CLOSE = 1e-14  # a step of this part of the level no longer leads to another piece


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
        reach = max(numerator * int(self.weights.max()), denominator * int(self.balances.max()))
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
    piece = _solve_piece(packs, weights, balances, lower, upper)
    unit = piece.level[1]
    target = piece.whole * NANO
    free = np.flatnonzero(~(piece.floored | piece.capped))
    whole, part = piece.whole[free], piece.part[free]
    target[free] = round_nano(total(whole) + total(part) // unit, whole, part, unit, ties[free])
    return WaterFill(
        target, piece.whole, piece.part, unit, piece.capped, piece.floored, packs, 0, weights, balances, piece.level
    )


@dataclass(frozen=True, eq=False)
class _Piece:
    """Targets at one level, bounds applied: ``whole + part / level's denominator``."""

    level: tuple[int, int]
    whole: NDArray[np.int64]
    part: Integers
    floored: NDArray[np.bool_]
    capped: NDArray[np.bool_]

    @property
    def placed(self) -> Fraction:
        """Packs given out at this level."""
        return total(self.whole) + Fraction(total(self.part), self.level[1])


def _at_level(
    level: tuple[int, int],
    weights: Integers,
    balances: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> _Piece:
    whole, part = scaled_divmod(weights, *level)
    whole -= balances
    floored = whole < lower
    capped = (whole > upper) | ((whole == upper) & (part > 0))
    part = np.where(floored | capped, 0, part)
    return _Piece(level, np.minimum(np.maximum(whole, lower), upper), part, floored, capped)


def _solve_piece(
    packs: int, weights: Integers, balances: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> _Piece:
    """Find the level at which the packs are given out, and the targets there."""
    bounds = (weights, balances, lower, upper)
    floored, capped = _near_piece(packs, *bounds)
    for _ in range(EXACT_STEPS):
        free = ~(floored | capped)
        bound = np.where(floored, lower, np.where(capped, upper, -balances))
        numerator, denominator = packs - total(bound), total(np.where(free, weights, 0))
        if numerator < 0 or denominator == 0:
            break
        piece = _at_level((numerator, denominator), *bounds)
        if piece.placed == packs:
            return piece
        floored, capped = piece.floored, piece.capped
    return _at_level(_find_level(packs, *bounds), *bounds)


def _near_piece(
    packs: int, weights: Integers, balances: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who is at its floor and who at its cap, as far as floats can tell."""
    near, lying, low, high = (a.astype(np.float64) for a in (weights, balances, lower, upper))
    level = (packs + float(lying.sum())) / float(near.sum())
    below, above = 0.0, np.inf
    for _ in range(NEWTON_STEPS):
        share = near * level - lying
        floored, capped = share <= low, share >= high
        miss = packs - float(np.minimum(np.maximum(share, low), high).sum())
        slope = float((near * ~(floored | capped)).sum())
        below, above = (level, above) if miss >= 0 else (below, level)
        step = level + miss / slope if slope else np.inf
        if abs(step - level) <= CLOSE * level:
            break
        if not below < step < above:
            step = 2 * level if above == np.inf else (below + above) / 2
        level = step
    return floored, capped & ~floored


def _find_level(
    packs: int, weights: Integers, balances: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> tuple[int, int]:
    """Return the level, as numerator and denominator, at which the targets sum to the packs.

    Every weight is positive and the packs lie between the sums of the bounds. Outlets whose side of the
    level is settled are folded into three sums, so that the work halves from step to step.
    """
    low_at, high_at = lower + balances, upper + balances  # an outlet leaves its floor, reaches its cap
    if int(high_at.max()) * int(weights.max()) >= SAFE:
        weights, low_at, high_at, balances = (a.astype(object) for a in (weights, low_at, high_at, balances))
    below = np.ones(weights.shape, np.bool_)  # its floor breakpoint may lie above the level
    above = np.ones(weights.shape, np.bool_)  # its cap breakpoint may lie below the level
    fixed = free_weight = free_balance = 0
    while weights.size:
        numerator, denominator = _median_breakpoint(weights, low_at, high_at, below, above)
        height = weights * numerator
        low, high = low_at * denominator, high_at * denominator
        at_floor = height <= low
        at_cap = (height >= high) & ~at_floor
        between = ~(at_floor | at_cap)
        bound = fixed + total((low_at - balances)[at_floor]) + total((high_at - balances)[at_cap])
        weight = free_weight + total(weights[between])
        loose = bound - free_balance - total(balances[between])
        excess = numerator * weight + denominator * (loose - packs)
        if excess == 0:
            return numerator, denominator
        if excess < 0:  # the level lies higher
            settled, worth = height >= high, high_at - balances
            below &= height < low
        else:
            settled, worth = height <= low, low_at - balances
            above &= height > high
        fixed += total(worth[settled])
        free = ~settled & ~below & ~above
        free_weight += total(weights[free])
        free_balance += total(balances[free])
        keep = ~settled & ~free
        weights, balances, low_at, high_at = weights[keep], balances[keep], low_at[keep], high_at[keep]
        below, above = below[keep], above[keep]
    return packs - fixed + free_balance, free_weight


def _median_breakpoint(
    weights: Integers, low_at: Integers, high_at: Integers, below: NDArray[np.bool_], above: NDArray[np.bool_]
) -> tuple[int, int]:
    """Return an exact breakpoint near the middle of those still open; any would be correct."""
    numerators = np.concatenate([low_at[below], high_at[above]])
    denominators = np.concatenate([weights[below], weights[above]])
    heights = numerators.astype(np.float64) / denominators.astype(np.float64)
    middle = int(np.argpartition(heights, heights.size // 2)[heights.size // 2])
    return int(numerators[middle]), int(denominators[middle])
