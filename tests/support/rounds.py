"""A round kept in the store without a search: real shares, and a plan and files that stand in for real ones."""

from __future__ import annotations

import json

from distribution.domain.dataset import Dataset
from distribution.domain.enums import RoundState
from distribution.services.allocate_round import Accounts, allocate_quotas
from distribution.services.import_dataset import import_dataset
from distribution.store.repositories.files import NewFile
from distribution.store.unit_of_work import UnitOfWork


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
