"""No more trucks load at once than there are docks, at the least cost of waiting, and who finds no dock is told so."""

import time
from collections import Counter
from dataclasses import replace

import pytest

from optimizer.docks import keep_docks
from optimizer.engines import apart, by_hand, ortools_whole, pyvrp, tagged, vroom
from optimizer.features import Feature, UnsupportedError
from optimizer.parallel import SerialExecutor
from optimizer.pins import solve_beside
from optimizer.plan import Limits, Plan, Reason
from optimizer.problem import Depot, Problem, VehicleType
from optimizer.search.search_routes import search_routes
from optimizer.search.stagger import stagger_trucks
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.violation import ViolationCode
from optimizer.waiting_weight import waiting_weight
from tests.support.routing import make_delivery, make_network, make_problem, make_truck

HOUR = 3600
#: 50 km to each side: 3,333 s away, and from one to another more than there and back.
STAR = [(0, 0), (50_000, 0), (-50_000, 0), (0, 50_000), (0, -50_000)]
FULL = 500


def star(n: int, docks: int | None = 1, n_days: int = 1, truck: VehicleType | None = None, **change: object) -> Problem:
    """Return n full loads, each to its own place, a truck for each, and docks at which half an hour is loaded."""
    truck = truck or make_truck(count=n)
    deliveries = [make_delivery(f"d{i}", i, FULL, n_days=n_days, rank=i, **change) for i in range(1, n + 1)]
    depot = Depot(0, ((10**9,) * n_days,), docks=docks)
    return make_problem(STAR[: n + 1], deliveries, [truck], n_days, [depot])


def with_docks(problem: Problem, docks: int, loading_s: int) -> Problem:
    """Return a problem whose depots have so many docks, at which loading takes so long."""
    depots = tuple(replace(depot, docks=docks) for depot in problem.depots)
    trucks = tuple(replace(v, loading_s=loading_s) for v in problem.vehicle_types)
    return replace(problem, depots=depots, vehicle_types=trucks)


def unlimited(problem: Problem, iterations: int = 10) -> Plan:
    """Plan as if any number of trucks could load at once."""
    depots = tuple(replace(depot, docks=None) for depot in problem.depots)
    return solve(replace(problem, depots=depots), Limits(iterations=iterations))


def fitted(problem: Problem) -> Plan:
    plan = keep_docks(problem, unlimited(problem))
    assert verify_plan(problem, plan) == ()
    return plan


def test_trucks_load_one_after_another_where_there_is_one_dock():
    problem = star(4)
    plan = unlimited(problem)
    assert {v.code for v in verify_plan(problem, plan)} == {ViolationCode.DOCKS_EXCEEDED}

    kept = fitted(problem)

    assert sorted(trip.start_s for trip in kept.trips) == [6 * HOUR + 1800 * n for n in range(4)]
    assert kept.scaled_cost == plan.scaled_cost


@pytest.mark.parametrize("docks", [None, 4, 5])
def test_docks_enough_change_nothing(docks):
    problem = star(4, docks)
    plan = unlimited(problem)

    assert keep_docks(problem, plan) is plan


def test_the_truck_that_waits_for_its_hour_waits_no_longer_than_it_must():
    problem = star(2, windows=((9 * HOUR, 9 * HOUR),))
    plan = unlimited(problem)

    kept = fitted(problem)

    first, second = sorted(trip.start_s for trip in kept.trips)
    assert second == 9 * HOUR - 3333 - 1800
    assert first == second - 1800
    assert kept.scaled_cost - plan.scaled_cost == 1800 * 20 * 5  # half an hour of waiting


def test_two_docks_let_two_trucks_leave_at_the_same_time():
    kept = fitted(star(4, docks=2, windows=((9 * HOUR, 9 * HOUR),)))

    starts = sorted(trip.start_s for trip in kept.trips)
    assert starts == [9 * HOUR - 5133 - 1800] * 2 + [9 * HOUR - 5133] * 2


def test_who_finds_no_dock_in_time_waits_with_numbers_and_it_is_the_highest_rank():
    """From 6:00, loading until 6:30 and 7:00; whoever leaves later is not there by 8:00."""
    problem = star(4, windows=((7 * HOUR, 8 * HOUR),))

    plan = fitted(problem)

    assert [stop.delivery for trip in plan.trips for stop in trip.stops] in ([0, 1], [1, 0])
    assert [(one.delivery, one.reason) for one in plan.unserved] == [(2, Reason.DOCKS_FULL), (3, Reason.DOCKS_FULL)]
    assert dict(plan.unserved[0].numbers) == {"needs_g": 5_000_000, "docks": 1, "trips": 2}


def test_who_finds_no_dock_goes_on_another_day():
    plan = fitted(star(4, n_days=2, windows=((7 * HOUR, 8 * HOUR),)))

    assert plan.unserved == ()
    assert [trip.day for trip in plan.trips] == [0, 0, 1, 1]


def test_a_dock_that_is_free_makes_the_reason_wrong():
    problem = star(4, windows=((7 * HOUR, 8 * HOUR),))
    plan = fitted(problem)

    two = replace(problem, depots=(replace(problem.depots[0], docks=2),))
    later = replace(
        problem, deliveries=tuple(replace(d, windows=((7 * HOUR, 8 * HOUR + 1800),)) for d in problem.deliveries)
    )

    assert [v.code for v in verify_plan(two, plan)] == [ViolationCode.REASON_WRONG] * 2
    assert [v.code for v in verify_plan(later, plan)] == [ViolationCode.REASON_WRONG] * 2
    soon = replace(
        problem, deliveries=tuple(replace(d, windows=((7 * HOUR, 8 * HOUR + 700),)) for d in problem.deliveries)
    )
    assert verify_plan(soon, plan) == ()


def test_the_second_trip_of_a_truck_loads_when_a_dock_is_free():
    truck = make_truck(count=2, trips_per_day=2)
    problem = star(4, truck=truck)

    plan = fitted(problem)

    assert plan.unserved == ()
    assert len({trip.vehicle for trip in plan.trips}) == 2


def test_a_plan_that_was_fitted_is_fitted_again_for_fewer_docks():
    problem = star(4, docks=2, windows=((7 * HOUR, 8 * HOUR),))
    one = replace(problem, depots=(replace(problem.depots[0], docks=1),))

    plan = keep_docks(one, fitted(problem))

    assert verify_plan(one, plan) == ()
    assert sorted(stop.delivery for trip in plan.trips for stop in trip.stops) == [0, 1]


def test_a_trip_leaves_no_longer_than_the_truck_may_work():
    """Who loads first would work half an hour longer than it may."""
    truck = make_truck(count=2, max_duration_s=1800 + 600 + 2 * 3333)
    problem = star(2, truck=truck, windows=((9 * HOUR, 9 * HOUR),))

    plan = fitted(problem)

    assert [(one.delivery, one.reason) for one in plan.unserved] == [(1, Reason.DOCKS_FULL)]


def test_the_place_of_a_higher_rank_is_given_to_who_asks_for_no_more():
    """Ranks 0 and 9 on one trip, 5 on another at the place of 9; only one trip can load."""
    window = {"windows": ((6 * HOUR, 7 * HOUR + 1800),)}
    deliveries = [
        make_delivery("first", 1, 250, rank=0, **window),
        make_delivery("last", 2, 250, rank=9, **window),
        make_delivery("mid", 2, 250, rank=5, **window),
    ]
    points = [(0, 0), (40_000, 0), (41_000, 0)]
    truck = make_truck(count=2)
    problem = make_problem(points, deliveries, [truck], depots=[Depot(0, ((10**9,),), docks=1)])
    plan = solve(replace(problem, deliveries=(deliveries[0], deliveries[1])), Limits(iterations=5))
    (together,) = plan.trips
    alone = solve(replace(problem, deliveries=(replace(deliveries[2], rank=0),)), Limits(iterations=5)).trips[0]
    alone = replace(alone, vehicle=1, stops=tuple(replace(stop, delivery=2) for stop in alone.stops))
    both = replace(plan, trips=(together, alone), scaled_cost=plan.scaled_cost + alone.scaled_cost(truck))

    kept = keep_docks(problem, both)

    assert verify_plan(problem, kept) == ()
    assert [one.delivery for one in kept.unserved] == [1]


@pytest.mark.parametrize("docks", [1, 2])
def test_a_network_keeps_its_docks(docks):
    problem = make_network(150, n_depots=2, n_trucks=20, n_days=4)
    problem = replace(problem, depots=tuple(replace(depot, docks=docks) for depot in problem.depots))

    plan = fitted(problem)

    assert plan == fitted(problem)
    assert len(plan.trips) > 20


def test_a_long_trip_that_must_load_later_leaves_out_its_highest_rank():
    """Six hours: 80 minutes for loading and the way, then six stops of 45 minutes, or five for whoever loads second."""
    truck = make_truck(count=2, shift_end_s=12 * HOUR)
    deliveries = [make_delivery(f"d{i:02d}", 1, 10, rank=i, service_s=2700) for i in range(12)]
    problem = make_problem([(0, 0), (22_500, 0)], deliveries, [truck], depots=[Depot(0, ((10**9,),), docks=1)])
    assert unlimited(problem).unserved == ()

    kept, planned = fitted(problem), solve(problem, Limits(iterations=20))

    assert [one.delivery for one in kept.unserved] == [one.delivery for one in planned.unserved] == [11]
    assert verify_plan(problem, planned) == ()


def test_any_truck_may_have_any_turn_but_they_share_the_docks_and_there_are_no_more_of_a_type():
    trucks = [make_truck(name="a", count=4), make_truck(name="b", count=2, loading_s=3600)]
    problem = make_problem(
        STAR, [make_delivery("d", 1, vehicle_types=(1,))], trucks, depots=[Depot(0, ((9**9,),), docks=2)]
    )

    turns = stagger_trucks(problem)

    assert [(v.name, v.count, v.shift_start_s // HOUR) for v in turns.problem.vehicle_types] == [
        ("a#0", 2, 6), ("a#1", 2, 7), ("a#2", 2, 8), ("b#0", 2, 6), ("b#1", 2, 7), ("b#2", 2, 8),
    ]  # fmt: skip
    assert turns.original == (0, 0, 0, 1, 1, 1)
    assert turns.problem.deliveries[0].vehicle_types == (3, 4, 5)
    assert [(one.vehicle_types, one.most) for one in turns.shared] == [
        ((0, 3), (2,)), ((1, 4), (2,)), ((2, 5), (2,)), ((0, 1, 2), (4,)), ((3, 4, 5), (2,)),
    ]  # fmt: skip


def test_trucks_in_turns_are_never_more_than_share_the_docks_or_are_there():
    """Of turns that are planned as they are, without fitting."""
    small = make_truck(name="small", capacity_g=2_000_000, count=3, fixed_cost=60, loading_s=3600, trips_per_day=2)
    large = make_truck(name="large", count=3, loading_s=3600)
    deliveries = [make_delivery(f"d{i:02d}", 1 + i % 4, 100 + 10 * i, n_days=2, rank=i // 8) for i in range(24)]
    problem = make_problem(STAR, deliveries, [small, large], 2, [Depot(0, ((10**9,) * 2,), docks=2)])
    turns = stagger_trucks(problem)

    plan = search_routes(
        turns.problem, Limits(iterations=30), 1, on_progress=None, should_stop=None, executor=SerialExecutor(),
        shared=turns.shared,
    )  # fmt: skip

    trucks = {(t.day, t.vehicle_type, t.vehicle) for t in plan.trips}
    for one in turns.shared:
        out = Counter(day for day, kind, _ in trucks if kind in one.vehicle_types)
        assert all(out[day] <= most for day, most in enumerate(one.most))
    assert len({kind for _, kind, _ in trucks}) > 2


def test_planning_in_turns_leaves_less_waiting_than_fitting_afterwards():
    problem = with_docks(make_network(120, n_depots=2, n_trucks=12, n_days=2, seed=3), 1, loading_s=3600)
    problem = replace(problem, deliveries=tuple(replace(d, rank=0) for d in problem.deliveries))

    planned = solve(problem, Limits(iterations=20))

    assert verify_plan(problem, planned) == ()
    assert waiting_weight(problem, planned) < waiting_weight(problem, fitted(problem))


@pytest.mark.slow
def test_many_warehouses_with_docks_are_planned_in_the_time_given():
    problem = with_docks(make_network(1000, n_depots=4, n_trucks=120, n_days=6, seed=3), 3, loading_s=2700)
    assert problem.docks_may_bind
    began = time.monotonic()

    plan = solve(problem, Limits(seconds=20))

    assert time.monotonic() - began < 25  # every warehouse and day once had as much work as one alone
    assert verify_plan(problem, plan) == ()
    assert plan.unserved == ()


@pytest.mark.parametrize(("docks", "may_bind"), [(None, False), (1, True), (2, False)])
def test_docks_count_where_more_trucks_may_want_to_load(docks, may_bind):
    problem = star(2, docks)
    assert problem.docks_may_bind == may_bind
    if not may_bind:
        assert solve(problem, Limits(iterations=10)) == unlimited(problem)
    assert not replace(problem, vehicle_types=(make_truck(count=2, loading_s=0),)).docks_may_bind
    apart = replace(star(2, docks, n_days=2), vehicle_types=(make_truck(days=(0,)), make_truck(days=(1,))))
    assert not apart.docks_may_bind


def test_docks_that_the_plan_keeps_anyway_leave_the_search_going_on():
    problem = star(3, docks=2, truck=make_truck(count=3, trips_per_day=3, fixed_cost=10**6))
    told = []

    plan = solve(problem, Limits(iterations=20), on_progress=told.append)

    assert verify_plan(problem, plan) == ()
    assert plan.iterations == 20
    assert [one.fraction for one in told] == sorted(one.fraction for one in told)
    assert told[-1].fraction == 1.0


def test_a_plan_to_start_from_is_given_back_if_none_better_is_found():
    problem = make_network(60, n_depots=2, n_trucks=8, n_days=2, seed=3)
    problem = replace(problem, depots=tuple(replace(depot, docks=1) for depot in problem.depots))
    start = solve(problem, Limits(iterations=6))

    plan = solve(problem, Limits(iterations=6), start=start)

    assert verify_plan(problem, plan) == ()
    assert (waiting_weight(problem, plan), plan.scaled_cost) <= (waiting_weight(problem, start), start.scaled_cost)
    with pytest.raises(ValueError, match="breaks rules"):
        solve(problem, Limits(iterations=1), start=unlimited(problem))


@pytest.mark.parametrize("engine", [apart, by_hand, tagged])
def test_every_engine_that_does_not_refuse_docks_keeps_them(engine):
    problem = make_network(60, n_depots=2, n_trucks=8, n_days=2, seed=3)
    problem = replace(problem, depots=tuple(replace(depot, docks=1) for depot in problem.depots))
    assert verify_plan(problem, engine.solve(problem, Limits(iterations=4))) == ()


def test_other_routers_refuse_docks_and_so_do_pins():
    problem = star(2)
    for engine in (ortools_whole, pyvrp, vroom):
        with pytest.raises(UnsupportedError) as caught:
            engine.solve(problem, Limits(seconds=1))
        assert caught.value.features == (Feature.DOCKS,)
    plan = solve(problem, Limits(iterations=2))
    with pytest.raises(UnsupportedError):
        solve_beside(problem, plan, (), Limits(iterations=2))
