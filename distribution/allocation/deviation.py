"""How much can be delivered if nobody's share may stray far from the fair one.

An outlet's share is what it gets over all that is delivered, ``x_i / T``; the fair share is ``s_i = w_i / sum w``. The
bound asks ``|x_i / T - s_i| <= e_i`` with ``e_i = eps`` (absolute) or ``eps x s_i`` (relative), as in Orgut, Ivy &
Uzsoy (2016, "Modeling for the equitable and effective distribution of donated food under capacity constraints").
With capacities ``c_i`` a total T can be delivered if and only if

    T (s_i - e_i) <= c_i  for every outlet   and   sum_i min(c_i, T (s_i + e_i)) >= T.

Divided by T, both sides only get tighter as T grows: what can be delivered is an interval from 0 to one largest T,
found in closed form. A floor widens the bound of its own outlet, never that of another.

In a network of thousands one outlet with next to no room would thus hold all others back. Where full outlets are
spared, the lower side is asked only of those with room left: what limits the total is then how much of the full ones'
parts the others may take over, ``sum_i min(c_i, T (s_i + e_i)) >= T`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.breakpoints import NEAR, Hinges, at_most, last_enough, times
from distribution.allocation.grid import SAFE, Integers, reduced, total
from distribution.domain.enums import DeviationKind


@dataclass(frozen=True, eq=False)
class DeviationSides:
    """What each outlet may hold, its balance included; arrays have shape (n,).

    Attributes
    ----------
    least, most
        Floor and capacity, packs.
    low, high
        The bound per pack that all hold together, over ``whole``: from ``low / whole`` to ``high / whole``.
    whole
        The common denominator.
    spare_full
        Whether an outlet that is filled to its capacity may fall below its lower side.
    """

    least: NDArray[np.int64]
    most: NDArray[np.int64]
    low: Integers
    high: Integers
    whole: int
    spare_full: bool


@dataclass(frozen=True, eq=False)
class DeviationBound:
    """What may be delivered within a deviation bound, and between which whole packs every outlet then stays.

    Any whole packs between ``floors`` and ``caps`` that sum to ``placed_packs`` keep every outlet that is neither
    ``widened`` nor spared less than one pack beyond the bound, ``|x_i - T s_i| < T e_i + 1``, and water-filling between
    them gives all of them out.

    Attributes
    ----------
    most
        The most that can be delivered, in packs: exact, not above the packs there are.
    held
        What all hold together then: that, and their balances.
    placed_packs
        The whole packs in it.
    floors, caps
        Least and most packs of each outlet, shape (n,).
    bottleneck
        Whose capacity keeps the rest from being delivered, shape (n,); nobody if all packs are placed.
    widened
        Whose floor, or balance, lies above the bound, shape (n,).
    lower_kept
        Whether every outlet can reach its lower side, or is spared; floors and balances that take too much prevent it.
    sides
        What it follows from.
    """

    most: Fraction
    held: Fraction
    placed_packs: int
    floors: NDArray[np.int64]
    caps: NDArray[np.int64]
    bottleneck: NDArray[np.bool_]
    widened: NDArray[np.bool_]
    lower_kept: bool
    sides: DeviationSides


def bound_deviation(
    packs: int,
    weights: Integers,
    caps: NDArray[np.int64],
    deviation: Fraction,
    kind: DeviationKind,
    *,
    floors: NDArray[np.int64] | None = None,
    balances: NDArray[np.int64] | None = None,
    spare_full: bool = False,
) -> DeviationBound:
    """Find the most packs that can be delivered while every share stays near the fair one.

    Parameters
    ----------
    packs
        Whole packs there are.
    weights
        Grid weights, shape (n,); an outlet without weight gets its floor and no more.
    caps
        Capacities in whole packs, shape (n,).
    deviation
        The bound, a part of one.
    kind
        Whether it is a part of all that is delivered or of each fair share.
    floors
        Least packs, shape (n,), none by default; where they cross, the cap holds.
    balances
        Packs that lie at the outlet already, shape (n,), none by default; shares are then of all that people have,
        ``(x_i + b_i) / (T + sum b)``.
    spare_full
        Whether an outlet that is filled to its capacity may fall below its lower side.

    Raises
    ------
    ValueError
        If a figure is negative.
    """
    lying = np.zeros_like(caps) if balances is None else balances
    given = np.zeros_like(caps) if floors is None else floors
    if packs < 0 or deviation < 0 or min(int(a.min(initial=0)) for a in (weights, caps, given, lying)) < 0:
        raise ValueError("packs, weights, bounds, balances and the deviation may not be negative")
    at_hand = total(lying)
    least = np.minimum(given, caps)
    capacity = np.maximum(np.minimum(caps, packs + at_hand), least)  # more never binds
    low, high, whole = _shares(weights, deviation, kind)
    sides = DeviationSides(least + lying, capacity + lying, low, high, whole, spare_full)
    limits = _lower_limit(sides), _upper_limit(sides)
    held = min((limit for limit in limits if limit is not None), default=Fraction(packs + at_hand))
    bottleneck = _bottleneck(sides, held, *limits) & (held < packs + at_hand)
    held = min(held, Fraction(packs + at_hand))
    most = max(held - at_hand, Fraction(0))
    placed = most.numerator // most.denominator
    least, greatest, widened = _whole_packs(sides, placed + at_hand)
    kept = held >= at_hand and total(least) <= placed + at_hand
    return DeviationBound(
        most,
        most + at_hand,
        placed,
        floors=(least if kept else sides.least) - lying,
        caps=greatest - lying,
        bottleneck=bottleneck,
        widened=widened,
        lower_kept=kept,
        sides=sides,
    )


def _shares(weights: Integers, deviation: Fraction, kind: DeviationKind) -> tuple[Integers, Integers, int]:
    """Return the lower and the upper side of every share, over one denominator."""
    weights = reduced(weights)
    everything = max(total(weights), 1)
    n, d = deviation.numerator, deviation.denominator
    if everything * (n + d) >= SAFE:
        weights = weights.astype(object)
    if kind is DeviationKind.RELATIVE:
        low, high = weights * (d - n), weights * (d + n)
    else:
        low, high = weights * d - n * everything, np.where(weights > 0, weights * d + n * everything, 0)
    return np.maximum(low, 0), high, everything * d


def _lower_limit(sides: DeviationSides) -> Fraction | None:
    """Return the largest total at which every outlet's lower side is within its capacity; None if there is none."""
    rows = np.flatnonzero(sides.low > 0)
    if sides.spare_full or not rows.size:
        return None
    ratios = sides.most[rows] / sides.low[rows].astype(np.float64)
    near = rows[ratios <= ratios.min() * (1 + NEAR)]
    pairs = set(zip(sides.most[near].tolist(), sides.low[near].tolist(), strict=True))
    return min(Fraction(most, low) for most, low in pairs) * sides.whole


def _upper_limit(sides: DeviationSides) -> Fraction | None:
    """Return the largest total that all together may hold, each within its upper side; None if there is none."""
    rows = sides.high > 0
    least, most, rates = sides.least[rows], sides.most[rows], sides.high[rows]
    signs = np.repeat(np.array([1, -1], dtype=np.int64), rates.size)
    hinges = Hinges(np.concatenate([least, most]), np.concatenate([rates, rates]), signs)
    point = last_enough(total(sides.least), -sides.whole, hinges)
    return None if point is None else point * sides.whole


def _bottleneck(
    sides: DeviationSides, held: Fraction, lower_limit: Fraction | None, upper_limit: Fraction | None
) -> NDArray[np.bool_]:
    """Return whose capacity is met by its lower side, or lies below its upper side, at the largest total."""
    point = held / sides.whole
    found = np.zeros(sides.high.shape, np.bool_)
    if held == lower_limit:
        found |= (sides.low > 0) & at_most(sides.most, sides.low, point)
    if held == upper_limit:
        full = (sides.high > 0) & (sides.most == 0 if held == 0 else ~at_most(sides.high, sides.most, 1 / point))
        # With nothing to spare above the fair shares, all stop where the first capacity is just met.
        found |= full if full.any() else (sides.high > 0) & at_most(sides.most, sides.high, point)
    return found


def _whole_packs(sides: DeviationSides, held: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the least and the most whole packs of each outlet at a total, and whose least lies above the bound."""
    lowest = times(sides.low, held) // sides.whole
    highest = -(-times(sides.high, held) // sides.whole)
    most = np.minimum(sides.most, np.maximum(sides.least, highest)).astype(np.int64)
    least = np.minimum(most, np.maximum(sides.least, lowest)).astype(np.int64)
    return least, most, np.asarray(times(sides.least, sides.whole) > times(sides.high, held), dtype=bool)
