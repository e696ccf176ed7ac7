"""At most so many places served from another depot than they are tagged to, and the price of each change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from optimizer.cost_parts import split_cost
from optimizer.engines.tagged import hold_to_tags
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.waiting_weight import is_better

#: Parts of the work: the plan without changes, the plan with any; the steps between them share the rest.
_HELD, _FREE = 0.4, 0.3


@dataclass(frozen=True)
class Step:
    """The best plan found with no more than so many places changed; ``changed`` are those that are, ascending."""

    most: int
    plan: Plan
    changed: tuple[int, ...]


def changed_places(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """Return the places that get any delivery from another depot than it is tagged to, ascending."""
    return tuple(
        sorted(
            {
                problem.deliveries[stop.delivery].place
                for trip in plan.trips
                for stop in trip.stops
                if problem.deliveries[stop.delivery].depot != trip.depot
            }
        )
    )


def price_changes(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    most: int | None = None,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> tuple[Step, ...]:
    """Plan with no changed place, with 1, 2, 4, ... and with ``most``, each plan going on from the one before.

    A place is what people know: an outlet gets all that it gets from its warehouse, or counts as changed. The places that
    the plan without a limit changes are set free in the order of what they would save: what their stops bear in the
    plan without changes less what they bear in that one.

    Parameters
    ----------
    problem, seed, should_stop, executor
        As of ``solve``; ``Delivery.depot`` is the depot that a delivery is tagged to.
    limits
        Of all plans together.
    most
        Places that may be changed in the last plan; None for as many as pay.

    Returns
    -------
    tuple[Step, ...]
        The first has no change, ``Step.most`` rises, and no plan is worse than the one before: less weight waits, rank
        by rank, or as much at no more cost. ``verify_changes`` faults none of them.

    Raises
    ------
    ValueError
        If ``most`` is negative.
    """
    if most is not None and most < 0:
        raise ValueError(f"at most {most} changed places: give none or more")

    def plan(work: float, free: Collection[int] | None, start: Plan | None) -> Plan:
        posed = problem if free is None else hold_to_tags(problem, free)
        return solve(posed, limits.part(work), seed, should_stop=should_stop, executor=executor, start=start)

    if most == 0:
        return (Step(0, plan(1, (), None), ()),)
    held = plan(_HELD, (), None)
    free = plan(_FREE, None, held)
    order = _by_saving(problem, held, free)
    last = len(order) if most is None else min(most, len(order))
    counts = [1 << n for n in range(last.bit_length()) if 1 << n < last]
    if 0 < last < len(order):
        counts.append(last)
    steps = [Step(0, held, ())]
    for count in counts:
        better = plan((1 - _HELD - _FREE) / len(counts), order[:count], steps[-1].plan)
        steps.append(Step(count, better, changed_places(problem, better)))
    if 0 < last == len(order):
        best = free if is_better(problem, free, steps[-1].plan) else steps[-1].plan
        steps.append(Step(last, best, changed_places(problem, best)))
    return tuple(steps)


def plan_with_changes(
    problem: Problem,
    most: int,
    limits: Limits,
    seed: int = 1,
    *,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Plan with no more than ``most`` places changed: the last plan of ``price_changes``, whose parameters these are."""
    return price_changes(problem, limits, seed, most=most, should_stop=should_stop, executor=executor)[-1].plan


def _by_saving(problem: Problem, held: Plan, free: Plan) -> list[int]:
    """Return the places that the free plan changes, those that save most first; who waits in the other comes before all."""
    before, after = _borne(problem, held), _borne(problem, free)
    waits = {problem.deliveries[one.delivery].place for one in held.unserved}
    return sorted(
        changed_places(problem, free), key=lambda place: (place not in waits, after[place] - before[place], place)
    )


def _borne(problem: Problem, plan: Plan) -> dict[int, int]:
    """Return what the stops of each place bear of a plan's cost, in 1/COST_SCALE."""
    borne: dict[int, int] = defaultdict(int)
    for day in split_cost(problem, plan):
        for trip in day.trips:
            for halt in trip.halts:
                borne[problem.deliveries[halt.stops[0].delivery].place] += halt.total
    return borne
