"""After a breakdown: what is done stays, the truck is out, and everyone else keeps its place if it can."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.plan import Limits, Plan, Reason, Unserved
from optimizer.problem import Depot, Problem
from optimizer.replan import Breakdown, Event, Scope, replan
from optimizer.solve import solve
from optimizer.verify_replan import verify_replan
from optimizer.violation import ViolationCode
from optimizer.waiting_weight import is_better
from tests.support.routing import make_network
from tests.support.small_problem import HOUR, delivery, drive, line_problem, make_plan, truck


def places_by_day(problem: Problem, trips) -> dict[tuple[int, int], list[str]]:
    """Return the deliveries of each truck's day, by day and truck."""
    found: dict[tuple[int, int], list[str]] = {}
    for trip in trips:
        names = [problem.deliveries[stop.delivery].name for stop in trip.stops]
        found.setdefault((trip.day, trip.vehicle), []).extend(names)
    return found


def two_trucks() -> tuple[Problem, Plan]:
    """Return two trucks with one trip each on the first day: one to the left, one to the right."""
    far = [delivery(f"east{km}", 1 + n, packs=140) for n, km in enumerate((40, 80))]
    near = [delivery(f"west{km}", 3 + n, packs=140) for n, km in enumerate((40, 80))]
    problem = line_problem(
        (100, 140, 180, 60, 20),
        [replace(one, days=(0, 1)) for one in (*far, *near)],
        [truck(count=2, trips_per_day=1, fixed_cost=1)],
    )
    problem = replace(problem, deliveries=tuple(replace(d, days=(0,)) for d in problem.deliveries))
    plan = solve(problem, Limits(iterations=3))
    assert not plan.unserved
    return replace(problem, deliveries=tuple(replace(d, days=(0, 1)) for d in problem.deliveries)), plan


def truck_of(problem: Problem, plan: Plan, name: str) -> int:
    return next(t.vehicle for t in plan.trips for s in t.stops if problem.deliveries[s.delivery].name == name)


def test_what_a_truck_has_not_brought_goes_out_the_next_day_and_the_other_truck_goes_on() -> None:
    problem, plan = two_trucks()
    east, west = truck_of(problem, plan, "east40"), truck_of(problem, plan, "west40")
    trip = next(t for t in plan.trips if t.vehicle == east)
    event = Event(0, trip.stops[0].departure_s + 60, (Breakdown(0, east),))
    found = replan(problem, plan, event)
    assert verify_replan(problem, plan, event, found) == ()
    by_truck = places_by_day(problem, found.trips)
    assert sorted(by_truck.pop((0, west))) == ["west40", "west80"]
    first, second = (problem.deliveries[stop.delivery].name for stop in trip.stops)
    assert by_truck[0, east] == [first]
    assert [name for (day, _), names in by_truck.items() if day == 1 for name in names] == [second]
    (move,) = found.moves
    assert problem.deliveries[move.delivery].name == second
    assert move.before is not None
    assert move.before[:3] == (0, 0, east)
    assert move.after is not None
    assert move.after[0] == 1


def test_stops_made_may_be_told_and_the_load_may_be_back_the_same_day() -> None:
    problem, plan = two_trucks()
    problem = replace(problem, vehicle_types=(replace(problem.vehicle_types[0], count=3, shift_end_s=23 * HOUR),))
    east = truck_of(problem, plan, "east40")
    trip = next(t for t in plan.trips if t.vehicle == east)
    event = Event(0, trip.stops[0].departure_s + 60, (Breakdown(0, east, served=0),), back_day=0)
    found = replan(problem, plan, event)
    assert verify_replan(problem, plan, event, found) == ()
    by_truck = places_by_day(problem, found.trips)
    assert (0, east) not in by_truck
    assert sorted(by_truck[0, 2]) == ["east40", "east80"]
    assert all(t.start_s >= event.second for t in found.trips if t.vehicle == 2)


def test_a_broken_truck_is_missed_on_later_days_until_it_is_back() -> None:
    deliveries = [delivery(f"d{day}", 1, packs=300, days=(day,), drop=day) for day in range(3)]
    days = ("2026-03-01", "2026-03-02", "2026-03-03")
    depots = (Depot(0, ((1_000, 1_000, 1_000),)),)
    problem = line_problem((0, 30), deliveries, [truck(trips_per_day=1)], days=days, depots=depots)
    plan = solve(problem, Limits(iterations=1))
    assert len(plan.trips) == 3
    for until, served in ((None, []), (0, ["d1", "d2"]), (1, ["d2"])):
        event = Event(0, 0, (Breakdown(0, 0, until=until),))
        found = replan(problem, plan, event)
        assert verify_replan(problem, plan, event, found) == ()
        assert [name for names in places_by_day(problem, found.trips).values() for name in names] == served
        reasons = {one.reason for one in found.plan.unserved}
        assert reasons <= {Reason.FLEET_USED_UP, Reason.NO_COMPATIBLE_VEHICLE}
    cheat = replace(found, trips=plan.trips)
    assert ViolationCode.TRUCK_OUT in {one.code for one in verify_replan(problem, plan, event, cheat)}


def test_a_truck_that_is_back_makes_a_further_trip_and_is_paid_once() -> None:
    first, second = delivery("first", 1, packs=300, days=(0,)), delivery("second", 1, packs=300, days=(0,), drop=1)
    trucks = [truck(trips_per_day=2, count=2, shift_end_s=14 * HOUR)]
    problem = line_problem((0, 30), [first], trucks)
    plan = solve(problem, Limits(iterations=1))
    wanting = replace(problem, deliveries=(first, second))
    kept = replace(plan, unserved=())
    event = Event(0, plan.trips[0].start_s + 60)
    with pytest.raises(ValueError, match="breaks rules"):
        replan(wanting, kept, event)
    one_truck = replace(wanting, vehicle_types=(replace(wanting.vehicle_types[0], count=1),))
    both = solve(one_truck, Limits(iterations=1))
    assert [t.trip for t in both.trips] == [0, 1]
    event = Event(0, both.trips[0].start_s + 60)
    found = replan(one_truck, both, event)
    assert verify_replan(one_truck, both, event, found) == ()
    assert found.trips == both.trips
    assert found.moves == ()
    assert found.plan.scaled_cost == both.trips[1].scaled_cost(one_truck.vehicle_types[0])


@pytest.mark.parametrize(("back", "served"), [(0, ["a", "b"]), (1, ["a", "b"]), (2, ["b"])])
def test_what_is_on_board_of_a_broken_truck_is_not_in_the_store(back: int, served: list[str]) -> None:
    """Stock for two loads: one is on the truck that breaks down, the other was to leave it on the second day."""
    deliveries = [delivery("a", 1, packs=300, days=(0, 1)), delivery("b", 1, packs=300, days=(0, 1), drop=1, rank=1)]
    depots = (Depot(0, ((300, 600),)),)
    problem = line_problem((0, 30), deliveries, [truck(count=2, trips_per_day=1)], depots=depots)
    plan = make_plan(problem, [drive(problem, [0], 8 * HOUR), drive(problem, [1], 8 * HOUR, day=1)])
    event = Event(0, 8 * HOUR + 60, (Breakdown(0, 0, until=0, served=0),), back_day=back)
    found = replan(problem, plan, event)
    assert verify_replan(problem, plan, event, found) == ()
    assert sorted(problem.deliveries[s.delivery].name for trip in found.trips for s in trip.stops) == served


def test_giving_others_what_is_on_board_is_found_out() -> None:
    deliveries = [delivery("a", 1, packs=300, days=(0,)), delivery("b", 1, packs=300, days=(0, 1), drop=1, rank=1)]
    problem = line_problem((0, 30), deliveries, [truck(count=2, trips_per_day=1)], depots=(Depot(0, ((300, 300),)),))
    trips = [drive(problem, [0], 8 * HOUR)]
    short = Unserved(1, Reason.STOCK_SHORT, {"commodity": 0, "needs_packs": 300, "left_packs": 0})
    plan = make_plan(problem, trips, [short])
    event = Event(0, 8 * HOUR + 60, (Breakdown(0, 0, served=0),), back_day=2)
    found = replan(problem, plan, event)
    assert verify_replan(problem, plan, event, found) == ()
    assert found.trips == ()
    cheat = replace(found, trips=(drive(problem, [1], 9 * HOUR, unit=1),))
    assert ViolationCode.STOCK_EXCEEDED in {one.code for one in verify_replan(problem, plan, event, cheat)}


def test_places_that_take_nothing_any_more_are_left_out_and_told() -> None:
    problem, plan = two_trucks()
    event = Event(0, 0, closed=frozenset({1}))
    found = replan(problem, plan, event)
    assert verify_replan(problem, plan, event, found) == ()
    assert [problem.deliveries[i].name for i in found.withdrawn] == ["east40"]
    assert "east40" not in str(places_by_day(problem, found.trips))
    assert len([stop for trip in found.trips for stop in trip.stops]) == 3


def test_what_had_begun_must_be_what_it_was() -> None:
    problem, plan = two_trucks()
    event = Event(0, plan.trips[0].start_s + 60)
    found = replan(problem, plan, event)
    first = found.trips[0]
    late = replace(first, stops=first.stops[::-1])
    codes = {v.code for v in verify_replan(problem, plan, event, replace(found, trips=(late, *found.trips[1:])))}
    assert ViolationCode.BEGUN_CHANGED in codes


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(2, 0), "no day"),
        (Event(0, -1), "before the day"),
        (Event(0, 0, (Breakdown(0, 2),)), "no truck"),
        (Event(0, 0, (Breakdown(0, 0), Breakdown(0, 0))), "twice"),
        (Event(1, 0, (Breakdown(0, 0, until=0),)), "back before"),
        (Event(0, 0, (Breakdown(0, 0, served=1),)), "fewer stops"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(event: Event, words: str) -> None:
    problem, plan = two_trucks()
    with pytest.raises(ValueError, match=words):
        replan(problem, plan, event)


NETWORK = make_network(120, n_depots=2, n_trucks=6, n_days=4, seed=3)
PLAN = solve(NETWORK, Limits(iterations=5))


def stops_made(day: int, second: int, kind: int, unit: int) -> st.SearchStrategy[int | None]:
    """Draw stops made of the trip that a truck is on, or none told."""
    under_way = [
        len(t.stops)
        for t in PLAN.trips
        if (t.day, t.vehicle_type, t.vehicle) == (day, kind, unit) and t.start_s < second < t.end_s
    ]
    return st.none() | st.integers(0, sum(under_way))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_at_any_moment_nothing_is_lost_and_every_rule_holds(data: st.DataObject) -> None:
    day = data.draw(st.integers(0, 3))
    second = data.draw(st.integers(0, 20 * HOUR))
    trucks = [(k, u) for k, v in enumerate(NETWORK.vehicle_types) for u in range(v.count)]
    chosen = data.draw(st.lists(st.sampled_from(trucks), max_size=3, unique=True))
    untils = [data.draw(st.one_of(st.none(), st.integers(day, 3))) for _ in chosen]
    event = Event(
        day,
        second,
        tuple(
            Breakdown(*one, until=until, served=data.draw(stops_made(day, second, *one)))
            for one, until in zip(chosen, untils, strict=True)
        ),
        data.draw(st.one_of(st.none(), st.integers(day, 3))),
        frozenset(data.draw(st.lists(st.integers(2, len(NETWORK.places) - 1), max_size=2))),
    )
    found = replan(NETWORK, PLAN, event)
    assert verify_replan(NETWORK, PLAN, event, found) == ()
    planned = {stop.delivery for trip in found.trips for stop in trip.stops}
    waiting = {found.rest.delivery[one.delivery] for one in found.plan.unserved}
    assert len(planned) + len(waiting) + len(found.withdrawn) == len(NETWORK.deliveries)
    if not event.breakdowns and not event.closed:
        assert found.moves == ()
    else:
        # None moves but those of the trucks that are out, those beside whom they are put in, and those who come earlier
        # since another has left their trip.
        was, now = truck_days(PLAN.trips), truck_days(found.trips)
        changed = {i for i in was | now if was.get(i) != now.get(i)}
        touched = {table[i] for i in changed for table in (was, now) if i in table}
        assert {now[move.delivery] for move in found.moves if move.after} <= touched


def truck_days(trips) -> dict[int, tuple[int, int, int]]:
    return {stop.delivery: (t.day, t.vehicle_type, t.vehicle) for t in trips for stop in t.stops}


def test_a_search_from_there_is_never_worse_and_changes_what_it_may() -> None:
    event = Event(1, 9 * HOUR, (Breakdown(0, 0), Breakdown(1, 0, until=2)))
    kept = replan(NETWORK, PLAN, event)
    near = replan(NETWORK, PLAN, event, Limits(iterations=60))
    anew = replan(NETWORK, PLAN, event, Limits(iterations=60), scope=Scope.ALL)
    for found in (near, anew):
        assert verify_replan(NETWORK, PLAN, event, found) == ()
        assert is_better(found.rest.problem, found.plan, kept.plan)
    was, beside, now = (truck_days(trips) for trips in (PLAN.trips, kept.trips, near.trips))
    left = {day for day in was.values() if {i for i in was if was[i] == day} != {i for i in beside if beside[i] == day}}
    stayed = {i for i, day in was.items() if day not in left and day not in {beside[i] for i in beside if i not in was}}
    assert stayed
    assert all(now[i] == was[i] for i in stayed)
    freely = truck_days(anew.trips)
    assert any(freely.get(i) != was[i] for i in stayed)
    assert len(kept.moves) <= len(near.moves) < len(anew.moves)
