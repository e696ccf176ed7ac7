"""Legs answer the same from a dense matrix and from rows fetched one by one."""

import numpy as np

from optimizer.search.legs import FAR, Legs
from tests.support.routing import Plane

TRAVEL = Plane(((0, 0), (3_000, 4_000), (50_000, 0), (7_000, 70_000)))


class Broken(Plane):
    """No road from place 0 to place 1."""

    def matrix(self, origins, destinations):
        metres, seconds = super().matrix(origins, destinations)
        closed = (np.asarray(origins)[:, None] == 0) & (np.asarray(destinations)[None, :] == 1)
        return np.where(closed, -1, metres), np.where(closed, -1, seconds)


def test_rows_paths_and_blocks_are_the_same_whether_the_matrix_is_kept_or_not():
    dense, sparse = Legs(TRAVEL, [0, 1, 3]), Legs(TRAVEL, [0, 1, 3], dense_places=0)

    assert len(dense) == len(sparse) == 3
    for _ in range(2):
        assert dense.path([0, 1, 2, 0]) == sparse.path([0, 1, 2, 0])
        for place in range(3):
            for one, other in zip(dense.around(place), sparse.around(place), strict=True):
                assert (one == other).all()
    for one, other in zip(dense.block([2, 0]), sparse.block([2, 0]), strict=True):
        assert (one == other).all()
    assert dense.path([0, 1])[0] == [5_000]


def test_a_missing_road_is_farther_than_any_shift_in_its_direction_only():
    legs = Legs(Broken(TRAVEL.points), [0, 1])

    assert legs.path([0, 1]) == ([FAR], [FAR])
    assert legs.path([1, 0])[0] == [5_000]
