"""The parts of a plan's cost, and what each stop bears of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.cost_parts import share_exactly, split_cost
from optimizer.plan import COST_SCALE, Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.verify import verify_plan
from tests.support.small_problem import HOUR, LineTravel, delivery, drive, line_problem, make_plan, truck

KM, SECOND = 7 * COST_SCALE, 11 * 5  # what a kilometre and a second cost the usual truck


def test_a_trip_is_split_into_fixed_road_and_time() -> None:
    problem = line_problem((0, 10, 30), [delivery("near", 1), delivery("far", 2)], [truck()])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)])))
    assert (trip.fixed, trip.road) == (500 * COST_SCALE, 60 * KM)
    assert trip.time == (1800 + 3600 + 1200) * SECOND
    assert (trip.loading_s, trip.driving_s, trip.waiting_s, trip.service_s) == (1800, 3600, 0, 1200)
    assert trip.load_factor == Fraction(200, 3000)
    assert trip.volume_factor == Fraction(240, 12_000)


def test_a_stop_on_the_way_saves_its_service_alone() -> None:
    problem = line_problem((0, 10, 30), [delivery("near", 1), delivery("far", 2)], [truck()])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)])))
    near, far = trip.halts
    assert near.saved == 600 * SECOND
    assert far.saved == 40 * KM + (2400 + 600) * SECOND
    # Of the rest (20 km, 20 minutes, loading) each bears by what it spares: a trip of its own less what it saves.
    rest = trip.road + trip.time - near.saved - far.saved
    spared = 20 * KM + (1800 + 1200) * SECOND  # the same for both
    assert rest == spared
    assert near.way - near.saved == far.way - far.saved == rest // 2
    assert near.fixed == far.fixed == 250 * COST_SCALE


def test_a_trip_of_one_stop_is_borne_by_it() -> None:
    problem = line_problem((0, 10), [delivery("only", 1)], [truck()])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0], 8 * HOUR)])))
    assert [stop.total for stop in trip.halts] == [trip.total]


def test_loads_for_one_place_are_one_halt() -> None:
    loads = [delivery("rice", 1), delivery("more", 1), delivery("far", 2)]
    problem = line_problem((0, 10, 30), loads, [truck()])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [2, 0, 1], 8 * HOUR)])))
    assert [len(halt.stops) for halt in trip.halts] == [1, 2]
    assert trip.halts[1].saved == 2 * 600 * SECOND
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)])))
    assert trip.halts[0].saved == 20 * KM + (1200 + 1200) * SECOND
    assert trip.halts[0].total == trip.total


def test_waiting_is_counted_and_shared() -> None:
    late = delivery("late", 1, windows=((10 * HOUR, 11 * HOUR),))
    problem = line_problem((0, 10, 30), [late, delivery("far", 2)], [truck()])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)])))
    assert trip.waiting_s == 10 * HOUR - (8 * HOUR + 1800 + 600)
    assert sum(stop.way for stop in trip.halts) == trip.road + trip.time
    assert trip.halts[0].saved == 600 * SECOND


def test_the_last_stop_of_an_open_route_saves_the_leg_to_it() -> None:
    problem = line_problem(
        (0, 10, 30), [delivery("near", 1), delivery("far", 2)], [truck(returns=False, trips_per_day=1)]
    )
    plan = solve(problem, Limits(iterations=1))
    ((trip,),) = (day.trips for day in split_cost(problem, plan))
    assert [problem.deliveries[stop.delivery].name for halt in trip.halts for stop in halt.stops] == ["near", "far"]
    assert trip.halts[1].saved == 20 * KM + (1200 + 600) * SECOND


def test_the_fixed_cost_goes_by_weight_over_all_trips_of_the_day() -> None:
    problem = line_problem((0, 10, 30), [delivery("light", 1, 10), delivery("heavy", 2, 30)], [truck()])
    first = drive(problem, [0], 8 * HOUR)
    plan = make_plan(problem, [first, drive(problem, [1], first.end_s, number=1)])
    (day,) = split_cost(problem, plan)
    assert [trip.fixed for trip in day.trips] == [500 * COST_SCALE, 0]
    assert [stop.fixed for trip in day.trips for stop in trip.halts] == [125 * COST_SCALE, 375 * COST_SCALE]


def test_on_a_way_back_and_forth_the_savings_are_scaled_to_the_cost() -> None:
    deliveries = [delivery("a", 1), delivery("b", 2), delivery("c", 3)]
    problem = line_problem((0, 20, 1, 20), deliveries, [truck(loading_s=0)])
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1, 2], 8 * HOUR)])))
    assert trip.halts[1].saved > 0
    assert sum(stop.way for stop in trip.halts) == trip.road + trip.time


def test_without_a_road_past_a_stop_nothing_is_saved_by_leaving_it_out() -> None:
    travel = LineTravel((0, 10, 30), closed=frozenset({(0, 2)}))
    problem = line_problem((0, 10, 30), [delivery("near", 1), delivery("far", 2)], [truck()], travel=travel)
    ((trip,),) = (day.trips for day in split_cost(problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)])))
    assert trip.halts[0].saved == 0
    assert sum(stop.way for stop in trip.halts) == trip.road + trip.time


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [(10, [1, 1, 1], [4, 3, 3]), (7, [0, 0], [4, 3]), (5, [0, 3, 2], [0, 3, 2]), (0, [1, 2], [0, 0])],
)
def test_a_whole_number_is_shared_without_a_rest(total: int, weights: list[int], shares: list[int]) -> None:
    assert share_exactly(total, weights) == shares


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_shares_add_up_and_stray_from_their_proportion_by_less_than_one(total: int, weights: list[int]) -> None:
    shares = share_exactly(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert whole == 0 or all(abs(s - Fraction(total * w, whole)) < 1 for s, w in zip(shares, weights, strict=True))


@st.composite
def planned(draw: st.DrawFn) -> tuple[Problem, Plan]:
    """Draw a small problem with windows, prices and several trips a day, and plan it."""
    km = (0, *draw(st.lists(st.integers(1, 60), min_size=1, max_size=6)))
    opening = st.sampled_from([(), ((9 * HOUR, 10 * HOUR),), ((12 * HOUR, 15 * HOUR),)])
    loads = [
        delivery(f"d{i}", i, draw(st.integers(0, 150)), windows=draw(opening), service_s=draw(st.integers(0, 900)))
        for i in range(1, len(km))
    ]
    price = st.integers(0, 99)
    kinds = [
        truck(f"t{i}", count=2, fixed_cost=draw(price), cost_per_km=draw(price), cost_per_hour=draw(price))
        for i in range(2)
    ]
    problem = line_problem(km, loads, [kinds[0], replace(kinds[1], returns=False, trips_per_day=1)])
    return problem, solve(problem, Limits(iterations=1))


@settings(max_examples=25, deadline=None)
@given(planned())
def test_parts_and_shares_add_up_to_the_cost_of_trip_and_plan(case: tuple[Problem, Plan]) -> None:
    problem, plan = case
    assert not verify_plan(problem, plan)
    days = split_cost(problem, plan)
    assert sum(day.total for day in days) == plan.scaled_cost
    assert tuple(cost.trip for day in days for cost in day.trips) == plan.trips
    for day in days:
        assert sum(stop.total for cost in day.trips for stop in cost.halts) == day.total
        for cost in day.trips:
            trip = cost.trip
            assert cost.total == trip.scaled_cost(problem.vehicle_types[trip.vehicle_type])
            assert sum(stop.way for stop in cost.halts) == cost.road + cost.time
            assert cost.loading_s + cost.driving_s + cost.waiting_s + cost.service_s == trip.end_s - trip.start_s
            assert all(min(stop.saved, stop.way, stop.fixed) >= 0 for stop in cost.halts)
