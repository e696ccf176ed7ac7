"""Measure how evenly turns go round over the rounds of a run, and what it costs to bound how far they spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from distribution.services.kept_plan import KeptPlan, load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.plan_deliveries import SearchOptions, search_plan
from distribution.services.progress import Reporter
from distribution.store.unit_of_work import Transaction
from optimizer.plan import COST_SCALE, Plan
from optimizer.plan_file import load_plan
from optimizer.problem import Problem
from optimizer.turn_order import PastTurns, add_turns, bound_turns, spread_of, turns_of


@dataclass(frozen=True)
class Ordered:
    """A plan of the round, the mean turns of its outlets with it, and the mass that waits, g."""

    plan: Plan
    turns: Mapping[str, PastTurns]
    waiting_g: int

    @property
    def spread(self) -> Fraction:
        """Return the greatest mean turn less the least."""
        return spread_of(self.turns.values())


@dataclass(frozen=True)
class TurnPrice:
    """The round planned with and without the bound, at the same work.

    ``width`` is the spread that the days left keep as long as nothing waits: above the bound only if none keep that.
    """

    bound: Fraction
    width: Fraction
    free: Ordered
    held: Ordered

    @property
    def scaled_cost(self) -> int:
        """Return by how much the bound makes the plan dearer, in 1/COST_SCALE of the currency."""
        return self.held.plan.scaled_cost - self.free.plan.scaled_cost


@dataclass(frozen=True)
class TurnReport:
    """The turns of a round's outlets: in the ``rounds`` before it, and with the plan that is kept."""

    kept: KeptPlan
    rounds: int
    past: Mapping[str, PastTurns]
    planned: Ordered
    price: TurnPrice | None


def measure_turns(
    folder: Path,
    reporter: Reporter,
    *,
    round_code: str | None = None,
    bound: Fraction | None = None,
    options: SearchOptions | None = None,
) -> TurnReport:
    """Measure the mean turns of the outlets of a round, the latest by default, over it and the rounds before it.

    Parameters
    ----------
    bound
        If given, the round is planned twice more with ``options``, free and with the spread bounded; neither is kept.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``.
    SolverError
        If a search fails.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
        rounds, past = _past_turns(tx, kept)
    price = None
    if bound is not None and options is not None:
        bounded = bound_turns(kept.problem, past, bound)
        free = search_plan(kept.problem, options, reporter)
        held = search_plan(bounded.problem, options, reporter)
        width = bounded.high - bounded.low
        price = TurnPrice(bound, width, _order(kept.problem, free, past), _order(kept.problem, held, past))
    return TurnReport(kept, rounds, past, _order(kept.problem, kept.plan, past), price)


def _past_turns(tx: Transaction, kept: KeptPlan) -> tuple[int, dict[str, PastTurns]]:
    """Return how many rounds with a plan were kept before, and the turns in them."""
    number = tx.rounds.get(kept.round_code).require_id()
    rounds, past = 0, dict[str, PastTurns]()
    for earlier in tx.rounds.list():
        stored = tx.plans.get(earlier.require_id()) if earlier.require_id() < number else None
        if stored is not None:
            loaded = load_plan(stored.content)
            past = add_turns(past, turns_of(loaded.problem, loaded.plan))
            rounds += 1
    return rounds, past


def _order(problem: Problem, plan: Plan, past: Mapping[str, PastTurns]) -> Ordered:
    turns = turns_of(problem, plan)
    added = add_turns(past, turns)
    waiting_g = sum(problem.deliveries[unserved.delivery].weight_g for unserved in plan.unserved)
    return Ordered(plan, {name: added[name] for name in turns}, waiting_g)


def to_document(report: TurnReport) -> dict[str, Any]:
    """Return as JSON values; turns are from 0 (first day) to 1 (last), costs exact in 1/``cost_scale``."""
    price = report.price
    return {
        "round": report.kept.round_code,
        "currency": report.kept.dataset.settings.currency,
        "cost_scale": COST_SCALE,
        "earlier_rounds": report.rounds,
        "spread_before": float(spread_of(report.past[name] for name in report.planned.turns if name in report.past)),
        "planned": _document(report.planned),
        "outlets": [
            {"outlet": name, "rounds": turns.rounds, "mean_turn": float(turns.mean or 0)}
            for name, turns in report.planned.turns.items()
        ],
        "price": price
        and {
            "bound": float(price.bound),
            "width": float(price.width),
            "scaled_cost": price.scaled_cost,
            "free": _document(price.free),
            "held": _document(price.held),
        },
    }


def _document(ordered: Ordered) -> dict[str, Any]:
    cost = ordered.plan.scaled_cost
    return {"spread": float(ordered.spread), "scaled_cost": cost, "waiting_g": ordered.waiting_g}
