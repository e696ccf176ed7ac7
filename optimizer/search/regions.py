"""Cut a plan into parts that are improved at the same time: truck-days that lie together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def cut_into_regions(centres: NDArray[np.float64], sizes: Sequence[int], parts: int, angle: float) -> list[list[int]]:
    """Cut points into a number of parts of about equal weight, by straight lines.

    The points are halved across one direction, the halves across the direction at a right angle, and so on. Another
    angle cuts elsewhere, so that no border stays.

    Parameters
    ----------
    centres
        Shape (n, 2).
    sizes
        Weight of each point.
    parts
        How many; fewer where there are not so many points.
    angle
        First direction, radians.

    Returns
    -------
    list of list of int
        The points of each part, ascending; none is empty and every point is in exactly one.
    """
    weight = np.asarray(sizes, dtype=np.int64)
    regions: list[list[int]] = []
    pending = [(np.arange(len(weight)), parts, angle)]
    while pending:
        points, wanted, turn = pending.pop()
        if wanted < 2 or len(points) < 2:
            if len(points):
                regions.append(sorted(points.tolist()))
            continue
        along = centres[points] @ np.array([math.cos(turn), math.sin(turn)])
        order = points[np.argsort(along, kind="stable")]
        first = wanted // 2
        before = np.cumsum(weight[order])
        cut = int(np.searchsorted(before, before[-1] * first / wanted)) + 1
        cut = min(cut, len(points) - 1)
        pending += [(order[cut:], wanted - first, turn + math.pi / 2), (order[:cut], first, turn + math.pi / 2)]
    return regions
