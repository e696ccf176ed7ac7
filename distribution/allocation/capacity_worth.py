"""What one more pack of an outlet's capacity is worth under a deviation bound: its shadow price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.breakpoints import at_most
from distribution.allocation.deviation import DeviationBound
from distribution.allocation.grid import total
from optimizer.sharing import SharingProblem, solve_sharing

TOLERANCE = 1e-6  # how far, relatively, the solver's floats may be from the exact total


def price_capacities(bound: DeviationBound) -> NDArray[np.float64]:
    """Return how many packs more would be delivered in all for one pack more of each outlet's capacity, shape (n,).

    They are dual prices of the linear programme whose optimum the bound is, with outlets that are alike taken as one:
    those whose lower side meets their capacity, those that are filled below their upper side, those pinned to their
    floors, and all others, whose capacity is worth nothing. Where several of a kind bind only together, each has the
    price of a pack more for all of them in proportion to their shares. Where floors or balances break the bound, all
    prices are 0.

    Raises
    ------
    RuntimeError
        If the programme's optimum is not the exact one.
    """
    worth = np.zeros(bound.caps.shape)
    if not bound.bottleneck.any() or not bound.lower_kept:
        return worth
    sides, point, held = bound.sides, bound.held / bound.sides.whole, float(bound.held)
    pinned = ~at_most(sides.least, sides.high, point)
    met = ~pinned & (sides.low > 0) & at_most(sides.most, sides.low, point) & (not sides.spare_full)
    above = sides.most == 0 if point == 0 else ~at_most(sides.high, sides.most, 1 / point)
    filled = ~pinned & ~met & (above | bound.bottleneck)
    kinds = (met, filled, pinned, ~met & ~filled & ~pinned)
    low, high, least, most = (
        np.array([[total(values[kind])] for kind in kinds], dtype=np.float64)
        for values in (sides.low, sides.high, sides.least, sides.most)
    )
    if sides.spare_full:
        low[1] = 0
    low, high = low / sides.whole, high / sides.whole
    most[2], most[3] = least[2], np.inf
    stray = (high - low) / 2
    stray[2] = np.inf
    found = solve_sharing(
        SharingProblem(
            packs=np.array([2 * held + 1]),  # never reached
            shares=(high + low) / 2,
            stray=stray,
            floors=np.minimum(least, most),
            caps=most,
            worth=np.ones(1),
        )
    )
    if not found.feasible:
        return worth
    if abs(found.delivered[0] - held) > TOLERANCE * max(1.0, held):
        raise RuntimeError(f"the programme delivers {found.delivered[0]}, exact arithmetic {held}")
    worth[met], worth[filled] = found.outlet_price[:2, 0]
    return np.where(bound.bottleneck, worth, 0)
