"""Leave out of a line what nobody sees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from gis.export.layers import LonLat

_METRES_PER_DEGREE = 111_320.0


def thin_path(path: Sequence[LonLat], metres: float) -> tuple[LonLat, ...]:
    """Leave out the points of a path that lie no further than some metres from the line of those that stay.

    The method is that of Douglas & Peucker (1973); the first and the last point stay.
    """
    if len(path) < 3:
        return tuple(path)
    points = np.array(path, dtype=np.float64)
    narrowing = max(0.05, math.cos(math.radians(float(points[:, 1].mean()))))
    line = shapely.LineString(points * [narrowing, 1.0]).simplify(metres / _METRES_PER_DEGREE, preserve_topology=False)
    return tuple((x / narrowing, y) for x, y in line.coords)
