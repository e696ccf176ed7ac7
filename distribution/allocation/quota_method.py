"""The quota method of apportionment between bounds: house-monotone and within quota, exact.

Packs are given one at a time. At step h the fair share of an outlet is ``med(lower, level x weight, upper)`` with the
level at which the shares sum to h. An outlet may get its next pack only while its share exceeds what it holds (else it
would leave its quota), and among those who may, the largest ``weight / (packs held + 1)`` comes first (Balinski &
Young 1975, "The quota method of apportionment"). So one pack more never takes one away, and everybody holds the floor
or the ceiling of the bounded share at every step.

Why that works with bounds, too. Pack k of an outlet may be given from the step at which its share exceeds k - 1,
and must be given by the step at which its share reaches k. Let step h hand out, of that pack, what the share grows
between k - 1 and k during the step. Steps hand out one pack in all and packs are handed out whole, within
their time, so this is a fractional matching of packs to steps that saturates every due pack; bipartite
matchings are integral, hence there is a schedule that gives each pack in time. Steps of one pack with
release times and deadlines are scheduled by the earliest deadline first whenever they can be (Jackson 1955). The level
rises with h, so the pack whose level of deadline ``k / weight`` is least is the one whose deadline is earliest:
Jefferson's order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import Integers, reduced


def apportion_quota(
    packs: int,
    weights: Integers,
    *,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Apportion packs by the quota method within bounds.

    Every pack above the lower bounds is a step of its own, so the time grows with the packs, not with the outlets only.

    Parameters
    ----------
    packs
        Whole packs to give out, between the sums of the bounds.
    weights
        Positive whole weights, shape (n,).
    ties
        Rank of each outlet for ties.
    lower, upper
        Bounds in whole packs, shape (n,).
    """
    order = np.argsort(ties, kind="stable")  # from here on the index of an outlet is its rank
    weight: list[int] = reduced(weights)[order].tolist()
    held: list[int] = lower[order].tolist()
    most: list[int] = upper[order].tolist()
    # Two levels k / weight and (h - fixed) / free differ, if at all, by at least 1 / (weight x free): so the
    # floors of their scale-folds differ as they do, and whole numbers stand for levels.
    scale = sum(weight) * max(weight, default=1)
    waiting = [(a * scale // w, i) for i, (a, w) in enumerate(zip(held, weight, strict=True)) if a < most[i]]
    heapq.heapify(waiting)
    ready: list[tuple[int, int]] = []
    pop, push = heapq.heappop, heapq.heappush
    for level in _levels(packs, weight, held.copy(), most, scale):
        while waiting and waiting[0][0] < level:
            _, i = pop(waiting)
            push(ready, ((held[i] + 1) * scale // weight[i], i))
        due, i = pop(ready)
        held[i] += 1
        if held[i] < most[i]:
            push(waiting, (due, i))
    result = np.empty_like(lower)
    result[order] = held
    return result


def _levels(packs: int, weight: Sequence[int], lower: Sequence[int], upper: Sequence[int], scale: int) -> Iterator[int]:
    """Yield the level at which the bounded shares sum to h, for h from the sum of the lower bounds + 1 to the packs.

    Each is the floor of ``scale`` times the level.
    """
    rows = [i for i in range(len(weight)) if lower[i] < upper[i]]
    turns = sorted(
        [(lower[i] * scale // weight[i], lower[i], weight[i], i, True) for i in rows]
        + [(upper[i] * scale // weight[i], upper[i], weight[i], i, False) for i in rows]
    )
    fixed, free, at = sum(lower), 0, 0
    for step in range(fixed + 1, packs + 1):
        while at < len(turns):
            _, bound, over, i, leaves_lower = turns[at]
            if free and (step - fixed) * over <= bound * free:
                break
            at += 1
            fixed += -lower[i] if leaves_lower else upper[i]
            free += weight[i] if leaves_lower else -weight[i]
        yield (step - fixed) * scale // free
