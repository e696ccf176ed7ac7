"""A round kept in the store without a search: real shares, and a plan and files that stand in for real ones."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from distribution.domain.dataset import Dataset
from distribution.domain.enums import RoundState
from distribution.domain.goods import Quota
from distribution.services.allocate_round import Accounts, allocate_quotas
from distribution.services.import_dataset import import_dataset
from distribution.store.repositories.files import NewFile
from distribution.store.unit_of_work import UnitOfWork
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
        plan = json.dumps({"round": code, "trips": []}).encode()
        tx.plans.put(round_id, plan, status="iteration_limit", seed=1, iterations=0, scaled_cost=0)
        tx.files.replace(
            round_id,
            [
                NewFile("plan.json", "application/json", plan),
                NewFile("crew/کامیون ۱.zip", "application/zip", b"PK\x05\x06" + bytes(18)),
            ],
        )
        kept.summary = json.dumps({"round_code": code, "outlets": len(dataset.outlets)})
        kept.state = RoundState.PLANNED
