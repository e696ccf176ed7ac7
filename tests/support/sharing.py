"""Slow, plain reference methods for the tests of fairness, deviation bounds and baskets."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from distribution.allocation.basket import BasketInput
from distribution.domain.enums import DeviationKind


def allowed_stray(shares: Sequence[Fraction], eps: Fraction, kind: DeviationKind) -> list[Fraction]:
    """Return how far each share may stray."""
    return [eps if kind is DeviationKind.ABSOLUTE else eps * s for s in shares]


def plain_baskets(given: BasketInput) -> list[Fraction]:
    """Raise all baskets together in plain rationals, looking for the next stop of any kind at every step."""
    n, m = given.eligible.shape
    left = [Fraction(int(p) * int(g)) for p, g in zip(given.packs, given.pack_g, strict=True)]
    room = [[Fraction(int(r)) for r in row] for row in given.room_g]
    caps = [
        [None if given.caps is None else Fraction(int(given.caps[i, j]) * int(given.pack_g[j])) for j in range(m)]
        for i in range(n)
    ]
    levels = [Fraction(0)] * n
    goods = [[j for j in range(m) if given.eligible[i, j]] for i in range(n)]
    active = {i for i in range(n) if given.counts[i] and goods[i]}

    def mass(i: int, j: int) -> Fraction:
        return Fraction(int(given.counts[i]) * int(given.basket_g[j]))

    def class_mass(i: int, k: int) -> Fraction:
        return sum((mass(i, j) for j in goods[i] if given.storage_class[j] == k), Fraction(0))

    while active:
        steps = [left[j] / speed for j in range(m) if (speed := sum(mass(i, j) for i in active if j in goods[i]))]
        steps += [room[i][k] / speed for i in active for k in range(len(room[i])) if (speed := class_mass(i, k))]
        steps += [cap / mass(i, j) for i in active for j in goods[i] if (cap := caps[i][j]) is not None]
        step = min(steps)
        for i in active:
            levels[i] += step
            for j in goods[i]:
                left[j] -= step * mass(i, j)
                room[i][given.storage_class[j]] -= step * mass(i, j)
                if caps[i][j] is not None:
                    caps[i][j] -= step * mass(i, j)
        active -= {
            i
            for i in active
            if any(left[j] == 0 or caps[i][j] == 0 or room[i][given.storage_class[j]] == 0 for j in goods[i])
        }
    return levels


def plain_most(packs: int, weights: Sequence[int], caps: Sequence[int], eps: Fraction, kind: DeviationKind) -> Fraction:
    """Return the most that can be delivered within the bound, by looking at every bend in turn."""
    shares = [Fraction(w, sum(weights)) for w in weights]
    rows = [
        (s - e, s + e, Fraction(c))
        for s, e, c in zip(shares, allowed_stray(shares, eps, kind), caps, strict=True)
        if s > 0
    ]

    def enough(total: Fraction) -> bool:
        return all(total * low <= c for low, _, c in rows) and sum(min(c, total * high) for _, high, c in rows) >= total

    reach = [c / side for low, high, c in rows for side in (low, high) if side > 0]
    points = sorted({Fraction(packs), *(point for point in reach if point < packs)})
    limit = min([Fraction(packs), *(c / low for low, _, c in rows if low > 0)])
    best = Fraction(0)
    for point in points:
        if not enough(point):  # between the last good bend and this one the sum is a straight line
            fixed = sum((c for _, high, c in rows if c <= best * high), Fraction(0))
            slope = sum((high for _, high, c in rows if c > best * high), Fraction(0))
            return max(best, min(fixed / (1 - slope), limit)) if slope < 1 else min(limit, point)
        best = point
    return best
