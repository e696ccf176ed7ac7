"""Exact water-filling: one level for all, between floors and caps, net of what lies there already.

The lexicographic max-min share of goods under bounds is ``med(floor, level x weight - balance, cap)``
with the one level at which everything is given out (Megiddo 1974; Bertsekas & Gallager 1992, ch. 6).
The level is found by breakpoint search (Kiwiel 2008, "Breakpoint searching algorithms for the continuous
quadratic knapsack problem"): floats propose where to look, exact comparisons decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS, NANO, SAFE, Integers, reduced, share_nano, total


@dataclass(frozen=True, eq=False)
class WaterFill:
    """Targets at one water level.

    Attributes
    ----------
    target_nano
        Billionths of a pack per outlet, shape (n,).
    effective
        ``level x weight - balance`` per outlet over one common denominator, not below 0, shape (n,):
        what the bounds are applied to, in exact proportion.
    capped, floored
        Where the bound keeps the target below, or above, the level.
    placed_packs, unplaced_packs
        Packs given out, and packs that found no room.
    floor_short_packs
        Packs lacking to meet every floor; the floors then share what there is at one level.
    """

    target_nano: NDArray[np.int64]
    effective: Integers
    capped: NDArray[np.bool_]
    floored: NDArray[np.bool_]
    placed_packs: int
    unplaced_packs: int
    floor_short_packs: int = 0


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
    upper = np.minimum(caps, packs)
    lower = np.minimum(floors, caps)
    short = total(lower) - packs
    if short > 0:
        none, some = np.zeros_like(lower), np.maximum(weights, 1)
        shared = waterfill(packs, some, balances=balances, floors=none, caps=lower, ties=ties)
        return WaterFill(
            shared.target_nano, shared.effective, np.zeros(lower.shape, np.bool_), lower > 0, packs, 0, short
        )
    weights = reduced(weights)
    weighted = weights > 0
    rest = packs - total(lower[~weighted])
    room = total(upper[weighted])
    target = lower * NANO
    if room <= rest:
        target[weighted] = upper[weighted] * NANO
        capped = weighted & (room < rest)
        return WaterFill(target, target, capped, ~weighted & (lower > 0), packs - (rest - room), rest - room)
    level = _find_level(rest, weights[weighted], balances[weighted], lower[weighted], upper[weighted])
    height, reach = _over(level, weights, balances)
    floored = np.where(weighted, height < _times(lower, level[1], reach), lower > 0)
    capped = weighted & (height > _times(upper, level[1], reach))
    free = weighted & ~floored & ~capped
    target[capped] = upper[capped] * NANO
    if free.any():
        share = rest - total(lower[weighted & floored]) - total(upper[capped]) + total(balances[free])
        target[free] = share_nano(share, weights[free], ties[free]) - balances[free] * NANO
    return WaterFill(target, np.maximum(height, 0), capped, floored, packs, 0)


def _over(level: tuple[int, int], weights: Integers, balances: NDArray[np.int64]) -> tuple[Integers, int]:
    """Return level x weight - balance over the level's denominator, and a bound on its size."""
    reach = max(level[0] * int(weights.max(initial=0)), level[1] * int(balances.max(initial=0)))
    return _times(weights, level[0], reach) - _times(balances, level[1], reach), reach


def _times(values: Integers, factor: int, reach: int) -> Integers:
    if reach < SAFE and factor * int(values.max(initial=0)) < SAFE:
        return np.asarray(values * factor)
    return np.asarray(values.astype(object) * factor)


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
