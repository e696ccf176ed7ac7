"""Times from sequences: back early, away late, windows kept."""

from hypothesis import given
from hypothesis import strategies as st

from optimizer.search.model import build_model, merge_windows
from optimizer.search.schedule import first_start, last_start, schedule_day, schedule_trip
from tests.support.routing import make_delivery, make_problem, make_truck

HOUR = 3600
LINE = [(15_000 * i, 0) for i in range(6)]

windows = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=4).map(
    lambda pairs: tuple(sorted((a, a + length) for a, length in pairs))
)


@given(windows, st.integers(0, 80))
def test_first_and_last_start_agree_with_trying_every_second(spans, at):
    allowed = [s for s in range(200) if not spans or any(a <= s <= b for a, b in spans)]

    spans = merge_windows(spans)

    assert first_start(spans, at) == next((s for s in allowed if s >= at), None)
    assert last_start(spans, at) == next((s for s in reversed(allowed) if s <= at), None)


def test_the_truck_leaves_so_late_that_it_does_not_wait():
    problem = make_problem(LINE, [make_delivery("a", 1, windows=((9 * HOUR, 10 * HOUR),)), make_delivery("b", 2)])
    model = build_model(problem)

    times = schedule_trip(model, model.kinds[0], [0, 1], 6 * HOUR)

    assert times is not None
    assert [(s.arrival_s, s.start_s) for s in times.stops] == [(9 * HOUR, 9 * HOUR), (9 * HOUR + 1600, 9 * HOUR + 1600)]
    assert times.start_s == 9 * HOUR - 1000 - 1800


def test_a_wait_that_cannot_be_avoided_is_kept_and_paid():
    day = [
        make_delivery("a", 1, windows=((8 * HOUR, 9 * HOUR),)),
        make_delivery("b", 2, windows=((15 * HOUR, 16 * HOUR),)),
    ]
    model = build_model(make_problem(LINE, day))

    times = schedule_trip(model, model.kinds[0], [0, 1], 6 * HOUR)

    assert times is not None
    assert times.stops[0].start_s == 9 * HOUR
    assert times.stops[1].start_s == 15 * HOUR


def test_a_missed_window_or_a_late_return_is_no_schedule():
    day = [make_delivery("a", 1, windows=((6 * HOUR, 6 * HOUR + 60),)), make_delivery("b", 2, service_s=12 * HOUR)]
    model = build_model(make_problem(LINE, day))

    assert schedule_trip(model, model.kinds[0], [0], 6 * HOUR) is None
    assert schedule_trip(model, model.kinds[0], [1], 6 * HOUR) is None


def test_the_second_trip_of_a_day_starts_when_the_first_is_over():
    model = build_model(
        make_problem(LINE, [make_delivery("a", 1), make_delivery("b", 2)], [make_truck(trips_per_day=2)])
    )

    first, second = schedule_day(model, model.kinds[0], [[0], [1]]) or []

    assert first.start_s == 6 * HOUR
    assert second.start_s == first.end_s == 6 * HOUR + 1800 + 2000 + 600
