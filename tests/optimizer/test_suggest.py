"""Where a delivery fits best into a plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.plan import COST_SCALE, Limits, Plan, Reason, Trip, Unserved
from optimizer.problem import Delivery, Depot, Problem
from optimizer.search.model import build_model
from optimizer.search.report import order_trips
from optimizer.search.schedule import schedule_loosely
from optimizer.solve import solve
from optimizer.suggest import Obstacle, Suggestions, suggest_insertions
from optimizer.verify import verify_plan
from optimizer.violation import ViolationCode
from tests.support.small_problem import HOUR, LineTravel, delivery, drive, line_problem, make_plan, total_cost, truck

#: Added cost, truck-day, trip, whether it is a further one, position.
Found = tuple[int, tuple[int, int, int], int, bool, int]

KM, SECOND = 7 * COST_SCALE, 11 * 5  # what a kilometre and a second cost the usual truck
STOP = 600 * SECOND


def ask(km: tuple[int, ...], deliveries: list[Delivery], trucks: list[Any], on: list[int], **more: Any) -> Suggestions:
    """Ask for all places of the last delivery, which is new, in a plan of one trip that starts at eight."""
    problem = line_problem(km, deliveries, trucks, days=("2026-03-01",), **more)
    plan = make_plan(problem, [drive(problem, on, 8 * HOUR)] if on else [])
    return suggest_insertions(problem, plan, len(deliveries) - 1, 99)


def usual(name: str, place: int, packs: int = 10, **more: Any) -> Delivery:
    return delivery(name, place, packs, **({"days": (0,)} | more))


def test_a_stop_on_the_way_costs_its_service_alone() -> None:
    found = ask((0, 20, 10), [usual("far", 1), usual("new", 2)], [truck()], [0])
    assert [(s.further_trip, s.trip, s.position, s.added_cost) for s in found.best] == [
        (False, 0, 0, STOP),
        (False, 0, 1, STOP),
        (True, 0, 0, 20 * KM + (1800 + 1200 + 600) * SECOND),
        (True, 1, 0, 20 * KM + (1800 + 1200 + 600) * SECOND),
    ]
    assert found.positions == 4
    first = found.best[0]
    assert first.room_g == 2_800_000
    # Back at 09:40 by the plan; the day ends at 16:00.
    assert first.slack_s == 16 * HOUR - (8 * HOUR + 1800 + 2400 + 1200)
    assert [stop.arrival_s for stop in first.trips()[0].stops] == [8 * HOUR + 2400, 8 * HOUR + 3600]


def test_the_room_left_is_that_of_the_compartment_too() -> None:
    parted = truck(storage_classes=("dry", "frozen"), class_capacity_g=(1_000_000, 500_000))
    found = ask((0, 20, 10), [usual("far", 1), usual("new", 2)], [parted], [0])
    assert found.best[0].room_g == 800_000


def test_an_idle_truck_adds_its_fixed_cost() -> None:
    found = ask((0, 10), [usual("new", 1)], [truck(count=2)], [])
    (only,) = found.best
    assert (only.further_trip, only.further_truck, only.truck_day) == (True, True, (0, 0, 0))
    assert only.added_cost == 500 * COST_SCALE + 20 * KM + (1800 + 1200 + 600) * SECOND
    assert found.cost_without == 0
    assert only.plan.scaled_cost == only.added_cost


def test_a_window_is_waited_for_and_bounds_the_slack() -> None:
    late = usual("late", 1, windows=((9 * HOUR, 10 * HOUR),))
    found = ask((0, 20, 10), [late, usual("new", 2)], [truck(trips_per_day=1)], [0])
    first = found.best[0]
    arrival = first.trips()[0].stops[1].arrival_s
    assert first.position == 0
    assert first.slack_s == 10 * HOUR - arrival


@pytest.mark.parametrize(
    ("new", "trucks", "more", "obstacle"),
    [
        ({"storage_class": "frozen"}, {}, {}, Obstacle.TRUCK_UNFIT),
        ({"largest_vehicle_g": 2_999_999}, {}, {}, Obstacle.TRUCK_UNFIT),
        ({"vehicle_types": ()}, {}, {}, Obstacle.TRUCK_UNFIT),
        ({"days": ()}, {}, {}, Obstacle.NO_DAY),
        ({"packs": (291,), "weight_g": 2_910_000}, {}, {}, Obstacle.LOAD_FULL),
        ({"volume_ml": 11_900_000}, {}, {}, Obstacle.LOAD_FULL),
        ({}, {"class_capacity_g": (199_999,)}, {}, Obstacle.LOAD_FULL),
        ({"windows": ((7 * HOUR, 8 * HOUR),)}, {}, {}, Obstacle.TOO_LONG),
        ({"release_s": 15 * HOUR}, {}, {}, Obstacle.TOO_LONG),
        ({}, {"max_metres": 59_999}, {}, Obstacle.TOO_LONG),
        ({}, {"max_duration_s": 1800 + 3600 + 1199}, {}, Obstacle.TOO_LONG),
        ({}, {"shift_end_s": 8 * HOUR + 1800 + 3600 + 1199}, {}, Obstacle.TOO_LONG),
        ({}, {}, {"storage_g": {(2, "dry"): 99_999}}, Obstacle.STORAGE_FULL),
        ({}, {}, {"depots": (Depot(0, ((19,),)),)}, Obstacle.STOCK_SHORT),
        ({}, {}, {"depots": (Depot(0, ((99,),), closes_s=8 * HOUR + 6599),)}, Obstacle.TOO_LONG),
    ],
)
def test_what_stands_in_the_way_is_told(
    new: dict[str, Any], trucks: dict[str, Any], more: dict[str, Any], obstacle: Obstacle
) -> None:
    asked = {"trips_per_day": 1} | trucks
    here, plain = usual("here", 1), usual("new", 2)
    assert ask((0, 20, 30), [here, plain], [truck(trips_per_day=1)], [0]).best  # all is well without the rule
    deliveries = [here, replace(plain, **new)]
    found = ask((0, 20, 30), deliveries, [truck(**asked)], [0], **more)
    assert not found.best
    assert set(found.obstacles) == {obstacle}


def test_one_trip_too_many_is_not_offered() -> None:
    full = usual("full", 1, 300)
    assert not ask((0, 10, 20), [full, usual("new", 2)], [truck(trips_per_day=1)], [0]).best
    assert ask((0, 10, 20), [full, usual("new", 2)], [truck(trips_per_day=2)], [0]).best


def test_stock_that_a_later_day_needs_is_not_offered_earlier() -> None:
    depots = (Depot(0, ((10, 20),)),)
    problem = line_problem((0, 10, 20), [delivery("later", 1, 20), delivery("new", 2)], [truck()], depots=depots)
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR, day=1)])
    found = suggest_insertions(problem, plan, 1)
    assert not found.best
    assert found.obstacles == {Obstacle.STOCK_SHORT: 2}


def test_a_delivery_of_the_plan_may_stay_where_it_is_or_move() -> None:
    problem = line_problem((0, 20, 10), [delivery("far", 1), delivery("near", 2)], [truck()])
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR, day=0), drive(problem, [1], 8 * HOUR, day=1)])
    found = suggest_insertions(problem, plan, 1, 99)
    assert found.cost_without == total_cost(problem, plan.trips[:1])
    assert found.best[0].added_cost == STOP
    assert found.best[0].truck_day == (0, 0, 0)
    stays = [s for s in found.best if s.truck_day == (1, 0, 0)]
    assert [s.plan.scaled_cost for s in stays] == [plan.scaled_cost]


def test_where_the_rest_of_the_day_hangs_on_the_stop_nothing_is_suggested() -> None:
    loads = [usual("bridge", 1), usual("behind", 2)]
    travel = LineTravel((0, 10, 20), closed=frozenset({(0, 2), (2, 0)}))
    problem = line_problem((0, 10, 20), [*loads, usual("again", 1)], [truck()], days=("2026-03-01",), travel=travel)
    plan = make_plan(problem, [drive(problem, [0, 1, 2], 8 * HOUR)])
    found = suggest_insertions(problem, plan, 0)
    assert (found.best, found.cost_without) == ((), None)
    assert suggest_insertions(problem, plan, 1).best


def test_where_the_truck_halts_already_only_the_cheapest_order_is_told() -> None:
    loads = [usual("rice", 1), usual("far", 2), usual("oil", 1), usual("more", 1), usual("new", 1)]
    found = ask((0, 10, 20), loads, [truck(trips_per_day=1)], [0, 1, 2, 3])
    assert [(s.position, s.added_cost) for s in found.best] == [(0, STOP), (2, STOP)]
    assert found.positions == 5


def test_one_that_waits_is_told_when_another_goes() -> None:
    depots = (Depot(0, ((10, 20),)),)
    loads = [delivery("moved", 1), delivery("waits", 2, days=(0,))]
    problem = line_problem((0, 10, 20), loads, [truck()], depots=depots)
    short = Unserved(1, Reason.STOCK_SHORT, {"commodity": 0, "needs_packs": 10, "left_packs": 0})
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR)], [short])
    found = suggest_insertions(problem, plan, 0, 99)
    assert [(s.truck_day[0], s.frees) for s in found.best] == [(0, ()), (1, ("waits",))]


def test_one_of_lower_rank_that_waits_for_the_same_is_not_overtaken() -> None:
    loads = [usual("first", 1, rank=0), usual("second", 1, rank=1), usual("third", 2)]
    problem = line_problem((0, 10, 20), loads, [truck()], days=("2026-03-01",))
    waiting = [Unserved(i, Reason.FLEET_USED_UP) for i in (0, 1)]
    plan = make_plan(problem, [drive(problem, [2], 8 * HOUR)], waiting)
    assert suggest_insertions(problem, plan, 0).best
    second = suggest_insertions(problem, plan, 1)
    assert not second.best
    assert second.obstacles == {Obstacle.CHECK_REFUSES: second.positions}


def test_none_is_asked_for_and_a_plan_that_breaks_rules_are_refused() -> None:
    problem = line_problem((0, 10, 20), [usual("a", 1), usual("b", 2)], [truck()], days=("d",))
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR)])
    with pytest.raises(ValueError, match="one position"):
        suggest_insertions(problem, plan, 1, 0)
    with pytest.raises(ValueError, match="plan: cost_wrong"):
        suggest_insertions(problem, replace(plan, scaled_cost=1), 1)
    with pytest.raises(ValueError, match="b: delivery_missing"):
        suggest_insertions(problem, plan, 0)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Problem, Plan, int]:
    """Draw a small problem with rules of every kind, a plan of it, and a delivery of the plan, or left out of it."""
    km = (0, *draw(st.lists(st.integers(-40, 40), min_size=2, max_size=6)))
    spans = st.sampled_from([(), ((9 * HOUR, 11 * HOUR),), ((8 * HOUR, 9 * HOUR), (13 * HOUR, 14 * HOUR))])
    loads = [
        delivery(
            f"d{i}",
            draw(st.sampled_from([i, i, 1])),
            draw(st.integers(1, 120)),
            depot=draw(st.integers(0, 1)),
            windows=draw(spans),
            days=draw(st.sampled_from([(0,), (1,), (0, 1)])),
            storage_class=draw(st.sampled_from(["dry", "dry", "frozen"])),
            largest_vehicle_g=draw(st.sampled_from([None, None, 1_500_000])),
            release_s=draw(st.sampled_from([0, 0, 9 * HOUR])),
        )
        for i in range(1, len(km))
    ]
    small = truck(
        "small",
        count=draw(st.integers(1, 2)),
        capacity_g=1_500_000,
        cost_per_km=draw(st.integers(0, 9)),
        max_metres=draw(st.sampled_from([None, 90_000])),
        max_duration_s=draw(st.sampled_from([None, 4 * HOUR])),
    )
    cold = truck("cold", storage_classes=("dry", "frozen"), class_capacity_g=(1_600_000, 900_000), depot=1)
    hired = truck("hired", returns=False, trips_per_day=1, cost_per_km=draw(st.integers(0, 30)))
    stock = draw(st.integers(60, 400))
    problem = line_problem(
        km,
        loads,
        [small, cold, hired],
        depots=(Depot(0, ((stock, stock + 50),)), Depot(1, ((stock, 2 * stock),), opens_s=7 * HOUR)),
        storage_g={(1, "dry"): draw(st.sampled_from([500_000, 5_000_000]))},
    )
    plan = solve(problem, Limits(iterations=1), draw(st.integers(1, 9)))
    assume(not verify_plan(problem, plan))
    chosen = draw(st.integers(0, len(loads) - 1))
    return problem, plan, chosen


def brute_force(problem: Problem, without: Plan, chosen: int) -> list[Found]:
    """Build the plan with the delivery at every position there is, and keep what the independent check accepts."""
    model = build_model(problem)
    days: defaultdict[tuple[int, int, int], list[list[int]]] = defaultdict(list)
    for trip in without.trips:
        days[trip.day, trip.vehicle_type, trip.vehicle].append([stop.delivery for stop in trip.stops])
    found = []
    for day in range(len(problem.days)):
        for k, kind in enumerate(problem.vehicle_types):
            idle = [v for v in range(kind.count) if (day, k, v) not in days]
            for vehicle in [v for v in range(kind.count) if v not in idle[1:]]:
                key = day, k, vehicle
                trips = days.get(key, [])
                ways = [
                    (t, False, p, [*trips[:t], [*trips[t][:p], chosen, *trips[t][p:]], *trips[t + 1 :]])
                    for t in range(len(trips))
                    for p in range(len(trips[t]) + 1)
                ]
                ways += [(t, True, 0, [*trips[:t], [chosen], *trips[t:]]) for t in range(len(trips) + 1)]
                for t, further, p, changed in ways:
                    others: list[Trip] = [o for o in without.trips if (o.day, o.vehicle_type, o.vehicle) != key]
                    timed = order_trips([*others, *schedule_loosely(model, k, vehicle, changed, day)])
                    cost = total_cost(problem, timed)
                    plan = replace(without, trips=timed, scaled_cost=cost)
                    if {v.code for v in verify_plan(problem, plan)} <= {ViolationCode.REASON_WRONG}:
                        found.append((cost - without.scaled_cost, key, t, further, p))
    return sorted(found)


def once_a_halt(problem: Problem, without: Plan, chosen: int, found: list[Found]) -> list[Found]:
    """Keep the first of the positions in the order of one halt at the delivery's place."""
    kept: dict[object, Found] = {}
    for one in found:
        _, key, t, further, p = one
        if not further:
            trip = next(o for o in without.trips if (o.day, o.vehicle_type, o.vehicle) == key and o.trip == t)
            places = [problem.deliveries[stop.delivery].place for stop in trip.stops]
            while p and places[p - 1] == problem.deliveries[chosen].place:
                p -= 1
        kept.setdefault((key, t, further, p), one)
    return list(kept.values())


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_cheapest_are_those_of_brute_force_over_rebuilt_plans(case: tuple[Problem, Plan, int]) -> None:
    problem, plan, chosen = case
    found = suggest_insertions(problem, plan, chosen, 999)
    assert found.cost_without is not None
    model = build_model(problem)
    rest: defaultdict[tuple[int, int, int], list[list[int]]] = defaultdict(list)
    for trip in plan.trips:
        stops = [stop.delivery for stop in trip.stops if stop.delivery != chosen]
        if stops:
            rest[trip.day, trip.vehicle_type, trip.vehicle].append(stops)
    trips = [t for (day, k, v), each in rest.items() for t in schedule_loosely(model, k, v, each, day)]
    waiting = tuple(u for u in plan.unserved if u.delivery != chosen)
    without = replace(plan, trips=order_trips(trips), unserved=waiting, scaled_cost=total_cost(problem, trips))
    assert without.scaled_cost == found.cost_without
    told = [(s.added_cost, s.truck_day, s.trip, s.further_trip, s.position) for s in found.best]
    assert told == once_a_halt(problem, without, chosen, brute_force(problem, without, chosen))
    for suggestion in found.best:
        assert suggestion.plan.scaled_cost == found.cost_without + suggestion.added_cost
    few = suggest_insertions(problem, plan, chosen, 2)
    assert few.best == tuple(islice(found.best, 2))


@settings(max_examples=20, deadline=None)
@given(cases())
def test_the_slack_is_what_the_stop_may_take_longer_and_no_more(case: tuple[Problem, Plan, int]) -> None:
    problem, plan, chosen = case
    for suggestion in suggest_insertions(problem, plan, chosen, 3).best:
        day, kind, vehicle = suggestion.truck_day
        for late_s, keeps in ((suggestion.slack_s, True), (suggestion.slack_s + 1, False)):
            trips = [[stop.delivery for stop in trip.stops] for trip in suggestion.trips()]
            stop = suggestion.trips()[suggestion.trip].stops[suggestion.position]
            # Longer, and not to be begun before the planned time: earlier departures are no way out of a delay.
            longer = replace(
                problem.deliveries[chosen],
                service_s=problem.deliveries[chosen].service_s + late_s,
                windows=((stop.start_s, stop.start_s),),
            )
            loads = tuple(longer if i == chosen else d for i, d in enumerate(problem.deliveries))
            changed = replace(problem, deliveries=loads)
            timed = schedule_loosely(build_model(changed), kind, vehicle, trips, day)
            others = [t for t in suggestion.plan.trips if (t.day, t.vehicle_type, t.vehicle) != suggestion.truck_day]
            rebuilt = replace(
                suggestion.plan,
                trips=order_trips([*others, *timed]),
                scaled_cost=total_cost(problem, [*others, *timed]),
            )
            codes = {v.code for v in verify_plan(changed, rebuilt)} - {ViolationCode.REASON_WRONG}
            assert (not codes) is keeps
