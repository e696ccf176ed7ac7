from __future__ import annotations

from itertools import pairwise

import pytest

from optimizer.consecutive import consecutive_legs
from tests.support.small_problem import LineTravel


@pytest.mark.parametrize("n_places", [1, 2, 32, 33, 34, 66, 100])
def test_each_leg_of_a_tour_of_any_length_is_given_once(n_places: int) -> None:
    tour = [(7 * i) % n_places for i in range(n_places)]
    travel = LineTravel(tuple(i * i for i in range(n_places)))
    expected = [abs(a * a - b * b) for a, b in pairwise(tour)]
    assert consecutive_legs(travel, tour) == [(km * 1000, km * 60) for km in expected]


def test_a_missing_road_shows_as_minus_one() -> None:
    assert consecutive_legs(LineTravel((0, 5), frozenset({(1, 0)})), [0, 1, 0]) == [(5000, 300), (-1, -1)]
