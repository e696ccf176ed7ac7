"""The quota method agrees with its definition, step by step, also between bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.allocation.apportion import apportion
from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import by_row, ints
from tests.support.apportion import bounded_shares, plain_quota

M = ApportionmentMethod
rows = st.lists(
    st.tuples(st.integers(0, 30) | st.integers(0, 2**70), st.integers(0, 4), st.integers(0, 8)),
    min_size=1,
    max_size=7,
)


def quota(packs, weights, lower=None, upper=None):
    whole = np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)
    bounds = [None if bound is None else ints(bound) for bound in (lower, upper)]
    return apportion(M.QUOTA, packs, whole, ties=by_row(weights), lower=bounds[0], upper=bounds[1]).tolist()


@settings(deadline=None)
@given(rows, st.data())
def test_packs_equal_those_of_the_definition(cells, data):
    weights, lower, span = (list(column) for column in zip(*cells, strict=True))
    upper = [low + more for low, more in zip(lower, span, strict=True)]
    most = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    packs = data.draw(st.integers(sum(lower), most))
    assert quota(packs, weights, lower, upper) == plain_quota(packs, weights, by_row(weights), lower, upper)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=40), st.integers(1, 400))
def test_without_bounds_it_stays_within_quota_in_larger_houses(weights, packs):
    shares = bounded_shares(packs, weights, [0] * len(weights), [packs] * len(weights))
    assert all(due.__floor__() <= a <= due.__ceil__() for a, due in zip(quota(packs, weights), shares, strict=True))


def test_it_keeps_within_quota_where_jefferson_does_not():
    weights = [1600, 130, 90, 90, 90]
    free = apportion(M.JEFFERSON, 20, ints(weights), ties=by_row(weights)).tolist()
    assert (free[0], quota(20, weights)[0]) == (17, 16)


@pytest.mark.parametrize(("seats", "fourth"), [(43, 3), (44, 3)])
def test_it_has_no_alabama_paradox(seats, fourth):
    assert quota(seats, [21878, 9713, 4167, 3252, 1065])[3] == fourth


def test_outlets_that_leave_their_floors_and_reach_their_caps_at_one_level_are_no_trouble():
    assert quota(9, [2, 2, 2], [1, 1, 1], [3, 3, 3]) == [3, 3, 3]
    assert quota(7, [1, 2, 4], [0, 0, 0], [1, 2, 4]) == [1, 2, 4]
    assert quota(5, [1, 2, 4], [1, 1, 1], [1, 1, 4]) == [1, 1, 3]
