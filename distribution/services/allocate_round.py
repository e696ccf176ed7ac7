"""Share the quotas of a round: from the network, the letters and the accounts to an allotment per outlet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from distribution.allocation.allocate import allocate_round
from distribution.allocation.grid import WeightRangeError
from distribution.allocation.population import Served
from distribution.allocation.round_input import RoundInput
from distribution.allocation.round_result import RoundResult
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, CountBasis, LedgerKind
from distribution.domain.errors import StateError
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet
from distribution.domain.policy import Policy
from distribution.domain.rounds import NANO_PER_PACK, Allotment, LedgerEntry, RoundGoods
from distribution.services.gather_round import Accounts, GatheredRound, gather_round
from distribution.services.need import OutletNeed


@dataclass(frozen=True)
class Allocation:
    """The shares of a round, ready to be kept.

    Attributes
    ----------
    policy
        How they were shared.
    quotas, outlets
        What was shared among whom.
    served, counted
        People each outlet serves, and what the policy counts of them (people or households), by outlet code.
    need
        Need weight of each outlet and what it is made of.
    result
        The round in numbers.
    allotments, goods, entries
        What is kept: lines, sums and postings.
    """

    policy: Policy
    quotas: tuple[Quota, ...]
    outlets: tuple[Outlet, ...]
    served: Mapping[str, Served]
    counted: Mapping[str, Served]
    need: OutletNeed
    result: RoundResult
    allotments: tuple[Allotment, ...]
    goods: tuple[RoundGoods, ...]
    entries: tuple[LedgerEntry, ...]


def allocate_quotas(
    dataset: Dataset, quotas: Sequence[Quota], accounts: Accounts, policy_code: str | None = None
) -> Allocation:
    """Share the quotas of one round among the outlets they admit, as a policy of the network says.

    Raises
    ------
    NotFoundError, StateError
        As :func:`distribution.services.gather_round.gather_round`, or ``weight_too_large``.
    """
    given = gather_round(dataset, quotas, accounts, policy_code)
    numbers = given.numbers
    try:
        result = allocate_round(numbers)
    except WeightRangeError as error:
        raise StateError("weight_too_large", outlet=numbers.names[error.index]) from error
    rows = [(int(i), j) for j in range(len(quotas)) for i in np.flatnonzero(numbers.commodities[j].eligible)]
    return Allocation(
        policy=given.policy,
        quotas=tuple(quotas),
        outlets=dataset.outlets,
        served=given.served,
        counted=given.counted,
        need=given.need,
        result=result,
        allotments=tuple(_allotment(dataset, quotas, given, result, i, j) for i, j in rows),
        goods=tuple(_goods(dataset, quota, numbers, result, j) for j, quota in enumerate(quotas)),
        entries=tuple(_entries(numbers, result, rows)),
    )


def price_of(dataset: Dataset, quota: Quota) -> int:
    """Return the price of one pack: the letter's where it names one, else the approved price."""
    return dataset.commodity_by_code[quota.commodity_code].price if quota.price is None else quota.price


def _allotment(
    dataset: Dataset,
    quotas: Sequence[Quota],
    whole: GatheredRound,
    result: RoundResult,
    i: int,
    j: int,
) -> Allotment:
    outlet, given = dataset.outlets[i], whole.numbers
    by_household = whole.policy.counts is CountBasis.HOUSEHOLDS
    return Allotment(
        outlet_code=outlet.code,
        commodity_code=given.commodities[j].code,
        union_code=dataset.union_of(outlet),
        cooperative_code=outlet.cooperative_code,
        area_code=outlet.area_code,
        people=whole.served[outlet.code].people,
        households=whole.counted[outlet.code].people if by_household else None,
        basis=whole.counted[outlet.code].basis,
        need_weight=whole.need.need[i],
        weight_grid=int(result.weight_grid[i]),
        entitlement_nano=int(result.entitlement_nano[i, j]),
        opening_packs=int(given.opening_packs[i, j]),
        repaid_nano=int(result.repaid_nano[i, j]),
        level_nano=int(result.level_nano[i, j]),
        netted_nano=int(result.netted_nano[i, j]),
        floor_nano=int(result.floor_nano[i, j]),
        moved_nano=int(result.moved_nano[i, j]),
        target_nano=int(result.target_nano[i, j]),
        cap_packs=int(result.cap_packs[i, j]),
        bound=result.bound_at(i, j),
        debt_before_nano=int(result.debt_before_nano[i, j]),
        debt_after_nano=int(result.debt_after_nano[i, j]),
        shortfall_nano=int(result.shortfall_nano[i, j]),
        method=given.commodities[j].method,
        packs=int(result.packs[i, j]),
        price=price_of(dataset, quotas[j]),
    )


def _goods(dataset: Dataset, quota: Quota, given: RoundInput, result: RoundResult, j: int) -> RoundGoods:
    commodity = given.commodities[j]
    return RoundGoods(
        commodity_code=commodity.code,
        quota_g=commodity.quota_g,
        carried_g=commodity.carried_g,
        packs_to_share=int(result.packs_to_share[j]),
        allotted_packs=int(result.packs[:, j].sum()),
        reserved_packs=int(result.reserved_packs[j]),
        unplaced_packs=int(result.unplaced_packs[j]),
        remainder_g=int(result.remainder_g[j]),
        pack_g=commodity.pack_g,
        price=price_of(dataset, quota),
    )


def _entries(given: RoundInput, result: RoundResult, rows: Iterable[tuple[int, int]]) -> Iterable[LedgerEntry]:
    """Yield the postings of a round: changes of rounding debts, shares kept away, and shortfalls repaid."""
    for i, j in rows:
        moves = (
            (
                Account.ROUNDING_DEBT,
                LedgerKind.ROUND,
                int(result.debt_after_nano[i, j] - result.debt_before_nano[i, j]),
            ),
            (Account.SHORTFALL, LedgerKind.ROUND, int(result.owed_nano[i, j])),
            (Account.SHORTFALL, LedgerKind.REPAYMENT, -int(result.repaid_packs[i, j]) * NANO_PER_PACK),
        )
        for account, kind, amount in moves:
            if amount:
                yield LedgerEntry(
                    account=account,
                    holder_code=given.names[i],
                    commodity_code=given.commodities[j].code,
                    amount_nano=amount,
                    kind=kind,
                )
