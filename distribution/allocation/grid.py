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

NANO = 10**9  # ledger units in one pack
MICRO = 10**6  # weight units in one person of need 1
MAX_PACKS = 9 * 10**9  # beyond, packs x NANO would leave int64
SAFE = 2**62  # products below it may be added in pairs within int64

Integers = NDArray[Any]  # int64, or object holding Python ints


def grid_weights(people: Sequence[int] | NDArray[np.int64], need: Sequence[Decimal]) -> NDArray[np.int64]:
    """Return people x need in whole millionths, each product rounded once, half to even.

    Parameters
    ----------
    people
        Served population per outlet, shape (n,).
    need
        Need weight per outlet, shape (n,).

    Raises
    ------
    ValueError
        If a figure is negative, the lengths differ, or a weight leaves int64.
    """
    counts = np.asarray(people, dtype=np.int64)
    if counts.shape != (len(need),):
        raise ValueError("people and need differ in length")
    if counts.min(initial=0) < 0:
        raise ValueError("a served population is negative")
    rows_of: dict[Decimal, list[int]] = {}
    for row, value in enumerate(need):
        rows_of.setdefault(value, []).append(row)
    weights = np.zeros(counts.shape, dtype=np.int64)
    for value, rows in rows_of.items():
        scaled = Fraction(value) * MICRO
        most = int(counts[rows].max(initial=0))
        if scaled < 0 or most * scaled >= SAFE:
            raise ValueError(f"the need weight {value} is negative or too large")
        weights[rows] = _rounded_product(counts[rows], scaled)
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
    return sum(values.tolist())


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
    shares, remainders = _scaled_quotients(packs, weights, divisor)
    left = packs * NANO - total(shares)
    shares[first_by(-remainders, ties, left)] += 1
    return shares


def _scaled_quotients(packs: int, weights: Integers, divisor: int) -> tuple[NDArray[np.int64], Integers]:
    """Divide packs x NANO x weights by a divisor: floors and remainders."""
    if packs * int(weights.max()) < SAFE and divisor * 1000 < SAFE:
        quotient, remainder = np.divmod(weights.astype(np.int64) * packs, divisor)
        for _ in range(3):  # a thousand at a time, lest remainder x NANO leave int64
            digit, remainder = np.divmod(remainder * 1000, divisor)
            quotient = quotient * 1000 + digit
        return quotient, remainder
    product = weights.astype(object) * (packs * NANO)
    return (product // divisor).astype(np.int64), product % divisor
