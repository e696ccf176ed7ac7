"""Tag-then-route never changes a tag; both forms of it keep every rule and state true reasons."""

from dataclasses import replace

import pytest

from optimizer.engines import apart, tagged
from optimizer.plan import Limits, Plan, Reason
from optimizer.problem import Depot, Problem
from optimizer.solve import solve
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_network, make_problem, make_truck

LINE = [(15_000 * i, 0) for i in range(12)]


@pytest.fixture(params=[tagged, apart], ids=["tagged", "apart"])
def engine(request):
    return request.param


def checked(problem: Problem, plan: Plan) -> Plan:
    assert verify_plan(problem, plan) == ()
    return plan


def depots_used(plan: Plan) -> dict[int, int]:
    return {stop.delivery: trip.depot for trip in plan.trips for stop in trip.stops}


def two_depots(deliveries, *, stock=(10**6, 10**6), **change):
    depots = [Depot(0, ((stock[0],),)), Depot(10, ((stock[1],),))]
    trucks = [make_truck(name="west", count=2), make_truck(name="east", count=2, depot=1)]
    return make_problem(LINE, deliveries, trucks, depots=depots, **change)


def test_a_tag_to_the_far_depot_is_kept_though_the_joint_search_changes_it(engine):
    problem = two_depots([make_delivery("a", 1), make_delivery("b", 2, depot=1)])

    held = checked(problem, engine.solve(problem, Limits(iterations=4)))

    assert depots_used(held) == {0: 0, 1: 1}
    assert depots_used(checked(problem, solve(problem, Limits(iterations=4)))) == {0: 0, 1: 0}


def test_the_types_that_were_allowed_stay_allowed_at_the_tagged_depot_only():
    deliveries = [make_delivery("a", 1, vehicle_types=(0, 1)), make_delivery("b", 2, depot=1)]

    held = tagged.hold_to_tags(two_depots(deliveries))

    assert [d.vehicle_types for d in held.deliveries] == [(0,), (1,)]


def test_reasons_are_those_of_the_tagged_depot(engine):
    deliveries = [make_delivery("a", 1, 100, depot=1), make_delivery("b", 1, 100, depot=1, vehicle_types=(0,))]
    problem = two_depots(deliveries, stock=(10**6, 50))

    plan = checked(problem, engine.solve(problem, Limits(iterations=1)))

    assert [one.reason for one in plan.unserved] == [Reason.STOCK_SHORT, Reason.NO_COMPATIBLE_VEHICLE]


def test_storage_that_two_depots_fill_is_not_overfilled(engine):
    deliveries = [make_delivery("late", 2, rank=1), make_delivery("first", 2, depot=1)]
    problem = two_depots(deliveries, storage_g={(2, "dry"): 1_500_000})

    plan = checked(problem, engine.solve(problem, Limits(iterations=1)))

    assert depots_used(plan) == {1: 1}
    assert [one.reason for one in plan.unserved] == [Reason.STORAGE_FULL]


def test_a_province_is_planned_depot_by_depot(engine):
    problem = make_network(120, n_depots=3, n_trucks=12, n_days=3, seed=4)

    plan = checked(problem, engine.solve(problem, Limits(iterations=9)))

    used = depots_used(plan)
    assert used
    assert all(problem.deliveries[i].depot == depot for i, depot in used.items())


def test_the_parts_share_the_iterations_and_all_stop_when_asked():
    problem = make_network(120, n_depots=3, n_trucks=12, n_days=3, seed=4)

    plan = apart.solve(problem, Limits(iterations=30))
    stopped = apart.solve(problem, Limits(iterations=30), should_stop=lambda: True)

    assert 25 <= plan.iterations <= 35
    assert stopped.status == "stopped"
    assert checked(problem, stopped).iterations < plan.iterations


def test_the_seconds_are_shared_by_the_number_of_deliveries(monkeypatch):
    given = []

    def solve_at_once(problem, limits, seed, **more):
        given.append((len(problem.deliveries), limits.seconds))
        return solve(problem, Limits(iterations=0), seed, **more)

    monkeypatch.setattr(apart.whole, "solve", solve_at_once)
    deliveries = [make_delivery("a", 1), *(make_delivery(f"b{i}", 9 - i, depot=1) for i in range(3))]

    apart.solve(two_depots(deliveries), Limits(seconds=1000))

    # The first has a quarter, the other all that the first left over.
    assert [n for n, _ in given] == [1, 3]
    assert given[0][1] == pytest.approx(250, abs=3)
    assert 900 < given[1][1] <= 1000


def test_a_truck_that_ends_at_another_depot_still_does():
    problem = two_depots([make_delivery("a", 5)])
    through = replace(problem, vehicle_types=(make_truck(end_depot=1), problem.vehicle_types[1]))

    plan = checked(through, apart.solve(through, Limits(iterations=1)))

    assert plan.trips[0].metres == 150_000
