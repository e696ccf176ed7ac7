"""Who waits because what it would get is not worth a delivery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, order_by
from distribution.allocation.line import Line


def defer_small_drops(line: Line) -> Line:
    """Defer as few outlets as it takes until everyone who gets anything gets a drop worth making.

    The smallest target waits first, ties by rank from the last. What it leaves raises all others, so the more wait,
    the larger the smallest target: the least number is found by bisection. An outlet whose cap lies below the
    smallest drop always waits.
    """
    least = line.rules.min_drop_packs * NANO
    small = (line.target_nano > 0) & (line.target_nano < least)
    if not small.any():
        return line
    hopeless = (line.target_nano > 0) & (line.caps < line.rules.min_drop_packs)
    if hopeless.any():
        line = line.with_deferred(hopeless)
    order = order_by(line.target_nano, -line.given.ties)
    order = order[line.target_nano[order] > 0]

    def deferring(count: int) -> Line:
        return line if count == 0 else line.with_deferred(_first(order, count, line.rows.size))

    low, high = 0, order.size
    while low < high:
        middle = (low + high) // 2
        target = deferring(middle).target_nano
        if ((target > 0) & (target < least)).any():
            low = middle + 1
        else:
            high = middle
    return deferring(low)


def _first(order: NDArray[np.int64], count: int, size: int) -> NDArray[np.bool_]:
    chosen = np.zeros(size, np.bool_)
    chosen[order[:count]] = True
    return chosen
