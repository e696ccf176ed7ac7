"""The lower bound is below the proven optimum, and near it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.instances import VARIANTS, small
from benchmarks.reference.bound import bound_cost
from benchmarks.reference.exact import solve_exactly
from benchmarks.reference.least import least_cost
from benchmarks.reference.q_routes import NONE, extend
from optimizer.plan import COST_SCALE
from tests.benchmarks.test_exact import tiny_problem
from tests.support.routing import make_delivery, make_problem, make_truck

LINE = [(15_000 * i, 0) for i in range(6)]


#: Small problems with few routes leave a gap; how near the bound of some problem of a variant comes to its optimum.
NEAR = {"depots of scarce stock": 0.8}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_bound_of_a_variant_is_not_above_its_optimum_and_comes_near_it(variant):
    ratios = []
    for seed in (0, 1, 2, 5):
        problem = small(variant, seed)
        least = least_cost(problem)
        assert least is not None
        ratios.append(bound_cost(problem, 100) / least)

    assert max(ratios) <= 1
    assert max(ratios) > NEAR.get(variant, 0.9)


def test_the_bound_of_problems_with_rules_of_every_kind_is_not_above_their_optimum():
    solved = 0
    for seed in range(150):
        problem = tiny_problem(seed)
        plan = solve_exactly(problem)
        if plan is not None:
            solved += 1
            for rounds in (1, 7, 40):
                assert bound_cost(problem, rounds) <= plan.scaled_cost, seed
    assert solved > 40


@pytest.mark.parametrize("change", [{}, {"returns": False}, {"max_metres": 100_000}, {"max_duration_s": 30_000}])
def test_the_bound_of_one_stop_is_its_cost(change):
    problem = make_problem(LINE, [make_delivery("a", 3)], [make_truck(**change)])
    plan = solve_exactly(problem)

    assert plan is not None
    assert bound_cost(problem, 5) == pytest.approx(plan.scaled_cost, abs=1)


def test_two_stops_that_share_a_truck_or_not():
    two = [make_delivery("a", 2), make_delivery("b", 4)]
    together = make_problem(LINE, two, [make_truck(cost_per_hour=0)])
    apart = make_problem(LINE, two, [make_truck(cost_per_hour=0, capacity_g=1_500_000, count=2)])

    assert bound_cost(together, 200) == pytest.approx((100 + 1_200) * COST_SCALE, rel=1e-3)
    assert bound_cost(apart, 200) == pytest.approx((200 + 1_800) * COST_SCALE, rel=1e-3)


def test_scarce_stock_raises_the_bound():
    problem = small("depots of scarce stock", 0)
    plenty = tuple(replace(depot, stock=((10**9,),)) for depot in problem.depots)

    assert bound_cost(problem, 100) > 1.01 * bound_cost(replace(problem, depots=plenty), 100)


def test_a_way_does_not_come_back_over_one_stop():
    load, none = np.array([1, 1]), np.zeros(2, dtype=np.int64)
    cost, before = np.empty((4, 2, 1, 2)), np.empty((4, 2, 1, 2), dtype=np.int64)

    extend(
        load, none, np.array([3, 0, 3]), np.array([1.0, 9.0]), none, np.full((2, 2), 1.0),
        np.zeros((2, 2), dtype=np.int64), cost, before,
    )  # fmt: skip

    assert cost[2, :, 0, 0].tolist() == [10, 2]
    assert before[2, :, 0, 0].tolist() == [1, 0]
    assert before[1, 0, 0, 0] == NONE
    assert np.isinf(cost[3]).all()


def test_loads_must_be_positive_and_every_stop_served_by_someone():
    with pytest.raises(ValueError, match="positive"):
        bound_cost(make_problem(LINE, [make_delivery("a", 1, weight_g=0)]))
    with pytest.raises(ValueError, match="no truck"):
        bound_cost(make_problem(LINE, [make_delivery("a", 1, storage_class="cold")]))
