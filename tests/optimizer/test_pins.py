"""Pinned trips stay exactly as they are, and what is planned beside them keeps every rule with them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.pins import solve_beside, truck_day
from optimizer.plan import Limits, Reason
from optimizer.problem import Depot
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.waiting_weight import waiting_weight
from tests.support.routing import make_network
from tests.support.small_problem import HOUR, delivery, drive, line_problem, make_plan, truck


def crossed():
    """Return two trucks that each go to both ends of the road, where each could go to one."""
    problem = line_problem(
        (50, 0, 2, 98, 100), [delivery(f"d{i}", i, days=(0,)) for i in range(1, 5)], [truck(count=2, trips_per_day=1)]
    )
    trips = [drive(problem, [0, 2], 8 * HOUR), drive(problem, [1, 3], 8 * HOUR, unit=1)]
    return problem, make_plan(problem, trips)


def names(problem, plan) -> list[list[str]]:
    return [[problem.deliveries[stop.delivery].name for stop in trip.stops] for trip in plan.trips]


def test_without_pins_it_is_the_search_and_with_all_pinned_nothing_changes() -> None:
    problem, plan = crossed()
    free = solve_beside(problem, plan, (), Limits(iterations=3))
    assert free.scaled_cost < plan.scaled_cost
    assert sorted(map(sorted, names(problem, free))) in ([["d1", "d2"], ["d3", "d4"]], [["d1", "d2", "d3", "d4"]])
    still = solve_beside(problem, plan, set(map(truck_day, plan.trips)), Limits(iterations=3))
    assert still.trips == plan.trips
    assert still.scaled_cost == plan.scaled_cost


def test_a_pinned_trip_keeps_its_stops_and_the_rest_is_planned_beside_it() -> None:
    problem, plan = crossed()
    found = solve_beside(problem, plan, {(0, 0, 1)}, Limits(iterations=3))
    assert verify_plan(problem, found) == ()
    assert plan.trips[1] in found.trips
    assert sorted(names(problem, found)) == [["d1", "d3"], ["d2", "d4"]]


def test_stock_and_room_that_pinned_trips_take_is_not_there_for_others() -> None:
    first = [delivery("a", 1, packs=30, rank=0), delivery("b", 1, packs=30, rank=1)]
    others = [delivery("c", 2, packs=30, rank=2), delivery("d", 2, packs=20, rank=3)]
    problem = line_problem(
        (50, 20, 80),
        [*first, *others],
        [truck(count=3)],
        depots=(Depot(0, ((40, 70),)),),
        storage_g={(1, "dry"): 400_000},
    )
    plan = solve(problem, Limits(iterations=1))
    reasons = {1: Reason.STORAGE_FULL, 3: Reason.STOCK_SHORT}
    assert {one.delivery: one.reason for one in plan.unserved} == reasons
    (of_a,) = (truck_day(trip) for trip in plan.trips if trip.stops[0].delivery == 0)
    found = solve_beside(problem, plan, {of_a}, Limits(iterations=1))
    assert verify_plan(problem, found) == ()
    assert {one.delivery: one.reason for one in found.unserved} == reasons


NETWORK = make_network(100, n_depots=2, n_trucks=6, n_days=4, seed=5)
PLAN = solve(NETWORK, Limits(iterations=3))


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_whatever_is_pinned_stays_and_the_whole_is_no_worse(data: st.DataObject) -> None:
    days = sorted(set(map(truck_day, PLAN.trips)))
    pins = data.draw(st.sets(st.sampled_from(days)))
    found = solve_beside(NETWORK, PLAN, pins, Limits(iterations=data.draw(st.integers(0, 2))))
    assert verify_plan(NETWORK, found) == ()
    assert [t for t in found.trips if truck_day(t) in pins] == [t for t in PLAN.trips if truck_day(t) in pins]
    assert (waiting_weight(NETWORK, found), found.scaled_cost) <= (waiting_weight(NETWORK, PLAN), PLAN.scaled_cost)


def test_a_truck_without_a_trip_cannot_be_pinned() -> None:
    problem, plan = crossed()
    with pytest.raises(ValueError, match="no trip to pin"):
        solve_beside(problem, plan, {(1, 0, 0)}, Limits(iterations=1))
