"""The search for the routes of a whole period, docks aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from optimizer.explain import static_reason
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.search.admission import admit, in_rank_order
from optimizer.search.annealing import Annealing
from optimizer.search.calendar import bring_forward
from optimizer.search.lay_out import boards_of
from optimizer.search.model import Model, SharedTrucks, build_model
from optimizer.search.report import boards_from, build_plan, explain_waiting
from optimizer.search.state import Board
from optimizer.search.waiting import displace, readmit
from optimizer.waiting_weight import is_better
from optimizer.watch import Progress, Watch

#: Part of the first temperature from which a plan that is there is improved: more would forget it.
_WARM = 0.25
#: Parts of the search after which the best plan is put together anew from the truck-days seen; at last once more.
_RECOMBINED = (0.6, 0.75, 0.9)


def search_routes(
    problem: Problem,
    limits: Limits,
    seed: int,
    *,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool] | None,
    executor: Executor,
    start: Plan | None = None,
    shared: Sequence[SharedTrucks] = (),
) -> Plan:
    """Decide who waits by rank, then anneal the routes of the served on all cores.

    Parameters and answer are those of ``optimizer.solve.solve``, but docks count for nothing; ``start`` is a plan that
    keeps every rule, ``shared`` are limits that vehicle types share.
    """
    watch = Watch(limits, on_progress, should_stop, len(problem.deliveries), executor.workers)
    model = build_model(problem, shared)
    served = set() if start is None else {stop.delivery for trip in start.trips for stop in trip.stops}
    reasons = [None if i in served else static_reason(problem, i) for i in range(len(problem.deliveries))]
    never = [reason for reason in reasons if reason is not None]
    able = [i for i, reason in enumerate(reasons) if reason is None]
    if start is None:
        boards, waiting = admit(model, able, watch.layout)
    else:
        boards = boards_from(model, start)
        waiting = in_rank_order(model, {one.delivery for one in start.unserved}.intersection(able))
    if watch.go_on():
        began = watch.elapsed_s()
        waiting = _settle(model, boards, waiting)
        watch.keep_back(2 * (watch.elapsed_s() - began))
    warmth = 1.0 if start is None else _WARM
    boards, waiting = _anneal(model, boards, waiting, seed, watch, executor, len(never), warmth)
    waiting = _settle(model, boards, waiting)
    unserved = [*never, *explain_waiting(model, boards, waiting)]
    plan = build_plan(model, boards, unserved, watch.status(), watch.iterations, seed)
    if start is not None and is_better(problem, start, plan):
        plan = replace(start, status=plan.status, iterations=plan.iterations, seed=seed)
    watch.tell(plan.scaled_cost, len(problem.deliveries) - len(plan.unserved), len(plan.unserved))
    return plan


def _settle(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[int]:
    """Use the room there is: for those who wait, by rank, then for earlier days."""
    still = readmit(model, boards, waiting)
    still = displace(model, boards, still)
    for board in boards:
        bring_forward(board)
    return readmit(model, boards, still)


def _anneal(
    model: Model,
    boards: list[Board],
    waiting: list[int],
    seed: int,
    watch: Watch,
    executor: Executor,
    n_never: int,
    warmth: float,
) -> tuple[list[Board], list[int]]:
    """Improve the routes until the limit; return the boards of the best plan, and who waits in it."""
    able = len(model.problem.deliveries) - n_never
    if able - len(waiting) < 2:
        return boards, waiting
    began = watch.elapsed_s()
    annealing = Annealing(model, boards, waiting, seed)
    watch.keep_back(3 * (watch.elapsed_s() - began))  # the cost was worked out, as it will be for the plan
    closing_s = watch.reserve_s
    watch.begin_search()
    tasks = annealing.tasks
    cooling = annealing.cooling.begin_at(warmth)
    recombine_at = list(_RECOMBINED)
    while True:
        before = watch.fraction()
        moves, after = watch.next_round(tasks, annealing.fewest_moves)
        if moves == 0:
            break
        began = watch.elapsed_s()
        annealing.round(executor, moves, cooling.temperature(before), cooling.temperature(after))
        watch.count(moves, tasks, watch.elapsed_s() - began)
        if recombine_at and watch.fraction() >= recombine_at[0]:
            recombine_at.pop(0)
            began = watch.elapsed_s()
            annealing.recombine()
            watch.keep_back(closing_s + 1.5 * (watch.elapsed_s() - began))
        late = len(annealing.best.waiting)
        watch.tell(annealing.best.cost, able - late, n_never + late)
    annealing.recombine()
    return boards_of(model, annealing.best.days), list(annealing.best.waiting)
