"""Few changed tags: known answers, every choice tried on small problems, and what must hold whatever the problem."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reference.exact import solve_exactly
from optimizer.changed_tags import changed_places, plan_with_changes, price_changes
from optimizer.engines.tagged import hold_to_tags
from optimizer.plan import Limits
from optimizer.problem import Depot
from optimizer.solve import solve
from optimizer.verify_changes import verify_changes
from optimizer.violation import ViolationCode
from tests.support.routing import make_delivery, make_problem, make_truck

#: Two depots 60 km apart; places between and beyond them.
POINTS = [(0, 0), (60_000, 0), (5_000, 4_000), (50_000, 3_000), (55_000, -6_000), (30_000, 9_000), (66_000, 2_000)]
PLENTY = ((10**6,),)


def two_depots(tags, stock=(PLENTY, PLENTY), capacity_g=2_000_000):
    deliveries = [make_delivery(f"d{i}", i + 2, depot=depot) for i, depot in enumerate(tags)]
    trucks = [
        make_truck(name=f"t{depot}", depot=depot, count=3, capacity_g=capacity_g, cost_per_hour=0, trips_per_day=2)
        for depot in (0, 1)
    ]
    return make_problem(POINTS, deliveries, trucks, depots=[Depot(0, stock[0]), Depot(1, stock[1])])


def cheapest_with(problem, most):
    places = sorted({d.place for d in problem.deliveries})
    return min(
        solve_exactly(hold_to_tags(problem, free)).scaled_cost for free in combinations(places, min(most, len(places)))
    )


@pytest.mark.parametrize("tags", [(0, 0, 0, 0, 0), (1, 0, 0, 1, 0), (0, 1, 0, 0, 1)])
def test_each_step_is_the_best_choice_of_as_many_places(tags):
    problem = two_depots(tags)
    steps = price_changes(problem, Limits(iterations=60))
    assert [step.most for step in steps][:2] == [0, 1]
    assert steps[0].plan.scaled_cost == cheapest_with(problem, 0)
    assert steps[-1].plan.scaled_cost == solve_exactly(problem).scaled_cost
    for step in steps:
        assert step.plan.scaled_cost >= cheapest_with(problem, step.most)


def test_nothing_is_changed_where_tags_are_right():
    plan = solve_exactly(two_depots((0, 0, 0, 0, 0)))
    depot_of = {stop.delivery: trip.depot for trip in plan.trips for stop in trip.stops}
    (only,) = price_changes(two_depots([depot_of[i] for i in range(5)]), Limits(iterations=20))
    assert (only.most, only.changed) == (0, ())
    assert only.plan.scaled_cost == plan.scaled_cost


def test_stock_holds_and_who_would_wait_is_changed_first():
    problem = two_depots((0, 0, 0, 0, 1), stock=(((300,),), PLENTY))
    steps = price_changes(problem, Limits(iterations=40))
    assert [len(step.plan.unserved) for step in steps] == [1, *[0] * (len(steps) - 1)]
    assert len(steps[1].changed) == 1


@settings(max_examples=15)
@given(st.lists(st.integers(0, 1), min_size=5, max_size=5), st.integers(1, 9), st.integers(100, 500))
def test_no_step_is_worse_or_changes_more_than_it_may(tags, seed, packs):
    problem = two_depots(tags, stock=(((packs,),), PLENTY))
    steps = price_changes(problem, Limits(iterations=10), seed)
    for before, after in pairwise(steps):
        assert after.most > before.most
        assert (len(after.plan.unserved), after.plan.scaled_cost) <= (
            len(before.plan.unserved),
            before.plan.scaled_cost,
        )
    for step in steps:
        assert verify_changes(problem, step.plan, step.most) == ()
        assert step.changed == changed_places(problem, step.plan)
        assert len(step.changed) <= step.most


def test_it_goes_on_from_a_plan_and_is_never_worse():
    problem = two_depots((0, 1, 0, 1, 0))
    start = solve(problem, Limits(iterations=0))
    for seed in (1, 2, 3):
        again = solve(problem, Limits(iterations=2), seed, start=start)
        assert again.scaled_cost <= start.scaled_cost
        assert again == solve(problem, Limits(iterations=2), seed, start=start)
    best = solve(problem, Limits(iterations=60))
    assert solve(problem, Limits(iterations=0), start=best).scaled_cost == best.scaled_cost


def test_a_plan_that_breaks_a_rule_is_no_start():
    problem = two_depots((0, 1, 0, 1, 0))
    plan = solve(problem, Limits(iterations=1))
    with pytest.raises(ValueError, match="breaks rules"):
        solve(problem, Limits(iterations=1), start=replace(plan, scaled_cost=plan.scaled_cost + 1))


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9])
def test_no_more_places_are_changed_than_asked_for(most):
    problem = two_depots((1, 0, 0, 1, 0))
    plan = plan_with_changes(problem, most, Limits(iterations=40))
    assert verify_changes(problem, plan, most) == ()
    assert cheapest_with(problem, most) <= plan.scaled_cost <= cheapest_with(problem, 0)


def test_one_place_too_many_is_found():
    problem = two_depots((1, 0, 0, 1, 0))
    plan = solve_exactly(problem)
    changed = changed_places(problem, plan)
    assert len(changed) >= 2
    assert verify_changes(problem, plan, len(changed)) == ()
    (found,) = verify_changes(problem, plan, len(changed) - 1)
    assert found.code is ViolationCode.CHANGES_EXCEEDED
    assert found.numbers == {"changed": len(changed), "most": len(changed) - 1}


def test_a_negative_number_of_changes_is_refused():
    with pytest.raises(ValueError, match="at most -1"):
        price_changes(two_depots((0, 0, 0, 0, 0)), Limits(iterations=0), most=-1)
