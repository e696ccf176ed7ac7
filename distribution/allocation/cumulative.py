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
    missing, owed = packs - total(held), claim - held * NANO
    if missing > 0:
        held += _hand_out(missing, owed, upper - held, ties)
    elif missing < 0:
        held -= _hand_out(-missing, -owed, held - lower, -ties)
    return np.asarray(held)


def _hand_out(
    count: int, owed_nano: NDArray[np.int64], room: NDArray[np.int64], ties: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give packs one at a time to whoever is owed most then, within its room; return how many each gets.

    A pack moves an outlet down one band of a pack, so all who are in a band get one before anyone gets the next: the
    whole bands are handed out at once, as deep as the packs reach, and only the last band goes by what is owed.
    """
    if count == total(room):
        return room
    band = -(-owed_nano // NANO)
    top = int(band.max())

    def given(depth: int) -> NDArray[np.int64]:
        return np.asarray(np.clip(band - (top - depth), 0, room))

    least, most = 0, 1
    while total(given(most)) <= count:
        least, most = most, 2 * most
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if total(given(middle)) <= count else (least, middle)
    packs = given(least)
    last = np.flatnonzero((band - packs == top - least) & (packs < room))
    left = owed_nano[last] - packs[last] * NANO
    packs[last[first_by(-left, ties[last], count - total(packs))]] += 1
    return packs


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
