"""A round from what it starts from to what came of it, but for the search: the same steps for a run and for a check."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from distribution import __version__
from distribution.domain.dataset import Dataset
from distribution.domain.goods import Quota
from distribution.domain.rounds import WaitingPacks
from distribution.services.allocate_round import Allocation, allocate_quotas
from distribution.services.demand import Demand, build_demand
from distribution.services.exports.build import list_files
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.gather_round import Accounts
from distribution.services.plan_deliveries import DeliveryPlan
from distribution.services.ranking import rank_outlets
from distribution.services.stock_use import remaining_stock
from distribution.services.summary import summarise

#: Place code, commodity code and the day of a row of stock.
StockKey = tuple[str, str, dt.date | None]


@dataclass(frozen=True)
class RoundStart:
    """Everything a round is computed from; two equal starts give equal shares, whoever computes.

    Attributes
    ----------
    declared
        The network as it was imported.
    version
        Its version.
    round_code, policy_code
        What to share, and by which policy; None for the plain one.
    accounts
        What earlier rounds left behind.
    stock_taken
        Packs that earlier rounds took of each row of stock since it was counted.
    parked
        Packs that wait for an outlet or a commodity that is gone: told of, and not delivered.
    """

    declared: Dataset
    version: int
    round_code: str
    policy_code: str | None = None
    accounts: Accounts = field(default_factory=Accounts)
    stock_taken: Mapping[StockKey, int] = field(default_factory=dict)
    parked: tuple[WaitingPacks, ...] = ()

    @cached_property
    def dataset(self) -> Dataset:
        """Return the network with the stock that is left."""
        return replace(self.declared, stock=remaining_stock(self.declared.stock, self.stock_taken))

    @cached_property
    def quotas(self) -> tuple[Quota, ...]:
        """Return the quotas of the round, in order of code."""
        return self.declared.quotas_by_round[self.round_code]


def share_round(start: RoundStart) -> Allocation:
    """Share the quotas of a round.

    Raises
    ------
    NotFoundError, StateError
        Whatever :func:`allocate_quotas` raises.
    """
    return allocate_quotas(start.dataset, start.quotas, start.accounts, start.policy_code)


def demand_of(start: RoundStart, allocation: Allocation) -> Demand:
    """Arrange what is allotted now and what still waits as the demand of the round, and rank who goes first."""
    due = Counter({(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments})
    for line in start.accounts.waiting:
        due[line.outlet_code, line.commodity_code] += line.packs
    return build_demand(start.dataset, start.quotas, due, _rank(start, allocation))


def _rank(start: RoundStart, allocation: Allocation) -> dict[str, int]:
    debts: dict[str, int] = defaultdict(int)
    for allotment in allocation.allotments:
        debts[allotment.outlet_code] = max(debts[allotment.outlet_code], allotment.debt_before_nano)
    since: dict[str, dt.date] = {}
    for line in start.accounts.waiting:
        since[line.outlet_code] = min(since.get(line.outlet_code, line.waiting_since), line.waiting_since)
    return rank_outlets(
        start.dataset.outlets,
        min(q.period_start for q in start.quotas),
        lot=start.round_code,
        waiting_since=since,
        debt_nano=debts,
    )


def conclude_round(
    start: RoundStart, allocation: Allocation, deliveries: DeliveryPlan, taavon_version: str = __version__
) -> RoundOutcome:
    """Put shares and deliveries together, with the figures of both; ``taavon_version`` is that which computed them."""
    summary = summarise(start.dataset, start.version, start.round_code, allocation, deliveries, start.parked)
    outcome = RoundOutcome(
        start.dataset,
        start.round_code,
        allocation,
        deliveries,
        summary,
        start.parked,
        start.accounts.waiting,
        taavon_version,
    )
    return replace(outcome, summary=replace(summary, files=list_files(outcome)))
