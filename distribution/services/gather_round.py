"""Gather what the quotas of a round are shared by: counts, needs, stores, accounts and the policy, as numbers."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS
from distribution.allocation.population import Served
from distribution.allocation.round_input import NO_CAP, CommodityInput, RoundInput
from distribution.domain.dataset import Dataset
from distribution.domain.eligibility import is_eligible
from distribution.domain.enums import CountBasis, StorageClass
from distribution.domain.errors import StateError
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet
from distribution.domain.policy import Policy
from distribution.domain.rounds import NANO_PER_PACK, WaitingPacks
from distribution.services.demand import commodity_mask, most_drops, receiving_mask, round_days
from distribution.services.need import OutletNeed, build_need, served_by
from distribution.services.policies import choose_policy
from distribution.services.policy_rules import build_fixed_shares, build_rules, build_tree, methods_for
from distribution.services.storage_room import free_storage_g

IntArray = NDArray[np.int64]

#: The policy of a round that names none, unless the network has one of this code.
DEFAULT_POLICY = Policy(code="default")


@dataclass(frozen=True)
class Accounts:
    """What earlier rounds left behind.

    Attributes
    ----------
    rounding_debt, shortfall
        Billionths of a pack owed by (outlet code, commodity code).
    carried_g
        Mass carried on by commodity code, g.
    waiting
        Packs allotted before and not delivered yet.
    """

    rounding_debt: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shortfall: Mapping[tuple[str, str], int] = field(default_factory=dict)
    carried_g: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[WaitingPacks, ...] = ()


@dataclass(frozen=True)
class GatheredRound:
    """A round's input, with what its numbers come from.

    Attributes
    ----------
    policy
        How the quotas are shared.
    served, counted
        People each outlet serves, and what the policy counts of them (people or households), by outlet code.
    need
        Need weight of each outlet and what it is made of.
    numbers
        What the engine takes.
    """

    policy: Policy
    served: Mapping[str, Served]
    counted: Mapping[str, Served]
    need: OutletNeed
    numbers: RoundInput


def gather_round(
    dataset: Dataset, quotas: Sequence[Quota], accounts: Accounts, policy_code: str | None = None
) -> GatheredRound:
    """Gather what the quotas of one round are shared by.

    Raises
    ------
    NotFoundError
        ``policy_unknown``.
    StateError
        ``no_working_day`` if no delivery could be made in the period; ``quota_too_large`` if a quota, with what was
        carried on and what lies at the outlets, is more packs than the accounts can hold; ``packs_beyond_method`` if it
        is more than a method shares in reasonable time; ``need_out_of_range`` if the
        policy cannot be followed.
    """
    policy = choose_policy(dataset, policy_code)
    served = counted = served_by(dataset)
    if policy.counts is CountBasis.HOUSEHOLDS:
        counted = served_by(dataset, policy)
    need = build_need(dataset, policy, dataset.outlets)
    numbers = _round_input(dataset, quotas, accounts, policy, counted, need)
    _require_countable(numbers)
    return GatheredRound(policy, served, counted, need, numbers)


def _require_countable(given: RoundInput) -> None:
    for commodity, lying in zip(given.commodities, given.opening_packs.sum(axis=0).tolist(), strict=True):
        packs = (commodity.quota_g + commodity.carried_g) // commodity.pack_g + lying
        if packs > MAX_PACKS:
            raise StateError("quota_too_large", commodity=commodity.code, packs=packs, most=MAX_PACKS)
        most = min(method.most_packs for method in commodity.methods)
        if packs > most:
            raise StateError("packs_beyond_method", commodity=commodity.code, packs=packs, most=most)


def _round_input(
    dataset: Dataset,
    quotas: Sequence[Quota],
    accounts: Accounts,
    policy: Policy,
    counted: Mapping[str, Served],
    need: OutletNeed,
) -> RoundInput:
    outlets = dataset.outlets
    commodities = [dataset.commodity_by_code[q.commodity_code] for q in quotas]
    days = round_days(dataset, quotas)
    places = _Places({o.code: i for i, o in enumerate(outlets)}, {c.code: j for j, c in enumerate(commodities)})
    floors, caps = np.zeros(places.shape, np.int64), np.full(places.shape, NO_CAP, np.int64)
    for limit in dataset.limits:
        if (at := places.find(limit.outlet_code, limit.commodity_code)) is not None:
            floors[at], caps[at] = limit.floor_packs, NO_CAP if limit.cap_packs is None else limit.cap_packs
    baskets = {b.commodity_code: int(b.kg * 1_000_000) for b in dataset.baskets if b.policy_code == policy.code}
    return RoundInput(
        names=tuple(o.code for o in outlets),
        people=np.array([counted[o.code].people for o in outlets], dtype=np.int64),
        need=need.need,
        storage_g=_storage(dataset, quotas, days, accounts.waiting),
        deliveries=_deliveries(outlets, quotas, [c.code for c in commodities], days),
        commodities=tuple(
            CommodityInput(
                code=commodity.code,
                pack_g=commodity.pack_g,
                storage_class=commodity.storage_class.value,
                quota_g=quota.quota_g,
                carried_g=accounts.carried_g.get(commodity.code, 0),
                methods=methods_for(policy, quota),
                eligible=np.array([is_eligible(dataset, quota, o) for o in outlets], dtype=bool),
                floors=np.maximum(floors[:, j], quota.floor_packs),
                caps=caps[:, j],
                basket_mg=baskets.get(commodity.code, 0),
            )
            for j, (quota, commodity) in enumerate(zip(quotas, commodities, strict=True))
        ),
        opening_packs=places.table(((line.place_code, line.commodity_code), line.packs) for line in dataset.stock),
        debt_nano=places.table(accounts.rounding_debt.items()),
        shortfall_nano=places.table(_repayable(accounts).items()),
        rules=build_rules(policy),
        fixed=build_fixed_shares(dataset, policy, outlets),
        tree=build_tree(dataset, policy.hierarchy, outlets),
    )


@dataclass(frozen=True)
class _Places:
    """Row of each outlet and column of each commodity, by code."""

    row: Mapping[str, int]
    column: Mapping[str, int]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.row), len(self.column)

    def find(self, outlet: str, commodity: str) -> tuple[int, int] | None:
        if outlet in self.row and commodity in self.column:
            return self.row[outlet], self.column[commodity]
        return None

    def table(self, amounts: Iterable[tuple[tuple[str, str], int]]) -> IntArray:
        """Add up amounts by (outlet code, commodity code), shape (outlets, commodities); what is not here is left out."""
        table = np.zeros(self.shape, dtype=np.int64)
        for (outlet, commodity), amount in amounts:
            if (at := self.find(outlet, commodity)) is not None:
                table[at] += amount
        return table


def _repayable(accounts: Accounts) -> dict[tuple[str, str], int]:
    """Return the shortfalls less the packs that wait: those head the plan as they are."""
    owed = Counter(dict(accounts.shortfall))
    for line in accounts.waiting:
        owed[line.outlet_code, line.commodity_code] -= line.packs * NANO_PER_PACK
    return dict(owed)


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
