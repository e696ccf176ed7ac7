"""Several goods at once: the basket a household can fill, raised for all together.

A basket holds fixed masses of several commodities; an outlet's basket is those of them that it is admitted to. The level
of an outlet is its baskets per person. All levels rise together (progressive filling; Bertsekas & Gallager 1992, Data
Networks, sec. 6.5.2): an outlet stops when its room or a cap is reached, and when a commodity is used up everyone whose
basket holds it stops, so that nobody's level could rise without lowering that of someone no better off. Whole packs
below the levels are the floors of the ordinary sharing, which hands out what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.breakpoints import NEAR, Hinges, at_most, last_enough, max_of
from distribution.allocation.grid import SAFE, Integers, total
from distribution.allocation.inequality import weighted_median


class BasketStop(StrEnum):
    """What kept an outlet's baskets from rising further."""

    NO_BASKET = "no_basket"
    BUDGET = "budget"
    ROOM = "room"
    CAP = "cap"


@dataclass(frozen=True, eq=False)
class BasketInput:
    """Who shares which basket goods, for n outlets, m commodities and k storage classes.

    Masses are in g, or all of them in any other one unit.

    Attributes
    ----------
    counts
        People, or households, of each outlet, shape (n,).
    basket_g
        What one basket holds of each commodity, g, positive, shape (m,).
    eligible
        Which commodities each outlet is admitted to, shape (n, m).
    packs, pack_g
        Packs to share, and mass of a pack, g, shape (m,).
    storage_class
        Index of each commodity's storage class, shape (m,).
    room_g
        Mass that each outlet takes of each storage class in the whole period, g, shape (n, k).
    caps
        Most packs, shape (n, m); None = the room alone decides.
    """

    counts: NDArray[np.int64]
    basket_g: NDArray[np.int64]
    eligible: NDArray[np.bool_]
    packs: NDArray[np.int64]
    pack_g: NDArray[np.int64]
    storage_class: NDArray[np.int64]
    room_g: NDArray[np.int64]
    caps: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        """Check that everything fits together.

        Raises
        ------
        ValueError
            If shapes differ, a mass is not positive, or another figure is negative.
        """
        n, m = self.eligible.shape
        shapes = [a.shape for a in (self.basket_g, self.packs, self.pack_g, self.storage_class)]
        if self.counts.shape != (n,) or shapes != [(m,)] * 4 or self.room_g.shape[0] != n:
            raise ValueError("counts, commodities and eligibility differ in shape")
        if self.caps is not None and self.caps.shape != (n, m):
            raise ValueError("caps and eligibility differ in shape")
        if int(self.storage_class.max(initial=0)) >= max(self.room_g.shape[1], 1):
            raise ValueError("a commodity's storage class has no room given")
        if min(int(self.basket_g.min(initial=1)), int(self.pack_g.min(initial=1))) < 1:
            raise ValueError("a basket's part and a pack need a mass")
        caps = self.counts if self.caps is None else self.caps
        arrays = (self.counts, self.packs, self.storage_class, self.room_g, caps)
        if min(int(a.min(initial=0)) for a in arrays) < 0:
            raise ValueError("counts, packs, rooms and caps may not be negative")


@dataclass(frozen=True, eq=False)
class BasketFill:
    """How high every outlet's baskets rise, and why no further.

    Attributes
    ----------
    level_num, level_den
        Baskets per person, exact, shape (n,); 0 / 1 where there is no basket.
    floor_packs
        Whole packs below the level, shape (n, m): they fit every budget, room and cap together.
    stop
        A :class:`BasketStop` per outlet, shape (n,).
    stop_index
        The commodity used up or capped, or the storage class that is full, shape (n,); -1 without a basket.
    """

    level_num: Integers
    level_den: Integers
    floor_packs: NDArray[np.int64]
    stop: NDArray[np.object_]
    stop_index: NDArray[np.int64]

    def level(self, row: int) -> Fraction:
        """Return an outlet's baskets per person."""
        return Fraction(int(self.level_num[row]), int(self.level_den[row]))


@dataclass(frozen=True, eq=False)
class _OwnLimits:
    """How many baskets each outlet could hold by itself, ``numerator / denominator``, and what sets this limit.

    ``scaled`` is the same in units of ``1 / scale`` baskets, so that limits add up as integers.
    """

    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]
    scaled: Integers
    scale: int
    stop: NDArray[np.object_]
    index: NDArray[np.int64]


def fill_baskets(given: BasketInput) -> BasketFill:
    """Raise all baskets together until, one by one, everyone is stopped by a budget, a room or a cap.

    Every stop is found by exact arithmetic; the work is a few linear passes per commodity.
    """
    own = _own_limits(given)
    active = (given.counts > 0) & given.eligible.any(axis=1)
    baskets = np.where(active, own.numerator, 0).astype(object)
    parts = own.denominator.astype(object)
    stop, index = own.stop, own.index
    budgets = _Budgets(given, own)
    while (event := budgets.next_used_up(active)) is not None:
        commodity, level = event
        full = active & at_most(own.scaled, given.counts, level)
        short = active & given.eligible[:, commodity] & ~full
        baskets[short] = given.counts[short].astype(object) * level.numerator
        parts[short] = own.scale * level.denominator
        stop[short], index[short] = BasketStop.BUDGET, commodity
        budgets.settle(full, short, level)
        active = active & ~full & ~short
    return BasketFill(baskets, parts * np.maximum(given.counts, 1), _whole_packs(given, baskets, parts), stop, index)


_Limit = tuple[BasketStop, int, NDArray[np.int64], NDArray[np.int64]]


def _list_limits(given: BasketInput) -> list[_Limit]:
    """List the rooms and caps: kind, index, how much there is, and how much of it one basket takes (0 = none)."""
    parts = np.where(given.eligible, given.basket_g, 0)
    limits: list[_Limit] = [
        (BasketStop.ROOM, k, given.room_g[:, k], parts[:, given.storage_class == k].sum(axis=1))
        for k in range(given.room_g.shape[1])
    ]
    if given.caps is not None:
        capped_g = np.minimum(given.caps, given.packs + 1) * given.pack_g  # a cap above the packs never comes first
        limits += [(BasketStop.CAP, j, capped_g[:, j], parts[:, j]) for j in range(parts.shape[1])]
    common = math.gcd(
        *(int(np.gcd.reduce(masses, initial=0)) for *_, there, need in limits for masses in (there, need))
    )
    return [(kind, index, there // max(common, 1), need // max(common, 1)) for kind, index, there, need in limits]


def _own_limits(given: BasketInput) -> _OwnLimits:
    """Find the room or cap that each outlet reaches first."""
    n, limits = given.counts.size, _list_limits(given)
    scale = math.lcm(*{int(size) for *_, sizes in limits for size in np.unique(sizes) if size})
    exact = max(max((max_of(amounts) for *_, amounts, _ in limits), default=0), 1) * scale >= SAFE
    scaled: Integers = np.zeros(n, dtype=object if exact else np.int64)
    numerator, denominator = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64)
    stop, index = np.full(n, BasketStop.NO_BASKET, dtype=object), np.full(n, -1, dtype=np.int64)
    for kind, at, amounts, sizes in limits:
        reach = amounts.astype(scaled.dtype) * (scale // np.maximum(sizes, 1).astype(scaled.dtype))
        first = (sizes > 0) & (given.counts > 0) & ((index < 0) | (reach < scaled))
        scaled[first], numerator[first], denominator[first] = reach[first], amounts[first], sizes[first]
        stop[first], index[first] = kind, at
    return _OwnLimits(numerator, denominator, scaled, scale, stop, index)


class _Budgets:
    """What is left of every commodity, in baskets, and up to which level it lasts at least."""

    def __init__(self, given: BasketInput, own: _OwnLimits) -> None:
        self._given, self._own = given, own
        masses = zip(given.packs.tolist(), given.pack_g.tolist(), given.basket_g.tolist(), strict=True)
        self._left = [Fraction(own.scale * packs * pack_g, basket_g) for packs, pack_g, basket_g in masses]
        self._lasts: dict[int, Fraction] = dict.fromkeys(range(len(self._left)), Fraction(0))

    def next_used_up(self, active: NDArray[np.bool_]) -> tuple[int, Fraction] | None:
        """Return the commodity that is used up first as the active outlets rise, and the level; None if none is.

        A commodity lasts the longer the more outlets have stopped, so levels found before are lower bounds: only the
        most pressing are computed anew.
        """
        fresh: set[int] = set()
        while self._lasts:
            commodity = min(self._lasts, key=lambda j: (self._lasts[j], j))
            if commodity in fresh:
                return commodity, self._lasts.pop(commodity)
            fresh.add(commodity)
            level = self._level(commodity, active & self._given.eligible[:, commodity])
            if level is None:
                del self._lasts[commodity]
            else:
                self._lasts[commodity] = level
        return None

    def _level(self, commodity: int, takers: NDArray[np.bool_]) -> Fraction | None:
        counts = self._given.counts[takers]
        hinges = Hinges(self._own.scaled[takers], counts, np.ones(counts.shape, dtype=np.int64))
        return last_enough(self._left[commodity], -total(counts), hinges)

    def settle(self, full: NDArray[np.bool_], short: NDArray[np.bool_], level: Fraction) -> None:
        """Subtract what outlets take that have stopped: the full ones their limit, the short ones the level."""
        for j in self._lasts:
            takers = self._given.eligible[:, j]
            self._left[j] -= total(self._own.scaled[full & takers])
            self._left[j] -= level * total(self._given.counts[short & takers])


def _whole_packs(given: BasketInput, baskets: Integers, parts: Integers) -> NDArray[np.int64]:
    """Return the whole packs in ``baskets / parts`` baskets of each outlet, shape (n, m).

    Floats settle what lies well between two whole numbers, integers the rest.
    """
    packs = np.zeros(given.eligible.shape, dtype=np.int64)
    levels = baskets.astype(np.float64) / parts.astype(np.float64)
    for j, (basket_g, pack_g) in enumerate(zip(given.basket_g.tolist(), given.pack_g.tolist(), strict=True)):
        guess = levels * basket_g / pack_g
        column = np.floor(guess).astype(np.int64)
        near = np.flatnonzero(np.abs(guess - np.rint(guess)) <= NEAR * np.maximum(guess, 1))
        column[near] = (baskets[near] * basket_g // (parts[near] * pack_g)).astype(np.int64)
        packs[:, j] = np.where(given.eligible[:, j], column, 0)
    return packs


@dataclass(frozen=True, eq=False)
class BasketReport:
    """How many complete baskets an allotment makes; figures per person are None where nobody is served.

    Attributes
    ----------
    per_outlet
        Complete baskets that each outlet can hand out, shape (n,).
    scarcest
        The commodity that runs out first there, shape (n,); -1 without a basket.
    minimum, median, mean
        Complete baskets per person (or household): of the outlet with the fewest, of the median person, of all.
    """

    per_outlet: NDArray[np.int64]
    scarcest: NDArray[np.int64]
    minimum: float | None
    median: float | None
    mean: float | None


def complete_baskets(
    packs: NDArray[np.int64],
    *,
    counts: NDArray[np.int64],
    basket_g: NDArray[np.int64],
    eligible: NDArray[np.bool_],
    pack_g: NDArray[np.int64],
) -> BasketReport:
    """Count the complete baskets in allotted packs, each of the commodities the outlet is admitted to.

    Parameters
    ----------
    packs
        Allotted packs, shape (n, m).
    counts, basket_g, eligible, pack_g
        As in :class:`BasketInput`.
    """
    each = np.where(eligible, packs * pack_g // basket_g, np.iinfo(np.int64).max)
    served = (counts > 0) & eligible.any(axis=1)
    whole = np.where(served, each.min(axis=1, initial=np.iinfo(np.int64).max), 0)
    scarcest = np.where(served, each.argmin(axis=1) if each.shape[1] else -1, -1)
    people = counts[served]
    if not people.size:
        return BasketReport(whole, scarcest, None, None, None)
    rate = whole[served] / people
    mean = total(whole[served]) / total(people)
    return BasketReport(whole, scarcest, float(rate.min()), weighted_median(rate, people), mean)
