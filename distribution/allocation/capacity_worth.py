"""What one more pack of an outlet's capacity is worth under a deviation bound: its shadow price."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.breakpoints import at_most
from distribution.allocation.deviation import DeviationBound
from distribution.allocation.grid import total
from optimizer.sharing import SharingProblem, solve_sharing

TOLERANCE = 1e-6  # how far, relatively, the solver's floats may be from the exact total


def price_capacities(bound: DeviationBound) -> NDArray[np.float64]:
    """Return how many packs more would be delivered in all for one pack more of each outlet's capacity, shape (n,).

    They are dual prices of the linear programme whose optimum the bound is. Outlets whose capacity is not reached stand
    in it as one, since theirs is worth nothing. Where several capacities bind together the prices are one choice of
    many; where floors or balances alone break the bound they are all 0.

    Raises
    ------
    RuntimeError
        If the programme's optimum is not the exact one.
    """
    worth = np.zeros(bound.caps.shape)
    if not bound.bottleneck.any() or not bound.lower_kept:
        return worth
    sides, point = bound.sides, bound.held / bound.sides.whole
    full = sides.most == 0 if point == 0 else ~at_most(sides.high, sides.most, 1 / point)
    widened = ~at_most(sides.least, sides.high, point)
    reached = (full | bound.bottleneck) & ~widened
    rows, others = np.flatnonzero(reached), ~reached & ~widened
    low, high = (side.astype(np.float64) / sides.whole for side in (sides.low, sides.high))
    if sides.spare_full:
        low = np.where(reached, 0, low)
    pinned = float(total(sides.least[widened]))  # they hold their floors, whatever the total

    def column(values: NDArray[Any], rest: float, fixed: float) -> NDArray[np.float64]:
        return np.array([*values[rows].astype(np.float64), rest, fixed]).reshape(-1, 1)

    held = float(bound.held)
    found = solve_sharing(
        SharingProblem(
            packs=np.array([2 * held + 1]),  # never reached
            shares=column((low + high) / 2, float((low + high)[others].sum()) / 2, 0),
            stray=column((high - low) / 2, float((high - low)[others].sum()) / 2, np.inf),
            floors=column(sides.least, float(total(sides.least[others])), pinned),
            caps=column(sides.most, np.inf, pinned),
            worth=np.ones(1),
        )
    )
    if not found.feasible:
        return worth
    if abs(found.delivered[0] - held) > TOLERANCE * max(1.0, held):
        raise RuntimeError(f"the programme delivers {found.delivered[0]}, exact arithmetic {held}")
    worth[rows] = found.outlet_price[: rows.size, 0]
    return worth
