"""Assign people to sites of limited room at the least way: a maximal flow of least cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

IntArray = NDArray[np.int64]


def assign_within_capacity(people: IntArray, site: IntArray, cost: IntArray, capacity: IntArray) -> IntArray:
    """Assign as many people as there is room for, and these at the least cost of all ways together.

    Parameters
    ----------
    people
        Of each cell, of shape (n,).
    site
        Sites that may serve each cell, -1 for none, of shape (n, k).
    cost
        Of the way of one person to each of them, at least 0, of shape (n, k).
    capacity
        People whom each site can serve, of shape (m,).

    Returns
    -------
    IntArray
        People of each cell at each of its sites, of shape (n, k).

    Raises
    ------
    ValueError
        If people, a capacity or the cost of a way is negative.
    RuntimeError
        If the flow has no solution, which cannot be.
    """
    row, column = np.nonzero(site >= 0)
    for name, numbers in (("people", people), ("a capacity", capacity), ("a cost", cost[row, column])):
        if numbers.size and numbers.min() < 0:
            raise ValueError(f"{name}: {numbers.min()} is below 0")
    n, m = people.size, capacity.size
    source, sink = n + m, n + m + 1
    solver = min_cost_flow.SimpleMinCostFlow()
    cells, sites = np.arange(n), n + np.arange(m)
    solver.add_arcs_with_capacity_and_unit_cost(np.full(n, source), cells, people, np.zeros(n, dtype=np.int64))
    ways = solver.add_arcs_with_capacity_and_unit_cost(row, n + site[row, column], people[row], cost[row, column])
    solver.add_arcs_with_capacity_and_unit_cost(sites, np.full(m, sink), capacity, np.zeros(m, dtype=np.int64))
    total = int(people.sum())
    solver.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow ended with {status}")
    assigned = np.zeros_like(site)
    assigned[row, column] = solver.flows(ways)
    return assigned
