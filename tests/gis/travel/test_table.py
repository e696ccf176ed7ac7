import numpy as np
import pytest

from gis.travel.protocol import unreachable_pairs
from gis.travel.table import TableTravel, TravelTableError

METRES = np.array([[0, 10, -1], [12, 0, 30], [20, 31, 0]], dtype=np.int32)
SECONDS = np.array([[0, 1, -1], [2, 0, 3], [4, 5, 0]], dtype=np.int32)


def test_places_are_looked_up_through_the_index_and_direction_matters():
    travel = TableTravel(METRES, SECONDS, np.array([2, 0, 1]))
    assert travel.matrix([0], [1, 2])[0].tolist() == [[20, 31]]
    assert travel.matrix([1, 2], [0])[0].tolist() == [[-1], [30]]
    assert travel.matrix([2], [1])[1].tolist() == [[2]]


def test_a_place_the_table_lacks_is_unreachable_from_all_but_itself():
    travel = TableTravel(METRES, SECONDS, np.array([0, -1, -1]))
    assert travel.matrix(range(3), range(3))[0].tolist() == [[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]
    assert unreachable_pairs(travel, [0, 1], [1, 2]) == [(0, 1), (0, 2), (1, 2)]


def test_places_that_share_a_row_are_at_one_spot_whatever_the_diagonal_says():
    metres = METRES.copy()
    np.fill_diagonal(metres, -1)
    seconds = SECONDS.copy()
    np.fill_diagonal(seconds, -1)
    travel = TableTravel(metres, seconds, np.array([1, 1, 0]))
    assert travel.matrix([0, 1], [1, 0, 2])[0].tolist() == [[0, 0, 12], [0, 0, 12]]


def test_an_empty_table_makes_every_place_missing():
    empty = np.zeros((0, 0), dtype=np.int32)
    travel = TableTravel(empty, empty, np.array([-1, -1]))
    assert travel.matrix([0, 1], [0, 1])[0].tolist() == [[0, -1], [-1, 0]]


def test_it_is_no_estimate_and_carries_its_source():
    travel = TableTravel(METRES, SECONDS, np.array([0]), source="OSRM 2026-10")
    assert travel.label == "OSRM 2026-10"
    assert not travel.is_estimate


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_a_later_change_of_the_callers_array_does_not_reach_it(dtype):
    mine = METRES.astype(dtype)
    travel = TableTravel(mine, SECONDS, np.arange(3))
    mine[0, 1] = 99
    assert travel.matrix([0], [1])[0][0, 0] == 10


@pytest.mark.parametrize(
    ("metres", "seconds", "index", "says"),
    [
        (METRES[:2], SECONDS[:2], [0], "square"),
        (METRES, SECONDS[:2, :2], [0], "alike"),
        (METRES, np.abs(SECONDS), [0], "unreachable in one table only"),
        (METRES - 1, SECONDS, [0], "-1"),
        (METRES.astype(float), SECONDS, [0], "whole numbers"),
        (METRES.astype(np.int64) * 10**9, SECONDS, [0], "within"),
        (METRES, SECONDS, [3], "index"),
        (METRES, SECONDS, [-2], "index"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(metres, seconds, index, says):
    with pytest.raises(TravelTableError, match=says):
        TableTravel(metres, seconds, np.array(index))
