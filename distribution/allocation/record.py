"""Why an allotment is what it is: every term of one line, which add up to its packs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from distribution.allocation.allocate import RoundResult
from distribution.allocation.grid import NANO
from distribution.domain.enums import ApportionmentMethod, Bound, PopulationBasis


@dataclass(frozen=True, slots=True)
class AllotmentRecord:
    """The terms of one outlet's allotment of one commodity, in the order they are added.

    ``entitlement + netted + floor - shortfall + moved = target``, and
    ``target + debt repaid + rounding = packs x 10^9``. Under ``cumulative`` the whole debt is repaid and
    the rounding becomes the new debt; under ``webster`` the debt is left alone.
    """

    outlet_code: str
    commodity_code: str
    people: int
    basis: PopulationBasis
    need_weight: Decimal
    weight_grid: int
    packs_to_share: int
    entitlement_nano: int
    opening_packs: int
    netted_nano: int
    floor_packs: int
    floor_nano: int
    cap_packs: int
    shortfall_nano: int
    moved_nano: int
    target_nano: int
    bound: Bound
    method: ApportionmentMethod
    debt_before_nano: int
    rounding_nano: int
    packs: int
    debt_after_nano: int

    @property
    def debt_repaid_nano(self) -> int:
        """Return the part of the earlier debt that this round takes into account."""
        return self.debt_before_nano if self.method.carries_debt else 0

    @property
    def added_up_nano(self) -> int:
        """Add the terms anew, from the entitlement to the rounding: the packs, in billionths."""
        target = self.entitlement_nano + self.netted_nano + self.floor_nano - self.shortfall_nano + self.moved_nano
        return target + self.debt_repaid_nano + self.rounding_nano


def record_line(result: RoundResult, i: int, j: int, basis: PopulationBasis) -> AllotmentRecord:
    """Record the terms of outlet ``i`` and commodity ``j``."""
    given, commodity = result.round_input, result.round_input.commodities[j]
    packs, target = int(result.packs[i, j]), int(result.target_nano[i, j])
    before, after = int(result.debt_before_nano[i, j]), int(result.debt_after_nano[i, j])
    return AllotmentRecord(
        outlet_code=given.names[i],
        commodity_code=commodity.code,
        people=int(given.people[i]),
        basis=basis,
        need_weight=given.need[i],
        weight_grid=int(result.weight_grid[i]),
        packs_to_share=int(result.packs_to_share[j]),
        entitlement_nano=int(result.entitlement_nano[i, j]),
        opening_packs=int(given.opening_packs[i, j]),
        netted_nano=int(result.netted_nano[i, j]),
        floor_packs=commodity.floor_packs,
        floor_nano=int(result.floor_nano[i, j]),
        cap_packs=int(result.cap_packs[i, j]),
        shortfall_nano=int(result.shortfall_nano[i, j]),
        moved_nano=int(result.moved_nano[i, j]),
        target_nano=target,
        bound=result.bound[i, j],
        method=commodity.method,
        debt_before_nano=before,
        rounding_nano=-after if commodity.method.carries_debt else packs * NANO - target,
        packs=packs,
        debt_after_nano=after,
    )
