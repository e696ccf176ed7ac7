"""A feasible plan is taken and broken in one way after the other: each gives its own violation and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from distribution.messages import LOCALES, render_message
from optimizer.plan import Plan, Reason, Stop, Trip, Unserved
from optimizer.problem import Depot, Problem
from optimizer.verify import ViolationCode, verify_plan
from tests.support.small_problem import HOUR, LineTravel, delivery, drive, line_problem, make_plan, total_cost, truck

EIGHT = 8 * HOUR


def feasible() -> tuple[Problem, Plan]:
    """Two trips of one truck, one of another, one from a second depot; one delivery waits for want of a day."""
    deliveries = [
        delivery("a", 1, 40),
        delivery("b", 2, 60, windows=((0, 9 * HOUR), (10 * HOUR, 11 * HOUR))),
        delivery("c", 1, 90, largest_vehicle_g=3_000_000, drop=1),
        delivery("d", 3, 30, storage_class="chilled", days=(1,)),
        delivery("e", 5, 20, depot=1),
        delivery("f", 2, 20, days=()),
    ]
    trucks = [truck("dry"), truck("cold", storage_classes=("chilled",)), truck("east", depot=1)]
    depots = (Depot(0, ((190, 220),), opens_s=7 * HOUR, closes_s=17 * HOUR), Depot(4, ((20, 20),)))
    problem = line_problem(
        [0, 30, 40, 10, 100, 110],
        deliveries,
        trucks,
        depots=depots,
        storage_g={(1, "dry"): 1_000_000, (2, "dry"): 700_000},
    )
    trips = [
        drive(problem, [0, 1], EIGHT),
        drive(problem, [2], 13 * HOUR, number=1),
        drive(problem, [4], EIGHT, kind=2),
        drive(problem, [3], EIGHT, day=1, kind=1),
    ]
    return problem, make_plan(problem, trips, [Unserved(5, Reason.NO_DAY)])


def codes(problem: Problem, plan: Plan) -> set[ViolationCode]:
    """Verify, and put every violation into words, which fails if a sentence names a number it is not given."""
    violations = verify_plan(problem, plan)
    for violation in violations:
        for locale in LOCALES:
            assert render_message(f"violation.{violation.code}", locale, violation.numbers)
    return {violation.code for violation in violations}


def change_trip(plan: Plan, index: int, **changes: Any) -> Plan:
    trips = list(plan.trips)
    trips[index] = replace(trips[index], **changes)
    return replace(plan, trips=tuple(trips))


def change_stop(plan: Plan, trip: int, index: int, **changes: Any) -> Plan:
    stops = list(plan.trips[trip].stops)
    stops[index] = replace(stops[index], **changes)
    return change_trip(plan, trip, stops=tuple(stops))


def change_delivery(problem: Problem, index: int, **changes: Any) -> Problem:
    deliveries = list(problem.deliveries)
    deliveries[index] = replace(deliveries[index], **changes)
    return replace(problem, deliveries=tuple(deliveries))


def change_truck(problem: Problem, index: int, **changes: Any) -> Problem:
    trucks = list(problem.vehicle_types)
    trucks[index] = replace(trucks[index], **changes)
    return replace(problem, vehicle_types=tuple(trucks))


def change_depot(problem: Problem, index: int, **changes: Any) -> Problem:
    depots = list(problem.depots)
    depots[index] = replace(depots[index], **changes)
    return replace(problem, depots=tuple(depots))


def retotal(problem: Problem, plan: Plan) -> Plan:
    return replace(plan, scaled_cost=total_cost(problem, plan.trips))


def begin_last_service(problem: Problem, plan: Plan, index: int, start_s: int) -> Plan:
    """Let the last service of a trip begin at another time and all that follows with it."""
    last = len(plan.trips[index].stops) - 1
    shift_s = start_s - plan.trips[index].stops[last].start_s
    departure_s = plan.trips[index].stops[last].departure_s + shift_s
    changed = change_stop(plan, index, last, start_s=start_s, departure_s=departure_s)
    return retotal(problem, change_trip(changed, index, end_s=plan.trips[index].end_s + shift_s))


def redrive(problem: Problem, plan: Plan, index: int, stops: list[int], start_s: int, **more: int) -> Plan:
    """Replace a trip by one that is driven rightly, and the total by the right one."""
    trips = list(plan.trips)
    trips[index] = drive(problem, stops, start_s, **more)
    return make_plan(problem, trips, plan.unserved)


def test_a_feasible_plan_has_no_violation() -> None:
    assert verify_plan(*feasible()) == ()


def late(trip: Trip, seconds: int) -> dict[str, Any]:
    """Shift a whole trip in time."""
    return {
        "start_s": trip.start_s + seconds,
        "departure_s": trip.departure_s + seconds,
        "end_s": trip.end_s + seconds,
        "stops": tuple(
            Stop(s.delivery, s.arrival_s + seconds, s.start_s + seconds, s.departure_s + seconds) for s in trip.stops
        ),
    }


PLAN_MUTATIONS: dict[str, tuple[ViolationCode, Callable[[Problem, Plan], Plan]]] = {
    "a delivery is left out": (
        ViolationCode.DELIVERY_MISSING,
        lambda _, plan: replace(plan, unserved=()),
    ),
    "a delivery is both served and waiting": (
        ViolationCode.DELIVERY_TWICE,
        lambda _, plan: replace(plan, unserved=(Unserved(5, Reason.NO_DAY), Unserved(5, Reason.NO_DAY))),
    ),
    "a stop is at a delivery that does not exist": (
        ViolationCode.DELIVERY_UNKNOWN,
        lambda _, plan: change_stop(plan, 0, 0, delivery=6),
    ),
    "an unserved index is negative": (
        ViolationCode.DELIVERY_UNKNOWN,
        lambda _, plan: replace(plan, unserved=(Unserved(-1, Reason.NO_DAY),)),
    ),
    "a trip without stops": (
        ViolationCode.EMPTY_TRIP,
        lambda problem, plan: make_plan(
            problem, [*plan.trips, drive(problem, [], EIGHT, day=1, kind=2)], plan.unserved
        ),
    ),
    "one more truck than there are": (
        ViolationCode.VEHICLE_UNKNOWN,
        lambda _, plan: change_trip(plan, 2, vehicle=1),
    ),
    "a truck type that does not exist": (
        ViolationCode.VEHICLE_UNKNOWN,
        lambda _, plan: change_trip(plan, 2, vehicle_type=-1),
    ),
    "a day that does not exist": (
        ViolationCode.DAY_UNKNOWN,
        lambda _, plan: change_trip(plan, 3, day=2),
    ),
    "the metres are one too few": (
        ViolationCode.METRES_WRONG,
        lambda _, plan: change_trip(plan, 0, metres=plan.trips[0].metres - 1),
    ),
    "an arrival before the road allows": (
        ViolationCode.ARRIVAL_WRONG,
        lambda _, plan: change_stop(plan, 0, 1, arrival_s=plan.trips[0].stops[1].arrival_s - 1),
    ),
    "a service that begins a second before the arrival": (
        ViolationCode.BEGINS_BEFORE_ARRIVAL,
        lambda problem, plan: begin_last_service(problem, plan, 1, plan.trips[1].stops[-1].arrival_s - 1),
    ),
    "a return sooner than the road allows": (
        ViolationCode.RETURN_WRONG,
        lambda problem, plan: retotal(problem, change_trip(plan, 1, end_s=plan.trips[1].end_s - 1)),
    ),
    "service begins in the pause between two windows": (
        ViolationCode.OUTSIDE_WINDOW,
        lambda problem, plan: begin_last_service(problem, plan, 0, plan.trips[0].stops[-1].arrival_s),
    ),
    "a trip after the shift": (
        ViolationCode.OUTSIDE_SHIFT,
        lambda _, plan: change_trip(plan, 1, **late(plan.trips[1], 3 * HOUR // 2)),
    ),
    "departure before the truck is loaded": (
        ViolationCode.LOADING_TOO_SHORT,
        lambda problem, plan: retotal(problem, change_trip(plan, 1, start_s=plan.trips[1].start_s + 1)),
    ),
    "a trip number is left out": (
        ViolationCode.TRIP_NUMBERS_WRONG,
        lambda _, plan: change_trip(plan, 1, trip=2),
    ),
    "two trips with one number": (
        ViolationCode.TRIP_NUMBERS_WRONG,
        lambda _, plan: change_trip(plan, 1, trip=0),
    ),
    "the second trip begins before the first ends": (
        ViolationCode.TRIPS_OVERLAP,
        lambda problem, plan: redrive(problem, plan, 1, [2], plan.trips[0].end_s - 1, number=1),
    ),
    "the total is one too small": (
        ViolationCode.COST_WRONG,
        lambda _, plan: replace(plan, scaled_cost=plan.scaled_cost - 1),
    ),
    "the trips are not in order": (
        ViolationCode.ORDER_WRONG,
        lambda _, plan: replace(plan, trips=(*plan.trips[:2], plan.trips[3], plan.trips[2])),
    ),
    "a reason that is not true": (
        ViolationCode.REASON_WRONG,
        lambda _, plan: replace(plan, unserved=(Unserved(5, Reason.TOO_LARGE),)),
    ),
}


@pytest.mark.parametrize("name", PLAN_MUTATIONS)
def test_each_thing_broken_in_the_plan_gives_its_own_violation(name: str) -> None:
    problem, plan = feasible()
    code, mutate = PLAN_MUTATIONS[name]
    assert codes(problem, mutate(problem, plan)) == {code}


PROBLEM_MUTATIONS: dict[str, tuple[ViolationCode, Callable[[Problem], Problem]]] = {
    "the delivery may not come on that day": (
        ViolationCode.DAY_NOT_ALLOWED,
        lambda problem: change_delivery(problem, 3, days=(0,)),
    ),
    "the truck does not work on that day": (
        ViolationCode.VEHICLE_UNKNOWN,
        lambda problem: change_truck(problem, 0, days=(1,)),
    ),
    "the truck has another home": (
        ViolationCode.WRONG_DEPOT,
        lambda problem: change_truck(problem, 2, depot=0),
    ),
    "the truck does not carry the class": (
        ViolationCode.CLASS_NOT_CARRIED,
        lambda problem: change_delivery(problem, 0, storage_class="chilled"),
    ),
    "the truck is larger than the street takes": (
        ViolationCode.PLACE_OUT_OF_REACH,
        lambda problem: change_delivery(problem, 2, largest_vehicle_g=2_999_999),
    ),
    "the load is a gram too heavy": (
        ViolationCode.OVER_WEIGHT,
        lambda problem: change_truck(problem, 0, capacity_g=999_999),
    ),
    "the load is a millilitre too large": (
        ViolationCode.OVER_VOLUME,
        lambda problem: change_truck(problem, 0, capacity_ml=1_199_999),
    ),
    "there is no road to the second stop": (
        ViolationCode.NO_ROAD,
        lambda problem: replace(problem, travel=LineTravel((0, 30, 40, 10, 100, 110), frozenset({(1, 2)}))),
    ),
    "the service takes longer than planned": (
        ViolationCode.SERVICE_TIME_WRONG,
        lambda problem: change_delivery(problem, 2, service_s=601),
    ),
    "the shift is over a second before the truck is home": (
        ViolationCode.OUTSIDE_SHIFT,
        lambda problem: change_truck(problem, 2, shift_end_s=EIGHT + 3599),
    ),
    "the shift begins a second after the loading": (
        ViolationCode.OUTSIDE_SHIFT,
        lambda problem: change_truck(problem, 2, shift_start_s=EIGHT + 1),
    ),
    "the depot opens a second after the loading": (
        ViolationCode.OUTSIDE_DEPOT_HOURS,
        lambda problem: change_depot(problem, 0, opens_s=EIGHT + 1),
    ),
    "the depot closes before the truck is home": (
        ViolationCode.OUTSIDE_DEPOT_HOURS,
        lambda problem: change_depot(problem, 1, closes_s=EIGHT + 3599),
    ),
    "one trip a day is allowed": (
        ViolationCode.TOO_MANY_TRIPS,
        lambda problem: change_truck(problem, 0, trips_per_day=1),
    ),
    "a pack too few is there on the first day": (
        ViolationCode.STOCK_EXCEEDED,
        lambda problem: change_depot(problem, 0, stock=((189, 220),)),
    ),
    "a pack too few is there in the end": (
        ViolationCode.STOCK_EXCEEDED,
        lambda problem: change_depot(problem, 0, stock=((190, 219),)),
    ),
    "the second depot lacks a pack while the first has plenty": (
        ViolationCode.STOCK_EXCEEDED,
        lambda problem: change_depot(problem, 1, stock=((19, 20),)),
    ),
    "another type of truck is the only one allowed": (
        ViolationCode.TYPE_NOT_ALLOWED,
        lambda problem: change_delivery(problem, 0, vehicle_types=(1, 2)),
    ),
    "the compartment is a gram too small": (
        ViolationCode.COMPARTMENT_OVERLOADED,
        lambda problem: change_truck(problem, 1, class_capacity_g=(problem.deliveries[3].weight_g - 1,)),
    ),
    "the goods are there a second after loading begins": (
        ViolationCode.LOADED_BEFORE_RELEASE,
        lambda problem: change_delivery(problem, 1, release_s=EIGHT + 1),
    ),
    "the two trips are a metre more than the truck may drive": (
        ViolationCode.DAY_TOO_FAR,
        lambda problem: change_truck(problem, 0, max_metres=sum(t.metres for t in feasible()[1].trips[:2]) - 1),
    ),
    "the two trips are a second more than the truck may work": (
        ViolationCode.DAY_TOO_LONG,
        lambda problem: change_truck(
            problem, 0, max_duration_s=sum(t.end_s - t.start_s for t in feasible()[1].trips[:2]) - 1
        ),
    ),
    "two deliveries of one drop are more than the place can store": (
        ViolationCode.STORAGE_EXCEEDED,
        lambda problem: change_delivery(problem, 2, drop=0),
    ),
}


@pytest.mark.parametrize("name", PROBLEM_MUTATIONS)
def test_a_plan_that_breaks_the_problem_gives_the_violation_of_that_rule(name: str) -> None:
    problem, plan = feasible()
    code, mutate = PROBLEM_MUTATIONS[name]
    assert codes(mutate(problem), plan) == {code}


def test_every_code_is_produced_by_a_test() -> None:
    by_tables = {code for code, _ in PLAN_MUTATIONS.values()} | {code for code, _ in PROBLEM_MUTATIONS.values()}
    by_themselves = {
        ViolationCode.RANK_BROKEN,
        ViolationCode.DOCKS_EXCEEDED,
        ViolationCode.LEAVES_TOO_LATE,
        ViolationCode.PARTS_WRONG,
        ViolationCode.CHANGES_EXCEEDED,
        ViolationCode.BEGUN_CHANGED,
        ViolationCode.TRUCK_OUT,
    }
    assert set(ViolationCode) - by_tables == by_themselves


def test_no_more_trucks_load_at_once_than_there_are_docks() -> None:
    problem, plan = feasible()
    problem = change_delivery(change_depot(problem, 0, docks=1, stock=((220, 220),)), 3, days=(0, 1))
    loading_s = problem.vehicle_types[1].loading_s

    def second_at(start_s: int) -> Plan:
        trips = (*plan.trips[:3], drive(problem, [3], start_s, kind=1))
        return make_plan(problem, sorted(trips, key=lambda t: (t.day, t.depot, t.vehicle_type)), plan.unserved)

    assert codes(problem, second_at(EIGHT + loading_s)) == set()
    assert codes(problem, second_at(EIGHT + loading_s - 1)) == {ViolationCode.DOCKS_EXCEEDED}
    assert codes(change_depot(problem, 0, docks=2), second_at(EIGHT)) == set()


def test_a_violation_tells_where_and_shows_both_numbers() -> None:
    problem, plan = feasible()
    (violation,) = verify_plan(change_truck(problem, 0, capacity_g=999_999), plan)
    assert violation.where == "2026-03-01/dry/0/0"
    assert violation.numbers == {"weight_g": 1_000_000, "capacity_g": 999_999}


def test_the_fixed_cost_is_paid_once_a_truck_and_day() -> None:
    problem, plan = feasible()
    road = sum(t.metres for t in plan.trips) * 7 * 18
    time = sum(t.end_s - t.start_s for t in plan.trips) * 11 * 5
    assert plan.scaled_cost == road + time + 3 * 500 * 18_000
    assert verify_plan(problem, plan) == ()


# Reasons that lie in the other deliveries


def waits(reason: Reason, *, stock: tuple[int, int] = (100, 100), **more: Any) -> set[ViolationCode]:
    """Serve one delivery on the first day of one truck's single trips; a second one waits for the given reason."""
    first = delivery("first", 1, 60, rank=0)
    second = delivery("second", 2, 50, rank=1, **more)
    problem = line_problem(
        [0, 60, 70],
        [first, second],
        [truck(trips_per_day=1)],
        depots=(Depot(0, (stock,)),),
        storage_g={(2, "dry"): 500_000},
    )
    return codes(problem, make_plan(problem, [drive(problem, [0], EIGHT)], [Unserved(1, reason)]))


def test_stock_short_is_true_only_if_the_packs_are_missing_on_each_of_its_days() -> None:
    assert waits(Reason.STOCK_SHORT, stock=(100, 109)) == set()
    assert waits(Reason.STOCK_SHORT, stock=(100, 110)) == {ViolationCode.REASON_WRONG}
    assert waits(Reason.STOCK_SHORT, stock=(109, 120), days=(0,)) == set()


def test_fleet_used_up_is_true_only_if_no_truck_stands_idle_on_a_day_with_stock() -> None:
    assert waits(Reason.FLEET_USED_UP, stock=(120, 120), days=(0,)) == set()
    assert waits(Reason.FLEET_USED_UP, stock=(120, 120)) == {ViolationCode.REASON_WRONG}
    assert waits(Reason.FLEET_USED_UP, stock=(120, 120), days=(1,)) == {ViolationCode.REASON_WRONG}


def test_storage_full_is_true_only_if_the_drop_has_no_room_left() -> None:
    assert waits(Reason.STORAGE_FULL, stock=(120, 120)) == {ViolationCode.REASON_WRONG}
    one, two = delivery("one", 1, 30), delivery("two", 1, 21)
    for room_g, wrong in ((509_999, set()), (510_000, {ViolationCode.REASON_WRONG})):
        problem = line_problem([0, 60], [one, two], [truck()], storage_g={(1, "dry"): room_g})
        plan = make_plan(problem, [drive(problem, [0], EIGHT)], [Unserved(1, Reason.STORAGE_FULL)])
        assert codes(problem, plan) == wrong


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        (Reason.NO_COMPATIBLE_VEHICLE, {"storage_class": "frozen"}),
        (Reason.NO_COMPATIBLE_VEHICLE, {"largest_vehicle_g": 1}),
        (Reason.TOO_LARGE, {"weight_g": 3_000_001}),
        (Reason.TOO_LARGE, {"volume_ml": 12_000_001}),
        (Reason.SHIFT_TOO_SHORT, {"service_s": EIGHT}),
        (Reason.WINDOW_UNREACHABLE, {"windows": ((0, EIGHT),)}),
        (Reason.NO_DAY, {"days": ()}),
    ],
)
def test_a_reason_of_the_problem_is_accepted_where_it_is_true_and_no_other(
    reason: Reason, changes: dict[str, Any]
) -> None:
    problem = line_problem([0, 60], [delivery("d", 1, **changes)], [truck()])
    for stated in Reason:
        wrong = set() if stated is reason else {ViolationCode.REASON_WRONG}
        assert codes(problem, make_plan(problem, [], [Unserved(0, stated)])) == wrong


def test_where_there_is_no_road_unreachable_is_true() -> None:
    problem = line_problem([0, 60], [delivery("d", 1)], [truck()])
    plan = make_plan(problem, [], [Unserved(0, Reason.UNREACHABLE)])
    assert codes(problem, plan) == {ViolationCode.REASON_WRONG}
    assert codes(replace(problem, travel=LineTravel((0, 60), frozenset({(1, 0)}))), plan) == set()


# The rule of who waits


@pytest.mark.parametrize(
    ("waiting", "broken"),
    [
        ({"rank": 1}, True),
        ({"rank": 2}, False),
        ({"rank": 1, "packs": (51,), "weight_g": 500_000}, False),
        ({"rank": 1, "days": (0, 1)}, True),
        ({"rank": 1, "windows": ((0, 12 * HOUR),)}, False),
        ({"rank": 1, "largest_vehicle_g": 5_000_000}, False),
        ({"rank": 1, "service_s": 601}, False),
    ],
)
def test_of_two_like_deliveries_to_one_place_the_lower_rank_goes_first(waiting: dict[str, Any], broken: bool) -> None:
    served = delivery("served", 1, 50, rank=2, days=(0,))
    other = replace(delivery("waits", 1, 50, days=(0,)), **waiting)
    problem = line_problem([0, 60], [served, other], [truck()], days=("2026-03-01", "2026-03-02"))
    problem = change_depot(problem, 0, stock=((50, 50),))
    plan = make_plan(problem, [drive(problem, [0], EIGHT)], [Unserved(1, Reason.STOCK_SHORT)])
    assert codes(problem, plan) == ({ViolationCode.RANK_BROKEN} if broken else set())
