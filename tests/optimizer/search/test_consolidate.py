"""A place served from several depots is served from one when that is cheaper and its stock allows it."""

from optimizer.plan import Limits, Plan
from optimizer.problem import Depot, Problem
from optimizer.solve import solve
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_problem, make_truck

#: Depots at both ends of a road of 80 km, the place 10 km from the first.
POINTS = [(0, 0), (80_000, 0), (10_000, 0)]


def problem_with_stock(first: int, second: int) -> Problem:
    deliveries = [make_delivery("from-first", 2), make_delivery("from-second", 2, depot=1)]
    trucks = [make_truck(name="t0", depot=0), make_truck(name="t1", depot=1)]
    return make_problem(POINTS, deliveries, trucks, depots=[Depot(0, ((first,),)), Depot(1, ((second,),))])


def solved(problem: Problem) -> Plan:
    plan = solve(problem, Limits(iterations=4))
    assert verify_plan(problem, plan) == ()
    assert plan.unserved == ()
    return plan


def test_one_trip_of_the_near_depot_takes_both():
    (trip,) = solved(problem_with_stock(200, 200)).trips

    assert trip.depot == 0
    assert trip.metres == 20_000


def test_the_far_depot_takes_both_when_only_it_has_the_stock_and_that_is_cheaper_than_two_trips():
    problem = problem_with_stock(100, 200)

    (trip,) = solved(problem).trips

    assert trip.depot == 1
    assert {stop.delivery for stop in trip.stops} == {0, 1}


def test_both_depots_go_when_neither_has_the_stock_for_all():
    assert [trip.depot for trip in solved(problem_with_stock(100, 100)).trips] == [0, 1]


def test_a_change_that_costs_more_is_taken_back():
    # The second depot's truck passes by on its way to a place beyond, so its stop costs next to nothing.
    points = [(0, 0), (80_000, 0), (40_000, 0), (1_000, 0), (79_000, 0)]
    deliveries = [
        make_delivery("far-near-first", 3, 400),
        make_delivery("a", 2, 100),
        make_delivery("b", 2, 100, depot=1),
        make_delivery("near-second", 4, 400, depot=1),
    ]
    trucks = [make_truck(name="t0", depot=0), make_truck(name="t1", depot=1)]
    plenty = ((10_000,),)
    problem = make_problem(points, deliveries, trucks, depots=[Depot(0, plenty), Depot(1, plenty)])

    # Each truck holds 500 packs, so neither can take both deliveries of the place beside its own load.
    assert sorted(len(trip.stops) for trip in solved(problem).trips) == [2, 2]
