"""The plan that a run keeps, with the network and the roads it was made for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from distribution.domain.dataset import Dataset
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Positioned
from distribution.services.travel import build_travel
from distribution.store.unit_of_work import Transaction
from optimizer.plan import Plan
from optimizer.plan_file import load_plan
from optimizer.problem import Problem
from optimizer.verify import verify_plan


@dataclass(frozen=True)
class KeptPlan:
    """A plan and its problem, whose travel knows the roads between all places of the network as it was in the round."""

    round_code: str
    dataset: Dataset
    problem: Problem
    plan: Plan
    travel_is_estimate: bool

    def date_of(self, day: int) -> dt.date:
        """Return the date of a working day."""
        return dt.date.fromisoformat(self.problem.days[day])

    @property
    def outlet_places(self) -> dict[str, int]:
        """Index the places of outlets by code; a warehouse may have the same one."""
        depots = {depot.place for depot in self.problem.depots}
        return {place.name: i for i, place in enumerate(self.problem.places) if i not in depots}


def load_kept_plan(tx: Transaction, folder: Path, round_code: str | None) -> KeptPlan:
    """Load the plan of a round, the latest by default.

    A plan file keeps the roads that its trips use. What would be if a stop were elsewhere needs all of them, so they are
    built anew from the network of the round, and the plan is checked against them.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``.
    StateError
        ``plan_apart`` if the plan does not hold on these roads.
    """
    found = tx.rounds.latest() if round_code is None else tx.rounds.get(round_code)
    if found is None:
        raise NotFoundError("no_round_kept", folder=str(folder))
    stored = tx.plans.get(found.require_id())
    if stored is None:
        raise NotFoundError("plan_missing", round_code=found.code)
    loaded = load_plan(stored.content)
    dataset = tx.datasets.load(found.dataset_version)
    travel = build_travel(dataset, _places(dataset, loaded.problem))
    problem = replace(loaded.problem, travel=travel)
    if violations := verify_plan(problem, loaded.plan):
        raise StateError("plan_apart", round_code=found.code, count=len(violations), where=violations[0].where)
    return KeptPlan(found.code, dataset, problem, loaded.plan, travel.is_estimate)


def _places(dataset: Dataset, problem: Problem) -> list[Positioned]:
    depots = {depot.place for depot in problem.depots}
    warehouses = {warehouse.code: warehouse for warehouse in dataset.warehouses}
    return [
        warehouses[place.name] if i in depots else dataset.outlet_by_code[place.name]
        for i, place in enumerate(problem.places)
    ]
