"""Each constraint by itself: a tiny problem whose only right answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.instances import small
from benchmarks.reference.exact import solve_exactly
from optimizer.plan import Limits, Plan, Reason
from optimizer.problem import Depot, Problem, ProblemError
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.violation import ViolationCode
from tests.support.routing import Plane, make_delivery, make_problem, make_truck

HOUR = 3600
#: Depot at 0, then places 15 km apart on a line: 1,000 s from one to the next.
LINE = [(15_000 * i, 0) for i in range(12)]


class Grid(Plane):
    """Streets to the east and north: twice as far is exactly twice as long."""

    def matrix(self, origins, destinations):
        at = np.array(self.points, dtype=np.int64)
        gap = np.abs(at[np.asarray(origins)][:, None, :] - at[np.asarray(destinations)][None, :, :])
        metres = gap.sum(axis=2)
        return metres, metres // self.metres_per_second


def plan_of(problem: Problem, iterations: int = 12) -> Plan:
    plan = solve(problem, Limits(iterations=iterations))
    assert verify_plan(problem, plan) == ()
    return plan


def routes(plan: Plan) -> list[list[int]]:
    return [[stop.delivery for stop in trip.stops] for trip in plan.trips]


def waiting(plan: Plan) -> dict[int, Reason]:
    return {one.delivery: one.reason for one in plan.unserved}


def test_one_truck_drives_out_and_back_in_the_cheapest_order():
    problem = make_problem(LINE, [make_delivery("a", 3), make_delivery("b", 1), make_delivery("c", 2)])

    plan = plan_of(problem)

    (trip,) = plan.trips
    assert trip.metres == 90_000
    assert trip.end_s - trip.start_s == 1800 + 6000 + 3 * 600
    assert plan.scaled_cost == 100 * 18_000 + 90_000 * 10 * 18 + (1800 + 6000 + 1800) * 20 * 5


def test_a_stop_is_served_inside_its_window_and_the_truck_leaves_late_rather_than_waits():
    problem = make_problem(LINE, [make_delivery("a", 3, windows=((10 * HOUR, 11 * HOUR),))])

    (trip,) = plan_of(problem).trips

    (stop,) = trip.stops
    assert 10 * HOUR <= stop.start_s <= 11 * HOUR
    assert stop.arrival_s == stop.start_s
    assert trip.departure_s - trip.start_s == 1800


def test_of_several_windows_a_later_one_is_used_when_the_first_cannot_be_reached():
    early_and_late = ((5 * HOUR, 6 * HOUR), (15 * HOUR, 16 * HOUR))
    problem = make_problem(LINE, [make_delivery("a", 3, windows=early_and_late), make_delivery("b", 2)])

    (trip,) = plan_of(problem).trips

    start = {stop.delivery: stop.start_s for stop in trip.stops}[0]
    assert 15 * HOUR <= start <= 16 * HOUR


def test_two_windows_that_exclude_each_other_need_two_trips_of_the_day():
    morning, evening = ((7 * HOUR, 8 * HOUR),), ((16 * HOUR, 17 * HOUR),)
    problem = make_problem(
        LINE,
        [make_delivery("a", 1, windows=morning), make_delivery("b", 1, windows=evening)],
        [make_truck(trips_per_day=2, cost_per_hour=1000)],
    )

    plan = plan_of(problem)

    assert routes(plan) == [[0], [1]]
    assert [trip.trip for trip in plan.trips] == [0, 1]


def test_a_delivery_leaves_only_on_its_days():
    problem = make_problem(LINE, [make_delivery("a", 1, days=(2,)), make_delivery("b", 2, days=(0, 1))], n_days=3)

    plan = plan_of(problem)

    days = {stop.delivery: trip.day for trip in plan.trips for stop in trip.stops}
    assert days[0] == 2
    assert days[1] in {0, 1}


def test_goods_ride_only_on_trucks_of_their_storage_class():
    cold = make_truck(name="cold", storage_classes=("cold",), fixed_cost=5000)
    problem = make_problem(
        LINE, [make_delivery("a", 1), make_delivery("b", 1, storage_class="cold")], [make_truck(), cold]
    )

    plan = plan_of(problem)

    assert {stop.delivery: trip.vehicle_type for trip in plan.trips for stop in trip.stops} == {0: 0, 1: 1}


def test_a_place_is_reached_only_by_trucks_that_are_small_enough():
    small = make_truck(name="small", capacity_g=2_000_000, fixed_cost=9000)
    problem = make_problem(
        LINE, [make_delivery("a", 1), make_delivery("b", 1, largest_vehicle_g=2_000_000)], [make_truck(), small]
    )

    plan = plan_of(problem)

    assert {stop.delivery: trip.vehicle_type for trip in plan.trips for stop in trip.stops}[1] == 1


@pytest.mark.parametrize(
    "capacity", [{"capacity_g": 2_500_000}, {"capacity_ml": 3_000_000}], ids=["grams", "millilitres"]
)
def test_a_truck_carries_no_more_than_its_capacity(capacity):
    problem = make_problem(LINE, [make_delivery(f"d{i}", 1) for i in range(4)], [make_truck(count=2, **capacity)])

    plan = plan_of(problem)

    assert sorted(len(route) for route in routes(plan)) == [2, 2]


def test_a_truck_is_back_before_its_shift_ends():
    long = make_truck(shift_start_s=6 * HOUR, shift_end_s=10 * HOUR, count=2)
    problem = make_problem(LINE, [make_delivery(f"d{i}", 5, service_s=1000) for i in range(2)], [long])

    plan = plan_of(problem)

    # 1,800 s of loading, 10,000 s of road and 1,000 s of service fill the four hours but for 1,600 s: one truck does both.
    assert [sorted(route) for route in routes(plan)] == [[0, 1]]
    longer = replace(problem, deliveries=tuple(replace(d, service_s=1400) for d in problem.deliveries))
    assert sorted(routes(plan_of(longer))) == [[0], [1]]


def test_a_truck_makes_no_more_than_its_trips_and_loads_before_each():
    truck = make_truck(capacity_g=1_000_000, trips_per_day=3)
    problem = make_problem(LINE, [make_delivery(f"d{i}", 1, rank=i) for i in range(5)], [truck])

    plan = plan_of(problem)

    assert sorted(routes(plan)) == [[0], [1], [2]]
    assert waiting(plan) == {3: Reason.FLEET_USED_UP, 4: Reason.FLEET_USED_UP}
    assert all(trip.departure_s - trip.start_s == 1800 for trip in plan.trips)
    assert all(b.start_s >= a.end_s for a, b in zip(plan.trips, plan.trips[1:], strict=False))


def test_trucks_load_leave_and_return_while_the_depot_is_open():
    depot = Depot(0, ((10**9,),), 9 * HOUR, 12 * HOUR)
    problem = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 4)], depots=[depot])

    plan = plan_of(problem)

    assert all(trip.start_s >= 9 * HOUR and trip.end_s <= 12 * HOUR for trip in plan.trips)
    closed = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 6)], depots=[depot])
    assert waiting(plan_of(closed)) == {1: Reason.SHIFT_TOO_SHORT}


def test_packs_leave_only_when_the_stock_has_arrived():
    depot = Depot(0, ((100, 100, 300),))
    deliveries = [make_delivery(f"d{i}", 1, n_days=3, rank=i) for i in range(3)]
    problem = make_problem(LINE, deliveries, [make_truck(fixed_cost=0)], n_days=3, depots=[depot])

    plan = plan_of(problem)

    assert sum(len(trip.stops) for trip in plan.trips if trip.day < 2) <= 1
    assert plan.unserved == ()


def test_what_leaves_on_earlier_days_is_not_there_on_later_ones():
    """One more truck on the third day costs more than a second stop on the second, for which there is too little."""
    depot = Depot(0, ((100, 150, 250),))
    deliveries = [
        make_delivery("first", 1, days=(0,)),
        make_delivery("second", 1, packs=50, days=(1,)),
        make_delivery("either", 1, days=(1, 2)),
    ]

    plan = plan_of(make_problem(LINE, deliveries, n_days=3, depots=[depot]))

    assert [(trip.day, [stop.delivery for stop in trip.stops]) for trip in plan.trips] == [(0, [0]), (1, [1]), (2, [2])]


def test_stock_that_is_too_short_goes_to_the_lower_rank():
    depot = Depot(0, ((200,),))
    problem = make_problem(LINE, [make_delivery(f"d{i}", 1, rank=9 - i) for i in range(3)], depots=[depot])

    plan = plan_of(problem)

    assert waiting(plan) == {0: Reason.STOCK_SHORT}
    assert plan.unserved[0].numbers == {"commodity": 0, "needs_packs": 100, "left_packs": 0}


def test_the_deliveries_of_one_drop_do_not_exceed_the_storage_of_the_place():
    deliveries = [
        make_delivery("a", 1, drop=0, rank=2),
        make_delivery("b", 1, drop=0, rank=1),
        make_delivery("c", 1, drop=1),
    ]
    problem = make_problem(LINE, deliveries, storage_g={(1, "dry"): 1_500_000})

    plan = plan_of(problem)

    assert waiting(plan) == {0: Reason.STORAGE_FULL}
    assert plan.unserved[0].numbers == {"needs_g": 1_000_000, "room_g": 500_000}


def test_what_can_never_be_served_says_why_and_the_rest_is_served():
    problem = make_problem(
        LINE, [make_delivery("a", 1), make_delivery("b", 1, packs=501), make_delivery("c", 1, days=())]
    )

    assert waiting(plan_of(problem)) == {1: Reason.TOO_LARGE, 2: Reason.NO_DAY}


def test_a_problem_without_deliveries_or_trucks_has_an_empty_plan():
    assert plan_of(make_problem(LINE, [])).trips == ()
    plan = plan_of(make_problem(LINE, [make_delivery("a", 1)], []))
    assert waiting(plan) == {0: Reason.NO_COMPATIBLE_VEHICLE}


def test_deliveries_at_one_place_share_the_way():
    problem = make_problem(LINE, [make_delivery("a", 4), make_delivery("b", 4)])

    (trip,) = plan_of(problem).trips

    assert trip.metres == 120_000


def test_a_day_of_another_truck_is_used_only_when_it_pays():
    far_apart = [(0, 0), (60_000, 0), (-60_000, 0)]
    two = [make_delivery("a", 1), make_delivery("b", 2)]
    cheap = make_problem(far_apart, two, [make_truck(count=2, fixed_cost=0, cost_per_hour=0)])
    dear = make_problem(far_apart, two, [make_truck(count=2, fixed_cost=10_000)])

    assert plan_of(dear).trips[0].metres == 240_000
    assert len(plan_of(dear).trips) == 1
    assert sum(trip.metres for trip in plan_of(cheap).trips) == 240_000


def test_a_truck_whose_shift_never_meets_the_depot_s_hours_is_left_alone():
    night = make_truck(name="night", count=3, shift_start_s=20 * HOUR, shift_end_s=24 * HOUR, fixed_cost=0)
    deliveries = [make_delivery(f"d{i}", i) for i in range(1, 6)]
    depot = Depot(0, ((10**9,),), 6 * HOUR, 19 * HOUR)

    plan = plan_of(make_problem(LINE, deliveries, [make_truck(), night], depots=[depot]))

    assert {trip.vehicle_type for trip in plan.trips} == {0}
    assert plan.unserved == ()


def test_loading_waits_for_goods_that_come_during_the_day():
    problem = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 2, release_s=11 * HOUR)])

    (trip,) = plan_of(problem).trips

    assert trip.start_s == 11 * HOUR


def test_goods_of_the_morning_go_ahead_when_the_day_is_too_short_to_wait():
    a = make_delivery("a", 9, windows=((6 * HOUR, 10 * HOUR),))
    problem = make_problem(LINE, [a, make_delivery("b", 1, release_s=12 * HOUR)], [make_truck(trips_per_day=2)])

    plan = plan_of(problem)

    assert routes(plan) == [[0], [1]]
    assert plan.trips[1].start_s >= 12 * HOUR


def test_a_delivery_comes_with_one_of_the_types_it_allows_even_if_that_is_dearer():
    trucks = [make_truck(name="cheap"), make_truck(name="dear", cost_per_km=99)]
    problem = make_problem(LINE, [make_delivery("a", 1, vehicle_types=(1,)), make_delivery("b", 2)], trucks)

    plan = plan_of(problem)

    assert {stop.delivery: trip.vehicle_type for trip in plan.trips for stop in trip.stops}[0] == 1


def test_no_type_allowed_is_a_reason_of_its_own():
    problem = make_problem(LINE, [make_delivery("a", 1, vehicle_types=())])

    assert waiting(plan_of(problem)) == {0: Reason.NO_COMPATIBLE_VEHICLE}


def test_an_open_route_ends_at_its_last_stop_and_is_paid_until_there():
    problem = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 3)], [make_truck(returns=False)])

    plan = plan_of(problem)

    (trip,) = plan.trips
    assert routes(plan) == [[0, 1]]
    assert trip.metres == 45_000
    assert trip.end_s == trip.stops[-1].departure_s
    assert plan.scaled_cost == 100 * 18_000 + 45_000 * 10 * 18 + (1800 + 3000 + 1200) * 20 * 5


def test_a_truck_that_ends_elsewhere_drives_through_to_there():
    plenty = ((10**9,),)
    problem = make_problem(
        LINE,
        [make_delivery("a", 2), make_delivery("b", 1)],
        [make_truck(end_depot=1)],
        depots=[Depot(0, plenty), Depot(3, plenty)],
    )

    plan = plan_of(problem)

    (trip,) = plan.trips
    assert routes(plan) == [[1, 0]]
    assert trip.metres == 45_000


def test_the_hours_of_the_depot_where_it_ends_hold_for_the_return():
    plenty = ((10**9,),)
    depots = [Depot(0, plenty), Depot(3, plenty, closes_s=7 * HOUR)]
    problem = make_problem(LINE, [make_delivery("a", 2)], [make_truck(end_depot=1)], depots=depots)

    assert waiting(plan_of(problem)) == {0: Reason.SHIFT_TOO_SHORT}


def test_a_compartment_is_filled_no_further_though_the_truck_has_room():
    truck = make_truck(storage_classes=("dry", "cold"), class_capacity_g=(4_000_000, 1_000_000), count=2)
    loads = [make_delivery(f"c{i}", 1, 100, storage_class="cold") for i in range(2)]
    problem = make_problem(LINE, [*loads, make_delivery("d", 1, 100)], [truck])

    plan = plan_of(problem)

    assert plan.unserved == ()
    assert {i for trip in plan.trips for i in [sum(stop.delivery < 2 for stop in trip.stops)]} == {1}


def test_a_load_larger_than_its_compartment_is_too_large():
    truck = make_truck(storage_classes=("dry", "cold"), class_capacity_g=(4_000_000, 999_999))
    problem = make_problem(LINE, [make_delivery("c", 1, 100, storage_class="cold")], [truck])

    (one,) = plan_of(problem).unserved

    assert one.reason is Reason.TOO_LARGE
    assert one.numbers["largest_g"] == 999_999


@pytest.mark.parametrize(("longest", "trips"), [(100_000, 1), (99_999, 2)])
def test_a_truck_drives_no_more_metres_a_day_than_it_may(longest, trips):
    # Out to both sides and back is 100 km, to each side alone 40 and 60 km.
    points = [(0, 0), (20_000, 0), (-30_000, 0)]
    truck = make_truck(count=2, max_metres=longest)
    problem = make_problem(points, [make_delivery("a", 1), make_delivery("b", 2)], [truck])

    assert len(plan_of(problem).trips) == trips


@pytest.mark.parametrize(("longest_s", "trips"), [(1800 + 8000 + 1200, 1), (1800 + 8000 + 1199, 2)])
def test_a_truck_works_no_longer_a_day_than_it_may(longest_s, trips):
    points = [(0, 0), (30_000, 0), (-30_000, 0)]
    truck = make_truck(count=2, max_duration_s=longest_s)
    problem = make_problem(points, [make_delivery("a", 1), make_delivery("b", 2)], [truck])

    assert len(plan_of(problem).trips) == trips


def test_a_place_farther_than_any_truck_may_drive_is_told_with_both_distances():
    problem = make_problem(LINE, [make_delivery("a", 2)], [make_truck(max_metres=59_999)])

    (one,) = plan_of(problem).unserved

    assert (one.reason, dict(one.numbers)) == (Reason.TOO_FAR, {"needs_m": 60_000, "longest_m": 59_999})


#: Depots at 0 and at 165 km; what follows is tagged to the first.
TWO_DEPOTS = [Depot(0, ((10**9,),)), Depot(11, ((10**9,),))]


def test_a_delivery_is_served_from_another_depot_where_that_is_cheaper():
    trucks = [make_truck(name="west"), make_truck(name="east", depot=1)]
    problem = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 10)], trucks, depots=TWO_DEPOTS)

    plan = plan_of(problem)

    assert {(trip.depot, stop.delivery) for trip in plan.trips for stop in trip.stops} == {(0, 0), (1, 1)}


def test_it_stays_with_the_depot_it_is_tagged_to_where_the_other_has_no_stock():
    trucks = [make_truck(name="west"), make_truck(name="east", depot=1)]
    depots = [TWO_DEPOTS[0], Depot(11, ((99,),))]
    problem = make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 9)], trucks, depots=depots)

    plan = plan_of(problem)

    assert plan.unserved == ()
    assert {trip.depot for trip in plan.trips} == {0}


def test_who_would_wait_for_want_of_trucks_is_served_by_the_trucks_of_another_depot():
    trucks = [make_truck(name="west", count=0), make_truck(name="west too"), make_truck(name="east", depot=1)]
    loads = [make_delivery(f"d{i}", 5, 450, rank=i) for i in range(2)]
    problem = make_problem(LINE, loads, trucks, depots=TWO_DEPOTS)

    plan = plan_of(problem)

    assert plan.unserved == ()
    assert sorted(trip.depot for trip in plan.trips) == [0, 1]


def test_twice_the_distance_is_twice_the_cost_and_a_useless_truck_never_raises_it():
    free_time = {"cost_per_hour": 0, "fixed_cost": 0, "count": 3, "capacity_g": 3_000_000}
    near = [(0, 0)] + [((i * 7919) % 60_000, (i * 104_729) % 50_000) for i in range(1, 9)]
    far = [(2 * x, 2 * y) for x, y in near]
    deliveries = [make_delivery(f"d{i}", i, 90, service_s=0) for i in range(1, 9)]
    trucks = [make_truck(loading_s=0, shift_end_s=23 * HOUR, **free_time)]
    exact = {"travel": Grid(tuple(near))}, {"travel": Grid(tuple(far))}

    one, two = (plan_of(make_problem(near, deliveries, trucks, **change), 60) for change in exact)
    more = plan_of(
        make_problem(near, deliveries, [*trucks, make_truck(name="useless", cost_per_km=999)], **exact[0]), 60
    )

    assert two.scaled_cost == 2 * one.scaled_cost
    assert more.scaled_cost == one.scaled_cost


def test_a_truck_works_on_its_days_only():
    deliveries = [make_delivery("any", 1, 300, n_days=3), make_delivery("first", 2, 300, n_days=3, days=(0,))]
    trucks = [make_truck(count=2, days=(1,)), make_truck(name="small", capacity_g=2_000_000)]
    problem = make_problem(LINE, deliveries, trucks, n_days=3)

    plan = plan_of(problem)

    assert [(trip.day, trip.vehicle_type) for trip in plan.trips] == [(1, 0)]
    assert waiting(plan) == {1: Reason.TOO_LARGE}
    alone = plan_of(replace(problem, vehicle_types=trucks[:1]))
    assert [(one.reason, one.numbers) for one in alone.unserved] == [
        (Reason.NO_COMPATIBLE_VEHICLE, {"trucks": 0, "carrying": 0})
    ]
    every_day = plan_of(replace(problem, vehicle_types=(make_truck(count=2),)))
    assert not every_day.unserved


def test_trucks_of_some_days_are_used_up_on_these():
    deliveries = [make_delivery(f"d{i}", 1 + i, 400, n_days=3, rank=i) for i in range(4)]
    problem = make_problem(LINE, deliveries, [make_truck(days=(0, 2)), make_truck(days=())], n_days=3)

    plan = plan_of(problem)

    assert sorted(trip.day for trip in plan.trips) == [0, 2]
    assert waiting(plan) == {2: Reason.FLEET_USED_UP, 3: Reason.FLEET_USED_UP}
    assert plan.unserved[0].numbers["truck_days"] == plan.unserved[0].numbers["truck_days_used"] == 2


@pytest.mark.parametrize("days", [(1, 0), (0, 0), (3,), (-1,)])
def test_days_of_a_truck_are_ascending_days_of_the_period(days):
    with pytest.raises(ProblemError, match="vehicle truck: days"):
        make_problem(LINE, [], [make_truck(days=days)], n_days=3)


def test_a_hired_truck_has_left_when_its_depot_closes_and_waits_on_its_way():
    noon = make_delivery("a", 1, windows=((12 * HOUR, 13 * HOUR),))
    problem = make_problem(LINE, [noon], [make_truck(returns=False)])
    closing = replace(problem, depots=(Depot(0, ((10**9,),), closes_s=9 * HOUR),))

    (free,), (trip,) = plan_of(problem).trips, plan_of(closing).trips

    assert (free.departure_s, free.stops[0].start_s) == (12 * HOUR - 1000, 12 * HOUR)
    assert (trip.departure_s, trip.stops[0].arrival_s, trip.stops[0].start_s) == (9 * HOUR, 9 * HOUR + 1000, 12 * HOUR)
    assert {v.code for v in verify_plan(closing, plan_of(problem))} == {ViolationCode.LEAVES_TOO_LATE}


@pytest.mark.parametrize("closes_s", [9 * HOUR, 9 * HOUR - 1])
def test_who_cannot_load_before_the_depot_closes_does_not_leave(closes_s):
    late = make_delivery("a", 1, release_s=9 * HOUR - 1800)
    depot = Depot(0, ((10**9,),), closes_s=closes_s)

    plan = plan_of(make_problem(LINE, [late], [make_truck(returns=False)], depots=[depot]))

    if closes_s == 9 * HOUR:
        assert [trip.departure_s for trip in plan.trips] == [9 * HOUR]
    else:
        assert waiting(plan) == {0: Reason.SHIFT_TOO_SHORT}


@pytest.mark.parametrize("seed", range(4))
def test_trucks_that_end_elsewhere_leave_in_time_at_the_proven_least_cost(seed):
    problem = small("open routes", seed)
    deliveries = tuple(
        replace(d, windows=((13 * HOUR, 15 * HOUR),)) if n % 2 else d for n, d in enumerate(problem.deliveries)
    )
    trucks = tuple(replace(v, cost_per_hour=90) for v in problem.vehicle_types)
    free = replace(problem, deliveries=deliveries, vehicle_types=trucks)
    closing = replace(free, depots=(replace(problem.depots[0], closes_s=8 * HOUR),))

    plan = plan_of(closing, 100)

    assert plan.unserved == ()
    assert plan.scaled_cost == solve_exactly(closing).scaled_cost > solve_exactly(free).scaled_cost
