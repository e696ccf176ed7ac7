"""Lexicographic max-min baskets as a sequence of linear programmes, straight from the definition."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

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
    # The levels, then the highest one.
    bounds = [(max(fixed.get(i, least.get(i, 0.0)) - TINY / 10, 0), fixed.get(i)) for i in range(n)]
    mass = (given.counts[:, None] * given.basket_g[None, :] * given.eligible).astype(float)
    rows: list[list[float]] = []
    most: list[float] = []
    equal: list[list[float]] = []

    def of(i: int, weight: float, top: float = 0.0) -> list[float]:
        return [weight if number == i else 0.0 for number in range(n)] + [top]

    for i in rising:
        if together:
            rows.append(of(i, -1.0, 1.0))
            most.append(0.0)
        else:
            equal.append(of(i, 1.0, -1.0))
    for j in range(m):
        rows.append([*mass[:, j].tolist(), 0.0])
        most.append(float(given.packs[j] * given.pack_g[j]) + TINY)
    for i in range(n):
        for k in range(given.room_g.shape[1]):
            rows.append(of(i, float(mass[i, given.storage_class == k].sum())))
            most.append(float(given.room_g[i, k]) + TINY)
        if given.caps is not None:
            for j in range(m):
                rows.append(of(i, float(mass[i, j])))
                most.append(float(given.caps[i, j] * given.pack_g[j]) + TINY if mass[i, j] else TINY)
    solution = linprog(
        np.array([*[0.0] * n, -1.0]), A_ub=np.array(rows), b_ub=np.array(most),
        A_eq=np.array(equal) if equal else None, b_eq=np.zeros(len(equal)) if equal else None,
        bounds=[*bounds, (0, None)], method="highs",
    )  # fmt: skip
    assert solution.status == 0, solution.message
    return -float(solution.fun)
