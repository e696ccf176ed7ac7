"""Cut a plan into parts that are improved at the same time: truck-days that lie together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def cut_into_regions(centres: NDArray[np.float64], sizes: Sequence[int], most: int, angle: float) -> list[list[int]]:
    """Cut points into parts of at most ``most`` together, by straight lines.

    The points are halved by weight across one direction, the halves across the direction at a right angle, and so on.
    Another angle cuts elsewhere, so that no border stays.

    Parameters
    ----------
    centres
        Shape (n, 2).
    sizes
        Weight of each point.
    most
        Heaviest part; a single point may be heavier.
    angle
        First direction, radians.

    Returns
    -------
    list of list of int
        The points of each part, ascending; every point is in exactly one.
    """
    weight = np.asarray(sizes, dtype=np.int64)
    parts: list[list[int]] = []
    pending = [(np.arange(len(weight)), angle)]
    while pending:
        points, turn = pending.pop()
        total = int(weight[points].sum())
        if total <= most or len(points) < 2:
            if len(points):
                parts.append(sorted(points.tolist()))
            continue
        along = centres[points] @ np.array([math.cos(turn), math.sin(turn)])
        order = points[np.argsort(along, kind="stable")]
        # As many equal parts as are needed lie on the two sides, not always half of them.
        wanted = -(-total // most)
        before = np.cumsum(weight[order])
        cut = int(np.searchsorted(before, total * (wanted // 2) / wanted)) + 1
        cut = min(max(cut, 1), len(points) - 1)
        pending += [(order[cut:], turn + math.pi / 2), (order[:cut], turn + math.pi / 2)]
    return parts
