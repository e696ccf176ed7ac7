"""How much waits in a plan: what plans for one demand are compared by before their cost."""

from __future__ import annotations

from collections import Counter

from optimizer.plan import Plan
from optimizer.problem import Problem


def waiting_weight(problem: Problem, plan: Plan) -> list[int]:
    """Return the grams that wait of each rank, the rank that is never dropped for another first."""
    waiting: Counter[int] = Counter()
    for one in plan.unserved:
        delivery = problem.deliveries[one.delivery]
        waiting[delivery.rank] += delivery.weight_g
    return [waiting[rank] for rank in sorted({delivery.rank for delivery in problem.deliveries})]


def is_better(problem: Problem, plan: Plan, other: Plan) -> bool:
    """Tell whether less waits in a plan than in another, rank by rank, or as much at less cost."""
    return (waiting_weight(problem, plan), plan.scaled_cost) < (waiting_weight(problem, other), other.scaled_cost)
