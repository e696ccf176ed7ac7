"""Split delivery: what is divisible may come in parts, on several trucks and days.

Deliveries are cut a priori into pieces of whole packs, planned like any others, and the pieces that one truck brings on
one trip are put together again (Chen, Golden, Wang & Wasil 2017, "A novel approach to solve the split delivery vehicle
routing problem"). What comes out is a problem whose deliveries are the parts, and a plan for it: every part says which
packs come with which truck, and both go into a plan file and through ``verify_plan`` as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.search.merging import merge_pieces
from optimizer.search.pieces import cut_deliveries, make_part
from optimizer.solve import solve
from optimizer.waiting_weight import waiting_weight

#: Shares of a truck, in percent, that deliveries are cut into; each rule is tried (Chen et al. 2017).
RULES = ((20, 10, 5, 1), (25, 10, 5, 1))


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
    rules: Sequence[Sequence[int]] = RULES,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> SplitPlan:
    """Plan with every divisible delivery whole and in parts by each rule, and keep the best.

    Best is what leaves the least weight waiting, rank by rank, and of these the cheapest; so it is never worse than
    ``solve`` with its share of the limits. Every stop of a part takes the ``setup_s`` of its delivery and, by weight, its
    share of the rest of the service time.

    Parameters
    ----------
    problem
        The problem; a divisible delivery weighs and fills what its packs do.
    limits
        Shared equally between the whole and each rule; of a rule's share, half goes to the pieces and half to the parts
        that were made of them, for these are few and so their routes are found better.
    seed, should_stop, executor
        As of ``solve``.
    rules
        Shares of a truck that deliveries are cut into, in percent, falling.

    Raises
    ------
    ValueError
        Naming every divisible delivery whose weight or volume is not that of its packs.
    """
    _require_packs_only(problem)
    cuts = [cut for rule in rules if (cut := cut_deliveries(problem, rule))[0] is not problem]

    def plan_for(given: Problem, solves: int) -> Plan:
        share = Limits(
            None if limits.seconds is None else limits.seconds / solves,
            None if limits.iterations is None else limits.iterations // solves,
        )
        return solve(given, share, seed, should_stop=should_stop, executor=executor)

    rounds = 1 + len(cuts)
    found = [SplitPlan(problem, plan_for(problem, rounds), tuple(range(len(problem.deliveries))))]
    for pieces, piece_of in cuts:
        parts, part_of = pieces, piece_of
        for _ in range(2):
            merged = merge_pieces(problem, parts, part_of, plan_for(parts, 2 * rounds))
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
