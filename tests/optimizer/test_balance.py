"""Work is spread as evenly as one is ready to pay for, and never paid for in vain."""

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.instances import small
from benchmarks.reference.exact import solve_exactly
from optimizer.balance import balance, cheapest_within, measure_balance, most_even_within
from optimizer.plan import Limits, Plan, Reason, Status
from optimizer.problem import Depot, Problem
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_problem, make_truck

HOUR = 3600


def one_place(n: int, **change: object) -> Problem:
    """Return n deliveries of 1,000 s each at one place 1,000 s away, one truck for each or fewer: more cost more."""
    truck = make_truck(count=n, loading_s=0, cost_per_hour=0, fixed_cost=100)
    deliveries = [make_delivery(f"d{i}", 1, 20, service_s=1000, **change) for i in range(n)]
    return make_problem([(0, 0), (15_000, 0)], deliveries, [truck])


def test_four_stops_are_shared_by_one_two_or_four_trucks():
    frontier = balance(one_place(4), Limits(iterations=90))

    assert [one.longest_s for one in frontier] == [6000, 4000, 3000]  # three trucks: 4,000 too, and dearer
    assert [one.spread_s for one in frontier] == [0, 0, 0]
    assert [one.plan.scaled_cost // 18_000 for one in frontier] == [400, 800, 1600]


def test_three_stops_of_two_trucks_differ_by_one():
    frontier = balance(one_place(3), Limits(iterations=90))

    assert [(one.longest_s, one.spread_s) for one in frontier] == [(5000, 0), (4000, 1000), (3000, 0)]
    assert cheapest_within(frontier[1:], 999) is frontier[2]
    assert cheapest_within(frontier[1:2], 999) is None
    assert most_even_within(frontier, frontier[2].plan.scaled_cost - 1) is frontier[1]
    assert most_even_within(frontier, 0) is None


@pytest.mark.parametrize("seed", [1, 4])
def test_each_plan_is_the_cheapest_with_its_longest_day(seed):
    problem = small("several trips, release", seed)

    frontier = balance(problem, Limits(iterations=360))

    assert len(frontier) > 1
    for one in frontier:
        bounded = replace(
            problem, vehicle_types=tuple(replace(v, max_duration_s=one.longest_s) for v in problem.vehicle_types)
        )
        assert verify_plan(problem, one.plan) == ()
        assert one.plan.scaled_cost == solve_exactly(bounded).scaled_cost
    for before, after in pairwise(frontier):
        assert before.plan.scaled_cost < after.plan.scaled_cost
        assert before.longest_s > after.longest_s


def test_nobody_waits_for_the_sake_of_balance_and_reasons_are_those_of_the_problem():
    problem = one_place(3)
    far = make_delivery("far", 2, 20, rank=1, service_s=1000)
    problem = replace(
        make_problem([(0, 0), (15_000, 0), (150_000, 0)], [*problem.deliveries, far], problem.vehicle_types),
        depots=(Depot(0, ((60,),)),),
    )

    frontier = balance(problem, Limits(iterations=90))

    for one in frontier:
        (waiting,) = one.plan.unserved
        assert (waiting.delivery, waiting.reason) == (3, Reason.STOCK_SHORT)  # not: the bound is too short for it
    assert frontier[-1].longest_s == 3000


def test_where_no_truck_is_used_there_is_nothing_to_balance():
    empty = measure_balance(Plan((), (), 0, Status.STOPPED, 0, 1))

    assert (empty.longest_s, empty.spread_s) == (0, 0)


def test_at_least_one_plan_is_made():
    with pytest.raises(ValueError, match="at least one"):
        balance(one_place(2), Limits(iterations=1), solves=0)

    assert len(balance(one_place(2), Limits(iterations=1), solves=1)) == 1
