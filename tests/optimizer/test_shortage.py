"""Far more to bring than the trucks can carry."""

import time
from dataclasses import replace

import pytest

from optimizer.parallel import ThreadExecutor
from optimizer.plan import Limits
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.waiting_weight import is_better
from tests.support.routing import make_network


def of_one_rank(problem: Problem) -> Problem:
    return replace(problem, deliveries=tuple(replace(one, rank=0) for one in problem.deliveries))


def test_a_search_puts_in_more_of_the_many_who_wait():
    problem = of_one_rank(make_network(320, n_depots=2, n_trucks=4, n_days=2, seed=4))

    first, searched = (solve(problem, Limits(iterations=iterations)) for iterations in (0, 60))

    assert len(searched.unserved) > 120  # more than a move looks at
    assert is_better(problem, searched, first)
    assert not is_better(problem, first, searched)
    assert verify_plan(problem, searched) == ()


@pytest.mark.slow
@pytest.mark.parametrize("ranks", ["one", "many"])
def test_the_time_is_kept_however_many_wait(ranks):
    problem = make_network(2500, n_depots=3, n_trucks=40, n_days=3, seed=5)
    if ranks == "one":
        problem = of_one_rank(problem)
    began = time.monotonic()

    with ThreadExecutor() as executor:
        plan = solve(problem, Limits(seconds=20), executor=executor)

    assert time.monotonic() - began < 1.05 * 20
    assert len(plan.unserved) > 1000
    assert verify_plan(problem, plan) == ()
