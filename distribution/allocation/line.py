"""One commodity of a round among the outlets that take part, on its way to their targets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.deviation import DeviationBound, bound_deviation
from distribution.allocation.filling import UNFILLED, Filling, FillInput, fill
from distribution.allocation.grid import NANO, share_nano
from distribution.allocation.packs import packs_to_share
from distribution.allocation.repayment import repay, repayable_packs
from distribution.allocation.round_input import CommodityInput, FixedShares, RoundInput, SharingRules
from distribution.domain.enums import Bound

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Line:
    """A commodity's packs and the bounds they are filled within; arrays have the length of ``rows``.

    Attributes
    ----------
    source, rules
        What it was given.
    packs, reserved_packs, remainder_g
        Whole packs to share, those kept back before, and the mass left over.
    rows
        The outlets that take part, by their place in the round.
    given
        Weights, ties, balances and fixed parts.
    entitlement_nano
        Shares of all packs by weight alone.
    floors
        Least packs, baskets included.
    basket_floors
        Least packs for complete baskets.
    limits
        Most packs, whatever the store takes; 0 for those who are deferred.
    due
        Whole packs of shortfall to repay, as far as there is room.
    deferred
        Who waits because its drop would be too small.
    storage
        Most packs its store takes.
    repaid
        Whole packs of shortfall that are repaid.
    filling
        The targets beside what is repaid; without parts before the room in the stores is known.
    deviation
        The deviation bound that was applied last; None for none.
    """

    source: CommodityInput
    rules: SharingRules
    packs: int
    reserved_packs: int
    remainder_g: int
    rows: IntArray
    given: FillInput
    entitlement_nano: IntArray
    floors: IntArray
    basket_floors: IntArray
    limits: IntArray
    due: IntArray
    deferred: BoolArray
    storage: IntArray
    repaid: IntArray
    filling: Filling = UNFILLED
    deviation: DeviationBound | None = None

    @property
    def caps(self) -> IntArray:
        """Return the most packs of each outlet, for whatever reason."""
        return np.asarray(np.minimum(self.storage, self.limits))

    @property
    def net_packs(self) -> int:
        """Return the packs that are left to fill with when shortfalls are repaid."""
        return self.packs - int(self.repaid.sum())

    @property
    def hungry(self) -> BoolArray:
        """Tell where more room in the store may be used: a target at its cap may be kept there by it."""
        full = (self.target_nano >= self.caps * NANO) & (self.storage < self.limits)
        return np.asarray(full & ((self.given.weights > 0) | (self.caps < np.maximum(self.floors, self.due))))

    @property
    def target_nano(self) -> IntArray:
        """Return the targets, with what is repaid."""
        return np.asarray(self.filling.target_nano + self.repaid * NANO)

    @property
    def small_drops(self) -> BoolArray:
        """Tell who would get something, but less than the smallest drop worth making."""
        target = self.target_nano
        return np.asarray((target > 0) & (target < self.rules.min_drop_packs * NANO))

    def under_storage(self, storage: IntArray) -> Line:
        """Return the line with other room in the stores; it is filled anew only where that changes something."""
        after = replace(self, storage=storage)
        if not self.filling.parts:
            return after.refilled()
        binds = self.hungry | (self.target_nano > after.caps * NANO)
        if not (self.filling.floor_short_packs or (binds & (after.caps != self.caps)).any()):
            return after
        return after.refilled()

    def refilled(self) -> Line:
        """Return the line filled anew within its bounds."""
        line = replace(self, repaid=repay(self.due, self.caps, self.packs, self.given.ties))
        return replace(line, filling=line.fill_with(line.net_caps))

    @property
    def net_floors(self) -> IntArray:
        """Return the least packs beside what is repaid."""
        return np.asarray(np.maximum(self.floors - self.repaid, 0))

    @property
    def net_caps(self) -> IntArray:
        """Return the most packs beside what is repaid, by the outlet's own caps."""
        return np.asarray(np.maximum(self.caps - self.repaid, 0))

    def fill_with(self, caps: IntArray, packs: int | None = None) -> Filling:
        """Fill with packs, else with what is left after repayments, within the floors and these caps."""
        return fill(self.net_packs if packs is None else packs, self.given, floors=self.net_floors, caps=caps)

    def with_deferred(self, more: BoolArray) -> Line:
        """Return the line with more outlets deferred."""
        deferred = self.deferred | more
        return replace(self, deferred=deferred, limits=np.where(deferred, 0, self.limits)).refilled()

    def within_deviation(self) -> Line:
        """Return the line with nobody's part of what is delivered farther from its fair part than the rules allow."""
        rules = self.rules
        if rules.deviation is None or not self.rows.size or self.filling.floor_short_packs:
            return self
        bound = bound_deviation(
            self.net_packs,
            self.given.weights if self.given.fixed is None else self.fair_nano,
            self.net_caps,
            rules.deviation,
            rules.deviation_kind,
            floors=self.net_floors,
            balances=self.given.balances,
            spare_full=rules.spare_full,
        )
        filling = fill(bound.placed_packs, self.given, floors=bound.floors, caps=bound.caps)
        return replace(self, deviation=bound, filling=filling)

    @property
    def unplaced_packs(self) -> int:
        """Return the packs that are not given out."""
        return self.net_packs - self.filling.placed_packs

    @property
    def plain_nano(self) -> IntArray:
        """Return the shares of the packs that are left after repayments, by weight alone."""
        if not self.repaid.any():
            return self.entitlement_nano
        return share_nano(self.net_packs, self.given.weights, self.given.ties)

    @property
    def fair_nano(self) -> IntArray:
        """Return the shares of the packs that are left after repayments, with fixed parts where there are any."""
        if self.given.fixed is None:
            return self.plain_nano
        nothing = replace(self.given, balances=np.zeros_like(self.given.balances))
        endless = np.full(self.rows.shape, max(self.packs, 1))
        return fill(self.net_packs, nothing, floors=np.zeros_like(endless), caps=endless).target_nano

    @property
    def bounds(self) -> NDArray[np.int8]:
        """Return what held each target: its place among the values of :class:`Bound`."""
        filling, least = self.filling, self.net_floors
        place = {bound: np.int8(i) for i, bound in enumerate(Bound)}
        floored, own_floor = filling.floored, filling.floored & (least > 0)
        held = np.where(floored, place[Bound.CLOSING_BALANCE], place[Bound.NONE])
        held[own_floor] = place[Bound.FLOOR]
        held[own_floor & (self.basket_floors >= self.floors)] = place[Bound.BASKET]
        if self.deviation is not None and self.unplaced_packs:
            held[~floored & (self.given.weights > 0)] = place[Bound.DEVIATION]
        own = filling.capped & (filling.target_nano >= self.net_caps * NANO)
        held[own] = place[Bound.STORAGE]
        held[own & (self.limits <= self.storage)] = place[Bound.CAP]
        held[self.deferred] = place[Bound.MIN_DROP]
        return held


def open_line(
    round_input: RoundInput, j: int, weights: IntArray, ties: IntArray, basket_floors: IntArray | None = None
) -> Line:
    """Open the line of a commodity, to be filled when the room in the stores is known."""
    source, rules = round_input.commodities[j], round_input.rules
    whole, remainder_g = packs_to_share(source.quota_g, source.carried_g, source.pack_g)
    reserved = int(whole * rules.reserve)
    rows = np.flatnonzero(source.eligible)
    fixed = round_input.fixed
    baskets = np.zeros(rows.shape, np.int64) if basket_floors is None else basket_floors[rows]
    floors = np.maximum(source.floors[rows], baskets)
    due = repayable_packs(round_input.shortfall_nano[rows, j], rules.repay)
    given = FillInput(
        weights=weights[rows],
        ties=ties[rows],
        balances=round_input.opening_packs[rows, j],
        fixed=None if fixed is None else FixedShares(fixed.group[rows], fixed.parts),
    )
    packs = whole - reserved
    return Line(
        source=source,
        rules=rules,
        packs=packs,
        reserved_packs=reserved,
        remainder_g=remainder_g,
        rows=rows,
        given=given,
        entitlement_nano=share_nano(packs, given.weights, given.ties),
        floors=floors,
        basket_floors=baskets,
        limits=source.caps[rows],
        due=due,
        deferred=np.zeros(rows.shape, np.bool_),
        storage=np.full(rows.shape, max(whole, int(floors.max(initial=0)), int(due.max(initial=0)))),
        repaid=due,
    )
