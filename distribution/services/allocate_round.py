"""Share the quotas of a round: from the network, the letters and the accounts to an allotment per outlet."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.allocate import RoundResult, allocate_round
from distribution.allocation.grid import MAX_PACKS
from distribution.allocation.population import Served, resolve_populations
from distribution.allocation.round_input import CommodityInput, RoundInput
from distribution.domain.dataset import Dataset
from distribution.domain.eligibility import is_eligible
from distribution.domain.enums import Account, StorageClass
from distribution.domain.errors import StateError
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet
from distribution.domain.rounds import Allotment, LedgerEntry, RoundGoods, WaitingPacks
from distribution.services.demand import commodity_mask, most_drops, receiving_mask, round_days
from distribution.services.storage_room import free_storage_g

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Accounts:
    """What earlier rounds left behind.

    Attributes
    ----------
    rounding_debt
        Billionths of a pack owed by (outlet code, commodity code).
    carried_g
        Mass carried on by commodity code, g.
    waiting
        Packs allotted before and not delivered yet.
    """

    rounding_debt: Mapping[tuple[str, str], int] = field(default_factory=dict)
    carried_g: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[WaitingPacks, ...] = ()


@dataclass(frozen=True)
class Allocation:
    """The shares of a round, ready to be kept."""

    quotas: tuple[Quota, ...]
    outlets: tuple[Outlet, ...]
    served: Mapping[str, Served]
    result: RoundResult
    allotments: tuple[Allotment, ...]
    goods: tuple[RoundGoods, ...]
    entries: tuple[LedgerEntry, ...]


def allocate_quotas(dataset: Dataset, quotas: Sequence[Quota], accounts: Accounts) -> Allocation:
    """Share the quotas of one round among the outlets they admit.

    Raises
    ------
    StateError
        ``no_working_day`` if no delivery could be made in the period; ``quota_too_large`` if a quota, with what was
        carried on and what lies at the outlets, is more packs than the accounts can hold.
    """
    outlets = dataset.outlets
    served = resolve_populations(dataset.areas, outlets)
    round_input = _round_input(dataset, quotas, accounts, served)
    _require_countable(round_input)
    result = allocate_round(round_input)
    rows = [(int(i), j) for j in range(len(quotas)) for i in np.flatnonzero(round_input.commodities[j].eligible)]
    return Allocation(
        quotas=tuple(quotas),
        outlets=outlets,
        served=served,
        result=result,
        allotments=tuple(_allotment(dataset, quotas, served, round_input, result, i, j) for i, j in rows),
        goods=tuple(_goods(dataset, quota, round_input, result, j) for j, quota in enumerate(quotas)),
        entries=tuple(_entries(round_input, result, rows)),
    )


def _require_countable(given: RoundInput) -> None:
    for commodity, lying in zip(given.commodities, given.opening_packs.sum(axis=0).tolist(), strict=True):
        packs = (commodity.quota_g + commodity.carried_g) // commodity.pack_g + lying
        if packs > MAX_PACKS:
            raise StateError("quota_too_large", commodity=commodity.code, packs=packs, most=MAX_PACKS)


def price_of(dataset: Dataset, quota: Quota) -> int:
    """Return the price of one pack: the letter's where it names one, else the approved price."""
    return dataset.commodity_by_code[quota.commodity_code].price if quota.price is None else quota.price


def _round_input(
    dataset: Dataset, quotas: Sequence[Quota], accounts: Accounts, served: Mapping[str, Served]
) -> RoundInput:
    outlets = dataset.outlets
    commodities = [dataset.commodity_by_code[q.commodity_code] for q in quotas]
    days = round_days(dataset, quotas)
    deliveries = _deliveries(outlets, quotas, [c.code for c in commodities], days)
    column = {c.code: j for j, c in enumerate(commodities)}
    row = {o.code: i for i, o in enumerate(outlets)}
    opening = np.zeros((len(row), len(column)), dtype=np.int64)
    for line in dataset.stock:
        if line.place_code in row and line.commodity_code in column:
            opening[row[line.place_code], column[line.commodity_code]] += line.packs
    debt = np.zeros_like(opening)
    for (outlet, commodity), amount in accounts.rounding_debt.items():
        if outlet in row and commodity in column:
            debt[row[outlet], column[commodity]] = amount
    return RoundInput(
        names=tuple(o.code for o in outlets),
        people=np.array([served[o.code].people for o in outlets], dtype=np.int64),
        need=tuple(dataset.area_by_code[o.area_code].need_weight for o in outlets),
        storage_g=_storage(dataset, quotas, days, accounts.waiting),
        deliveries=deliveries,
        commodities=tuple(
            CommodityInput(
                code=commodity.code,
                pack_g=commodity.pack_g,
                storage_class=commodity.storage_class.value,
                quota_g=quota.quota_g,
                carried_g=accounts.carried_g.get(commodity.code, 0),
                method=quota.method,
                eligible=np.array([is_eligible(dataset, quota, o) for o in outlets], dtype=bool),
                floor_packs=quota.floor_packs,
            )
            for quota, commodity in zip(quotas, commodities, strict=True)
        ),
        opening_packs=opening,
        debt_nano=debt,
    )


def _deliveries(
    outlets: Sequence[Outlet], quotas: Sequence[Quota], commodity_codes: Sequence[str], days: Sequence[dt.date]
) -> IntArray:
    """Return the deliveries of each commodity that each outlet can take, shape (outlets, commodities)."""
    masks = np.array([commodity_mask(quotas, code, days) for code in commodity_codes], dtype=bool)
    counts = np.array([receiving_mask(outlet, days) for outlet in outlets], dtype=np.int64) @ masks.T
    return np.array(
        [[most_drops(outlet, int(count)) for count in row] for outlet, row in zip(outlets, counts, strict=True)],
        dtype=np.int64,
    )


def _storage(
    dataset: Dataset, quotas: Sequence[Quota], days: Sequence[dt.date], waiting: Iterable[WaitingPacks]
) -> dict[str, IntArray]:
    """Return the room for one delivery of new goods, g per outlet: packs that waited take theirs first."""
    outlets = dataset.outlets
    room = free_storage_g(dataset, outlets)
    packs: Counter[tuple[str, str]] = Counter()
    for line in waiting:
        packs[line.outlet_code, line.commodity_code] += line.packs
    expected: dict[tuple[str, StorageClass], int] = defaultdict(int)
    for (outlet_code, commodity_code), count in packs.items():
        outlet, commodity = dataset.outlet_by_code[outlet_code], dataset.commodity_by_code[commodity_code]
        receiving = receiving_mask(outlet, days) & commodity_mask(quotas, commodity_code, days)
        in_a_drop = -(-count // most_drops(outlet, int(receiving.sum())))
        expected[outlet_code, commodity.storage_class] += in_a_drop * commodity.pack_g
    return {
        cls.value: np.array([max(0, room[o.code, cls] - expected[o.code, cls]) for o in outlets], dtype=np.int64)
        for cls in StorageClass
    }


def _allotment(
    dataset: Dataset,
    quotas: Sequence[Quota],
    served: Mapping[str, Served],
    given: RoundInput,
    result: RoundResult,
    i: int,
    j: int,
) -> Allotment:
    outlet = dataset.outlets[i]
    return Allotment(
        outlet_code=outlet.code,
        commodity_code=given.commodities[j].code,
        union_code=dataset.union_of(outlet),
        cooperative_code=outlet.cooperative_code,
        area_code=outlet.area_code,
        people=served[outlet.code].people,
        basis=served[outlet.code].basis,
        weight_grid=int(result.weight_grid[i]),
        entitlement_nano=int(result.entitlement_nano[i, j]),
        opening_packs=int(given.opening_packs[i, j]),
        netted_nano=int(result.netted_nano[i, j]),
        floor_nano=int(result.floor_nano[i, j]),
        moved_nano=int(result.moved_nano[i, j]),
        target_nano=int(result.target_nano[i, j]),
        cap_packs=int(result.cap_packs[i, j]),
        bound=result.bound[i, j],
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
        unplaced_packs=int(result.unplaced_packs[j]),
        remainder_g=int(result.remainder_g[j]),
        pack_g=commodity.pack_g,
        price=price_of(dataset, quota),
    )


def _entries(given: RoundInput, result: RoundResult, rows: Iterable[tuple[int, int]]) -> Iterable[LedgerEntry]:
    """Yield the postings of a round: the change of every rounding debt, and every share a cap kept away."""
    for i, j in rows:
        moves = {
            Account.ROUNDING_DEBT: int(result.debt_after_nano[i, j] - result.debt_before_nano[i, j]),
            Account.SHORTFALL: int(result.shortfall_nano[i, j]),
        }
        for account, amount in moves.items():
            if amount:
                yield LedgerEntry(
                    account=account,
                    holder_code=given.names[i],
                    commodity_code=given.commodities[j].code,
                    amount_nano=amount,
                )
