"""Route with every delivery served from the warehouse it is tagged to: tag first, then route."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from optimizer import solve as whole
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.watch import Progress


def hold_to_tags(problem: Problem, free: Collection[int] = ()) -> Problem:
    """Return the problem with every delivery held to the trucks of its tagged depot, but for those of places set free.

    A plan of it is a plan of the problem given, at the same cost and with the same reasons.
    """
    of_depot = [
        tuple(k for k, v in enumerate(problem.vehicle_types) if v.depot == depot)
        for depot in range(len(problem.depots))
    ]
    return replace(
        problem,
        deliveries=tuple(
            d
            if d.place in free
            else replace(
                d,
                vehicle_types=of_depot[d.depot]
                if d.vehicle_types is None
                else tuple(k for k in of_depot[d.depot] if k in d.vehicle_types),
            )
            for d in problem.deliveries
        ),
    )


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Solve as ``optimizer.solve.solve`` does, but never from another depot than the tagged one.

    Parameters and answer are those of ``optimizer.solve.solve``.
    """
    held = hold_to_tags(problem)
    return whole.solve(held, limits, seed, on_progress=on_progress, should_stop=should_stop, executor=executor)
