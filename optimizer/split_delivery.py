"""Split delivery: what is divisible may come in parts, on several trucks and days.

Deliveries are cut a priori into pieces of whole packs, planned like any others, and the pieces that one truck brings on
one trip are put together again (Chen, Golden, Wang & Wasil 2017, "A novel approach to solve the split delivery vehicle
routing problem"). They cut by shares of a truck; here a delivery is halved and halved again, so that two trucks can part
it in any way. What comes out is a problem whose deliveries are the parts, and a plan for it: every part says which
packs come with which truck, and both go into a plan file and through ``verify_plan`` as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.search.merging import merge_pieces
from optimizer.search.pieces import cut_deliveries, make_part
from optimizer.solve import solve
from optimizer.waiting_weight import waiting_weight

#: Shares of the limits.
_WHOLE, _PIECES, _PARTS = 0.25, 0.5, 0.25


@dataclass(frozen=True)
class SplitPlan:
    """A plan in parts.

    ``problem`` has the parts for deliveries, ``part_of[i]`` is the delivery of the original problem that part i belongs
    to: ascending. A delivery that stays whole keeps its name, parts are called ``<name>#1``, ``<name>#2``, ...
    """

    problem: Problem
    plan: Plan
    part_of: tuple[int, ...]


def solve_divisible(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> SplitPlan:
    """Plan with every divisible delivery whole, and in parts, and keep the best.

    Best is what leaves the least weight waiting, rank by rank, and of these the cheapest; so it is never worse than
    ``solve`` with its share of the limits. Every stop of a part takes the ``setup_s`` of its delivery and, by weight, its
    share of the rest of the service time.

    Parameters
    ----------
    problem
        The problem; a divisible delivery weighs and fills what its packs do.
    limits
        Shared between the whole, the pieces, and the parts made of them: these are few, so their routes are found better.
    seed, should_stop, executor
        As of ``solve``.

    Raises
    ------
    ValueError
        Naming every divisible delivery whose weight or volume is not that of its packs.
    """
    _require_packs_only(problem)

    def plan_for(given: Problem, share: float) -> Plan:
        return solve(given, limits.part(share), seed, should_stop=should_stop, executor=executor)

    parts, part_of = cut_deliveries(problem)
    if parts is problem:
        return SplitPlan(problem, plan_for(problem, 1.0), part_of)
    found = [SplitPlan(problem, plan_for(problem, _WHOLE), tuple(range(len(problem.deliveries))))]
    for share in (_PIECES, _PARTS):
        merged = merge_pieces(problem, parts, part_of, plan_for(parts, share))
        if merged is None:
            break
        found.append(SplitPlan(*merged))
        parts, _, part_of = merged
    return min(found, key=_worth)


def _require_packs_only(problem: Problem) -> None:
    wrong = []
    for delivery in problem.deliveries:
        whole = make_part(problem, delivery, delivery.packs, 0)
        if delivery.divisible and (whole.weight_g, whole.volume_ml) != (delivery.weight_g, delivery.volume_ml):
            wrong.append(f"{delivery.name}: divisible, but its load is not that of its packs")
    if wrong:
        raise ValueError("; ".join(wrong))


def _worth(split: SplitPlan) -> tuple[list[int], int]:
    return waiting_weight(split.problem, split.plan), split.plan.scaled_cost
