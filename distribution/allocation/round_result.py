"""What a round gives, and every quantity on the way from the share by weight to the whole packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.basket import BasketFill
from distribution.allocation.deviation import DeviationBound
from distribution.allocation.grid import NANO
from distribution.allocation.line import Line
from distribution.allocation.round_input import RoundInput
from distribution.domain.enums import Bound

BOUNDS = tuple(Bound)

#: The terms of a target, in the order they are added; ``shortfall_nano`` is taken off.
TERMS = (
    "entitlement_nano",
    "repaid_nano",
    "level_nano",
    "netted_nano",
    "floor_nano",
    "shortfall_nano",
    "moved_nano",
)


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
    packs_to_share, reserved_packs, remainder_g
        Whole packs in the quota, those of them that are kept back, and the mass carried to the commodity's next round.
    unplaced_packs
        Packs that found no room.
    floor_short_packs
        Packs lacking to meet every floor.
    weight_grid
        Weight of each outlet in millionths, shape (n,).
    entitlement_nano
        Share of the packs that are not kept back, by weight alone.
    owed_nano
        What of its shortfall is owed to it: what it lacks of its share of the packs that are given out. The rest of
        the shortfall lies in packs that are carried on and shared again.
    repaid_packs
        Whole packs of earlier shortfall that are repaid.
    repaid_nano
        What repayments, its own and the others', add to it or take.
    level_nano
        What fixed parts, and the whole packs of the levels above it, add to it or take.
    netted_nano
        What closing balances, its own and the others', add to it or take.
    floor_nano
        What floors, its own and the others', add to it or take.
    shortfall_nano
        What its own caps, or a drop too small to be made, keep from it.
    moved_nano
        What water-filling moves to it from outlets that are full; below 0 where a deviation bound keeps packs back.
    target_nano
        ``entitlement + repaid + level + netted + floor - shortfall + moved``: the exact target that is rounded.
    debt_before_nano, debt_after_nano
        The rounding-debt account.
    cap_packs
        Most packs it may get in the period, by its store and its limit.
    bound_place
        What held the target: its place in :data:`BOUNDS`.
    passes
        Passes until the caps stood still.
    deviation
        The deviation bound of each commodity; None where none was asked for.
    basket
        The complete baskets that came first; None where no basket was asked for.
    """

    round_input: RoundInput
    packs: NDArray[np.int64]
    packs_to_share: NDArray[np.int64]
    reserved_packs: NDArray[np.int64]
    remainder_g: NDArray[np.int64]
    unplaced_packs: NDArray[np.int64]
    floor_short_packs: NDArray[np.int64]
    weight_grid: NDArray[np.int64]
    entitlement_nano: NDArray[np.int64]
    owed_nano: NDArray[np.int64]
    repaid_packs: NDArray[np.int64]
    repaid_nano: NDArray[np.int64]
    level_nano: NDArray[np.int64]
    netted_nano: NDArray[np.int64]
    floor_nano: NDArray[np.int64]
    shortfall_nano: NDArray[np.int64]
    moved_nano: NDArray[np.int64]
    target_nano: NDArray[np.int64]
    debt_before_nano: NDArray[np.int64]
    debt_after_nano: NDArray[np.int64]
    cap_packs: NDArray[np.int64]
    bound_place: NDArray[np.int8]
    passes: int
    deviation: tuple[DeviationBound | None, ...] = ()
    basket: BasketFill | None = None

    def bound_at(self, i: int, j: int) -> Bound:
        """Return what held the target of outlet ``i`` and commodity ``j``."""
        return BOUNDS[int(self.bound_place[i, j])]


@dataclass(frozen=True, eq=False)
class RoundedLine:
    """A line with its whole packs; ``leveled_nano`` is the exact target they were rounded from, without repayments."""

    line: Line
    packs: NDArray[np.int64]
    leveled_nano: NDArray[np.int64]
    debt_after_nano: NDArray[np.int64]


def _terms(line: Line, leveled: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Take the way from the share by weight to the target apart; ``leveled`` is the target without repayments."""
    entitlement, shared, fair = line.entitlement_nano, line.plain_nano, line.fair_nano
    endless = np.full(line.rows.shape, max(line.packs, int(line.floors.max(initial=0)), 1))
    netted = fair
    if line.given.balances.any():
        netted = replace(line, floors=np.zeros_like(line.floors)).fill_with(endless).target_nano
    filled = line.filling.target_nano
    if line.filling.capped.any() or line.deviation is not None:
        roomy = line.fill_with(endless).target_nano if line.floors.any() else netted
    else:
        roomy = filled  # nothing was in the way
    own_cap = filled >= line.net_caps * NANO
    kept_away = (line.filling.capped & own_cap) | line.deferred
    shortfall = owed = np.where(kept_away, np.maximum(roomy - filled, 0), 0)
    if line.unplaced_packs:  # these are carried on and shared again: to owe them as well would count them twice
        due = line.fill_with(endless, line.filling.placed_packs).target_nano
        owed = np.clip(due - filled, 0, shortfall)
    return {
        "owed_nano": owed,
        "entitlement_nano": entitlement,
        "repaid_nano": shared - entitlement + line.repaid * NANO,
        "netted_nano": netted - fair,
        "floor_nano": roomy - netted,
        "shortfall_nano": shortfall,
        "moved_nano": filled - roomy + shortfall,
        "level_nano": fair - shared + leveled - filled,
        "target_nano": leveled + line.repaid * NANO,
    }


def collect_result(
    round_input: RoundInput,
    weights: NDArray[np.int64],
    rounded: Sequence[RoundedLine],
    passes: int,
    basket: BasketFill | None,
) -> RoundResult:
    """Gather the lines of a round, each with the terms of every target."""
    shape = (len(round_input.names), len(rounded))
    names = (*TERMS, "target_nano", "packs", "owed_nano", "repaid_packs", "cap_packs")
    cells = {name: np.zeros(shape, np.int64, order="F") for name in names}  # filled column by column
    bound = np.zeros(shape, np.int8, order="F")
    debt_after = round_input.debt_nano.copy(order="F")
    for j, each in enumerate(rounded):
        line, rows = each.line, each.line.rows
        for name, values in _terms(line, each.leveled_nano).items():
            cells[name][rows, j] = values
        cells["packs"][rows, j] = each.packs + line.repaid
        cells["repaid_packs"][rows, j] = line.repaid
        cells["cap_packs"][rows, j] = line.caps
        debt_after[rows, j] = each.debt_after_nano
        bound[rows, j] = line.bounds
    lines = [each.line for each in rounded]

    def per_line(values: list[int]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    return RoundResult(
        round_input=round_input,
        packs=cells["packs"],
        packs_to_share=per_line([line.packs + line.reserved_packs for line in lines]),
        reserved_packs=per_line([line.reserved_packs for line in lines]),
        remainder_g=per_line([line.remainder_g for line in lines]),
        unplaced_packs=per_line([line.unplaced_packs for line in lines]),
        floor_short_packs=per_line([line.filling.floor_short_packs for line in lines]),
        weight_grid=weights,
        owed_nano=cells["owed_nano"],
        repaid_packs=cells["repaid_packs"],
        target_nano=cells["target_nano"],
        debt_before_nano=round_input.debt_nano,
        debt_after_nano=debt_after,
        cap_packs=cells["cap_packs"],
        bound_place=bound,
        passes=passes,
        deviation=tuple(line.deviation for line in lines),
        basket=basket,
        entitlement_nano=cells["entitlement_nano"],
        repaid_nano=cells["repaid_nano"],
        level_nano=cells["level_nano"],
        netted_nano=cells["netted_nano"],
        floor_nano=cells["floor_nano"],
        shortfall_nano=cells["shortfall_nano"],
        moved_nano=cells["moved_nano"],
    )
