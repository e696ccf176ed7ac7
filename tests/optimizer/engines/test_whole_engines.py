"""The solvers of others find the known optimum of tiny problems through their adapters, and say what they cannot."""

import importlib

import pytest

from optimizer.features import Feature, UnsupportedError
from optimizer.peers import SOLVERS
from optimizer.plan import Limits, Plan
from optimizer.problem import Depot, Problem
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_problem, make_truck

HOUR = 3600
LINE = [(15_000 * i, 0) for i in range(12)]


@pytest.fixture(params=["ortools", "pyvrp", "vroom"])
def peer(request):
    if request.param != "ortools":
        pytest.importorskip(request.param, reason="needs the extra bench")
    return request.param


def solve_by(peer: str, problem: Problem) -> Plan:
    module, _, function = SOLVERS[peer].partition(":")
    plan = getattr(importlib.import_module(module), function)(problem, Limits(seconds=0.4), 1)
    assert verify_plan(problem, plan) == ()
    return plan


def routes(plan: Plan) -> list[list[int]]:
    return sorted([stop.delivery for stop in trip.stops] for trip in plan.trips)


def test_capacity(peer):
    loads = [make_delivery(f"d{i}", i, 250) for i in range(1, 5)]
    problem = make_problem(LINE, loads, [make_truck(count=4, cost_per_hour=0)])

    plan = solve_by(peer, problem)

    # The two far ones together and the two near ones: 2 x 60 km + 2 x 30 km.
    assert sum(trip.metres for trip in plan.trips) == 180_000


def test_windows(peer):
    deliveries = [make_delivery("a", 1, windows=((14 * HOUR, 15 * HOUR),)), make_delivery("b", 5)]
    plan = solve_by(peer, make_problem(LINE, deliveries, [make_truck(cost_per_hour=0)]))

    (trip,) = plan.trips
    starts = {stop.delivery: stop.start_s for stop in trip.stops}
    assert 14 * HOUR <= starts[0] <= 15 * HOUR
    assert (set(starts), trip.metres) == ({0, 1}, 150_000)


def test_kinds_of_truck_and_the_types_allowed(peer):
    trucks = [make_truck(name="cheap", cost_per_hour=0), make_truck(name="dear", cost_per_km=99, cost_per_hour=0)]
    deliveries = [make_delivery("a", 1, vehicle_types=(1,)), make_delivery("b", 3)]

    plan = solve_by(peer, make_problem(LINE, deliveries, trucks))

    assert {trip.vehicle_type: [s.delivery for s in trip.stops] for trip in plan.trips} == {0: [1], 1: [0]}


def test_open_routes(peer):
    truck = make_truck(returns=False, cost_per_hour=0)

    plan = solve_by(peer, make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 3)], [truck]))

    assert [trip.metres for trip in plan.trips] == [45_000]


def test_a_truck_that_does_not_come_back_leaves_before_its_depot_closes(peer):
    noon = make_delivery("a", 1, windows=((12 * HOUR, 13 * HOUR),))
    depot = Depot(0, ((10**9,),), closes_s=9 * HOUR)
    problem = make_problem(LINE, [noon], [make_truck(returns=False)], depots=[depot])

    if peer == "vroom":
        with pytest.raises(UnsupportedError) as refused:
            solve_by(peer, problem)
        assert refused.value.features == (Feature.DEPOT_HOURS,)
    else:
        (trip,) = solve_by(peer, problem).trips
        assert (trip.departure_s, trip.stops[0].start_s) == (9 * HOUR, 12 * HOUR)


def test_what_a_solver_has_no_words_for_is_told(peer):
    scarce = make_problem(LINE, [make_delivery("a", 1)], depots=[Depot(0, ((5,),))])

    with pytest.raises(UnsupportedError) as caught:
        solve_by(peer, scarce)
    assert Feature.STOCK in caught.value.features


def test_several_trips_and_release_by_pyvrp_only():
    pytest.importorskip("pyvrp", reason="needs the extra bench")
    truck = make_truck(trips_per_day=2, cost_per_hour=0, shift_end_s=20 * HOUR)
    deliveries = [make_delivery("a", 1, 400), make_delivery("b", 2, 400, release_s=9 * HOUR)]

    plan = solve_by("pyvrp", make_problem(LINE, deliveries, [truck]))

    assert routes(plan) == [[0], [1]]
    for other in ("ortools", "vroom"):
        with pytest.raises(UnsupportedError):
            solve_by(other, make_problem(LINE, deliveries, [truck]))
