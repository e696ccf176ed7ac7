"""Hamilton's apportionment (largest remainders) between bounds, exact.

Every outlet gets the floor of its bounded fair share ``med(lower, level x weight, upper)``, and the packs left go to
the largest remainders (Hamilton 1792; Balinski & Young 1982). A share that a bound holds is whole, so nobody leaves
its bounds, and everybody gets the floor or the ceiling of the share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import Integers, first_by, total
from distribution.allocation.waterfill import WaterFill, waterfill


def apportion_hamilton(
    packs: int,
    weights: Integers,
    *,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    fill: WaterFill | None = None,
) -> NDArray[np.int64]:
    """Apportion packs by Hamilton's method within bounds.

    Floors and remainders are those of the exact share, not of its billionths, which may round up to the next pack.

    Parameters
    ----------
    packs
        Whole packs to give out, between the sums of the bounds.
    weights
        Whole weights, shape (n,); an outlet without weight gets its lower bound.
    ties
        Rank of each outlet for ties.
    lower, upper
        Bounds in whole packs, shape (n,).
    fill
        The water-filling of these packs within these bounds, if it is at hand.
    """
    if fill is None:
        none = np.zeros_like(lower)
        fill = waterfill(packs, weights, balances=none, floors=lower, caps=upper, ties=ties)
    held = fill.whole.copy()
    left = packs - total(held)
    rows = np.flatnonzero(fill.remainder)  # each remainder is below one pack: there are more than packs left
    held[rows[first_by(-fill.remainder[rows], ties[rows], left)]] += 1
    return held
