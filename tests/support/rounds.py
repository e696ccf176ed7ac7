"""A round kept in the store: real shares, a plan searched for in the test's own process, and files that stand in."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from distribution.domain.dataset import Dataset
from distribution.domain.enums import RoundState
from distribution.domain.goods import Quota
from distribution.services import plan_deliveries
from distribution.services.allocate_round import Allocation, allocate_quotas
from distribution.services.exports.certificates import CERTIFICATES, certify_allocation
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.exports.plan_json import render_plan_json
from distribution.services.gather_round import Accounts
from distribution.services.import_dataset import import_dataset
from distribution.services.progress import SilentReporter
from distribution.services.summary import summarise
from distribution.store.repositories.files import NewFile
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import Progress, solve
from tests.support.networks import small_network
from tests.support.nouns import quota


def later_quotas() -> tuple[Quota, ...]:
    """Two quotas of a round to come: of rice for the second union, of eggs for both by name."""
    start, end = dt.date(2024, 6, 1), dt.date(2024, 6, 7)
    return (
        quota("later", "eggs", "1.1", start, end, eligible_unions=("U1", "U2")),
        quota("later", "rice", "3", start, end, eligible_unions=("U2",)),
    )


def two_rounds() -> Dataset:
    """Build the small network with a round to come."""
    dataset = small_network()
    return replace(dataset, quotas=tuple(sorted((*dataset.quotas, *later_quotas()), key=lambda q: q.code)))


def solve_here(
    problem: Problem,
    limits: Limits,
    seed: int,
    *,
    workers: int | None,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> Plan:
    """Search in this process: the same search, without the seconds a child takes to start."""
    return solve(problem, limits, seed, on_progress=on_progress, should_stop=should_stop)


def render_plan(dataset: Dataset, version: int, code: str, allocation: Allocation) -> bytes:
    """Plan the deliveries of a round, not for long, and render them as ``plan.json``."""
    due = Counter({(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments})
    rank = {outlet.code: number for number, outlet in enumerate(dataset.outlets)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_deliveries, "solve_in_child", solve_here)
        deliveries = plan_deliveries.plan_deliveries(
            dataset,
            dataset.quotas_by_round[code],
            due,
            rank,
            plan_deliveries.SearchOptions(Limits(iterations=1)),
            SilentReporter(),
        )
    summary = summarise(dataset, version, code, allocation, deliveries, ())
    return render_plan_json(RoundOutcome(dataset, code, allocation, deliveries, summary))


def keep_round(uow: UnitOfWork, dataset: Dataset, code: str) -> None:
    """Import a network, share the quotas of a round and keep them."""
    version = import_dataset(uow, dataset, "test").version
    allocation = allocate_quotas(dataset, dataset.quotas_by_round[code], Accounts())
    with uow.write() as tx:
        kept = tx.rounds.add(code, dataset_version=version)
        round_id = kept.require_id()
        tx.rounds.put_allotments(round_id, allocation.allotments)
        tx.rounds.put_goods(round_id, allocation.goods)
        tx.ledger.post(allocation.entries, round_id=round_id)
        plan = render_plan(dataset, version, code, allocation)
        tx.plans.put(round_id, plan, status="iteration_limit", seed=1, iterations=0, scaled_cost=0)
        tx.files.replace(
            round_id,
            [
                NewFile("plan.json", "application/json", plan),
                NewFile(CERTIFICATES, "application/jsonl", certify_allocation(allocation, code)),
                NewFile("crew/کامیون ۱.zip", "application/zip", b"PK\x05\x06" + bytes(18)),
            ],
        )
        kept.summary = json.dumps({"round_code": code, "outlets": len(dataset.outlets)})
        kept.state = RoundState.PUBLISHED
