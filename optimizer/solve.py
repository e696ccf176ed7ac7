"""Plan the deliveries of a whole period: ``solve(problem, limits, seed) -> Plan``."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.docks import search_with_docks
from optimizer.parallel import Executor, SerialExecutor
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.search.search_routes import search_routes
from optimizer.verify import verify_plan
from optimizer.watch import MOVES_PER_ITERATION, Progress

__all__ = ["MOVES_PER_ITERATION", "Progress", "solve"]


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
    start: Plan | None = None,
) -> Plan:
    """Plan the deliveries: decide who waits by rank, then anneal the routes of the served on all cores.

    Where more trucks may want to load at once than there are docks, the plan is fitted to them (``optimizer.docks``).

    Parameters
    ----------
    problem
        The problem.
    limits
        ``iterations`` counts thousands of moves; with it alone the same problem and seed give the same plan, whatever
        the machine's load and the executor's workers. ``seconds`` counts from the call; the first layouts, which every
        plan needs, are made even if they take longer.
    seed
        Of every random choice.
    on_progress
        Called between layouts, while nothing is in the plan yet, and after every round of the search.
    should_stop
        Asked between rounds; once true, the best plan so far is returned.
    executor
        Works on the tasks of a round; in this thread if not given.
    start
        A plan to go on from, at a lower temperature. The answer is not worse: less weight waits, rank by rank, or as
        much at no more cost.

    Returns
    -------
    Plan
        Feasible at any limit, with a typed reason for everything that waits.

    Raises
    ------
    ValueError
        If ``start`` breaks a rule of the problem.
    """
    if start is not None and (violations := verify_plan(problem, start)):
        raise ValueError(f"the plan to start from breaks rules: {violations[0]}")
    executor = executor or SerialExecutor()
    search = search_with_docks if problem.docks_may_bind else search_routes
    return search(
        problem, limits, seed, on_progress=on_progress, should_stop=should_stop, executor=executor, start=start
    )
