"""Run a round: share the quotas, plan the deliveries, make the files, and keep all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from distribution.allocation.bundle import Bundle
from distribution.domain.enums import Account, RoundState
from distribution.domain.errors import StateError
from distribution.services.bundle_round import bundle_round
from distribution.services.compute_round import RoundStart, conclude_round, demand_of, share_round
from distribution.services.exports.build import build_files
from distribution.services.exports.outcome import FindLine, RoundOutcome
from distribution.services.gather_round import Accounts
from distribution.services.plan_deliveries import SearchOptions, plan_demand
from distribution.services.policies import find_policy
from distribution.services.progress import Phase, Reporter
from distribution.services.round_quotas import choose_quotas
from distribution.services.summary import RoundSummary
from distribution.store.repositories.files import NewFile
from distribution.store.tables.rounds import WaitingRow
from distribution.store.unit_of_work import Transaction, UnitOfWork

#: Where a round's parameters keep the root hash of its bundle.
BUNDLE_ROOT = "bundle_sha256"


@dataclass(frozen=True)
class RunOptions:
    """Which round to run, None for the earliest that has not been run, by which policy, and how to search."""

    search: SearchOptions
    round_code: str | None = None
    policy_code: str | None = None


@dataclass(frozen=True)
class _Given:
    """What a run reads before it computes.

    ``waiting`` are the kept rows of the packs that wait and can be delivered; ``previous`` is the root hash of the
    bundle of the last round, None if there is none; ``last_round`` and ``last_posting`` tell whether the accounts are
    still those that were read.
    """

    start: RoundStart
    last_round: int | None
    last_posting: int
    waiting: tuple[WaitingRow, ...]
    previous: str | None


def run_round(
    uow: UnitOfWork,
    options: RunOptions,
    reporter: Reporter,
    *,
    also_keep: Callable[[Transaction, RoundSummary], None] | None = None,
    roads: FindLine | None = None,
) -> RoundSummary:
    """Run one round on the current network and keep it.

    Nothing is kept unless all of it is: the shares, the postings, the verified plan and the files.

    Parameters
    ----------
    also_keep
        Called in the transaction that keeps the round: what it writes is kept with the round, and what it raises
        keeps the round from being kept.
    roads
        Finds the lines of the roads that maps and crew packs show where ways were measured; None for straight lines.

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
        given = _read(tx, options)
    start = given.start
    reporter.report(Phase.ALLOCATE, 0.0)
    allocation = share_round(start)
    reporter.report(Phase.ALLOCATE, 1.0)
    deliveries = plan_demand(demand_of(start, allocation), options.search, reporter)
    outcome = conclude_round(start, allocation, deliveries)
    bundle = bundle_round(start, options.search, outcome, given.previous)
    is_measured = start.declared.travel is not None and not start.declared.settings.travel_is_estimate
    outcome = replace(bear_root(outcome, bundle), roads=roads if is_measured else None)
    files = build_files(outcome, bundle.to_zip(), bundle.entries, reporter)
    if deliveries.plan.unserved:
        outcome = replace(outcome, summary=replace(outcome.summary, remedies=outcome.remedies))
    with uow.write() as tx:
        _keep(tx, given, options, outcome, bundle, files)
        if also_keep is not None:
            also_keep(tx, outcome.summary)
    return outcome.summary


def bear_root(outcome: RoundOutcome, bundle: Bundle) -> RoundOutcome:
    """Let the papers and figures that are made after the bundle bear its root hash."""
    summary = replace(outcome.summary, bundle_sha256=bundle.root)
    return replace(outcome, summary=summary, bundle_sha256=bundle.root)


def require_runnable(uow: UnitOfWork, options: RunOptions) -> None:
    """Refuse at once what cannot be run now.

    Raises
    ------
    NotFoundError
        If no network has been imported; ``policy_unknown`` if it has no such policy.
    StateError
        ``no_round_left``, ``round_not_in_quotas`` or ``round_exists``.
    """
    with uow.read() as tx:
        dataset = tx.datasets.load()
        find_policy(dataset, options.policy_code)
        choose_quotas(dataset, options.round_code, _done(tx))


def _read(tx: Transaction, options: RunOptions) -> _Given:
    declared = tx.datasets.load()
    quotas = choose_quotas(declared, options.round_code, _done(tx))
    latest = tx.rounds.latest()
    waiting: list[WaitingRow] = []
    parked: list[WaitingRow] = []
    for line in tx.waiting.open():
        known = line.outlet_code in declared.outlet_by_code and line.commodity_code in declared.commodity_by_code
        (waiting if known else parked).append(line)
    start = RoundStart(
        declared=declared,
        version=tx.datasets.current_version() or 0,
        round_code=quotas[0].round_code,
        policy_code=options.policy_code,
        accounts=Accounts(
            rounding_debt=tx.ledger.balances(Account.ROUNDING_DEBT),
            shortfall=tx.ledger.balances(Account.SHORTFALL),
            carried_g=tx.rounds.carried_g(),
            waiting=tuple(waiting),
        ),
        stock_taken=tx.stock_use.since_counted(),
        parked=tuple(parked),
    )
    previous = latest.parameters.get(BUNDLE_ROOT) if latest else None
    return _Given(start, latest.id if latest else None, tx.ledger.latest_id(), tuple(waiting), previous)


def _done(tx: Transaction) -> set[str]:
    return {found.code for found in tx.rounds.list()}


def _keep(
    tx: Transaction,
    given: _Given,
    options: RunOptions,
    outcome: RoundOutcome,
    bundle: Bundle,
    files: Iterable[NewFile],
) -> None:
    start = given.start
    tx.rounds.lock()
    latest = tx.rounds.latest()
    if (latest.id if latest else None) != given.last_round or tx.ledger.latest_id() != given.last_posting:
        raise StateError("rounds_moved_on")
    if (tx.datasets.current_version() or 0) != start.version:
        raise StateError("network_moved_on")
    plan, allocation, limits = outcome.deliveries.plan, outcome.allocation, options.search.limits
    kept = tx.rounds.add(
        start.round_code,
        dataset_version=start.version,
        seed=options.search.seed,
        parameters={
            "seconds": limits.seconds,
            "iterations": limits.iterations,
            "policy": allocation.policy.code,
            BUNDLE_ROOT: bundle.root,
            "previous_bundle_sha256": given.previous,
        },
    )
    kept.period_start, kept.period_end = outcome.period
    round_id = kept.require_id()
    tx.rounds.put_allotments(round_id, allocation.allotments)
    tx.rounds.put_goods(round_id, allocation.goods)
    tx.ledger.post(outcome.postings, round_id=round_id)
    tx.waiting.settle((line.require_id() for line in given.waiting), round_id)
    tx.waiting.add(round_id, outcome.waiting_after)
    tx.stock_use.add(round_id, outcome.stock_uses)
    tx.plans.put(
        round_id,
        bundle.entries["plan.json"],
        status=plan.status.value,
        seed=plan.seed,
        iterations=plan.iterations,
        scaled_cost=plan.scaled_cost,
    )
    tx.files.replace(round_id, files)
    kept.summary = outcome.summary.to_json().decode()
    kept.state = RoundState.COMPUTED
