"""The grid all sharing is done on: weights in millionths, packs in billionths, both whole numbers.

Arrays are int64 wherever every product fits, and arrays of Python integers where one would not;
both give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.powers import rounded_powers

NANO = 10**9  # ledger units in one pack
MICRO = 10**6  # weight units in one person of need 1
MAX_PACKS = 9 * 10**9  # beyond, packs x NANO would leave int64
SAFE = 2**62  # products below it may be added in pairs within int64

Integers = NDArray[Any]  # int64, or object holding Python ints


class WeightRangeError(ValueError):
    """The weight of an outlet does not fit the grid; ``index`` says whose."""

    def __init__(self, index: int) -> None:
        super().__init__(f"the weight of outlet {index} is too large")
        self.index = index


def grid_weights(
    people: Sequence[int] | NDArray[np.int64], need: Sequence[Decimal], people_exponent: Decimal = Decimal(1)
) -> NDArray[np.int64]:
    """Return people ** exponent x need in whole millionths, each rounded once, half to even; nobody weighs nothing.

    A fractional power is a number of 24 decimals (:mod:`distribution.allocation.powers`), the same on every machine.

    Parameters
    ----------
    people
        Served population per outlet, shape (n,).
    need
        Need weight per outlet, shape (n,).
    people_exponent
        Power of the served population, at least 0; with 0, all outlets that serve anybody count alike.

    Raises
    ------
    WeightRangeError
        If a weight leaves int64.
    ValueError
        If a figure is negative, or the lengths differ.
    """
    counts = np.asarray(people, dtype=np.int64)
    if counts.shape != (len(need),):
        raise ValueError("people and need differ in length")
    if counts.min(initial=0) < 0 or people_exponent < 0:
        raise ValueError("a served population or its exponent is negative")
    values, place = _distinct(need)
    factors = [Fraction(value) * MICRO for value in values]
    if any(factor < 0 for factor in factors):
        raise ValueError("a need weight is negative")
    if people_exponent != 1:
        weights = rounded_powers(counts, people_exponent, [factors[k] for k in place.tolist()], SAFE)
    else:
        weights = _products(counts, place, factors)
    if weights.max(initial=0) >= SAFE:
        raise WeightRangeError(int(weights.argmax()))
    return weights


def _distinct(need: Sequence[Decimal]) -> tuple[list[Decimal], NDArray[np.int64]]:
    """Return the distinct objects among the values, and the place of each value: hashing a million decimals is slow."""
    _, first, place = np.unique(np.fromiter(map(id, need), np.int64, len(need)), return_index=True, return_inverse=True)
    return [need[i] for i in first.tolist()], place


def _products(counts: NDArray[np.int64], place: NDArray[np.int64], factors: Sequence[Fraction]) -> NDArray[np.int64]:
    """Multiply and round; of those that would be 2^62 or more, the largest of each need comes out as 2^62."""
    weights = np.zeros(counts.shape, dtype=np.int64)
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(1, len(factors)))
    for factor, rows in zip(factors, np.split(order, ends) if factors else [], strict=True):
        group = counts[rows]
        largest = int(group.argmax())
        if int(group[largest]) * factor < SAFE:
            weights[rows] = _rounded_product(group, factor)
        else:
            weights[rows[largest]] = SAFE
    return weights


def _rounded_product(counts: NDArray[np.int64], factor: Fraction) -> Integers:
    if factor.denominator == 1:
        return np.asarray(counts * factor.numerator)
    product = counts.astype(object) * factor.numerator
    quotient, doubled = product // factor.denominator, product % factor.denominator * 2
    up = (doubled > factor.denominator) | ((doubled == factor.denominator) & (quotient % 2 == 1))
    return np.asarray(quotient + up.astype(np.int64))


def tie_ranks(weights: Integers, names: Sequence[str]) -> NDArray[np.int64]:
    """Rank the outlets for ties: the larger weight first, then the name by code point."""
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    order = order_by(-weights, ranks)
    ties = np.empty(len(names), dtype=np.int64)
    ties[order] = np.arange(len(names))
    return ties


def order_by(key: Integers, ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indices in ascending order of a key, then of the tie rank."""
    if key.dtype != object:
        return np.asarray(np.lexsort((ties, key)), dtype=np.int64)
    by_tie = np.argsort(ties, kind="stable")
    return np.asarray(by_tie[sorted(range(len(key)), key=key[by_tie].__getitem__)], dtype=np.int64)


def first_by(key: Integers, ties: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the indices of the first ``count`` in order of a key, then of the tie rank, themselves in no order."""
    if count >= key.size:
        return np.arange(key.size)
    if count <= 0 or key.dtype == object:
        return order_by(key, ties)[: max(count, 0)]
    edge = np.partition(key, count - 1)[count - 1]
    sure, tied = np.flatnonzero(key < edge), np.flatnonzero(key == edge)
    missing = count - sure.size
    if missing < tied.size:
        tied = tied[np.argpartition(ties[tied], missing - 1)[:missing]]
    return np.concatenate([sure, tied])


def total(values: Integers) -> int:
    """Add up exactly, whatever the size."""
    if values.dtype == object or values.size == 0:
        return int(sum(values.tolist()))
    if max(abs(int(values.max())), abs(int(values.min()))) * values.size < SAFE:
        return int(values.sum())
    return (int((values >> 32).sum()) << 32) + int((values & (2**32 - 1)).sum())


def reduced(weights: Integers) -> Integers:
    """Divide weights by their greatest common divisor, so that more products fit int64."""
    if weights.size == 0:
        return weights
    divisor = math.gcd(*weights.tolist()) if weights.dtype == object else int(np.gcd.reduce(weights))
    smaller = weights if divisor <= 1 else weights // divisor
    if smaller.dtype == object and max(smaller.tolist()) < SAFE:
        return smaller.astype(np.int64)
    return np.asarray(smaller)


def share_nano(packs: int, weights: Integers, ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share whole packs in proportion to weights, in billionths of a pack.

    Each share is the floor of the exact one; the few billionths left go to the largest remainders, ties
    by rank (Hamilton 1792 on the grid). The shares sum to ``packs x 10^9``, or are all 0 if no weight is
    positive.

    Raises
    ------
    ValueError
        If the packs do not fit the ledger's int64.
    """
    if not 0 <= packs <= MAX_PACKS:
        raise ValueError(f"{packs} packs do not fit the ledger; the most is {MAX_PACKS}")
    weights = reduced(weights)
    divisor = total(weights)
    if divisor == 0 or packs == 0:
        return np.zeros(weights.shape, dtype=np.int64)
    return round_nano(packs, *scaled_divmod(weights, packs, divisor), divisor, ties)


def round_nano(
    packs: int, whole: NDArray[np.int64], part: Integers, divisor: int, ties: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Round shares of ``whole + part / divisor`` packs, which sum to the packs, to billionths with the same sum."""
    fraction, remainders = scaled_divmod(part, NANO, divisor)
    shares = whole * NANO + fraction
    shares[first_by(-remainders, ties, packs * NANO - total(shares))] += 1
    return shares


def scaled_divmod(values: Integers, factor: int, divisor: int) -> tuple[NDArray[np.int64], Integers]:
    """Return floor and remainder of ``values x factor / divisor``, exactly.

    A float quotient below 2^50 is off by less than one. The remainder at that quotient lies between -divisor and
    2 x divisor, so that it fits int64 and comes out right though the products on the way to it wrap around.
    A floor above 2^62 comes out as 2^62.
    """
    most = int(values.max(initial=0))
    if values.dtype == object or factor >= 2**63 or divisor >= SAFE // 2 or most * factor >= divisor << 50:
        product = values.astype(object) * factor
        return np.minimum(product // divisor, SAFE).astype(np.int64), product % divisor
    quotient = (values * (factor / divisor)).astype(np.int64)
    remainder = values * np.int64(factor) - quotient * np.int64(divisor)
    under, over = remainder < 0, remainder >= divisor
    quotient += over
    quotient -= under
    remainder += under * np.int64(divisor)
    remainder -= over * np.int64(divisor)
    return quotient, remainder
