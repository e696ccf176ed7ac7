"""Rounds run on a database of their own and read back from what was kept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distribution.domain.dataset import Dataset
from distribution.services.import_dataset import import_dataset
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.run_round import RunOptions, run_round
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.tables.rounds import AllotmentRow, RoundGoodsRow, WaitingRow
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import Limits
from optimizer.plan_file import LoadedPlan, load_plan
from optimizer.verify import verify_plan

#: (outlet code, commodity code) -> packs
Packs = Counter[tuple[str, str]]


@dataclass(frozen=True)
class KeptRound:
    """What the store holds of a round, and the packs that waited before and after it."""

    code: str
    allotments: tuple[AllotmentRow, ...]
    goods: dict[str, RoundGoodsRow]
    loaded: LoadedPlan
    summary: dict[str, Any]
    files: dict[str, bytes]
    waited: tuple[WaitingRow, ...]
    waits: tuple[WaitingRow, ...]

    @property
    def allotted(self) -> Packs:
        return Counter({(a.outlet_code, a.commodity_code): a.packs for a in self.allotments if a.packs})

    @property
    def routed(self) -> Packs:
        return self._load(stop.delivery for trip in self.loaded.plan.trips for stop in trip.stops)

    @property
    def unserved(self) -> Packs:
        return self._load(unserved.delivery for unserved in self.loaded.plan.unserved)

    @property
    def collected(self) -> Packs:
        packs: Packs = Counter()
        for order in self.loaded.header["collections"]:
            packs.update({(order["outlet"], commodity): count for commodity, count in order["packs"].items()})
        return packs

    @property
    def stock_short(self) -> Packs:
        return Counter({(s["outlet"], s["commodity"]): s["packs"] for s in self.loaded.header["stock_short"]})

    @property
    def reasons(self) -> dict[str, int]:
        reasons: dict[str, int] = self.summary["delivery"]["unserved"]
        return reasons

    def _load(self, deliveries: Any) -> Packs:
        problem, packs = self.loaded.problem, Counter()
        for index in deliveries:
            delivery = problem.deliveries[index]
            outlet = problem.places[delivery.place].name
            packs.update({(outlet, c): n for c, n in zip(problem.commodities, delivery.packs, strict=True) if n})
        return packs


class Books:
    """A database, and the rounds run on it."""

    def __init__(self, folder: Path) -> None:
        engine = create_database(database_url(folder / "books.db"))
        upgrade(engine)
        self.uow = UnitOfWork(engine)

    def run(self, dataset: Dataset, code: str | None = None, iterations: int = 2, seed: int = 1) -> KeptRound:
        """Import a network and run a round on it."""
        import_dataset(self.uow, dataset, "test")
        waited = self.waiting(dataset)
        limits = Limits(iterations=iterations)
        code = run_round(self.uow, RunOptions(SearchOptions(limits, seed, 1), code), SilentReporter()).round_code
        with self.uow.read() as tx:
            round_id = tx.rounds.get(code).require_id()
            plan = tx.plans.get(round_id)
            assert plan is not None
            return KeptRound(
                code=code,
                allotments=tx.rounds.allotments(code),
                goods={g.commodity_code: g for g in tx.rounds.goods(code)},
                loaded=load_plan(plan.content),
                summary=json.loads(tx.rounds.get(code).summary),
                files={info.path: tx.files.get(round_id, info.path).content for info in tx.files.list(round_id)},
                waited=waited,
                waits=self.waiting(dataset),
            )

    def waiting(self, dataset: Dataset) -> tuple[WaitingRow, ...]:
        """List the open packs of outlets and commodities that are in the network."""
        with self.uow.read() as tx:
            return tuple(
                line
                for line in tx.waiting.open()
                if line.outlet_code in dataset.outlet_by_code and line.commodity_code in dataset.commodity_by_code
            )


def add_up(lines: tuple[WaitingRow, ...]) -> Packs:
    packs: Packs = Counter()
    for line in lines:
        packs[line.outlet_code, line.commodity_code] += line.packs
    return packs


def check_round(kept: KeptRound) -> None:
    """Check what must hold for every round: nothing appears, nothing vanishes, and the plan is right."""
    assert verify_plan(kept.loaded.problem, kept.loaded.plan) == ()
    for goods in kept.goods.values():
        assert goods.quota_g + goods.carried_g == goods.packs_to_share * goods.pack_g + goods.remainder_g
        assert 0 <= goods.remainder_g < goods.pack_g
        allotted = sum(packs for (_, commodity), packs in kept.allotted.items() if commodity == goods.commodity_code)
        assert allotted == goods.allotted_packs
        assert allotted + goods.unplaced_packs == goods.packs_to_share
    due = kept.allotted + add_up(kept.waited)
    left = add_up(kept.waits)
    assert kept.unserved + kept.stock_short == left
    assert kept.routed + kept.collected + left == due
