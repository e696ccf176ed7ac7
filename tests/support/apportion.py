"""Slow, plain methods of apportionment, straight from their definitions, for the tests to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import plain_waterfill

M = ApportionmentMethod


def signpost_squared(method: ApportionmentMethod, k: int) -> Fraction:
    """Return d(k) ** 2: rational for every method."""
    return {
        M.ADAMS: Fraction(k) ** 2,
        M.DEAN: Fraction(2 * k * (k + 1), 2 * k + 1) ** 2,
        M.HUNTINGTON_HILL: Fraction(k * (k + 1)),
        M.WEBSTER: Fraction(2 * k + 1, 2) ** 2,
        M.JEFFERSON: Fraction(k + 1) ** 2,
    }[method]


def plain_divisor(
    method: ApportionmentMethod,
    packs: int,
    weights: Sequence[int],
    ties: Sequence[int],
    lower: Sequence[int],
    upper: Sequence[int],
) -> list[int]:
    """Give packs one by one to the best claim; among claims without end, to the largest weight."""
    held = list(lower)

    def claim(i: int) -> tuple[int, Fraction, int]:
        d = signpost_squared(method, held[i])
        return (0, Fraction(-weights[i]), ties[i]) if d == 0 else (1, -(weights[i] ** 2) / d, ties[i])

    for _ in range(packs - sum(held)):
        held[min((i for i in range(len(held)) if held[i] < upper[i] and weights[i]), key=claim)] += 1
    return held


def bounded_shares(packs: int, weights: Sequence[int], lower: Sequence[int], upper: Sequence[int]) -> list[Fraction]:
    """Return med(lower, level x weight, upper) at the level at which they sum to the packs."""
    return plain_waterfill(packs, weights, [0] * len(weights), lower, upper)


def plain_hamilton(
    packs: int, weights: Sequence[int], ties: Sequence[int], lower: Sequence[int], upper: Sequence[int]
) -> list[int]:
    """Give the floors of the bounded shares, then the packs left to the largest remainders."""
    shares = bounded_shares(packs, weights, lower, upper)
    held = [share.__floor__() for share in shares]
    by_remainder = sorted(range(len(held)), key=lambda i: (held[i] - shares[i], ties[i]))
    for i in by_remainder[: packs - sum(held)]:
        held[i] += 1
    return held


def plain_quota(
    packs: int, weights: Sequence[int], ties: Sequence[int], lower: Sequence[int], upper: Sequence[int]
) -> list[int]:
    """Give packs one by one to the best claim of Jefferson among those whose share exceeds what they hold."""
    held = list(lower)
    for house in range(sum(lower) + 1, packs + 1):
        shares = bounded_shares(house, weights, lower, upper)
        may = [i for i in range(len(held)) if shares[i] > held[i]]
        held[min(may, key=lambda i: (-Fraction(weights[i], held[i] + 1), ties[i]))] += 1
    return held
