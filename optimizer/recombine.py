"""Choose, among the truck-days of many plans, those that make the cheapest plan together: set partitioning.

The linear relaxation (GLOP) gives a bound and reduced costs; a truck-day whose reduced cost is more than what the plan
at hand lies above the bound is in no better plan and is dropped (Balinski & Quandt 1964; Foster & Ryan 1976). What is
left is small, and CP-SAT solves it from the plan at hand, with one worker and a limit of work instead of time, so that
the answer is the same on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

#: CP-SAT's own measure of work, about seconds on a slow machine.
_WORK = 0.5
#: Columns left after the bound; of more, those with the least reduced cost.
_MOST = 400


@dataclass(frozen=True, slots=True)
class Column:
    """A truck-day that a plan may be made of.

    Attributes
    ----------
    items
        Deliveries it serves.
    cost
        Its exact cost.
    group
        Trucks it draws on: one of ``counts``.
    takes
        What it takes of what all share, packs of the stock for one: ``(row, amount)``.
    """

    items: tuple[int, ...]
    cost: int
    group: int
    takes: tuple[tuple[int, int], ...] = ()


def recombine(
    columns: Sequence[Column], incumbent: Sequence[int], counts: Sequence[int], limits: Sequence[int] = ()
) -> list[int]:
    """Choose columns that serve every item once, at the least cost.

    Parameters
    ----------
    columns
        The truck-days.
    incumbent
        Columns of a plan that keeps every rule; what it serves is to be served.
    counts
        Trucks of each group.
    limits
        How much there is in each row of ``takes``.

    Returns
    -------
    list of int
        Columns of a plan that is not dearer than the incumbent, ascending.
    """
    if len(columns) == len(incumbent):
        return sorted(incumbent)
    bound, reduced = _relax(columns, incumbent, counts)
    cost = sum(columns[c].cost for c in incumbent)
    # A tolerance for floating-point numbers: too large a set is only slower.
    gap = max(0.0, cost - bound) * 1.001 + 1e-6 * cost
    candidates = [c for c in range(len(columns)) if reduced[c] <= gap]
    if len(candidates) > _MOST:
        candidates = sorted(candidates, key=lambda c: (reduced[c], c))[:_MOST]
    chosen = sorted({*candidates, *incumbent})
    if len(chosen) == len(set(incumbent)):
        return sorted(incumbent)
    return _partition(columns, chosen, incumbent, counts, limits)


def _relax(columns: Sequence[Column], incumbent: Sequence[int], counts: Sequence[int]) -> tuple[float, np.ndarray]:
    """Return the bound of the linear relaxation, and the reduced cost of each column; no bound if it fails.

    Stock is left out: its rows are dense, and a bound without them holds as well.
    """
    model = mathopt.Model()
    scale = max(1, *(column.cost for column in columns))
    x = [model.add_variable(lb=0.0) for _ in columns]
    rows: dict[int, list[int]] = {i: [] for c in incumbent for i in columns[c].items}
    groups: dict[int, list[int]] = {}
    for c, column in enumerate(columns):
        for i in column.items:
            rows[i].append(c)
        groups.setdefault(column.group, []).append(c)
    for members in rows.values():
        model.add_linear_constraint(mathopt.fast_sum(x[c] for c in members) == 1.0)
    for group, members in groups.items():
        if len(members) > counts[group]:
            model.add_linear_constraint(mathopt.fast_sum(x[c] for c in members) <= float(counts[group]))
    model.minimize(mathopt.fast_sum(column.cost / scale * x[c] for c, column in enumerate(columns)))
    # Every item is in many columns: the dual simplex is much faster than the primal.
    dual = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX)
    result = mathopt.solve(model, mathopt.SolverType.GLOP, params=dual)
    if result.termination.reason is not mathopt.TerminationReason.OPTIMAL or not result.has_dual_feasible_solution():
        return 0.0, np.zeros(len(columns))
    reduced = np.array([result.reduced_costs(variable) for variable in x]) * scale
    return result.objective_value() * scale, reduced


def _partition(
    columns: Sequence[Column],
    chosen: Sequence[int],
    incumbent: Sequence[int],
    counts: Sequence[int],
    limits: Sequence[int],
) -> list[int]:
    """Solve the set partitioning of some columns, starting from the incumbent."""
    model = cp_model.CpModel()
    x = {c: model.new_bool_var("") for c in chosen}
    rows: dict[int, list[int]] = {}
    groups: dict[int, list[int]] = {}
    takes: dict[int, list[tuple[int, int]]] = {}
    for c in chosen:
        for i in columns[c].items:
            rows.setdefault(i, []).append(c)
        groups.setdefault(columns[c].group, []).append(c)
        for row, packs in columns[c].takes:
            takes.setdefault(row, []).append((c, packs))
    for members in rows.values():
        model.add_exactly_one(x[c] for c in members)
    for group, members in groups.items():
        if len(members) > counts[group]:
            model.add(sum(x[c] for c in members) <= counts[group])
    for row, terms in takes.items():
        model.add(sum(packs * x[c] for c, packs in terms) <= limits[row])
    kept = set(incumbent)
    for c in chosen:
        model.add_hint(x[c], c in kept)
    model.minimize(sum(columns[c].cost * x[c] for c in chosen))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _WORK
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return sorted(incumbent)
    answer = [c for c in chosen if solver.boolean_value(x[c])]
    saves = sum(columns[c].cost for c in answer) < sum(columns[c].cost for c in incumbent)
    return answer if saves else sorted(incumbent)
