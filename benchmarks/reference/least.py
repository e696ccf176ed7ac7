"""The proven least cost of a small problem, by the reference that knows its rules."""

from __future__ import annotations

from benchmarks.reference.docks import least_with_docks
from benchmarks.reference.exact import solve_exactly
from optimizer.problem import Problem


def least_cost(problem: Problem) -> int | None:
    """Return the least cost at which everyone is served; None if they cannot be.

    Raises
    ------
    NotImplementedError
        When the problem uses a rule that is not known to the reference.
    """
    if any(depot.docks is not None for depot in problem.depots):
        return least_with_docks(problem)
    plan = solve_exactly(problem)
    return None if plan is None else plan.scaled_cost
