"""Every remedy is applied, and the plan with it is checked by the independent checker and by the search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.plan import COST_SCALE, Limits, Plan, Reason, Unserved
from optimizer.problem import Delivery, Depot, Problem, VehicleType
from optimizer.remedy import (
    ActionGroup,
    Change,
    ChangeCode,
    NoRemedy,
    Remedies,
    Remedy,
    apply_remedy,
    gather_actions,
    suggest_remedies,
)
from optimizer.solve import solve
from optimizer.verify import ViolationCode, verify_plan
from tests.support.small_problem import HOUR, LineTravel, delivery, drive, line_problem, make_plan, truck

PLENTY = ((9_999, 9_999),)
#: What is said of those who still wait is said of the plan before.
OF_OTHERS = {ViolationCode.REASON_WRONG, ViolationCode.RANK_BROKEN}


def planned(problem: Problem) -> Plan:
    return solve(problem, Limits(iterations=2))


def truly_served(problem: Problem, plan: Plan, remedy: Remedy) -> tuple[Problem, Plan]:
    """Apply a remedy; every rule must hold, the price must be exact, and those it names must be served."""
    changed, mended = apply_remedy(problem, plan, remedy)
    assert [v for v in verify_plan(changed, mended) if v.code not in OF_OTHERS] == []
    assert mended.scaled_cost - plan.scaled_cost == remedy.scaled_cost
    assert {u.delivery for u in plan.unserved} - {u.delivery for u in mended.unserved} == set(remedy.deliveries)
    return changed, mended


def remedies_of(problem: Problem, waiting: int = 1) -> tuple[Plan, Remedies]:
    """Suggest remedies of a small problem in which so many wait, and check all of them."""
    plan = planned(problem)
    assert verify_plan(problem, plan) == ()
    assert len(plan.unserved) == waiting
    found = suggest_remedies(problem, plan)
    assert set(found.each) | set(found.without) == {u.delivery for u in plan.unserved}
    for i, remedy in found.each.items():
        assert remedy.deliveries == (i,)
        changed, _ = truly_served(problem, plan, remedy)
        if waiting == 1:
            assert planned(changed).unserved == ()
    joined, mended = problem, plan
    for action in found.together:
        joined, mended = truly_served(joined, mended, action)
    assert {u.delivery for u in mended.unserved}.isdisjoint(i for action in found.together for i in action.deliveries)
    return plan, found


def only_remedy(problem: Problem, reason: Reason) -> Remedy:
    plan, found = remedies_of(problem)
    assert plan.unserved[0].reason is reason
    assert [action.deliveries for action in found.together] == [(plan.unserved[0].delivery,)]
    return found.each[plan.unserved[0].delivery]


def change(code: ChangeCode, **numbers: int) -> Change:
    return Change(code, numbers)


def alone_cost(vehicle: VehicleType, km: int, service_s: int = 600) -> int:
    """Return what a day with one trip there and straight back costs, in 1/COST_SCALE."""
    metres, seconds = 2 * km * 1000, vehicle.loading_s + 2 * km * 60 + service_s
    return vehicle.fixed_cost * COST_SCALE + metres * vehicle.cost_per_km * 18 + seconds * vehicle.cost_per_hour * 5


def one_of(stop: Delivery, *trucks: VehicleType, km: int = 60, **more: object) -> Problem:
    return line_problem([0, km], [stop], trucks or (truck(),), **more)


def full_fleet() -> Problem:
    """One truck with one trip on the only day, and two full loads."""
    stops = [delivery("a", 1, 300, days=(0,)), delivery("b", 1, 300, days=(0,), rank=1)]
    return line_problem([0, 60], stops, [truck(trips_per_day=1, capacity_ml=4_000_000)], days=("2026-03-01",))


def test_one_more_truck_costs_its_day() -> None:
    problem = full_fleet()
    remedy = only_remedy(problem, Reason.FLEET_USED_UP)
    # a second trip would come back at 13:50 and saves the fixed cost
    assert remedy.changes == (change(ChangeCode.MORE_TRIPS, vehicle_type=0, trips=1),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 60) - 500 * COST_SCALE


def test_where_a_second_trip_is_too_late_a_truck_is_added_not_a_day() -> None:
    problem = line_problem(
        [0, 200],
        [delivery(name, 1, packs=300, days=(0,), rank=n) for n, name in enumerate("ab")],
        [truck(capacity_ml=4_000_000)],
        days=("2026-03-01",),
    )
    remedy = only_remedy(problem, Reason.FLEET_USED_UP)
    assert remedy.changes == (change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=0, trucks=1),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 200)


def test_a_few_minutes_more_are_cheaper_than_a_truck() -> None:
    # two trips of 30 + 60 + 10 + 60 min fill 5 h 20
    problem = full_fleet()
    short = replace(problem.vehicle_types[0], trips_per_day=2, shift_end_s=13 * HOUR)
    remedy = only_remedy(replace(problem, vehicle_types=(short,)), Reason.FLEET_USED_UP)
    assert remedy.changes == (change(ChangeCode.LONGER_SHIFT, vehicle_type=0, earlier_s=0, later_s=20 * 60),)


def test_another_day_of_the_period() -> None:
    problem = full_fleet()
    problem = replace(problem, days=("2026-03-01", "2026-03-02"), depots=(Depot(0, ((999, 999),)),))
    problem = replace(problem, vehicle_types=(replace(problem.vehicle_types[0], fixed_cost=0),))
    remedy = only_remedy(problem, Reason.FLEET_USED_UP)
    assert remedy.changes == (change(ChangeCode.OTHER_DAY, delivery=1, day=1),)


def test_no_working_day() -> None:
    problem = one_of(delivery("d", 1, days=()))
    remedy = only_remedy(problem, Reason.NO_DAY)
    assert remedy.changes == (change(ChangeCode.OTHER_DAY, delivery=0, day=0),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 60)


def test_no_day_in_the_whole_period_has_the_stock_yet() -> None:
    late = Depot(0, ((0, 0),))
    remedy = only_remedy(one_of(delivery("d", 1, days=()), depots=(late,)), Reason.NO_DAY)
    assert {c.code for c in remedy.changes} == {ChangeCode.OTHER_DAY, ChangeCode.MORE_STOCK}


def test_one_more_day_where_no_day_is_its_own_and_all_are_taken() -> None:
    problem = full_fleet()
    problem = replace(problem, deliveries=(problem.deliveries[0], replace(problem.deliveries[1], days=())))
    remedy = only_remedy(problem, Reason.NO_DAY)
    assert remedy.changes == (change(ChangeCode.EXTRA_DAY, delivery=1, day=1),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 60)


def two_depots(stop: Delivery, *trucks: VehicleType, closed: frozenset[tuple[int, int]] = frozenset()) -> Problem:
    """A stop at km 60, depots at 0 and at 100."""
    depots = (Depot(0, PLENTY), Depot(2, PLENTY))
    travel = LineTravel((0, 60, 100), closed)
    return line_problem([0, 60, 100], [stop], trucks, depots=depots, travel=travel)


def test_without_a_road_another_depot_serves_it() -> None:
    trucks = (truck("a"), truck("b", depot=1))
    remedy = only_remedy(two_depots(delivery("d", 1), *trucks, closed=frozenset({(0, 1)})), Reason.UNREACHABLE)
    assert remedy.changes == (change(ChangeCode.RETAG, delivery=0, depot=1),)
    assert remedy.scaled_cost == alone_cost(trucks[1], 40)


def test_without_any_road_there_is_no_remedy() -> None:
    problem = one_of(delivery("d", 1), travel=LineTravel((0, 60), frozenset({(0, 1)})))
    assert remedies_of(problem)[1].without == {0: NoRemedy.NO_ROAD}


def test_no_truck_carries_its_class() -> None:
    remedy = only_remedy(one_of(delivery("d", 1, storage_class="cold")), Reason.NO_COMPATIBLE_VEHICLE)
    assert remedy.changes == (change(ChangeCode.EQUIPPED_TRUCK, depot=0, vehicle_type=0, delivery=0),)


def test_a_truck_like_one_of_another_depot() -> None:
    cold = truck("cold", depot=1, storage_classes=("cold",))
    problem = two_depots(delivery("d", 1, storage_class="cold"), truck("dry", fixed_cost=10_000), cold)
    problem = replace(problem, depots=(problem.depots[0], Depot(2, ((0, 0),))))
    remedy = only_remedy(problem, Reason.NO_COMPATIBLE_VEHICLE)
    assert remedy.changes == (change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=1, trucks=1),)
    assert remedy.scaled_cost == alone_cost(cold, 60)


def test_where_every_truck_is_too_large_for_the_street_a_smaller_one_is_priced_like_it() -> None:
    problem = one_of(delivery("d", 1, largest_vehicle_g=2_500_000))
    remedy = only_remedy(problem, Reason.NO_COMPATIBLE_VEHICLE)
    assert remedy.changes == (change(ChangeCode.SMALLER_TRUCK, depot=0, vehicle_type=0, capacity_g=2_500_000),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 60)


def test_a_small_truck_of_another_depot_is_the_model_if_it_is_cheaper() -> None:
    small = truck("small", depot=1, capacity_g=1_000_000, fixed_cost=100)
    problem = two_depots(delivery("d", 1, largest_vehicle_g=1_000_000), truck("large"), small)
    problem = replace(problem, depots=(problem.depots[0], Depot(2, ((0, 0),))))
    remedy = only_remedy(problem, Reason.NO_COMPATIBLE_VEHICLE)
    assert remedy.changes == (change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=1, trucks=1),)


def test_a_type_that_is_barred_is_let_in() -> None:
    problem = one_of(delivery("d", 1, vehicle_types=(1,)), truck("a"), truck("b", count=0, fixed_cost=800))
    remedy = only_remedy(problem, Reason.NO_COMPATIBLE_VEHICLE)
    assert remedy.changes == (change(ChangeCode.ALLOW_TRUCK, delivery=0, vehicle_type=0),)


def test_a_load_larger_than_any_truck_comes_in_two() -> None:
    problem = one_of(delivery("d", 1, packs=301, volume_ml=1))
    remedy = only_remedy(problem, Reason.TOO_LARGE)
    assert remedy.changes == (change(ChangeCode.SPLIT, delivery=0, loads=2),)
    one_day = 2 * alone_cost(problem.vehicle_types[0], 60) - 500 * COST_SCALE  # two trips
    assert remedy.scaled_cost == one_day


def test_one_pack_larger_than_any_truck_has_no_remedy() -> None:
    problem = one_of(delivery("d", 1, packs=1, weight_g=3_000_001))
    assert remedies_of(problem)[1].without == {0: NoRemedy.PACK_TOO_LARGE}


def test_more_room_at_the_place() -> None:
    problem = one_of(delivery("d", 1), storage_g={(1, "dry"): 99_999})
    assert only_remedy(problem, Reason.STORAGE_FULL).changes == (change(ChangeCode.MORE_STORAGE, delivery=0, by_g=1),)


def test_more_room_beside_what_others_bring() -> None:
    stops = [delivery("a", 1), delivery("b", 1, rank=1)]
    problem = line_problem([0, 60], stops, [truck()], storage_g={(1, "dry"): 150_000})
    remedy = only_remedy(problem, Reason.STORAGE_FULL)
    assert remedy.changes == (change(ChangeCode.MORE_STORAGE, delivery=1, by_g=50_000),)
    # the truck is there: ten more minutes of service
    assert remedy.scaled_cost == 600 * 11 * 5


def test_farther_than_a_truck_may_drive() -> None:
    remedy = only_remedy(one_of(delivery("d", 1), truck(max_metres=100_000)), Reason.TOO_FAR)
    assert remedy.changes == (change(ChangeCode.LONGER_ROAD, vehicle_type=0, by_m=20_000),)


def test_a_shift_that_is_too_short_by_forty_minutes() -> None:
    problem = one_of(delivery("d", 1), truck(shift_end_s=10 * HOUR))
    remedy = only_remedy(problem, Reason.SHIFT_TOO_SHORT)
    assert remedy.changes == (change(ChangeCode.LONGER_SHIFT, vehicle_type=0, earlier_s=0, later_s=40 * 60),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[0], 60)


def test_the_depot_and_the_working_time_are_stretched_too_where_they_must() -> None:
    depot = Depot(0, PLENTY, 8 * HOUR, 10 * HOUR)
    remedy = only_remedy(one_of(delivery("d", 1), truck(max_duration_s=9_000), depots=(depot,)), Reason.SHIFT_TOO_SHORT)
    assert remedy.changes == (
        change(ChangeCode.LONGER_HOURS, depot=0, earlier_s=0, later_s=40 * 60),
        change(ChangeCode.LONGER_DUTY, vehicle_type=0, by_s=600),
    )


def test_a_depot_that_closes_before_a_hired_truck_has_loaded() -> None:
    depot = Depot(0, PLENTY, 0, 8 * HOUR + 20 * 60)
    late = delivery("d", 1, release_s=8 * HOUR)
    problem = one_of(late, truck(returns=False, trips_per_day=1), depots=(depot,))
    remedy = only_remedy(problem, Reason.SHIFT_TOO_SHORT)
    loaded_s = late.release_s + problem.vehicle_types[0].loading_s
    assert remedy.changes == (change(ChangeCode.LONGER_HOURS, depot=0, earlier_s=0, later_s=loaded_s - depot.closes_s),)


def test_hours_that_no_truck_can_keep() -> None:
    # the first truck can be there at 9:30
    problem = one_of(delivery("d", 1, windows=((8 * HOUR, 9 * HOUR),)))
    remedy = only_remedy(problem, Reason.WINDOW_UNREACHABLE)
    hours = {"window_start_s": 8 * HOUR, "window_end_s": 9 * HOUR}
    earlier = change(ChangeCode.LONGER_SHIFT, vehicle_type=0, earlier_s=30 * 60, later_s=0)
    assert remedy.changes in (
        (change(ChangeCode.WIDER_WINDOW, delivery=0, **hours, earlier_s=0, later_s=30 * 60),),
        (earlier,),
    )


def test_stock_that_is_short_by_five_packs() -> None:
    stops = [delivery("a", 1), delivery("b", 1, rank=1)]
    problem = line_problem([0, 60], stops, [truck()], depots=(Depot(0, ((12, 15),)),))
    remedy = only_remedy(problem, Reason.STOCK_SHORT)
    assert [c.code for c in remedy.changes] == [ChangeCode.MORE_STOCK]
    assert remedy.changes[0].numbers["packs"] == 8 - 3 * remedy.changes[0].numbers["day"]


def test_stock_that_another_depot_has_to_spare() -> None:
    problem = two_depots(delivery("d", 1), truck("a"), truck("b", depot=1))
    problem = replace(problem, depots=(Depot(0, ((0, 0),)), problem.depots[1]))
    remedy = only_remedy(problem, Reason.STOCK_SHORT)
    assert remedy.changes == (change(ChangeCode.RETAG, delivery=0, depot=1),)
    assert remedy.scaled_cost == alone_cost(problem.vehicle_types[1], 40)


def test_seven_that_one_more_truck_carries_are_one_action() -> None:
    stops = [delivery("first", 1, packs=300, days=(0,))]
    stops += [delivery(f"d{n}", 2, packs=40, days=(0,), rank=1) for n in range(7)]
    problem = line_problem([0, 200, 100], stops, [truck(capacity_ml=4_000_000, trips_per_day=1)], days=("2026-03-01",))
    plan, found = remedies_of(problem, waiting=7)
    (action,) = found.together
    assert action.changes == (change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=0, trucks=1),)
    assert action.deliveries == tuple(range(1, 8))
    # one trip of 30 min, 100 km there and back, seven stops
    assert action.scaled_cost == alone_cost(problem.vehicle_types[0], 100, service_s=7 * 600)
    assert all(each.scaled_cost == alone_cost(problem.vehicle_types[0], 100) for each in found.each.values())
    assert len(plan.trips) == 1


def test_beyond_the_most_only_trucks_are_offered() -> None:
    problem = full_fleet()
    plan = planned(problem)
    found = suggest_remedies(problem, plan, most=0)
    assert (found.each, found.left_out) == ({}, 1)
    assert [c.code for action in found.together for c in action.changes] == [ChangeCode.MORE_TRUCKS]


def test_a_wider_window_where_no_truck_may_start_earlier() -> None:
    # unloading can begin from 9:30 on; the depot is closed before 8
    window = (8 * HOUR, 9 * HOUR)
    problem = one_of(delivery("d", 1, windows=(window,), release_s=8 * HOUR))
    remedy = only_remedy(problem, Reason.WINDOW_UNREACHABLE)
    numbers = {"delivery": 0, "window_start_s": 8 * HOUR, "window_end_s": 9 * HOUR}
    assert remedy.changes == (change(ChangeCode.WIDER_WINDOW, **numbers, earlier_s=0, later_s=30 * 60),)


def test_docks_that_are_taken_are_part_of_the_remedy() -> None:
    stops = [delivery("a", 1, days=(0,)), delivery("b", 1, 300, days=(0,), rank=1)]
    problem = line_problem([0, 200], stops, [truck(count=2)], depots=(Depot(0, ((999, 999),), docks=1),))
    waiting = Unserved(1, Reason.FLEET_USED_UP, {"needs_g": 3_000_000, "truck_days": 2, "truck_days_used": 1})
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR)], [waiting])
    found = suggest_remedies(problem, plan)
    assert found.each[1].changes == (change(ChangeCode.MORE_DOCKS, depot=0, docks=1),)
    truly_served(problem, plan, found.each[1])
    truly_served(problem, plan, found.together[0])


def mixed(seed: int) -> Problem:
    """Return a problem with two depots in which several wait, for many reasons."""
    rng = np.random.default_rng(seed)
    km = [0, 150, *rng.integers(5, 145, 8).tolist()]
    stops = []
    for n in range(16):
        more: dict[str, object] = {"rank": int(rng.integers(3)), "depot": int(rng.integers(2))}
        packs = int(rng.choice([10, 60, 150, 320]))
        if rng.random() < 0.3:
            start = int(rng.integers(5, 20)) * HOUR
            more["windows"] = ((start, start + HOUR),)
        if rng.random() < 0.2:
            more["largest_vehicle_g"] = int(rng.choice([500_000, 2_000_000]))
        if rng.random() < 0.2:
            more["days"] = (int(rng.integers(2)),) if rng.random() < 0.6 else ()
        if rng.random() < 0.15:
            more["storage_class"] = "cold"
        stops.append(delivery(f"d{n}", int(rng.integers(2, 10)), packs=packs, **more))
    trucks = [
        truck("a", capacity_ml=4_000_000, max_metres=280_000),
        truck("b", depot=1, capacity_g=1_500_000, fixed_cost=300, max_duration_s=5 * HOUR),
        truck("c", depot=1, capacity_g=900_000, storage_classes=("dry", "cold"), class_capacity_g=(600_000, 400_000)),
    ]
    stock = tuple((int(n), int(n) + 200) for n in rng.integers(100, 500, 2))
    depots = (Depot(0, (stock[0],)), Depot(1, (stock[1],), closes_s=17 * HOUR))
    storage = {(int(place), "dry"): 1_000_000 for place in rng.integers(2, 10, 3)}
    return line_problem(km, stops, trucks, depots=depots, storage_g=storage)


@pytest.mark.parametrize("seed", [0, 2, 4, 5])
def test_every_remedy_of_a_mixed_problem_holds_alone_and_all_hold_together(seed: int) -> None:
    problem = mixed(seed)
    waiting = len(planned(problem).unserved)
    assert waiting > 3
    _, found = remedies_of(problem, waiting)
    served = [i for action in found.together for i in action.deliveries]
    assert len(served) == len(set(served)) >= waiting // 2


def test_actions_of_one_kind_are_put_together() -> None:
    def action(i: int, cost: int, *changes: Change) -> Remedy:
        return Remedy((i,), changes, cost, ())

    one_truck = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=0, trucks=1)
    packs = [change(ChangeCode.MORE_STOCK, depot=0, commodity=0, packs=n, day=1) for n in (5, 7)]
    actions = [action(3, 10, one_truck), action(1, 20, *packs), action(2, 30, one_truck)]
    two = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=0, trucks=2)
    stock = change(ChangeCode.MORE_STOCK, depot=0, commodity=0, packs=12, day=1)
    assert gather_actions(full_fleet(), actions) == (
        ActionGroup((two,), (2, 3), 40),
        ActionGroup((stock,), (1,), 20),
    )


def test_trucks_like_those_of_another_depot_are_of_one_kind_with_more_of_them() -> None:
    problem = two_depots(delivery("d", 1), truck("a"), truck("b", depot=1, capacity_g=1_000_000))
    first = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=1, trucks=1)
    second = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=2, trucks=1)
    actions = [Remedy((0,), (first,), 10, ()), Remedy((1,), (second,), 20, ())]
    (group,) = gather_actions(problem, actions)
    assert group.changes == (change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=2, trucks=2),)


def test_more_trucks_are_of_the_type_that_they_became_even_if_that_is_changed_later() -> None:
    problem = two_depots(delivery("d", 1), truck("a"), truck("b", depot=1, capacity_g=1_000_000))
    trucks = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=1, trucks=1)
    trips = change(ChangeCode.MORE_TRIPS, vehicle_type=2, trips=1)
    groups = gather_actions(problem, [Remedy((0,), (trucks,), 10, ()), Remedy((1,), (trips,), 20, ())])
    named = change(ChangeCode.MORE_TRUCKS, depot=0, vehicle_type=2, trucks=1)
    assert [group.changes for group in groups] == [(named,), (trips,)]
