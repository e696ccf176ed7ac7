"""Classes of a measure for a map: few, rounded, about as many members each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Smaller values count as zero: a float64 near its least has no digits left to round.
_LEAST_EXPONENT = -300


def quantile_bounds(values: ArrayLike, classes: int = 5, digits: int = 3) -> NDArray[np.float64]:
    """Return ascending class bounds at the quantiles of the values, rounded to significant digits.

    The first bound is not above the least value and the last not below the greatest, so that every value has a class.
    Equal bounds are merged: values that hardly differ give fewer classes, one value gives one class of no width, and
    no value gives no bound. Values that are not finite are passed over.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return np.empty(0)
    raw = np.quantile(finite, np.linspace(0, 1, classes + 1))
    scale = np.abs(raw).max()
    if scale == 0:
        return np.zeros(2)
    unit = 10.0 ** max(np.floor(np.log10(scale)) - digits + 1, _LEAST_EXPONENT)
    steps = np.round(raw / unit)
    steps[0], steps[-1] = np.floor(raw[0] / unit + 1e-9), np.ceil(raw[-1] / unit - 1e-9)
    bounds = np.unique(steps)
    scaled: NDArray[np.float64] = (bounds if bounds.size > 1 else np.repeat(bounds, 2)) * unit
    return scaled


def classify(values: ArrayLike, bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class of each value: 0 for the first two bounds and so on, a bound belongs to the class above it.

    What lies outside goes to the nearest class; what is not finite, or all if there is no bound, to -1.
    """
    array = np.asarray(values, dtype=np.float64)
    found = np.searchsorted(bounds[1:-1], array, side="right").astype(np.int64)
    return np.where(np.isfinite(array) & (bounds.size > 1), found, -1)
