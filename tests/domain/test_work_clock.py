"""The clock of work stands still in rests, and what it shows is found again on the clock of the day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.types import TimeWindow
from distribution.domain.work_clock import WorkClock, clock_of

NOON = clock_of("12:00-13:00")
H = 3600


def test_it_stands_still_in_a_rest():
    assert [NOON.read(t) for t in (11 * H, 12 * H, 12 * H + 600, 13 * H, 14 * H)] == [
        11 * H,
        12 * H,
        12 * H,
        12 * H,
        13 * H,
    ]


def test_what_begins_as_a_rest_does_begins_after_it_and_what_ends_then_ends_before():
    assert NOON.begins(12 * H) == 13 * H
    assert NOON.ends(12 * H) == 12 * H
    assert NOON.begins(12 * H + 1) == NOON.ends(12 * H + 1) == 13 * H + 1
    assert NOON.begins(8 * H) == NOON.ends(8 * H) == 8 * H


@pytest.mark.parametrize(
    ("spans", "beginnings"),
    [
        ([(8 * H, 10 * H)], [(8 * H, 10 * H)]),
        ([(8 * H, 12 * H)], [(8 * H, 12 * H - 1)]),  # at 12:00 everybody rests
        ([(8 * H, 12 * H + 1800)], [(8 * H, 12 * H - 1)]),
        ([(12 * H + 1800, 15 * H)], [(12 * H, 14 * H)]),
        ([(12 * H, 12 * H + 3000)], []),
        ([(12 * H + 60, 13 * H)], [(12 * H, 12 * H)]),
        ([(9 * H, 10 * H), (14 * H, 16 * H)], [(9 * H, 10 * H), (13 * H, 15 * H)]),
    ],
)
def test_spans_in_which_something_may_begin(spans, beginnings):
    assert NOON.beginnings(spans) == tuple(beginnings)


rests = (
    st.lists(st.integers(0, 86_400), max_size=6, unique=True)
    .map(sorted)
    .map(lambda edges: WorkClock(tuple(TimeWindow(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))))
)


@given(rests, st.integers(0, 86_400))
def test_reading_takes_back_what_was_told(clock, worked):
    for told in (clock.begins(worked), clock.ends(worked)):
        assert clock.read(told) == worked
        assert not any(rest.start_s < told < rest.end_s for rest in clock.rests)
    assert clock.ends(worked) <= clock.begins(worked)


@given(rests, st.integers(0, 86_400), st.integers(0, 86_400))
def test_work_between_two_times_is_the_time_without_the_rests(clock, a, b):
    a, b = sorted((a, b))
    rested = sum(max(0, min(b, rest.end_s) - max(a, rest.start_s)) for rest in clock.rests)
    assert clock.read(b) - clock.read(a) == b - a - rested


@given(rests, st.tuples(st.integers(0, 86_400), st.integers(0, 86_400)).map(sorted))
def test_what_begins_in_a_span_by_the_clock_of_work_begins_in_it_by_the_day(clock, span):
    for first, last in clock.beginnings([tuple(span)]):
        for worked in (first, (first + last) // 2, last):
            assert span[0] <= clock.begins(worked) <= span[1]
