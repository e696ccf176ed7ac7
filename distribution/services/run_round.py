"""Run a round: share the quotas, plan the deliveries, make the files, and keep all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, RoundState
from distribution.domain.errors import StateError
from distribution.domain.goods import Quota
from distribution.services.allocate_round import Accounts, Allocation, allocate_quotas
from distribution.services.exports.build import build_files
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.exports.plan_json import render_plan_json
from distribution.services.plan_deliveries import SearchOptions, plan_deliveries
from distribution.services.progress import Phase, Reporter
from distribution.services.ranking import rank_outlets
from distribution.services.stock_use import packs_taken, remaining_stock, use_stock
from distribution.services.summary import RoundSummary, summarise
from distribution.services.waiting import carry_waiting, post_undelivered
from distribution.store.repositories.files import NewFile
from distribution.store.tables.rounds import WaitingRow
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True)
class RunOptions:
    """Which round to run, None for the earliest that has not been run, and how to search."""

    search: SearchOptions
    round_code: str | None = None


@dataclass(frozen=True)
class _Given:
    """What a run reads before it computes; ``parked`` are packs that wait for an outlet or a commodity now gone."""

    dataset: Dataset
    version: int
    last_round: int | None
    quotas: tuple[Quota, ...]
    accounts: Accounts
    waiting: tuple[WaitingRow, ...]
    parked: tuple[WaitingRow, ...]

    @property
    def round_code(self) -> str:
        return self.quotas[0].round_code


def run_round(
    uow: UnitOfWork,
    options: RunOptions,
    reporter: Reporter,
    *,
    also_keep: Callable[[Transaction, RoundSummary], None] | None = None,
) -> RoundSummary:
    """Run one round on the current network and keep it.

    Nothing is kept unless all of it is: the shares, the postings, the verified plan and the files.

    Parameters
    ----------
    also_keep
        Called in the transaction that keeps the round: what it writes is kept with the round, and what it raises
        keeps the round from being kept.

    Raises
    ------
    NotFoundError
        If no network has been imported.
    StateError
        ``no_round_left``, ``round_not_in_quotas``, ``round_exists`` or ``no_working_day``; ``rounds_moved_on`` or
        ``network_moved_on`` if another round was kept, or another network imported, meanwhile: the accounts are then
        not the ones read here.
    SolverError
        If the search fails.
    """
    with uow.read() as tx:
        given = _read(tx, options.round_code)
    dataset = given.dataset
    reporter.report(Phase.ALLOCATE, 0.0)
    allocation = allocate_quotas(dataset, given.quotas, given.accounts)
    reporter.report(Phase.ALLOCATE, 1.0)
    deliveries = plan_deliveries(
        dataset, given.quotas, _packs_due(allocation, given.waiting), _rank(given, allocation), options.search, reporter
    )
    summary = summarise(dataset, given.version, given.round_code, allocation, deliveries, given.parked)
    outcome = RoundOutcome(dataset, given.round_code, allocation, deliveries, summary, given.parked)
    plan_json = render_plan_json(outcome)
    files, summary = build_files(outcome, plan_json, reporter)
    outcome = replace(outcome, summary=summary)
    with uow.write() as tx:
        _keep(tx, given, options, outcome, plan_json, files)
        if also_keep is not None:
            also_keep(tx, summary)
    return summary


def require_quotas(uow: UnitOfWork, round_code: str | None) -> tuple[Quota, ...]:
    """Return the quotas of a round that can be run now; of the earliest that has not been run, if none is named.

    Raises
    ------
    NotFoundError
        If no network has been imported.
    StateError
        ``no_round_left``, ``round_not_in_quotas`` or ``round_exists``.
    """
    with uow.read() as tx:
        return _choose_quotas(tx, tx.datasets.load(), round_code)


def _read(tx: Transaction, round_code: str | None) -> _Given:
    declared = tx.datasets.load()
    dataset = replace(declared, stock=remaining_stock(declared.stock, tx.stock_use.since_counted()))
    version = tx.datasets.current_version()
    latest = tx.rounds.latest()
    quotas = _choose_quotas(tx, dataset, round_code)
    waiting: list[WaitingRow] = []
    parked: list[WaitingRow] = []
    for line in tx.waiting.open():
        known = line.outlet_code in dataset.outlet_by_code and line.commodity_code in dataset.commodity_by_code
        (waiting if known else parked).append(line)
    return _Given(
        dataset=dataset,
        version=version or 0,
        last_round=latest.id if latest else None,
        quotas=quotas,
        accounts=Accounts(
            rounding_debt=tx.ledger.balances(Account.ROUNDING_DEBT),
            carried_g=tx.rounds.carried_g(),
            waiting=tuple(waiting),
        ),
        waiting=tuple(waiting),
        parked=tuple(parked),
    )


def _choose_quotas(tx: Transaction, dataset: Dataset, round_code: str | None) -> tuple[Quota, ...]:
    rounds = dataset.quotas_by_round
    done = {r.code for r in tx.rounds.list()}
    if round_code is None:
        left = [code for code in rounds if code not in done]
        if not left:
            raise StateError("no_round_left", rounds=", ".join(rounds))
        return rounds[left[0]]
    if round_code in done:
        raise StateError("round_exists", round_code=round_code)
    if round_code not in rounds:
        raise StateError("round_not_in_quotas", round=round_code, rounds=", ".join(rounds))
    return rounds[round_code]


def _packs_due(allocation: Allocation, waiting: Iterable[WaitingRow]) -> Counter[tuple[str, str]]:
    """Add up what is allotted now and what still waits, by (outlet code, commodity code)."""
    due = Counter({(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments})
    for line in waiting:
        due[line.outlet_code, line.commodity_code] += line.packs
    return due


def _rank(given: _Given, allocation: Allocation) -> dict[str, int]:
    debts: dict[str, int] = defaultdict(int)
    for allotment in allocation.allotments:
        debts[allotment.outlet_code] = max(debts[allotment.outlet_code], allotment.debt_before_nano)
    since: dict[str, dt.date] = {}
    for line in given.waiting:
        since[line.outlet_code] = min(since.get(line.outlet_code, line.waiting_since), line.waiting_since)
    return rank_outlets(
        given.dataset.outlets,
        min(q.period_start for q in given.quotas),
        lot=given.round_code,
        waiting_since=since,
        debt_nano=debts,
    )


def _keep(
    tx: Transaction,
    given: _Given,
    options: RunOptions,
    outcome: RoundOutcome,
    plan_json: bytes,
    files: Iterable[NewFile],
) -> None:
    tx.rounds.lock()
    latest = tx.rounds.latest()
    if (latest.id if latest else None) != given.last_round:
        raise StateError("rounds_moved_on")
    if (tx.datasets.current_version() or 0) != given.version:
        raise StateError("network_moved_on")
    plan, allocation = outcome.deliveries.plan, outcome.allocation
    limits = options.search.limits
    kept = tx.rounds.add(
        given.round_code,
        dataset_version=given.version,
        seed=options.search.seed,
        parameters={"seconds": limits.seconds, "iterations": limits.iterations},
    )
    round_id = kept.require_id()
    tx.rounds.put_allotments(round_id, allocation.allotments)
    tx.rounds.put_goods(round_id, allocation.goods)
    after = carry_waiting(
        given.waiting,
        {(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments},
        outcome.deliveries.waiting_packs(),
        min(q.period_start for q in given.quotas),
    )
    tx.ledger.post((*allocation.entries, *post_undelivered(given.waiting, after)), round_id=round_id)
    tx.waiting.settle((line.require_id() for line in given.waiting), round_id)
    tx.waiting.add(round_id, after)
    taken = packs_taken(allocation.allotments, outcome.deliveries)
    tx.stock_use.add(round_id, use_stock(given.dataset.stock, taken))
    tx.plans.put(
        round_id,
        plan_json,
        status=plan.status.value,
        seed=plan.seed,
        iterations=plan.iterations,
        scaled_cost=plan.scaled_cost,
    )
    tx.files.replace(round_id, files)
    kept.summary = outcome.summary.to_json().decode()
    kept.state = RoundState.PLANNED
