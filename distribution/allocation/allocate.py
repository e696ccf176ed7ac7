"""One round: from quotas, people and stores to whole packs per outlet, every step kept.

Each commodity runs the same way: packs to share; the share by weight; what closing balances, floors and caps
move (all three by water-filling); whole packs. The caps of a storage class depend on all its commodities,
so they are found together, pass by pass, before anything is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.cumulative import round_cumulative
from distribution.allocation.grid import NANO, grid_weights, share_nano, tie_ranks
from distribution.allocation.packs import packs_to_share
from distribution.allocation.round_input import CommodityInput, RoundInput
from distribution.allocation.storage import ClassSpace, entitled_mass_g, first_caps, offer_unused
from distribution.allocation.waterfill import WaterFill, waterfill
from distribution.allocation.webster import round_webster
from distribution.domain.enums import Bound

MAX_PASSES = 1000  # every pass gives room to someone; in practice a handful is enough

_BOUNDS = np.array([Bound.NONE, Bound.FLOOR, Bound.STORAGE, Bound.CLOSING_BALANCE], dtype=object)


@dataclass(frozen=True, eq=False)
class RoundResult:
    """What a round gives, and every quantity on the way; arrays have shape (n, m) or (m,).

    Cells of outlets that take no part are 0 everywhere but in the debts, which stay as they were.

    Attributes
    ----------
    round_input
        What it was computed from.
    packs
        The allotments.
    packs_to_share, remainder_g
        Whole packs in the quota, and the mass carried to the commodity's next round.
    unplaced_packs
        Packs that found no room.
    floor_short_packs
        Packs lacking to meet every floor.
    weight_grid
        Weight of each outlet in millionths, shape (n,).
    entitlement_nano
        Share of ``packs_to_share`` by weight alone.
    netted_nano
        What closing balances, its own and the others', add to it or take.
    floor_nano
        What floors, its own and the others', add to it or take.
    shortfall_nano
        What its storage keeps from it.
    moved_nano
        What water-filling moves to it from outlets that are full.
    target_nano
        ``entitlement + netted + floor - shortfall + moved``: the exact target that is rounded.
    debt_before_nano, debt_after_nano
        The rounding-debt account.
    cap_packs
        Most packs its store takes in the period.
    bound
        The :class:`Bound` that held the target.
    passes
        Passes until the caps stood still.
    """

    round_input: RoundInput
    packs: NDArray[np.int64]
    packs_to_share: NDArray[np.int64]
    remainder_g: NDArray[np.int64]
    unplaced_packs: NDArray[np.int64]
    floor_short_packs: NDArray[np.int64]
    weight_grid: NDArray[np.int64]
    entitlement_nano: NDArray[np.int64]
    netted_nano: NDArray[np.int64]
    floor_nano: NDArray[np.int64]
    shortfall_nano: NDArray[np.int64]
    moved_nano: NDArray[np.int64]
    target_nano: NDArray[np.int64]
    debt_before_nano: NDArray[np.int64]
    debt_after_nano: NDArray[np.int64]
    cap_packs: NDArray[np.int64]
    bound: NDArray[np.object_]
    passes: int


@dataclass(frozen=True, eq=False)
class _Line:
    """One commodity among the outlets that take part; arrays have the length of ``rows``."""

    source: CommodityInput
    packs: int
    remainder_g: int
    rows: NDArray[np.int64]
    weights: NDArray[np.int64]
    ties: NDArray[np.int64]
    balances: NDArray[np.int64]
    floors: NDArray[np.int64]
    entitlement: NDArray[np.int64]
    netted: NDArray[np.int64]
    roomy: WaterFill  # net of balances, above the floors, as if every store were large enough
    caps: NDArray[np.int64]
    fill: WaterFill

    def fill_under(self, caps: NDArray[np.int64]) -> _Line:
        """Return the line under other caps; only where one binds, or comes to bind, does the level change."""
        binds = self.hungry | (self.fill.target_nano > caps * NANO)
        if not (self.fill.floor_short_packs or (binds & (caps != self.caps)).any()):
            return replace(self, caps=caps)
        fill = waterfill(
            self.packs, self.weights, balances=self.balances, floors=self.floors, caps=caps, ties=self.ties
        )
        return replace(self, caps=caps, fill=fill)

    @property
    def hungry(self) -> NDArray[np.bool_]:
        """Tell where more room would be used."""
        return self.fill.capped | (self.caps < np.minimum(self.floors, self.packs))


def allocate_round(round_input: RoundInput) -> RoundResult:
    """Allot every commodity of a round in whole packs.

    Per commodity the allotments and the unplaced packs sum exactly to the packs to share, and none exceeds its cap.

    Raises
    ------
    ValueError
        If a figure leaves the exact range (9 x 10^9 packs of a commodity, balances included).
    """
    weights = grid_weights(round_input.people, round_input.need)
    ties = tie_ranks(weights, round_input.names)
    lines = [_open_line(round_input, j, weights, ties) for j in range(len(round_input.commodities))]
    lines, passes = _fit_stores(round_input, lines)
    return _collect(round_input, weights, lines, passes)


def _open_line(round_input: RoundInput, j: int, weights: NDArray[np.int64], ties: NDArray[np.int64]) -> _Line:
    commodity = round_input.commodities[j]
    packs, remainder_g = packs_to_share(commodity.quota_g, commodity.carried_g, commodity.pack_g)
    rows = np.flatnonzero(commodity.eligible)
    weights, ties, balances = weights[rows], ties[rows], round_input.opening_packs[rows, j]
    entitlement = netted = share_nano(packs, weights, ties)
    endless = np.full(rows.shape, max(packs, commodity.floor_packs), np.int64)
    none = np.zeros(rows.shape, np.int64)
    if balances.any():
        netted = waterfill(packs, weights, balances=balances, floors=none, caps=endless, ties=ties).target_nano
    floors = np.full(rows.shape, commodity.floor_packs, np.int64)
    roomy = waterfill(packs, weights, balances=balances, floors=floors, caps=endless, ties=ties)
    return _Line(
        commodity, packs, remainder_g, rows, weights, ties, balances, floors, entitlement, netted, roomy, endless, roomy
    )


def _fit_stores(round_input: RoundInput, lines: list[_Line]) -> tuple[list[_Line], int]:
    """Share every class's space, and what is left of it, until no cap changes."""
    n = len(round_input.names)
    lines, passes = list(lines), 0
    for storage_class in sorted({line.source.storage_class for line in lines}):
        members = [j for j, line in enumerate(lines) if line.source.storage_class == storage_class]
        members.sort(key=lambda j: lines[j].source.code)
        wants = np.zeros((n, len(members)), np.int64)
        for k, line in enumerate(lines[j] for j in members):
            due = np.maximum(line.entitlement, np.minimum(line.floors, line.packs) * NANO)
            wants[line.rows, k] = entitled_mass_g(due, line.source.pack_g)
        space = ClassSpace(
            space_g=round_input.storage_g[storage_class],
            deliveries=round_input.deliveries[:, members],
            pack_g=tuple(lines[j].source.pack_g for j in members),
            want_g=wants,
        )
        caps, new_caps, count = np.full_like(wants, -1), first_caps(space), 0
        while not np.array_equal(caps, new_caps):
            if count == MAX_PASSES:
                raise RuntimeError(f"the caps of storage class {storage_class} do not come to rest")
            caps, count = new_caps, count + 1
            targets = np.zeros_like(caps)
            hungry = np.zeros(caps.shape, np.bool_)
            for k, j in enumerate(members):
                rows = lines[j].rows
                lines[j] = lines[j].fill_under(caps[rows, k])
                targets[rows, k] = lines[j].fill.target_nano
                hungry[rows, k] = lines[j].hungry
            new_caps = offer_unused(space, caps, targets, hungry)
        passes = max(passes, count)
    return lines, passes


def _whole_packs(line: _Line, debt_nano: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Round a line's target: its packs, and its debts after the round."""
    fill = line.fill
    lower, upper, ties = np.minimum(line.floors, line.caps), line.caps, line.ties
    if fill.floor_short_packs:  # the floors cannot all be met: they are what is shared
        lower, upper = np.zeros_like(lower), lower
    target = fill.target_nano
    if not line.source.method.carries_debt:
        packs = round_webster(fill.placed_packs, fill.effective, target, ties=ties, lower=lower, upper=upper)
        return packs, debt_nano
    packs = round_cumulative(fill.placed_packs, target, debt_nano, lower=lower, upper=upper, ties=ties)
    return packs, fill.target_nano + debt_nano - packs * NANO


def _bound_of(line: _Line) -> NDArray[np.object_]:
    fill = line.fill
    own_floor = (line.floors > 0) & fill.floored
    codes = np.where(fill.capped, 2, np.where(own_floor, 1, np.where(fill.floored, 3, 0)))
    return np.asarray(_BOUNDS[codes], dtype=object)


def _collect(round_input: RoundInput, weights: NDArray[np.int64], lines: list[_Line], passes: int) -> RoundResult:
    shape = (len(round_input.names), len(lines))
    names = ("packs", "entitlement_nano", "netted_nano", "floor_nano", "shortfall_nano", "moved_nano")
    cells = {name: np.zeros(shape, np.int64) for name in (*names, "target_nano", "cap_packs")}
    bound = np.full(shape, Bound.NONE, dtype=object)
    debt_after = round_input.debt_nano.copy()
    for j, line in enumerate(lines):
        fill, rows = line.fill, line.rows
        packs, debt_after[rows, j] = _whole_packs(line, round_input.debt_nano[rows, j])
        shortfall = np.where(fill.capped, np.maximum(line.roomy.target_nano - fill.target_nano, 0), 0)
        cells["packs"][rows, j] = packs
        cells["entitlement_nano"][rows, j] = line.entitlement
        cells["netted_nano"][rows, j] = line.netted - line.entitlement
        cells["floor_nano"][rows, j] = line.roomy.target_nano - line.netted
        cells["shortfall_nano"][rows, j] = shortfall
        cells["moved_nano"][rows, j] = fill.target_nano - line.roomy.target_nano + shortfall
        cells["target_nano"][rows, j] = fill.target_nano
        cells["cap_packs"][rows, j] = line.caps
        bound[rows, j] = _bound_of(line)
    to_share = [line.packs for line in lines]
    unplaced = [line.fill.unplaced_packs for line in lines]
    return RoundResult(
        round_input=round_input,
        packs_to_share=np.array(to_share, dtype=np.int64),
        remainder_g=np.array([line.remainder_g for line in lines], dtype=np.int64),
        unplaced_packs=np.array(unplaced, dtype=np.int64),
        floor_short_packs=np.array([line.fill.floor_short_packs for line in lines], dtype=np.int64),
        weight_grid=weights,
        debt_before_nano=round_input.debt_nano,
        debt_after_nano=debt_after,
        bound=bound,
        passes=passes,
        **cells,
    )
