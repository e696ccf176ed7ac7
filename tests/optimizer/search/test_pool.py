"""The truck-days that the search remembers."""

import pytest

from optimizer.search import pool as pool_file
from optimizer.search.model import build_model
from optimizer.search.pool import Pool
from optimizer.search.state import TruckDay
from tests.support.routing import make_delivery, make_problem, make_truck

#: Two pairs of neighbours, on opposite sides of the depot.
POINTS = [(0, 0), (10_000, 0), (10_000, 1_000), (-10_000, 0), (-10_000, 1_000)]
MODEL = build_model(make_problem(POINTS, [make_delivery(f"d{i}", i, 10) for i in range(1, 5)], [make_truck(count=4)]))
ACROSS = [TruckDay(0, 0, [[0, 2]]), TruckDay(0, 0, [[1, 3]])]
ALONG = [TruckDay(0, 0, [[0, 1]]), TruckDay(0, 0, [[2, 3]])]


def test_the_best_of_two_plans_is_made_of_the_better_truck_days() -> None:
    pool = Pool(MODEL)
    pool.add([ALONG[0]])
    pool.add([ALONG[1]])

    days, _ = pool.combine(ACROSS)

    assert sorted(day.trips for day in days) == [[[0, 1]], [[2, 3]]]


def test_what_is_forgotten_first_is_what_was_seen_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_file, "_REMEMBERED", 6)  # three truck-days of two stops
    pool = Pool(MODEL)
    pool.add(ALONG)
    pool.add([TruckDay(0, 0, [[0], [1]])])

    days, _ = pool.combine(ACROSS)  # two more truck-days: only one other is left beside them

    assert sorted(day.trips for day in days) == [[[0, 2]], [[1, 3]]]


def test_a_pool_that_cannot_hold_several_plans_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_file, "_REMEMBERED", 20)

    assert Pool(MODEL).knows_others(4)
    assert not Pool(MODEL).knows_others(5)
