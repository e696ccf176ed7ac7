"""Runs of our search and of plain ways of planning on one problem, each checked, and the figures that compare them."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from optimizer.launch import solve_in_child
from optimizer.parallel import count_available_cpus
from optimizer.peers import SOLVERS
from optimizer.plan import COST_SCALE, Limits, Plan
from optimizer.problem import Problem
from optimizer.verify import verify_plan

#: The one that draws nothing by lot and ends by itself.
BY_HAND = "by_hand"


class PlanError(RuntimeError):
    """A plan breaks a rule."""


@dataclass(frozen=True, slots=True)
class Run:
    """One solver, once, on one problem.

    Attributes
    ----------
    problem, solver, seed
        Which problem, by name; who; from which seed.
    cost
        Of the plan, in the problem's money.
    km, truck_days, trips
        Driven in it.
    unserved, unserved_kg
        Deliveries that wait in it, and their mass.
    retagged
        Deliveries that come from another depot than the tagged one.
    seconds
        Wall time from the call to the plan.
    """

    problem: str
    solver: str
    seed: int
    cost: float
    km: float
    truck_days: int
    trips: int
    unserved: int
    unserved_kg: float
    retagged: int
    seconds: float


def run_solver(name: str, problem: Problem, solver: str, seconds: float, seed: int, workers: int | None = None) -> Run:
    """Run a solver in a process of its own, its start counted, and check its plan.

    Raises
    ------
    PlanError
        If the plan breaks a rule.
    optimizer.launch.SolverCrash
        If there is none.
    """
    began_s = time.monotonic()
    plan = solve_in_child(problem, Limits(seconds=seconds), seed, workers=workers, solver=SOLVERS[solver])
    took_s = time.monotonic() - began_s
    if faults := verify_plan(problem, plan):
        raise PlanError(f"{name}, {solver}, seed {seed}: {faults[:5]}")
    return describe(name, problem, plan, solver, took_s)


def describe(name: str, problem: Problem, plan: Plan, solver: str, seconds: float) -> Run:
    """Return the figures of a plan."""
    return Run(
        problem=name,
        solver=solver,
        seed=plan.seed,
        cost=plan.scaled_cost / COST_SCALE,
        km=sum(trip.metres for trip in plan.trips) / 1000,
        truck_days=len({(trip.day, trip.vehicle_type, trip.vehicle) for trip in plan.trips}),
        trips=len(plan.trips),
        unserved=len(plan.unserved),
        unserved_kg=sum(problem.deliveries[one.delivery].weight_g for one in plan.unserved) / 1000,
        retagged=sum(trip.depot != problem.deliveries[s.delivery].depot for trip in plan.trips for s in trip.stops),
        seconds=seconds,
    )


def middle(runs: Iterable[Run], figure: str) -> float:
    """Return the median of a figure over runs."""
    return median(getattr(run, figure) for run in runs)


def saving(cost: float, than: float) -> float:
    """Return how much cheaper a cost is than another, in percent of the other."""
    return 100 * (1 - cost / than) if than else 0.0


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in markdown, its first column to the left."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_json(target: Path, seconds: float, workers: int | None, runs: Sequence[Run], **more: object) -> None:
    """Write the runs, with what they were made on."""
    document = {
        "seconds": seconds,
        "machine": platform.machine(),
        "cores": workers or count_available_cpus(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in ("taavon", "ortools", "numba")},
        **more,
        "runs": [asdict(run) for run in runs],
    }
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
