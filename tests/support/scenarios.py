"""Runs kept in folders with allotments that a test makes up, without sharing or planning anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from distribution.domain.dataset import Dataset
from distribution.domain.enums import PopulationBasis
from distribution.domain.rounds import NANO_PER_PACK, Allotment, RoundGoods
from distribution.services.run_folder import DATABASE
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.unit_of_work import UnitOfWork

Packs = Mapping[tuple[str, str], int]
DELIVERY = {
    "cost": 1_200_000, "metres": 345_600, "trips": 7, "trucks": 3, "truck_days": 5, "co2_kg": "81.5", "routed_g": 9_000,
    "collected_g": 1_000, "waiting_g": 250_000, "outlets_served": 9, "people_covered": 53_000,
}  # fmt: skip


def keep_run(
    folder: Path, dataset: Dataset, packs: Packs, *, round_code: str = "spring", policy: str | None = None
) -> Path:
    """Keep a round with these allotments, by (outlet code, commodity code), in a folder, and return the folder."""
    folder.mkdir(parents=True)
    engine = create_database(database_url(folder / DATABASE))
    upgrade(engine)
    quotas = dataset.quotas_by_round[round_code]
    goods = [_goods(dataset, quota.commodity_code, quota.quota_g, packs) for quota in quotas]
    with UnitOfWork(engine).write() as tx:
        version = tx.datasets.import_(dataset, "test").version
        kept = tx.rounds.add(round_code, dataset_version=version, parameters={"policy": policy})
        tx.rounds.put_allotments(kept.require_id(), [_line(dataset, *key, count) for key, count in packs.items()])
        tx.rounds.put_goods(kept.require_id(), goods)
        kept.summary = json.dumps({"delivery": DELIVERY, "goods": []})
    engine.dispose()
    return folder


def _goods(dataset: Dataset, code: str, quota_g: int, packs: Packs) -> RoundGoods:
    pack_g = dataset.commodity_by_code[code].pack_g
    to_share, remainder_g = divmod(quota_g, pack_g)
    allotted = sum(count for (_, commodity), count in packs.items() if commodity == code)
    return RoundGoods(
        commodity_code=code, quota_g=quota_g, packs_to_share=to_share, allotted_packs=allotted,
        unplaced_packs=to_share - allotted, remainder_g=remainder_g, pack_g=pack_g,
    )  # fmt: skip


def _line(dataset: Dataset, outlet_code: str, commodity_code: str, packs: int) -> Allotment:
    outlet = dataset.outlet_by_code[outlet_code]
    return Allotment(
        outlet_code=outlet_code, commodity_code=commodity_code, union_code=dataset.union_of(outlet),
        cooperative_code=outlet.cooperative_code, area_code=outlet.area_code, people=outlet.served_population or 3000,
        basis=PopulationBasis.DECLARED, weight_grid=1, entitlement_nano=packs * NANO_PER_PACK,
        target_nano=packs * NANO_PER_PACK, packs=packs,
    )  # fmt: skip
