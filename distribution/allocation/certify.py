"""From the numbers of a round to the parts of its certificates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from distribution.allocation.certificate import CommodityTerms, FactorTerms, LineTerms, OutletTerms, PolicyTerms
from distribution.allocation.grid import NANO, total
from distribution.allocation.need import NeedFactor
from distribution.allocation.population import Served
from distribution.allocation.round_input import NO_CAP
from distribution.allocation.round_result import BOUNDS, TERMS, RoundResult
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
        deviation_spares_full=policy.deviation_spares_full,
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
    *,
    distance_is_estimate: bool = False,
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
        distance_is_estimate=distance_is_estimate,
        fixed_part=None if fixed is None else str(fixed.parts[int(fixed.group[i])]),
    )


def certify_lines(result: RoundResult, j: int) -> dict[int, LineTerms]:
    """Write down what each outlet gets of commodity ``j``, term by term; keys are the places of those who take part."""
    given = result.round_input
    commodity = given.commodities[j]
    rows = np.flatnonzero(commodity.eligible)
    packs, target, shortfall = result.packs[rows, j], result.target_nano[rows, j], result.shortfall_nano[rows, j]
    debt_before, shortfall_before = result.debt_before_nano[rows, j], given.shortfall_nano[rows, j]
    repaid_packs = result.repaid_packs[rows, j]
    columns = {name: getattr(result, name)[rows, j] for name in TERMS} | {
        "packs": packs,
        "target_nano": target,
        "cap_packs": result.cap_packs[rows, j],
        "rounding_nano": packs * NANO - target - (debt_before if commodity.method.carries_debt else 0),
        "opening_packs": given.opening_packs[rows, j],
        "floor_packs": commodity.floors[rows],
        "basket_packs": np.zeros_like(rows) if result.basket is None else result.basket.floor_packs[rows, j],
        "debt_before_nano": debt_before,
        "debt_after_nano": result.debt_after_nano[rows, j],
        "shortfall_before_nano": shortfall_before,
        "repaid_packs": repaid_packs,
        "carried_on_nano": shortfall - result.owed_nano[rows, j],
        "shortfall_after_nano": shortfall_before + result.owed_nano[rows, j] - repaid_packs * NANO,
    }
    limits = [None if limit >= NO_CAP else limit for limit in commodity.caps[rows].tolist()]
    bounds = [BOUNDS[place] for place in result.bound_place[rows, j].tolist()]
    cells = zip(*(column.tolist() for column in columns.values()), strict=True)
    return {
        i: LineTerms(**dict(zip(columns, values, strict=True)), limit_packs=limit, bound=bound)
        for i, values, limit, bound in zip(rows.tolist(), cells, limits, bounds, strict=True)
    }
