"""Who is near whom: the candidates of every move."""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.layout import I32, I64, NONE, compiled

#: What a second of waiting, and of being late, weighs beside a second of driving (Vidal et al. 2013).
_WAITING = 0.2
_LATENESS = 1.0


def nearest_clients(
    metres: I32,
    location: I64,
    count: int,
    opens: I64,
    closes: I64,
    service: I64,
    seconds: I32,
    weights: tuple[float, float],
) -> I32:
    """Return the nearest clients of each, nearest first, by what it costs to go there and back.

    Parameters
    ----------
    metres, seconds
        Between locations, shape (l, l).
    location, opens, closes, service
        Of each client: first opening and last closing of its windows, shape (n,).
    count
        How many.
    weights
        What a metre and a second cost.

    Returns
    -------
    I32
        Shape (n, min(count, n - 1)).
    """
    n = len(location)
    near = np.full((n, max(1, min(count, n - 1))), NONE, dtype=np.int32)
    distance = np.full(near.shape, np.inf)
    per_metre, per_second = weights
    _fill(
        near, distance, metres, seconds, location, opens, closes, service, per_metre, max(per_second, 1e-3 * per_metre)
    )
    return near


@compiled
def _fill(
    near: I32, distance: np.ndarray, metres: I32, seconds: I32, location: I64, opens: I64, closes: I64, service: I64,
    per_metre: float, per_second: float,
) -> None:  # fmt: skip
    """Keep for each client a sorted list of the nearest so far."""
    n, size = near.shape
    for i in range(n):
        a = location[i]
        for j in range(n):
            if i == j:
                continue
            b = location[j]
            there = np.int64(seconds[a, b])
            back = np.int64(seconds[b, a])
            road = per_metre * (np.int64(metres[a, b]) + metres[b, a]) + per_second * (there + back)
            if road >= distance[i, size - 1]:
                continue
            behind = _misfit(closes[i] + service[i] + there, opens[i] + service[i] + there, opens[j], closes[j])
            before = _misfit(closes[j] + service[j] + back, opens[j] + service[j] + back, opens[i], closes[i])
            road += 2 * max(per_second, per_metre) * min(behind, before)
            if road >= distance[i, size - 1]:
                continue
            k = size - 1
            while k > 0 and distance[i, k - 1] > road:
                distance[i, k] = distance[i, k - 1]
                near[i, k] = near[i, k - 1]
                k -= 1
            distance[i, k] = road
            near[i, k] = j


@compiled
def _misfit(latest_arrival: int, earliest_arrival: int, opens: int, closes: int) -> float:
    """Weigh the waiting that even the latest arrival has, and the lateness that even the earliest has."""
    return _WAITING * max(0, opens - latest_arrival) + _LATENESS * max(0, earliest_arrival - closes)
