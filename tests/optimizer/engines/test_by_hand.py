"""The hand-made plan has the known faults of a hand-made plan, and keeps every constraint."""

import numpy as np
import pytest

from benchmarks.instances import VARIANTS, large, small
from optimizer.engines.by_hand import solve
from optimizer.plan import Limits, Plan, Reason
from optimizer.problem import Depot, Problem
from optimizer.verify import verify_plan
from tests.support.routing import Plane, make_delivery, make_network, make_problem, make_truck

HOUR = 3600
#: Every 15 km a place, 1,000 s from the next.
LINE = [(15_000 * i, 0) for i in range(12)]


def plan_by_hand(problem: Problem) -> Plan:
    plan = solve(problem, Limits(iterations=0))
    assert verify_plan(problem, plan) == ()
    return plan


def routes(plan: Plan) -> list[tuple[int, int, list[int]]]:
    return [(trip.day, trip.depot, [stop.delivery for stop in trip.stops]) for trip in plan.trips]


def reasons(plan: Plan) -> dict[int, Reason]:
    return {one.delivery: one.reason for one in plan.unserved}


def test_always_to_the_nearest_even_where_that_is_the_longer_way_round():
    points = [(0, 0), (15_000, 0), (-30_000, 0), (75_000, 0)]
    problem = make_problem(points, [make_delivery(f"d{i}", i) for i in (3, 2, 1)])

    (trip,) = plan_by_hand(problem).trips

    assert [stop.delivery for stop in trip.stops] == [2, 1, 0]
    assert trip.metres == 15_000 + 45_000 + 105_000 + 75_000  # the shortest way is 210 km


def test_the_nearest_warehouse_gives_in_the_order_of_rank_while_its_stock_lasts():
    depots = [Depot(0, ((150,),)), Depot(10, ((1000,),))]
    deliveries = [make_delivery("a", 1, rank=2, depot=1), make_delivery("b", 2, rank=1, depot=1)]
    trucks = [make_truck(), make_truck(name="other", depot=1)]

    plan = plan_by_hand(make_problem(LINE, deliveries, trucks, depots=depots))

    assert routes(plan) == [(0, 0, [1]), (0, 1, [0])]


def test_who_finds_no_truck_at_the_nearest_warehouse_goes_to_the_next():
    depots = [Depot(0, ((10**6,),)), Depot(10, ((10**6,),))]
    deliveries = [make_delivery(f"d{i}", i, 500) for i in (1, 2)]
    trucks = [make_truck(), make_truck(name="other", depot=1)]

    plan = plan_by_hand(make_problem(LINE, deliveries, trucks, depots=depots))

    assert routes(plan) == [(0, 0, [0]), (0, 1, [1])]


def test_when_a_truck_is_full_the_next_trip_then_the_next_truck_then_the_next_day():
    deliveries = [make_delivery(f"d{i}", 1, 500, n_days=2) for i in range(5)]
    truck = make_truck(count=2, trips_per_day=2)

    plan = plan_by_hand(make_problem(LINE, deliveries, [truck], n_days=2))

    days_and_trucks = [(trip.day, trip.vehicle, trip.trip) for trip in plan.trips]
    assert days_and_trucks == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0)]


def test_the_largest_trucks_are_filled_first():
    trucks = [make_truck(name="small", capacity_g=2_000_000), make_truck(name="large")]

    plan = plan_by_hand(make_problem(LINE, [make_delivery("a", 1, 100)], trucks))

    assert [trip.vehicle_type for trip in plan.trips] == [1]


@pytest.mark.parametrize(
    ("delivery", "truck"),
    [
        ({"packs": 300}, {"capacity_g": 4_000_000}),
        ({"volume_ml": 18_000_000}, {}),
        ({"storage_class": "cold"}, {}),
        ({"largest_vehicle_g": 3_000_000}, {}),
        ({"vehicle_types": (1,)}, {}),
        ({"windows": ((7 * HOUR, 8 * HOUR),)}, {}),
        ({"release_s": 12 * HOUR}, {}),
        ({"days": (1,)}, {}),
        ({}, {"max_metres": 160_000}),
        ({}, {"max_duration_s": 3 * HOUR}),
        ({}, {"shift_end_s": 9 * HOUR}),
        ({"storage_class": "cold"}, {"storage_classes": ("dry", "cold"), "class_capacity_g": (5_000_000, 0)}),
    ],
    ids=lambda change: "-".join(change) or "as usual",
)
def test_two_deliveries_share_a_trip_unless_a_constraint_keeps_them_apart(delivery, truck):
    """The second stop is put on another truck (the last one takes anything) for the constraint alone."""
    both = [
        make_delivery("near", 1, 200, n_days=2),
        make_delivery("far", 6, **({"packs": 200, "n_days": 2} | delivery)),
    ]
    anything = make_truck(
        name="anything", capacity_g=2_999_000, storage_classes=("dry", "cold"), shift_start_s=5 * HOUR, depot=0,
        shift_end_s=20 * HOUR,
    )  # fmt: skip

    def trucks_used(problem: Problem) -> set[tuple[int, int]]:
        plan = plan_by_hand(problem)
        assert not plan.unserved
        return {(trip.day, trip.vehicle_type) for trip in plan.trips}

    if "packs" in delivery:
        anything = make_truck(name="anything", capacity_g=3_500_000, shift_end_s=20 * HOUR)
    plain = [make_delivery("near", 1, 200, n_days=2), make_delivery("far", 6, 200, n_days=2)]
    assert trucks_used(make_problem(LINE, plain, [make_truck(), anything], n_days=2)) == {(0, 0)}
    assert len(trucks_used(make_problem(LINE, both, [make_truck(**truck), anything], n_days=2))) == 2


def test_at_the_nearest_the_truck_waits_for_its_window():
    deliveries = [make_delivery("near", 1, windows=((9 * HOUR, 10 * HOUR),)), make_delivery("far", 3)]

    (trip,) = plan_by_hand(make_problem(LINE, deliveries)).trips

    assert (trip.stops[0].delivery, trip.stops[0].start_s) == (0, 9 * HOUR)


def test_goods_that_come_later_go_with_the_next_trip():
    deliveries = [make_delivery("later", 1, release_s=9 * HOUR), make_delivery("now", 2)]

    plan = plan_by_hand(make_problem(LINE, deliveries, [make_truck(trips_per_day=2)]))

    assert routes(plan) == [(0, 0, [1]), (0, 0, [0])]
    assert plan.trips[1].start_s >= 9 * HOUR


def test_stock_that_comes_later_is_kept_for_those_who_cannot_wait():
    """The nearest would take the only stock of the first day, which the other has no other day for."""
    depots = [Depot(0, ((100, 200),))]
    deliveries = [make_delivery("near", 1, n_days=2), make_delivery("urgent", 5, days=(0,), rank=9)]

    plan = plan_by_hand(make_problem(LINE, deliveries, [make_truck()], n_days=2, depots=depots))

    assert routes(plan) == [(0, 0, [1]), (1, 0, [0])]


def test_an_open_route_and_one_that_ends_elsewhere_are_judged_by_where_they_end():
    depots = [Depot(0, ((10**6,),)), Depot(11, ((10**6,),))]
    stops = [make_delivery("a", 11)]
    to_the_end = {"shift_end_s": 6 * HOUR + 1800 + 11_000 + 600}

    for change in ({"returns": False}, {"end_depot": 1}):
        plan = plan_by_hand(make_problem(LINE, stops, [make_truck(**to_the_end, **change)], depots=depots))
        assert plan.trips[0].metres == 165_000
    assert plan_by_hand(make_problem(LINE, stops, [make_truck(**to_the_end)], depots=depots)).trips == ()


class NoRoadBetween(Plane):
    """A plane with no road from one stop to another."""

    def matrix(self, origins, destinations):
        metres, seconds = super().matrix(origins, destinations)
        apart = np.ix_(np.asarray(origins) > 0, np.asarray(destinations) > 0)
        metres[apart] = -1
        return metres, seconds


def test_no_trip_goes_where_there_is_no_road_however_long_it_may_take():
    deliveries = [make_delivery("a", 1), make_delivery("b", 2)]
    truck = make_truck(trips_per_day=2, shift_end_s=1 << 50)
    depots = [Depot(0, ((10**6,),), 0, 1 << 50)]

    plan = plan_by_hand(make_problem(LINE, deliveries, [truck], depots=depots, travel=NoRoadBetween(tuple(LINE))))

    assert routes(plan) == [(0, 0, [0]), (0, 0, [1])]


def test_each_that_waits_has_its_reason():
    deliveries = [
        make_delivery("first", 1, 500, rank=0),
        make_delivery("no truck", 1, 100, rank=1),
        make_delivery("no stock", 1, 700, rank=2, weight_g=5_000_000),
        make_delivery("too large", 1, 600, rank=3),
        make_delivery("no room", 2, 100, rank=4),
    ]
    problem = make_problem(
        LINE, deliveries, depots=[Depot(0, ((1150,),))], storage_g={(2, "dry"): 1_500_000, (1, "dry"): 10**9}
    )
    full = make_problem(
        LINE,
        [make_delivery("held", 2, 100), make_delivery("not held", 2, 100, rank=1)],
        [make_truck(count=2)],
        storage_g={(2, "dry"): 1_500_000},
    )

    assert reasons(plan_by_hand(problem)) == {
        1: Reason.FLEET_USED_UP,
        2: Reason.STOCK_SHORT,
        3: Reason.TOO_LARGE,
        4: Reason.FLEET_USED_UP,
    }
    assert reasons(plan_by_hand(full)) == {1: Reason.STORAGE_FULL}


def test_where_trucks_are_short_the_far_one_of_lower_rank_takes_the_place_of_the_near_one():
    deliveries = [make_delivery("near", 1, 300, rank=5), make_delivery("far", 2, 300, rank=1)]

    plan = plan_by_hand(make_problem(LINE, deliveries))

    assert (routes(plan), reasons(plan)) == ([(0, 0, [1])], {0: Reason.FLEET_USED_UP})


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_rule_of_the_variants_is_kept(variant):
    for problem in [*(small(variant, seed) for seed in range(5)), large(variant)]:
        plan_by_hand(problem)


@pytest.mark.parametrize(("seed", "n_trucks"), [(1, 60), (2, 5), (3, 12)])
def test_a_province_is_planned_with_and_without_enough_trucks(seed, n_trucks):
    problem = make_network(250, n_depots=3, n_trucks=n_trucks, n_days=3, seed=seed)

    plan = plan_by_hand(problem)

    assert (Reason.FLEET_USED_UP in reasons(plan).values()) == (n_trucks < 60)
    assert plan == plan_by_hand(problem)


def test_an_empty_problem_has_an_empty_plan():
    assert plan_by_hand(make_problem(LINE, [])).trips == ()
