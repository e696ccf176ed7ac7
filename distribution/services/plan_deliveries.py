"""Plan the deliveries of a round: tag, cut into loads, route in a child process, verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from distribution.domain.dataset import Dataset
from distribution.domain.errors import TaavonError
from distribution.domain.goods import Quota
from distribution.services.collections import Collection, list_collections
from distribution.services.delivery_problem import build_problem
from distribution.services.demand import Demand, build_demand
from distribution.services.progress import Phase, Reporter
from distribution.services.tag_demand import Shortage, Tags, list_shortages, tag_demand
from distribution.services.travel import build_travel
from gis.travel.protocol import TravelProvider
from optimizer.launch import SolverCrash, solve_in_child
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import Progress
from optimizer.verify import verify_plan


@dataclass(frozen=True)
class SearchOptions:
    """How long and with what to search; ``workers`` never changes the plan, only how soon it is found."""

    limits: Limits
    seed: int = 1
    workers: int | None = None


@dataclass(frozen=True)
class DeliveryPlan:
    """The verified plan of a round, with what it was made from."""

    demand: Demand
    problem: Problem
    plan: Plan
    collections: tuple[Collection, ...]
    shortages: tuple[Shortage, ...]
    travel_label: str
    travel_is_estimate: bool

    def waiting_packs(self) -> Counter[tuple[str, str]]:
        """Count the packs that stay behind, by (outlet code, commodity code)."""
        waiting: Counter[tuple[str, str]] = Counter()
        for unserved in self.plan.unserved:
            delivery = self.problem.deliveries[unserved.delivery]
            outlet = self.problem.places[delivery.place].name
            for commodity, packs in zip(self.problem.commodities, delivery.packs, strict=True):
                if packs:
                    waiting[outlet, commodity] += packs
        for shortage in self.shortages:
            waiting[shortage.outlet_code, shortage.commodity_code] += shortage.packs
        return waiting


class SolverError(TaavonError):
    """The search ended without a plan (``solver_crash``) or with one that the checker rejects (``plan_rejected``)."""


@dataclass(frozen=True)
class PosedDeliveries:
    """What has to be carried and by whom it may be: all of a plan but the plan."""

    demand: Demand
    tags: Tags
    problem: Problem
    travel_label: str
    travel_is_estimate: bool

    def answered_by(self, plan: Plan) -> DeliveryPlan:
        """Put a plan to it."""
        return DeliveryPlan(
            demand=self.demand,
            problem=self.problem,
            plan=plan,
            collections=list_collections(self.demand, self.tags),
            shortages=list_shortages(self.demand, self.tags),
            travel_label=self.travel_label,
            travel_is_estimate=self.travel_is_estimate,
        )


def plan_deliveries(
    dataset: Dataset,
    quotas: Sequence[Quota],
    packs: Mapping[tuple[str, str], int],
    rank: Mapping[str, int],
    options: SearchOptions,
    reporter: Reporter,
) -> DeliveryPlan:
    """Plan the delivery of packs per (outlet code, commodity code) over the working days of a round.

    Raises
    ------
    StateError
        ``no_working_day`` if the calendar leaves none.
    SolverError
        If the search gives no plan, or one that breaks a constraint: nothing of it is kept.
    """
    return plan_demand(build_demand(dataset, quotas, packs, rank), options, reporter)


def plan_demand(demand: Demand, options: SearchOptions, reporter: Reporter) -> DeliveryPlan:
    """Plan the delivery of a demand.

    Raises
    ------
    SolverError
        If the search gives no plan, or one that breaks a constraint: nothing of it is kept.
    """
    reporter.report(Phase.TAG, 0.0)
    posed = pose_deliveries(demand, travel_of(demand))
    reporter.report(Phase.TAG, 1.0)
    return posed.answered_by(search_plan(posed.problem, options, reporter))


def travel_of(demand: Demand) -> TravelProvider:
    """Build the travel between the places of a demand: its warehouses, then its outlets, each in order."""
    return build_travel(demand.dataset, (*demand.warehouses, *demand.outlets))


def pose_deliveries(demand: Demand, travel: TravelProvider) -> PosedDeliveries:
    """Tag a demand and cut it into loads; ``travel`` is between its warehouses and outlets, each in order."""
    warehouses = np.arange(len(demand.warehouses))
    metres, _ = travel.matrix(warehouses, len(warehouses) + np.arange(len(demand.outlets)))
    tags = tag_demand(demand, metres)
    return PosedDeliveries(demand, tags, build_problem(demand, tags, travel), travel.label, travel.is_estimate)


def search_plan(problem: Problem, options: SearchOptions, reporter: Reporter) -> Plan:
    """Search for the plan of a problem in a child process, and check it.

    Raises
    ------
    SolverError
        If the search gives no plan, or one that breaks a constraint.
    """

    def on_progress(progress: Progress) -> None:
        reporter.report(Phase.ROUTE, progress.fraction, progress.scaled_cost)

    try:
        plan = solve_in_child(
            problem,
            options.limits,
            options.seed,
            workers=options.workers,
            on_progress=on_progress,
            should_stop=reporter.should_stop,
        )
    except SolverCrash as crash:
        raise SolverError("solver_crash", exit_code=crash.exit_code) from crash
    if violations := verify_plan(problem, plan):
        raise SolverError("plan_rejected", details="; ".join(map(str, violations[:5])))
    reporter.report(Phase.ROUTE, 1.0, plan.scaled_cost)
    return plan
