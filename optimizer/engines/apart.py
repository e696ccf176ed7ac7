"""Route each warehouse on its own, one after the other: tag first, then as many problems as there are warehouses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from optimizer import solve as whole
from optimizer.engines.closing import close_plan
from optimizer.engines.tagged import hold_to_tags
from optimizer.explain import static_reason
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.search.admission import in_rank_order
from optimizer.search.model import Model, build_model
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import Storage
from optimizer.watch import Progress


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,  # noqa: ARG001  # it would begin anew at every depot
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Solve the deliveries tagged to each depot as a problem of their own, and put the plans together.

    Each depot is given its share of the limit by the number of its deliveries, and what those before it left over.

    Parameters
    ----------
    problem, limits, seed, should_stop, executor
        As for ``optimizer.solve.solve``.
    on_progress
        Not used.
    """
    began_s = time.monotonic()
    held = hold_to_tags(problem)
    model = build_model(held)
    never = [one for i in range(len(held.deliveries)) if (one := static_reason(held, i)) is not None]
    late = {one.delivery for one in never}
    able = [i for i in range(len(held.deliveries)) if i not in late]
    tagged: list[list[int]] = [[] for _ in held.depots]
    for i in _within_storage(model, able):
        tagged[model.depot[i]].append(i)
    boards, status, iterations, to_come = [], Status.ITERATION_LIMIT, 0, sum(map(len, tagged))
    for depot, mine in enumerate(tagged):
        truck_days: list[TruckDay] = []
        if mine:
            spent_s = time.monotonic() - began_s
            share = _share(limits, len(mine) / to_come, spent_s, iterations)
            plan = whole.solve(_part(held, depot, mine), share, seed, should_stop=should_stop, executor=executor)
            truck_days = _truck_days(plan, mine)
            status = plan.status if status is not Status.STOPPED else status
            iterations += plan.iterations
            to_come -= len(mine)
        boards.append(Board(model, depot, truck_days))
    served = {i for board in boards for i in board.deliveries()}
    waiting = in_rank_order(model, (i for i in able if i not in served))
    return close_plan(model, boards, waiting, never, status, iterations, seed)


def _within_storage(model: Model, deliveries: Sequence[int]) -> list[int]:
    """Return, in the order of rank, those that the storage of their places holds all together."""
    storage = Storage(model, ())
    kept = []
    for i in in_rank_order(model, deliveries):
        if storage.holds(i):
            storage.fill(i)
            kept.append(i)
    return kept


def _share(limits: Limits, part: float, spent_s: float, iterations: int) -> Limits:
    return Limits(
        None if limits.seconds is None else max(0.0, limits.seconds - spent_s) * part,
        None if limits.iterations is None else round(max(0, limits.iterations - iterations) * part),
    )


def _part(problem: Problem, depot: int, deliveries: Sequence[int]) -> Problem:
    """Return the problem of some deliveries and the trucks of a depot; vehicle types keep their numbers."""
    return replace(
        problem,
        deliveries=tuple(problem.deliveries[i] for i in deliveries),
        vehicle_types=tuple(v if v.depot == depot else replace(v, count=0) for v in problem.vehicle_types),
    )


def _truck_days(plan: Plan, deliveries: Sequence[int]) -> list[TruckDay]:
    """Return the truck-days of the plan of a part, with the deliveries numbered as in the whole."""
    days: dict[tuple[int, int, int], TruckDay] = {}
    for trip in plan.trips:
        day = days.setdefault((trip.day, trip.vehicle_type, trip.vehicle), TruckDay(trip.vehicle_type, trip.day, []))
        day.trips.append([deliveries[stop.delivery] for stop in trip.stops])
    return list(days.values())
