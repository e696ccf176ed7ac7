"""Workload balance: plans between the cheapest and the one whose longest truck-day is shortest.

The longest working day is bounded more and more tightly (epsilon-constraint) and each bound is planned at the least cost.
The longest, unlike the spread, is a measure under which no truck's work can be made longer only to look fairer (Matl,
Hartl & Vidal 2018, "Workload equity in vehicle routing problems"); so it is bounded, and the spread is reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.search.model import build_model
from optimizer.search.report import boards_from, explain_all
from optimizer.search.schedule import legs_of
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.waiting_weight import waiting_weight

#: Bounds nearer to each other than this are one: nobody notices a minute.
_STEP_S = 60


@dataclass(frozen=True, slots=True)
class Balanced:
    """A plan and how evenly it spreads the work.

    ``longest_s`` is the longest working time of any truck-day, loading to return, all its trips together; ``spread_s``
    the most that two trucks in use at one depot on one day differ.
    """

    plan: Plan
    longest_s: int
    spread_s: int


def balance(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    solves: int = 12,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> tuple[Balanced, ...]:
    """Return plans from the cheapest to the one whose longest truck-day is shortest.

    Three quarters of the solves halve the way between what one truck-day cannot be shorter than and the shortest found,
    to a minute; the rest go to the middle of the widest gap. A plan by which more waits than by the cheapest, rank by
    rank, is not taken.

    Parameters
    ----------
    problem
        The problem.
    limits
        Shared equally between the solves.
    seed, should_stop, executor
        As of ``solve``.
    solves
        The most plans made, at least 1.

    Returns
    -------
    tuple of Balanced
        Dearer from one to the next, and the longest truck-day shorter; each verified against the problem, none worse in
        both than another plan found.

    Raises
    ------
    ValueError
        If there is to be no solve.
    """
    if solves < 1:
        raise ValueError("at least one solve is needed")
    share = limits.part(Fraction(1, solves))

    def plan_within(most_s: int | None) -> Plan:
        return solve(_bound_days(problem, most_s), share, seed, should_stop=should_stop, executor=executor)

    cheapest = plan_within(None)
    waits = waiting_weight(problem, cheapest)
    found = [measure_balance(cheapest)]
    too_short = _shortest_day(problem, cheapest) - 1
    for left in range(solves - 1, 0, -1):
        if should_stop is not None and should_stop():
            break
        shortest = min(one.longest_s for one in found)
        halves = left > (solves - 1) // 4 and shortest - too_short > _STEP_S
        most_s = (too_short + shortest) // 2 if halves else _middle_of_gap(found)
        if most_s is None:
            break
        plan = _restate(problem, plan_within(most_s))
        if waiting_weight(problem, plan) <= waits and not verify_plan(problem, plan):
            found.append(measure_balance(plan))
        elif most_s < shortest:
            too_short = most_s
    return _frontier(found)


def cheapest_within(frontier: Sequence[Balanced], spread_s: int) -> Balanced | None:
    """Return the cheapest of some plans that keeps a spread; None if none does."""
    fair = [one for one in frontier if one.spread_s <= spread_s]
    return min(fair, key=lambda one: (one.plan.scaled_cost, one.longest_s), default=None)


def most_even_within(frontier: Sequence[Balanced], scaled_cost: int) -> Balanced | None:
    """Return the plan with the shortest longest truck-day that a cost pays for; None if it pays for none."""
    paid = [one for one in frontier if one.plan.scaled_cost <= scaled_cost]
    return min(paid, key=lambda one: (one.longest_s, one.plan.scaled_cost), default=None)


def measure_balance(plan: Plan) -> Balanced:
    """Measure the longest truck-day of a plan and its spread; both are nothing where no truck is used."""
    working: Counter[tuple[int, int, int, int]] = Counter()
    for trip in plan.trips:
        working[trip.depot, trip.day, trip.vehicle_type, trip.vehicle] += trip.end_s - trip.start_s
    beside: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for (depot, day, _, _), seconds in working.items():
        beside[depot, day].append(seconds)
    spread_s = max((max(times) - min(times) for times in beside.values()), default=0)
    return Balanced(plan, max(working.values(), default=0), spread_s)


def _bound_days(problem: Problem, most_s: int | None) -> Problem:
    if most_s is None:
        return problem
    trucks = (
        replace(v, max_duration_s=most_s if v.max_duration_s is None else min(most_s, v.max_duration_s))
        for v in problem.vehicle_types
    )
    return replace(problem, vehicle_types=tuple(trucks))


def _restate(problem: Problem, plan: Plan) -> Plan:
    """Give the reasons of those who wait by the problem itself, without the bound."""
    model = build_model(problem)
    unserved = explain_all(model, boards_from(model, plan), [one.delivery for one in plan.unserved])
    return replace(plan, unserved=tuple(sorted(unserved, key=lambda one: one.delivery)))


def _shortest_day(problem: Problem, plan: Plan) -> int:
    """Return what the longest truck-day cannot be shorter than: some truck brings the most remote of those served."""
    model = build_model(problem)
    served = [stop.delivery for trip in plan.trips for stop in trip.stops]
    return max(
        (
            min(
                kind.loading_s + sum(legs_of(model, kind, [i])[1]) + model.service_s[i]
                for kind, may in zip(model.kinds, model.kind_ok[i], strict=True)
                if may
            )
            for i in served
        ),
        default=0,
    )


def _middle_of_gap(found: Sequence[Balanced]) -> int | None:
    """Return the middle of the widest gap between plans that are not worse than another; None if all are narrow."""
    longest = [one.longest_s for one in _frontier(found)]
    gaps = [(before - after, after) for before, after in pairwise(longest) if before - after > _STEP_S]
    return None if not gaps else max(gaps)[1] + max(gaps)[0] // 2


def _frontier(found: Sequence[Balanced]) -> tuple[Balanced, ...]:
    """Return the plans that no other beats in both cost and longest truck-day, the cheapest first."""
    best: list[Balanced] = []
    for one in sorted(found, key=lambda one: (one.plan.scaled_cost, one.longest_s, one.spread_s)):
        if not best or one.longest_s < best[-1].longest_s:
            best.append(one)
    return tuple(best)
