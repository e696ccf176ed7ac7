"""The divisor methods of apportionment between bounds, exact: Webster, Huntington-Hill, Adams, Dean, Jefferson.

Each method has a signpost d(k) between k and k + 1. Packs go one by one to the largest ``weight / d(packs held)``
among the outlets below their upper bound, beginning from the lower bounds; equivalently, every outlet's
``weight / divisor`` is rounded up where it reaches the signpost, with the one divisor at which all is given out
(Balinski & Young 1982, "Fair Representation", app. A).

Floats say where to look, whole numbers decide. With ``level = 1 / divisor``, an outlet's count is the number of
k with d(k) <= level x weight. The float count of a level is the exact count at a level that differs by a few
units of rounding, well under ``MARGIN`` of it: weight, product and signpost are each off by at most 4 x 2^-53
of themselves, and the floor of a float is exact. So if the float counts at ``low`` sum to no more than the packs,
then every claim the exact counts admit at ``low x (1 - MARGIN)`` is met by the method; and if those at ``high``
sum to no less, no claim beyond ``high x (1 + MARGIN)`` is met. Only the claims between are left to order, and they are
ordered exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import Integers, first_by, total
from distribution.domain.enums import ApportionmentMethod

MARGIN = 1e-13  # 450 times the rounding error of a float; the proof above needs 10
FEW = 500  # claims that are ordered exactly rather than narrowed down further
MANY = 4  # claims per outlet that may be listed to find the last one met
MAX_WEIGHT_BITS = 900  # so that no float of the search overflows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Signpost:
    """Where one method rounds up.

    Attributes
    ----------
    power
        1, or 2 where only the square of the signpost is rational.
    fraction
        d(k) to that power, as numerator and denominator, for a whole k.
    near
        d(k) in floats, for an array of whole k.
    """

    power: int
    fraction: Callable[[int], tuple[int, int]]
    near: Callable[[Floats], Floats]

    @property
    def serves_all_first(self) -> bool:
        """Tell whether d(0) = 0: nobody gets a second pack before everybody has a first."""
        return self.fraction(0)[0] == 0


SIGNPOSTS: Mapping[ApportionmentMethod, Signpost] = {
    ApportionmentMethod.ADAMS: Signpost(1, lambda k: (k, 1), lambda k: k),
    ApportionmentMethod.DEAN: Signpost(
        1, lambda k: (2 * k * (k + 1), 2 * k + 1), lambda k: 2 * k * (k + 1) / (2 * k + 1)
    ),
    ApportionmentMethod.HUNTINGTON_HILL: Signpost(
        2, lambda k: (k * (k + 1), 1), lambda k: np.asarray(np.sqrt(k * (k + 1)))
    ),
    ApportionmentMethod.WEBSTER: Signpost(1, lambda k: (2 * k + 1, 2), lambda k: k + 0.5),
    ApportionmentMethod.JEFFERSON: Signpost(1, lambda k: (k + 1, 1), lambda k: k + 1),
}


def apportion_by_divisor(
    method: ApportionmentMethod,
    packs: int,
    weights: Integers,
    *,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Apportion packs by a divisor method within bounds.

    Where d(0) = 0 (Adams, Dean, Huntington-Hill) a first pack comes before any second; if there are
    fewer packs than outlets, the first packs go by weight.

    Parameters
    ----------
    method
        One for which :attr:`ApportionmentMethod.is_divisor` holds.
    packs
        Whole packs to give out, between the sums of the bounds.
    weights
        Positive whole weights, shape (n,).
    ties
        Rank of each outlet for ties.
    lower, upper
        Bounds in whole packs, shape (n,).

    Raises
    ------
    ValueError
        If a weight is beyond 2^900.
    """
    signpost = SIGNPOSTS[method]
    held = lower.copy()
    if signpost.serves_all_first:
        without = np.flatnonzero((held == 0) & (upper > 0))
        held[without[first_by(-weights[without], ties[without], packs - total(held))]] = 1
    if total(held) == packs:
        return held
    count = _Counter(signpost, _floats(weights), held.astype(np.float64), upper.astype(np.float64))
    low, high = _bracket(count, packs)
    sure = count(low * (1 - MARGIN))
    rows, next_pack = _claims_between(sure, count(high * (1 + MARGIN)))
    held = sure.astype(np.int64)
    order = rank_claims(signpost, weights[rows], next_pack)
    np.add.at(held, rows[first_by(order, ties[rows], packs - total(held))], 1)
    return held


def _claims_between(held: Floats, reach: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the claims of every outlet from what it holds up to what it reaches: its row, and packs held before each."""
    claims = (reach - held).astype(np.int64)
    rows = np.flatnonzero(claims)
    claims = claims[rows]
    starts = np.repeat(np.cumsum(claims) - claims, claims)
    rows = np.repeat(rows, claims)
    return rows, held[rows].astype(np.int64) + np.arange(rows.size) - starts


def _floats(weights: Integers) -> Floats:
    if weights.dtype == object and int(weights.max()).bit_length() > MAX_WEIGHT_BITS:
        raise ValueError(f"a weight is beyond 2^{MAX_WEIGHT_BITS}")
    return weights.astype(np.float64)


@dataclass(frozen=True)
class _Counter:
    """Counts the claims that a level admits, within bounds, in floats."""

    signpost: Signpost
    weights: Floats
    lower: Floats
    upper: Floats

    def __call__(self, level: float) -> Floats:
        reach = self.weights * level
        np.minimum(reach, self.upper, out=reach)
        whole = np.floor(reach)
        np.add(whole, reach >= self.signpost.near(whole), out=whole)
        return np.asarray(np.clip(whole, self.lower, self.upper, out=whole))


@dataclass
class _Ends:
    """Two levels and what they admit: ``low`` no more than the packs, ``high`` no less."""

    count: _Counter
    packs: int
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def between(self) -> float:
        """Return the number of claims that lie between, 0 if only rounding does."""
        return self.at_high - self.at_low if self.high > self.low * (1 + 8 * MARGIN) else 0

    def look(self, level: float) -> float:
        """Move an end to a level if it lies between them; return how many packs more than it admits there are."""
        miss = self.packs - float(self.count(level).sum())
        if miss >= 0 and level > self.low:
            self.low, self.at_low = level, self.packs - miss
        if miss <= 0 and level < self.high:
            self.high, self.at_high = level, self.packs - miss
        return miss


def _bracket(count: _Counter, packs: int) -> tuple[float, float]:
    """Return two levels with few claims between them, or none apart from rounding: one admits too little, one enough.

    First by doubling steps until both sides are known, then by interpolation, aimed a little beyond the packs so that
    both ends close in. Where that stalls, as among many equal outlets, the last claim to be met is picked out.
    """
    full = (packs + 2) / float(count.weights.min())  # everyone is at the upper bound
    ends = _Ends(count, packs, 0.0, full, float(count.lower.sum()), float(count.upper.sum()))
    level, reach = packs / float(count.weights.sum()), 1.5
    miss = ends.look(level)
    while ends.between > FEW and (ends.low == 0 or (ends.high == full and level < full)):
        factor = 1 + reach * max(abs(miss) / packs, 1e-6)
        level, reach = (min(level * factor, full) if miss > 0 else level / factor), 2 * reach
        miss = ends.look(level)
    step = 0
    while ends.between > FEW:
        step += 1
        if step % 3:
            share = (packs + miss + math.copysign(FEW / 4, miss) - ends.at_low) / (ends.at_high - ends.at_low)
            miss = ends.look(ends.low + (ends.high - ends.low) * min(max(share, 0.01), 0.99))
        elif ends.between > MANY * count.weights.size:
            miss = ends.look((ends.low + ends.high) / 2)
        else:
            level = _last_claim(ends)
            ends.look(level * (1 - 2 * MARGIN))
            miss = ends.look(level * (1 + 2 * MARGIN))
    return ends.low, ends.high


def _last_claim(ends: _Ends) -> float:
    """Return, in floats, the level of the last claim to be met."""
    held = ends.count(ends.low)
    rows, next_pack = _claims_between(held, ends.count(ends.high))
    levels = ends.count.signpost.near(next_pack.astype(np.float64)) / ends.count.weights[rows]
    last = min(max(ends.packs - int(held.sum()), 1), levels.size) - 1
    return float(np.partition(levels, last)[last])


def rank_claims(signpost: Signpost, weights: Integers, held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank claims ``weight / d(held)``, the strongest first; equal claims have equal ranks.

    Two different fractions with denominators up to D differ by at least 1 / D^2, so the floors of their
    D^2-folds differ as they do, and equal ones have equal floors.
    """
    rows, kind = _distinct(weights, held)
    fractions = [_claim(signpost, w, k) for w, k in zip(weights[rows].tolist(), held[rows].tolist(), strict=True)]
    scale = max((denominator for _, denominator in fractions), default=1) ** 2
    keys = [numerator * scale // denominator for numerator, denominator in fractions]
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([ranks[key] for key in keys], dtype=np.int64)[kind]


def _claim(signpost: Signpost, weight: int, held: int) -> tuple[int, int]:
    """Return (d(held) / weight) ** power as a fraction: the smaller, the stronger."""
    numerator, denominator = signpost.fraction(held)
    return numerator, denominator * weight**signpost.power


def _distinct(weights: Integers, held: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a row of each distinct pair, and which pair each row holds."""
    codes = np.unique(weights, return_inverse=True)[1] if weights.dtype == object else weights
    order = np.lexsort((held, codes))
    codes, held = codes[order], held[order]
    new = np.ones(order.shape, np.bool_)
    new[1:] = (codes[1:] != codes[:-1]) | (held[1:] != held[:-1])
    kind = np.empty_like(order)
    kind[order] = np.cumsum(new) - 1
    return order[new], kind


@dataclass(frozen=True)
class DivisorRange:
    """All divisors that give one apportionment, to a power: ``low <= divisor ** power <= high``.

    ``high`` is None if there is no upper end, and both are None if no finite divisor gives it, as with
    fewer packs than outlets where everybody's first pack comes first.
    """

    power: int
    low: Fraction | None
    high: Fraction | None


def divisor_range(
    method: ApportionmentMethod,
    weights: Integers,
    packs: NDArray[np.int64],
    *,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> DivisorRange:
    """Return the divisors that give an apportionment: from the best claim not met to the weakest one met.

    Outlets without weight, and packs owed to a lower bound, say nothing of the divisor.
    """
    signpost = SIGNPOSTS[method]
    weighted = weights > 0
    refused = _strongest(signpost, weights, packs, np.flatnonzero(weighted & (packs < upper)))
    met = _strongest(signpost, weights, packs - 1, np.flatnonzero(weighted & (packs > lower)), weakest=True)
    if refused == 0:
        return DivisorRange(signpost.power, None, None)
    low = Fraction(0) if refused is None else 1 / refused
    return DivisorRange(signpost.power, low, 1 / met if met else None)


def _strongest(
    signpost: Signpost, weights: Integers, held: NDArray[np.int64], rows: NDArray[np.int64], *, weakest: bool = False
) -> Fraction | None:
    """Return (d(held) / weight) ** power of the strongest or the weakest claim among rows, exactly; None without rows."""
    if rows.size == 0:
        return None
    near = signpost.near(held[rows].astype(np.float64)) / _floats(weights[rows])
    edge = near >= near.max() * (1 - MARGIN) if weakest else near <= near.min() * (1 + MARGIN)
    pairs = set(zip(weights[rows[edge]].tolist(), held[rows[edge]].tolist(), strict=True))
    claims = [Fraction(*_claim(signpost, weight, k)) for weight, k in pairs]
    return max(claims) if weakest else min(claims)
