"""Take strings of neighbouring stops out of the trips around a client (SISR, Christiaens & Vanden Berghe 2020)."""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.layout import (
    ABSENT,
    FREE_TRIPS,
    NEXT,
    NONE,
    PREV,
    T_SIZE,
    TRIP,
    Data,
    Solution,
    Workspace,
    compiled,
    inlined,
)
from optimizer.search.kernel.moves import remove
from optimizer.search.kernel.rand import below, uniform

#: Probability that a string leaves some stops in its middle, and that it leaves yet one more.
_SPLIT = 0.5
_SPLIT_MORE = 0.01
#: How often a string may be longer than the mean trip: only so is a trip of more stops taken out whole.
_LONGER = 0.1


@compiled
def ruin(d: Data, s: Solution, w: Workspace, seed: int, mean_removed: float, longest: float) -> int:
    """Take out strings around a seed client, and absent clients near it; return how many are in ``removed``.

    Parameters
    ----------
    d, s, w
        Problem, solution, workspace.
    seed
        The client at the centre.
    mean_removed
        Clients taken out on average.
    longest
        Longest string.
    """
    n = len(d.clients)
    present = n - s.scalars[ABSENT]
    count = _take_absent(d, s, w, seed)
    n_trips = len(s.free_trips) - s.scalars[FREE_TRIPS]
    if n_trips == 0:
        return count
    if uniform(w.random) >= _LONGER:
        longest = min(longest, present / n_trips)
    strings = int(1.0 + uniform(w.random) * (4.0 * mean_removed / (1.0 + longest) - 1.0))
    touched = 0
    for k in range(-1, d.near.shape[1]):
        c = np.int32(seed) if k < 0 else d.near[seed, k]
        if c < 0 or touched >= strings:
            break
        t = s.node[c, TRIP]
        if t < 0 or w.is_touched[t]:
            continue
        w.is_touched[t] = 1
        w.touched[touched] = t
        touched += 1
        size = s.trip[t, T_SIZE]
        length = min(size, int(1.0 + uniform(w.random) * min(float(size), longest)))
        count = _take_string(d, s, w, c, t, length, count)
    for k in range(touched):
        w.is_touched[w.touched[k]] = 0
    return count


@inlined
def _take_absent(d: Data, s: Solution, w: Workspace, seed: int) -> int:
    """Move the absent to ``w.removed``, of many only those near the seed, for elsewhere nothing changes; count them."""
    absent = s.scalars[ABSENT]
    chosen = 0
    kept = 0
    if absent <= d.near.shape[1]:
        for i in range(absent):
            w.removed[i] = w.absent[i]
        chosen = absent
    else:
        for k in range(-1, d.near.shape[1]):
            c = np.int32(seed) if k < 0 else d.near[seed, k]
            if c >= 0 and s.node[c, TRIP] == NONE:
                w.removed[chosen] = c
                w.is_touched[c] = 1
                chosen += 1
        for i in range(absent):
            c = w.absent[i]
            if w.is_touched[c]:
                w.is_touched[c] = 0
            else:
                w.absent[kept] = c
                kept += 1
    s.scalars[ABSENT] = kept
    return chosen


@inlined
def _take_string(d: Data, s: Solution, w: Workspace, c: int, t: int, length: int, count: int) -> int:
    """Take out a string of a length that holds client c, or one with some stops left in between around it."""
    node = s.node
    size = s.trip[t, T_SIZE]
    left = 0
    if 1 < length < size and uniform(w.random) < _SPLIT:
        left = 1
        while length + left < size and uniform(w.random) < _SPLIT_MORE:
            left += 1
    span = length + left
    h = t + len(d.clients)
    first, back = c, below(w.random, span)
    while back > 0 and node[first, PREV] != h:
        first = node[first, PREV]
        back -= 1
    last, ahead = first, 1
    while ahead < span and node[last, NEXT] != h:
        last = node[last, NEXT]
        ahead += 1
    while ahead < span:
        first = node[first, PREV]
        ahead += 1
    kept_from = 1 + below(w.random, length - 1) if left else span
    v = first
    for i in range(span):
        behind = node[v, NEXT]
        if not kept_from <= i < kept_from + left:
            w.removed[count] = v
            count += 1
            remove(d, s, w, np.int64(v))
        v = behind
    return count
