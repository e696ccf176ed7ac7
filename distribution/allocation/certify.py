"""From the numbers of a round to the parts of its certificates."""

from __future__ import annotations

from collections.abc import Sequence

from distribution.allocation.certificate import CommodityTerms, FactorTerms, LineTerms, OutletTerms, PolicyTerms
from distribution.allocation.grid import NANO, total
from distribution.allocation.need import NeedFactor
from distribution.allocation.population import Served
from distribution.allocation.round_input import NO_CAP
from distribution.allocation.round_result import TERMS, RoundResult
from distribution.domain.policy import Policy
from distribution.domain.types import format_decimal


def certify_policy(policy: Policy) -> PolicyTerms:
    """Write down what a policy asked for."""
    deviation = policy.deviation_percent
    return PolicyTerms(
        code=policy.code,
        counts=policy.counts,
        people_exponent=format_decimal(policy.people_exponent),
        need_exponent=format_decimal(policy.need_exponent),
        hierarchy=policy.hierarchy,
        reserve_percent=format_decimal(policy.reserve_percent),
        repay_percent=format_decimal(policy.repay_percent),
        min_drop_packs=policy.min_drop_packs,
        deviation_percent=None if deviation is None else format_decimal(deviation),
        deviation_kind=policy.deviation_kind,
    )


def certify_commodity(result: RoundResult, j: int) -> CommodityTerms:
    """Write down what a round had of commodity ``j``."""
    commodity = result.round_input.commodities[j]
    return CommodityTerms(
        code=commodity.code,
        pack_g=commodity.pack_g,
        quota_g=commodity.quota_g,
        carried_g=commodity.carried_g,
        remainder_g=int(result.remainder_g[j]),
        packs_to_share=int(result.packs_to_share[j]),
        reserved_packs=int(result.reserved_packs[j]),
        unplaced_packs=int(result.unplaced_packs[j]),
        floor_short_packs=int(result.floor_short_packs[j]),
        weight_total_grid=total(result.weight_grid[commodity.eligible]),
        methods=commodity.methods,
    )


def certify_outlet(
    result: RoundResult,
    i: int,
    people: int,
    counted: Served,
    factors: Sequence[NeedFactor],
    warehouse_m: int | None = None,
) -> OutletTerms:
    """Write down whom outlet ``i`` serves; ``counted`` is what the policy counts of its people."""
    given = result.round_input
    fixed = given.fixed
    return OutletTerms(
        code=given.names[i],
        people=people,
        counted=counted.people,
        basis=counted.basis,
        weight_grid=int(result.weight_grid[i]),
        members=counted.members,
        residents=counted.residents,
        source=counted.source,
        counted_on=None if counted.counted_on is None else counted.counted_on.isoformat(),
        factors=tuple(FactorTerms(f.basis, f.key, format_decimal(f.weight)) for f in factors),
        need_weight=format_decimal(given.need[i]),
        warehouse_m=warehouse_m,
        fixed_part=None if fixed is None else str(fixed.parts[int(fixed.group[i])]),
    )


def certify_line(result: RoundResult, i: int, j: int) -> LineTerms:
    """Write down what outlet ``i`` gets of commodity ``j``, term by term."""
    given = result.round_input
    commodity = given.commodities[j]
    packs, target = int(result.packs[i, j]), int(result.target_nano[i, j])
    debt_before = int(result.debt_before_nano[i, j])
    shortfall_before, repaid_packs = int(given.shortfall_nano[i, j]), int(result.repaid_packs[i, j])
    terms = {name: int(getattr(result, name)[i, j]) for name in TERMS}
    limit = int(commodity.caps[i])
    return LineTerms(
        **terms,
        packs=packs,
        target_nano=target,
        cap_packs=int(result.cap_packs[i, j]),
        rounding_nano=packs * NANO - target - (debt_before if commodity.method.carries_debt else 0),
        opening_packs=int(given.opening_packs[i, j]),
        floor_packs=int(commodity.floors[i]),
        basket_packs=0 if result.basket is None else int(result.basket.floor_packs[i, j]),
        limit_packs=None if limit >= NO_CAP else limit,
        bound=result.bound[i, j],
        debt_before_nano=debt_before,
        debt_after_nano=int(result.debt_after_nano[i, j]),
        shortfall_before_nano=shortfall_before,
        repaid_packs=repaid_packs,
        shortfall_after_nano=shortfall_before + terms["shortfall_nano"] - repaid_packs * NANO,
    )
