"""Lexicographic max-min baskets as a sequence of linear programmes, straight from the definition."""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from distribution.allocation.basket import BasketInput

TINY = 1e-7


def lexicographic_levels(given: BasketInput) -> list[float]:
    """Raise the lowest level as far as it goes, fix whoever cannot go beyond it, and go on with the others."""
    levels = [0.0] * len(given.counts)
    free = {i for i in range(len(levels)) if given.counts[i] and given.eligible[i].any()}
    fixed: dict[int, float] = {}
    while free:
        lowest = _highest(given, fixed, free, dict.fromkeys(free, 0.0), together=True)
        stuck = {i for i in free if _highest(given, fixed, {i}, dict.fromkeys(free, lowest)) <= lowest + TINY}
        fixed |= dict.fromkeys(stuck, lowest)
        free -= stuck
    for i, level in fixed.items():
        levels[i] = level
    return levels


def _highest(
    given: BasketInput, fixed: dict[int, float], rising: set[int], least: dict[int, float], *, together: bool = False
) -> float:
    """Return the highest level of the rising outlets (one, or all together) when the others keep theirs."""
    n, m = given.eligible.shape
    model = mathopt.Model()
    level = [model.add_variable(lb=max(fixed.get(i, least.get(i, 0.0)) - TINY / 10, 0)) for i in range(n)]
    for i, value in fixed.items():
        level[i].upper_bound = value
    top = model.add_variable(lb=0)
    for i in rising:
        model.add_linear_constraint(level[i] >= top if together else level[i] == top)
    mass = [
        [float(given.counts[i] * given.basket_g[j]) * bool(given.eligible[i, j]) for j in range(m)] for i in range(n)
    ]
    for j in range(m):
        budget = float(given.packs[j] * given.pack_g[j])
        model.add_linear_constraint(sum(mass[i][j] * level[i] for i in range(n)) <= budget + TINY)
    for i in range(n):
        for k in range(given.room_g.shape[1]):
            need = sum(mass[i][j] for j in range(m) if given.storage_class[j] == k)
            model.add_linear_constraint(need * level[i] <= float(given.room_g[i, k]) + TINY)
        if given.caps is not None:
            for j in range(m):
                if mass[i][j]:
                    cap = float(given.caps[i, j] * given.pack_g[j])
                    model.add_linear_constraint(mass[i][j] * level[i] <= cap + TINY)
    model.maximize(top)
    solution = mathopt.solve(model, mathopt.SolverType.GLOP)
    assert solution.termination.reason == mathopt.TerminationReason.OPTIMAL, solution.termination
    return solution.objective_value()
