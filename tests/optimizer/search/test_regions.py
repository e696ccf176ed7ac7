"""A plan is cut into regions that share nothing, leave nothing out and weigh about the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.search.regions import cut_into_regions


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 30)), min_size=1, max_size=60),
    st.integers(1, 9),
    st.floats(0, 3.14),
)
def test_every_point_is_in_exactly_one_region(points, parts, angle):
    regions = cut_into_regions(np.array([p[:2] for p in points]), [p[2] for p in points], parts, angle)

    assert sorted(i for region in regions for i in region) == list(range(len(points)))
    assert all(regions)
    assert len(regions) <= parts


@pytest.mark.parametrize("parts", [2, 3, 4, 7])
def test_equal_points_are_shared_out_evenly(parts):
    rng = np.random.default_rng(1)

    regions = cut_into_regions(rng.random((700, 2)), [1] * 700, parts, 0.3)

    assert len(regions) == parts
    assert max(map(len, regions)) - min(map(len, regions)) <= parts


def test_points_that_lie_apart_are_cut_apart():
    left, right = [(0.0, float(y)) for y in range(5)], [(100.0, float(y)) for y in range(5)]

    assert cut_into_regions(np.array([*left, *right]), [1] * 10, 2, 0.0) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
