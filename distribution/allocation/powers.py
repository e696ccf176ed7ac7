"""Powers with a fractional exponent that are the same number on every machine.

The decimal arithmetic specification requires ``ln`` and ``exp`` to be correctly rounded (half to even), which
it does not require of ``power``; a product is exact or correctly rounded by definition. So ``exp(exponent x ln
base)`` at a fixed precision has one right answer, whatever the processor, the library or the version. At
50 digits it is off by some 10^-48 of itself at most; rounding to 24 decimals therefore restores every power
that is a short number: 1.21 ** 0.5 is 1.1, and 4 ** 0.5 is 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

POWER_DECIMALS = 24
_FLOAT_SLACK = 16  # units in the last place; the power functions in use are within 4
_LARGEST = Decimal(10) ** 25  # with 24 decimals, 50 digits hold every power below
_ROUNDING = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow])
_EXACT = Context(prec=1000, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow, Inexact])
_STEP = Decimal(1).scaleb(-POWER_DECIMALS)


def exact_product(factors: tuple[Decimal, ...]) -> Decimal:
    """Multiply decimals without rounding.

    Raises
    ------
    decimal.Inexact
        If the product has more than 1,000 digits.
    """
    return reduce(_EXACT.multiply, factors, Decimal(1))


def decimal_power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise a decimal to a decimal power: exactly if the exponent is whole (up to 9), else to 24 decimals, half to even.

    Raises
    ------
    ValueError
        If the base is not above 0, the exponent is negative, or the power is 10^25 or more.
    """
    if base <= 0 or exponent < 0:
        raise ValueError(f"no power {exponent} of {base} here: the base must be above 0, the exponent at least 0")
    is_whole = exponent == int(exponent) <= 9
    if is_whole:
        power = exact_product((base,) * int(exponent))
    else:
        power = _ROUNDING.exp(_ROUNDING.multiply(exponent, _ROUNDING.ln(base)))
    if power >= _LARGEST:
        raise ValueError(f"{base} to the power {exponent} is too large")
    return power if is_whole else power.quantize(_STEP, context=_ROUNDING)


def rounded_powers(
    counts: NDArray[np.int64], exponent: Decimal, factors: Sequence[Fraction], most: int
) -> NDArray[np.int64]:
    """Return ``counts ** exponent x factors`` in whole numbers, each rounded once, half to even; 0 for a count of 0.

    The power is that of :func:`decimal_power`. Floats propose each number; wherever their error could reach the half
    between two whole numbers, or ``most``, the decimal power decides, so that the result is the same with any floats.

    Parameters
    ----------
    counts
        Whole numbers, at least 0, shape (n,).
    exponent
        At least 0.
    factors
        One for each count, at least 0.
    most
        Where the range ends, at most 2^62; a number beyond comes out as ``most``.
    """
    bases = np.maximum(counts, 1)
    with np.errstate(over="ignore", invalid="ignore"):  # infinite is beyond any range, too
        proposed = np.power(bases.astype(np.float64), float(exponent)) * np.array([float(f) for f in factors])
        nearest = np.rint(proposed)
        # The exponent, the base, the factor and the product are each off by half a unit in the last place at most, the
        # power itself by a few; an exponent off by a part moves the power by exponent x ln base of that part.
        error = proposed * (float(exponent) * np.log(bases) + _FLOAT_SLACK) * np.finfo(np.float64).eps
        doubtful = (0.5 - np.abs(proposed - nearest) <= error) | (proposed + error >= most)
    results = np.where(doubtful, 0.0, nearest).astype(np.int64)
    powers: dict[int, Fraction | None] = {}
    for index in np.flatnonzero(doubtful & (counts > 0)).tolist():
        base = int(bases[index])
        if base not in powers:
            powers[base] = _power_within_reach(base, exponent)
        power = powers[base]
        results[index] = most if power is None else min(most, round(power * factors[index]))
    results[counts == 0] = 0
    return results


def _power_within_reach(base: int, exponent: Decimal) -> Fraction | None:
    try:
        return Fraction(decimal_power(Decimal(base), exponent))
    except ValueError:
        return None
