"""The search for the one level of a water-filling, exact.

What is given out is a piecewise linear function of the level. Newton steps in floats nearly always end on the right
piece; whether they did is checked exactly, and otherwise breakpoints are searched (Kiwiel 2008, "Breakpoint searching
algorithms for the continuous quadratic knapsack problem"): floats propose where to look, exact comparisons decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import SAFE, Integers, scaled_divmod, total

NEWTON_STEPS = 40
EXACT_STEPS = 3
CLOSE = 1e-14  # a step of this part of the level no longer leads to another piece


@dataclass(frozen=True, eq=False)
class Piece:
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
    level: Fraction,
    weights: Integers,
    balances: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> Piece:
    whole, part = scaled_divmod(weights, *level.as_integer_ratio())
    whole -= balances
    floored = whole < lower
    capped = (whole > upper) | ((whole == upper) & (part > 0))
    part = np.where(floored | capped, 0, part)
    return Piece(level.as_integer_ratio(), np.minimum(np.maximum(whole, lower), upper), part, floored, capped)


def solve_piece(
    packs: int, weights: Integers, balances: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> Piece:
    """Find the level at which the packs are given out, and the targets there."""
    bounds = (weights, balances, lower, upper)
    floored, capped = _near_piece(packs, *bounds)
    for _ in range(EXACT_STEPS):
        free = ~(floored | capped)
        bound = np.where(floored, lower, np.where(capped, upper, -balances))
        numerator, denominator = packs - total(bound), total(np.where(free, weights, 0))
        if numerator < 0 or denominator == 0:
            break
        piece = _at_level(Fraction(numerator, denominator), *bounds)
        if piece.placed == packs:
            return _settle(piece, *bounds)
        floored, capped = piece.floored, piece.capped
    return _settle(_at_level(Fraction(*_find_level(packs, *bounds)), *bounds), *bounds)


def _settle(
    piece: Piece, weights: Integers, balances: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]
) -> Piece:
    """Return the same targets at the level that the question decides, not the way of the search.

    Several levels give them only where everybody is at a bound: from that at which the last one became full to that at
    which the first one would leave its floor. Among these it is the one nearest to the level without bounds.
    """
    if piece.part.any() or ((piece.whole > lower) & (piece.whole < upper)).any():
        return piece
    apart = upper > lower
    full, low = np.flatnonzero(apart & (piece.whole == upper)), np.flatnonzero(apart & (piece.whole == lower))
    level = Fraction(total(piece.whole) + total(balances), total(weights))
    if low.size:
        level = min(level, -_highest(-(lower + balances)[low], weights[low]))
    if full.size:
        level = max(level, _highest((upper + balances)[full], weights[full]))
    return _at_level(level, weights, balances, lower, upper)


def _highest(numerators: NDArray[np.int64], denominators: Integers) -> Fraction:
    near = numerators / denominators.astype(np.float64)
    rows = np.flatnonzero(near >= near.max() - abs(near.max()) * 1e-12)
    return max(
        Fraction(*pair) for pair in set(zip(numerators[rows].tolist(), denominators[rows].tolist(), strict=True))
    )


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
