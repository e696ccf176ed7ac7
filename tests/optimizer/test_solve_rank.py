"""Who waits is decided by rank, never by distance."""

import pytest

from optimizer.plan import Limits, Reason
from optimizer.problem import Depot
from optimizer.solve import solve
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_problem, make_truck

NEAR_AND_FAR = [(0, 0), (5_000, 0), (150_000, 0)]


@pytest.mark.parametrize("first", ["near", "far"])
def test_of_two_equal_deliveries_at_5_and_150_km_the_lower_rank_is_served(first):
    ranks = {"near": 0 if first == "near" else 1, "far": 0 if first == "far" else 1}
    deliveries = [make_delivery("near", 1, 400, rank=ranks["near"]), make_delivery("far", 2, 400, rank=ranks["far"])]
    problem = make_problem(NEAR_AND_FAR, deliveries)

    plan = solve(problem, Limits(iterations=5))

    served = [problem.deliveries[stop.delivery].name for trip in plan.trips for stop in trip.stops]
    assert served == [first]
    assert [one.reason for one in plan.unserved] == [Reason.FLEET_USED_UP]
    assert plan.unserved[0].numbers == {"needs_g": 4_000_000, "truck_days": 1, "truck_days_used": 1}


def test_ties_of_rank_are_decided_by_name():
    problem = make_problem(NEAR_AND_FAR, [make_delivery("b", 1, 400), make_delivery("a", 2, 400)])

    plan = solve(problem, Limits(iterations=5))

    assert [stop.delivery for trip in plan.trips for stop in trip.stops] == [1]


def test_with_too_few_trucks_the_served_are_those_of_lowest_rank_at_any_distance():
    points = [(0, 0)] + [((-1) ** i * 7_000 * (i + 1), 4_000 * (i % 5)) for i in range(30)]
    full_loads = [make_delivery(f"d{i:02d}", i + 1, 480, n_days=2, rank=(i * 11) % 30) for i in range(30)]
    problem = make_problem(points, full_loads, [make_truck(count=5, shift_end_s=22 * 3600)], n_days=2)

    plan = solve(problem, Limits(iterations=20))

    served = {full_loads[stop.delivery].rank for trip in plan.trips for stop in trip.stops}
    assert served == set(range(10))
    assert verify_plan(problem, plan) == ()


def test_a_small_one_of_higher_rank_takes_only_the_room_that_is_left():
    points = [(0, 0), (10_000, 0), (20_000, 0), (30_000, 0)]
    loads = [("first", 300, 0), ("second", 250, 1), ("third", 150, 2)]
    problem = make_problem(points, [make_delivery(n, i + 1, packs, rank=r) for i, (n, packs, r) in enumerate(loads)])

    plan = solve(problem, Limits(iterations=5))

    assert [one.delivery for one in plan.unserved] == [1]


def test_equal_days_go_to_the_lower_ranks_first():
    points = [(0, 0), (10_000, 0), (0, 10_000), (-10_000, 0)]
    deliveries = [make_delivery(f"d{i}", i + 1, 480, n_days=3, rank=2 - i) for i in range(3)]
    problem = make_problem(points, deliveries, n_days=3)

    plan = solve(problem, Limits(iterations=8))

    assert [trip.stops[0].delivery for trip in plan.trips] == [2, 1, 0]
    assert [trip.day for trip in plan.trips] == [0, 1, 2]


def test_when_everything_fits_nobody_waits_whatever_the_ranks():
    points = [(0, 0)] + [(3_000 * i, 2_000 * (i % 7)) for i in range(1, 40)]
    for flip in (1, -1):
        deliveries = [make_delivery(f"d{i:02d}", i, 60, n_days=3, rank=flip * i) for i in range(1, 40)]
        problem = make_problem(points, deliveries, [make_truck(count=2)], n_days=3)

        assert solve(problem, Limits(iterations=4)).unserved == ()


def test_the_trucks_counted_as_used_up_are_those_that_could_have_gone_on_days_with_the_stock():
    short_shift = make_truck(name="short", count=7, shift_end_s=8 * 3600)
    far = [make_delivery(name, 2, 400, n_days=2, rank=rank) for rank, name in enumerate("ab")]
    stock_on_the_second_day = Depot(0, ((0, 10**9),))
    problem = make_problem(NEAR_AND_FAR, far, [make_truck(), short_shift], 2, depots=[stock_on_the_second_day])

    (waits,) = solve(problem, Limits(iterations=5)).unserved

    assert (waits.delivery, waits.reason) == (1, Reason.FLEET_USED_UP)
    assert waits.numbers == {"needs_g": 4_000_000, "truck_days": 1, "truck_days_used": 1}
