"""Rounding with memory: what rounding withholds today it owes tomorrow.

Every outlet's claim is its exact target plus the debt carried from earlier rounds. The claim is rounded to
its floor or ceiling so that the sum is exact, and the difference is the new debt: so the debt stays below
one pack, round after round (the chairman assignment problem: Tijdeman 1980), where memoryless rounding
drifts. Where a claim is negative or a bound is in the way, the largest debt is as small as the round allows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, first_by, total


def round_cumulative(
    packs: int,
    target_nano: NDArray[np.int64],
    debt_nano: NDArray[np.int64],
    *,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    ties: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Round targets plus debts to whole packs within bounds, with an exact sum.

    The debt after the round is ``target + debt - packs x 10^9`` (positive: owed to the outlet). Everyone begins
    at the floor of its claim; the packs left go to the largest fractions first, ties by rank. Should bounds call
    for more, packs go where most is owed, and come from where least is owed, one at a time.

    Parameters
    ----------
    packs
        Whole packs to give out.
    target_nano, debt_nano
        Billionths of a pack per outlet, shape (n,).
    lower, upper
        Bounds in whole packs, shape (n,).
    ties
        Rank of each outlet for ties.

    Raises
    ------
    ValueError
        If the bounds leave no such rounding.
    """
    if (lower > upper).any() or not total(lower) <= packs <= total(upper):
        raise ValueError("no rounding keeps the bounds")
    claim = target_nano + debt_nano
    held = np.clip(claim // NANO, lower, upper)
    missing = packs - total(held)
    while missing > 0:
        rows = np.flatnonzero(held < upper)
        owed = claim[rows] - held[rows] * NANO
        band = -(-owed // NANO)  # a pack given moves an outlet one band down, so no one is twice in a band
        first = band == band.max()
        rows, owed = rows[first], owed[first]
        chosen = rows[first_by(-owed, ties[rows], missing)]
        held[chosen] += 1
        missing -= chosen.size
    while missing < 0:
        rows = np.flatnonzero(held > lower)
        owed = claim[rows] - held[rows] * NANO
        band = owed // NANO
        first = band == band.min()
        rows, owed = rows[first], owed[first]
        chosen = rows[first_by(owed, -ties[rows], -missing)]
        held[chosen] -= 1
        missing += chosen.size
    return np.asarray(held)


def round_cumulative_within(
    budgets: NDArray[np.int64],
    owner: NDArray[np.int64],
    claim_nano: NDArray[np.int64],
    *,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    ties: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Round the claims of every owner's children so that they add up to the owner's packs.

    The same as :func:`round_cumulative` for each owner by itself, but all at once where a rounding to floors and
    ceilings will do, which is nearly everywhere.

    Parameters
    ----------
    budgets
        Whole packs of each owner, shape (k,).
    owner
        Owner of each child, shape (c,).
    claim_nano
        Target plus debt of each child, billionths of a pack, shape (c,).
    lower, upper, ties
        Bounds in whole packs, and rank for ties, shape (c,).
    """
    held = np.clip(claim_nano // NANO, lower, upper)
    owed = claim_nano - held * NANO
    given = np.zeros_like(budgets)
    np.add.at(given, owner, held)
    missing = budgets - given
    open_rows = np.flatnonzero((owed > 0) & (held < upper))
    order = open_rows[np.lexsort((ties[open_rows], -owed[open_rows], owner[open_rows]))]
    start = np.searchsorted(owner[order], np.arange(budgets.size))
    held[order[np.arange(order.size) - start[owner[order]] < missing[owner[order]]]] += 1
    room = np.bincount(owner[open_rows], minlength=budgets.size)
    for number in np.flatnonzero((missing < 0) | (missing > room)):
        rows = np.flatnonzero(owner == number)
        none = np.zeros(rows.shape, np.int64)
        held[rows] = round_cumulative(
            int(budgets[number]), claim_nano[rows], none, lower=lower[rows], upper=upper[rows], ties=ties[rows]
        )
    return held
