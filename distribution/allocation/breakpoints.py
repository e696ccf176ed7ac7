"""Where a sum of hinges falls below zero: the exact search behind the deviation bound and the baskets.

Many questions of sharing ask for the last point at which a sum of ``sign x max(0, rate x point - amount)`` is still
enough. Each hinge bends at ``amount / rate``. Half of the bends that are still open are settled at every step (Kiwiel
2008, "Breakpoint searching algorithms for the continuous quadratic knapsack problem"): a float proposes the one to
look at, exact comparisons decide, so the answer is a rational and the work linear.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import SAFE, Integers, total

NEAR = 1e-9  # floats that differ by less, relatively, are compared exactly


@dataclass(frozen=True, eq=False)
class Hinges:
    """Terms ``sign x max(0, rate x point - amount)`` of a sum.

    Attributes
    ----------
    amounts
        Not negative, shape (k,).
    rates
        Positive, shape (k,).
    signs
        1 or -1, shape (k,).
    """

    amounts: Integers
    rates: Integers
    signs: NDArray[np.int64]


def last_enough(constant: int | Fraction, slope: int, hinges: Hinges) -> Fraction | None:
    """Return the largest point >= 0 at which ``constant + slope x point + hinges`` is not negative.

    The sum must not be negative at 0 and, once it is, must stay so.

    Returns
    -------
    Fraction
        The point, or None if the sum never falls below zero.
    """
    amounts, rates, signs = hinges.amounts, hinges.rates, hinges.signs
    bends = amounts.astype(np.float64) / rates.astype(np.float64)
    while bends.size:
        middle = int(np.argpartition(bends, bends.size // 2)[bends.size // 2])
        numerator, denominator = int(amounts[middle]), int(rates[middle])
        side = _sides_of(bends, bends[middle], amounts, rates, Fraction(numerator, denominator))
        bent = side <= 0
        new_constant = constant - _signed_total(amounts, signs, bent)
        new_slope = slope + _signed_total(rates, signs, bent)
        if new_constant * denominator + new_slope * numerator >= 0:  # the point lies here or beyond
            constant, slope = new_constant, new_slope
            keep = ~bent
        else:
            keep = side < 0
        amounts, rates, signs, bends = amounts[keep], rates[keep], signs[keep], bends[keep]
    return Fraction(constant) / -slope if slope < 0 else None


def _signed_total(values: Integers, signs: NDArray[np.int64], chosen: NDArray[np.bool_]) -> int:
    return total(values[chosen & (signs > 0)]) - total(values[chosen & (signs < 0)])


def at_most(amounts: Integers, rates: Integers, point: Fraction) -> NDArray[np.bool_]:
    """Tell where ``amount <= rate x point``, exactly; rates may be 0."""
    reach = rates.astype(np.float64) * float(point)
    return _sides_of(amounts.astype(np.float64), reach, amounts, rates, point) <= 0


def _sides_of(
    values: NDArray[np.float64], others: NDArray[np.float64], amounts: Integers, rates: Integers, point: Fraction
) -> NDArray[np.int8]:
    """Return the sign of ``amount - rate x point``: by floats that lie far apart, else by integers."""
    sides = np.sign(values - others).astype(np.int8)
    near = np.flatnonzero(np.abs(values - others) <= NEAR * (np.abs(values) + np.abs(others)))
    gap = times(amounts[near], point.denominator) - times(rates[near], point.numerator)
    sides[near] = (gap > 0).astype(np.int8) - (gap < 0).astype(np.int8)
    return sides


def max_of(values: Integers) -> int:
    """Return the largest of values that are not negative; 0 for none."""
    return int(values.max()) if values.size else 0


def times(values: Integers, factor: int) -> Integers:
    """Multiply values that are not negative by a factor, within int64 or as Python integers."""
    if values.dtype != object and max(max_of(values), 1) * abs(factor) < SAFE:
        return np.asarray(values * factor)
    return np.asarray(values.astype(object) * factor)
