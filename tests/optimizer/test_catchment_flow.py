"""Assignment within capacities: known answers, and the optimum of a linear program."""

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.catchment_flow import assign_within_capacity


def test_the_nearest_take_what_they_have_room_for_and_the_rest_goes_on():
    site = np.array([[0, 1], [0, 1]])
    cost = np.array([[10, 100], [20, 30]])
    assigned = assign_within_capacity(np.array([8, 8]), site, cost, np.array([10, 10]))
    assert assigned.tolist() == [[8, 0], [2, 6]]


def test_as_many_as_can_be_are_served_before_ways_are_looked_at():
    assigned = assign_within_capacity(
        np.array([5, 5]), np.array([[0, 1], [0, -1]]), np.array([[1, 99], [2, 0]]), np.array([5, 5])
    )
    assert assigned.tolist() == [[0, 5], [5, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_optimum_of_the_linear_program(seed):
    random = np.random.default_rng(seed)
    n, m, k = 12, 5, 3
    people, capacity = random.integers(0, 20, n), random.integers(0, 40, m)
    site = np.array([random.permutation(m)[:k] for _ in range(n)])
    cost = random.integers(0, 100, (n, k))
    assigned = assign_within_capacity(people, site, cost, capacity)
    rows = np.zeros((n + m, n * k))
    for cell in range(n):
        rows[cell, cell * k : cell * k + k] = 1
        rows[n + site[cell], cell * k + np.arange(k)] = 1
    best = linprog((cost - 1000).ravel(), A_ub=rows, b_ub=np.concatenate([people, capacity]))
    assert ((cost - 1000) * assigned).sum() == pytest.approx(best.fun)
    assert (assigned.sum(axis=1) <= people).all()
    assert (np.bincount(site.ravel(), weights=assigned.ravel(), minlength=m) <= capacity).all()


def test_negative_figures_are_refused():
    one = np.array([[0]])
    for people, cost, capacity in ((-1, 1, 1), (1, -1, 1), (1, 1, -1)):
        with pytest.raises(ValueError, match="below 0"):
            assign_within_capacity(np.array([people]), one, np.array([[cost]]), np.array([capacity]))
