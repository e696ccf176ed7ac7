"""Who waits because what it would get is not worth a delivery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.fit_stores import fit_stores
from distribution.allocation.grid import order_by
from distribution.allocation.line import Line
from distribution.allocation.round_input import RoundInput


def defer_small_drops(round_input: RoundInput, lines: list[Line]) -> tuple[list[Line], int]:
    """Defer small drops of one commodity after the other, until nobody gets one.

    What waits leaves its room to the other goods of its store, so the stores are fitted again before the next
    commodity, by code, is looked at: of two goods that do not fit a small store together, one can still come.

    Returns
    -------
    tuple
        The lines, and the passes that the stores took.
    """
    by_code = sorted(range(len(lines)), key=lambda j: lines[j].source.code)
    passes, settled = 0, False
    while not settled:
        settled = True
        for j in by_code:
            line = defer_in_line(lines[j])
            if line is not lines[j]:
                lines, more = fit_stores(round_input, [*lines[:j], line, *lines[j + 1 :]])
                passes, settled = passes + more, False
    return lines, passes


def defer_in_line(line: Line) -> Line:
    """Defer as few outlets as it takes, the smallest target first, until everyone who gets anything gets enough.

    Ties wait by rank from the last. What an outlet leaves raises the targets of all others that share with it, so the
    more of the small ones wait, the larger is the smallest of the rest: the least number is found by bisection, within
    each group that has a fixed part, one after the other. Who had enough in store and is now raised to a small drop
    waits then. An outlet whose cap lies below the smallest drop always waits.
    """
    while line.small_drops.any():
        hopeless = (line.target_nano > 0) & (line.caps < line.rules.min_drop_packs)
        if hopeless.any():
            line = line.with_deferred(hopeless)
        for members, _ in line.filling.parts:
            line = _defer_among(line, members)
    return line


def _defer_among(line: Line, members: NDArray[np.int64]) -> Line:
    """Defer as few as it takes of the outlets that are filled to one level."""
    small = members[line.small_drops[members]]
    order = small[order_by(line.target_nano[small], -line.given.ties[small])]

    def deferring(count: int) -> Line:
        first = np.zeros(line.rows.shape, np.bool_)
        first[order[:count]] = True
        return line.with_deferred(first) if count else line

    low, high = 0, order.size
    while low < high:
        middle = (low + high) // 2
        if deferring(middle).small_drops[small].any():
            low = middle + 1
        else:
            high = middle
    return deferring(low)
