"""Fair turn order over rounds."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.plan import Limits, Reason, Unserved
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.turn_order import PastTurns, add_turns, bound_turns, spread_of, turns_of
from optimizer.verify import verify_plan
from tests.support.small_problem import HOUR, delivery, drive, line_problem, make_plan, truck

DAYS = tuple(f"2026-03-0{day}" for day in range(1, 6))
WEEK = (0, 1, 2, 3, 4)


def five_days(km: tuple[int, ...], days: list[tuple[int, ...]]) -> Problem:
    loads = [delivery(f"d{i}", i, days=each) for i, each in enumerate(days, start=1)]
    return line_problem(km, loads, [truck(count=3)], days=DAYS)


def after(problem: Problem, past: dict[str, PastTurns], firsts: tuple[int, ...]) -> Fraction:
    """Return the spread if the places' first days are these."""
    turns = {problem.places[d.place].name: Fraction(day, 4) for d, day in zip(problem.deliveries, firsts, strict=True)}
    added = add_turns(past, turns)
    return spread_of(added[name] for name in turns)


def test_turns_run_from_the_first_day_to_the_last_and_who_waits_is_last() -> None:
    problem = five_days((0, 10, 20, 30), [WEEK, WEEK, WEEK])
    plan = make_plan(
        problem,
        [drive(problem, [0], 8 * HOUR, day=0), drive(problem, [1], 8 * HOUR, day=2)],
        [Unserved(2, Reason.FLEET_USED_UP)],
    )
    assert turns_of(problem, plan) == {"p1": 0, "p2": Fraction(1, 2), "p3": 1}


def test_the_first_of_several_deliveries_counts() -> None:
    problem = line_problem((0, 10), [delivery("a", 1, days=WEEK), delivery("b", 1, days=WEEK)], [truck()], days=DAYS)
    plan = make_plan(problem, [drive(problem, [1], 8 * HOUR, day=1), drive(problem, [0], 8 * HOUR, day=3)])
    assert turns_of(problem, plan) == {"p1": Fraction(1, 4)}


def test_means_are_over_the_rounds_in_which_a_place_was_due() -> None:
    one = add_turns({}, {"a": Fraction(1), "b": Fraction(0)})
    two = add_turns(one, {"a": Fraction(1, 2)})
    assert (two["a"].mean, two["b"].mean) == (Fraction(3, 4), Fraction(0))
    assert spread_of(two.values()) == Fraction(3, 4)
    assert spread_of([PastTurns()]) == 0


def test_who_was_late_comes_early_and_who_was_early_late() -> None:
    problem = five_days((0, 10, 20), [WEEK, WEEK])
    past = add_turns({}, {"p1": Fraction(1), "p2": Fraction(0)})
    late, early = bound_turns(problem, past, Fraction(0)).problem.deliveries
    assert (late.days, early.days) == ((0,), (4,))
    late, early = bound_turns(problem, past, Fraction(1, 4)).problem.deliveries
    # Means of 1/2 to 3/4: p1 on day 0, 1 or 2; p2 on day 4. Or 1/4 to 1/2: p1 on day 0, p2 on 2, 3 or 4. The earlier.
    assert (late.days, early.days) == ((0,), (2, 3, 4))


def test_a_bound_that_no_days_keep_is_told_with_the_least_that_they_do() -> None:
    problem = five_days((0, 10, 20), [(0,), (3, 4)])
    bounded = bound_turns(problem, {}, Fraction(1, 2))
    assert bounded.high - bounded.low == Fraction(3, 4)
    assert [d.days for d in bounded.problem.deliveries] == [(0,), (3,)]


def test_later_deliveries_do_not_open_the_round_before_the_window() -> None:
    loads = [delivery("first", 1, days=WEEK), delivery("second", 1, days=(0, 3)), delivery("other", 2, days=(2,))]
    problem = line_problem((0, 10, 20), loads, [truck()], days=DAYS)
    first, second, _ = bound_turns(problem, {}, Fraction(0)).problem.deliveries
    assert (first.days, second.days) == ((2,), (3,))


def test_another_delivery_may_be_the_first_where_that_keeps_the_bound() -> None:
    loads = [delivery("a", 1, days=(0, 4)), delivery("b", 1, days=(2, 3)), delivery("other", 2, days=(2,))]
    problem = line_problem((0, 10, 20), loads, [truck()], days=DAYS)
    bounded = bound_turns(problem, {}, Fraction(0))
    assert bounded.high - bounded.low == 0
    assert [d.days for d in bounded.problem.deliveries] == [(4,), (2,), (2,)]


def test_of_several_deliveries_the_one_that_loses_least_opens_the_round() -> None:
    loads = [delivery("a", 1, days=(0, 1, 2, 3)), delivery("b", 1, days=(0, 1))]
    problem = line_problem((0, 10), loads, [truck()], days=DAYS)
    assert bound_turns(problem, {}, Fraction(1)).problem == problem


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 2), st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
        ),
        min_size=1,
        max_size=5,
    ),
    st.dictionaries(st.sampled_from(["p1", "p2"]), st.integers(0, 4)),
    st.fractions(0, 1, max_denominator=8),
)
def test_the_least_spread_is_that_of_all_choices_where_places_get_several_deliveries(
    wanted: list[tuple[int, tuple[int, ...]]], before: dict[str, int], bound: Fraction
) -> None:
    loads = [delivery(f"d{i}", place, days=days) for i, (place, days) in enumerate(wanted)]
    problem = line_problem((0, 10, 20), loads, [truck()], days=DAYS)
    past = {name: PastTurns(1, Fraction(turn, 4)) for name, turn in before.items()}

    def spread(days: tuple[int, ...]) -> Fraction:
        first: dict[str, int] = {}
        for load, day in zip(loads, days, strict=True):
            name = f"p{load.place}"
            first[name] = min(day, first.get(name, day))
        return spread_of(add_turns(past, {n: Fraction(d, 4) for n, d in first.items()})[n] for n in first)

    bounded = bound_turns(problem, past, bound)
    left = [d.days for d in bounded.problem.deliveries]
    assert all(left)
    assert all(set(mine) <= set(load.days) for mine, load in zip(left, loads, strict=True))
    worst = max(spread(days) for days in product(*left))
    least = min(spread(days) for days in product(*(load.days for load in loads)))
    assert worst <= bounded.high - bounded.low <= max(bound, least)


def test_with_no_bound_nothing_is_taken_away_and_a_spread_beyond_1_is_refused() -> None:
    problem = five_days((0, 10, 20), [WEEK, (1, 3)])
    assert bound_turns(problem, {}, Fraction(1)).problem == problem
    with pytest.raises(ValueError, match="between 0 and 1"):
        bound_turns(problem, {}, Fraction(3, 2))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Problem, dict[str, PastTurns], Fraction]:
    """Draw days of a few places, their turns of up to three rounds, and a bound."""
    some = st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True).map(sorted).map(tuple)
    days = draw(st.lists(some, min_size=1, max_size=4))
    problem = five_days((0, *range(10, 10 + len(days))), days)
    past: dict[str, PastTurns] = {}
    for _ in range(draw(st.integers(0, 3))):
        turn = st.integers(0, 4).map(lambda quarter: Fraction(quarter, 4))
        past = add_turns(past, {f"p{i}": draw(turn) for i in range(1, len(days) + 1) if draw(st.booleans())})
    return problem, past, draw(st.fractions(0, 1, max_denominator=12))


@given(histories())
def test_every_choice_of_days_left_keeps_the_bound_and_the_least_is_that_of_all_choices(
    case: tuple[Problem, dict[str, PastTurns], Fraction],
) -> None:
    problem, past, bound = case
    bounded = bound_turns(problem, past, bound)
    width = bounded.high - bounded.low
    left = [d.days for d in bounded.problem.deliveries]
    assert all(set(mine) <= set(all_.days) and mine for mine, all_ in zip(left, problem.deliveries, strict=True))
    assert all(after(problem, past, firsts) <= width for firsts in product(*left))
    least = min(after(problem, past, firsts) for firsts in product(*(d.days for d in problem.deliveries)))
    assert width <= max(bound, least)


@settings(max_examples=15, deadline=None)
@given(histories())
def test_a_plan_of_the_bounded_problem_keeps_the_bound(case: tuple[Problem, dict[str, PastTurns], Fraction]) -> None:
    problem, past, bound = case
    bounded = bound_turns(problem, past, bound)
    plan = solve(bounded.problem, Limits(iterations=1))
    assert not plan.unserved
    assert not verify_plan(bounded.problem, plan)
    assert not verify_plan(problem, plan)
    turns = turns_of(problem, plan)
    added = add_turns(past, turns)
    assert spread_of(added[name] for name in turns) <= bounded.high - bounded.low
