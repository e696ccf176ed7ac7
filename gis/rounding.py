"""Whole numbers near exact ones that add up to a given sum."""

from __future__ import annotations

import math
from collections.abc import Sequence


def round_to_sum(exact: Sequence[float], total: int) -> list[int]:
    """Return whole numbers of a sum, none negative, as near as can be to exact ones whose sum may differ.

    Each is rounded down; what is then missing goes to the largest remainders, what is too much comes off the smallest,
    ties to the first (Hamilton's method where the exact numbers have that sum).

    Raises
    ------
    ValueError
        If the sum is negative, or there is nothing to give it to.
    """
    if total < 0 or (total and not exact):
        raise ValueError(f"{total} cannot be given to {len(exact)}")
    given = [max(0, math.floor(one)) for one in exact]
    left = total - sum(given)
    while left:
        step = 1 if left > 0 else -1
        able = [i for i, one in enumerate(given) if one + step >= 0]
        for i in sorted(able, key=lambda i: step * (given[i] - exact[i]))[: abs(left)]:
            given[i] += step
            left -= step
    return given
