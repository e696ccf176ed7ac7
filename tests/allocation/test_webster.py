import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.grid import NANO
from distribution.allocation.webster import apportion_webster, round_webster
from tests.support.allocation import by_row, ints, plain_webster

STATES = [21878, 9713, 4167, 3252, 1065]
rows = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=10)


def webster(seats, weights, lower=None, upper=None):
    bounds = [None if bound is None else ints(bound) for bound in (lower, upper)]
    return apportion_webster(seats, ints(weights), by_row(weights), *bounds).tolist()


@pytest.mark.parametrize(("seats", "due"), [(43, [24, 10, 4, 4, 1]), (44, [24, 10, 5, 4, 1])])
def test_the_published_populations_give_the_published_seats(seats, due):
    assert webster(seats, STATES) == due


def test_a_stock_shared_by_average_use_comes_out_as_known():
    assert webster(50, [10, 20, 50]) == [6, 13, 31]


def test_bounds_are_kept_and_the_rest_is_apportioned_among_the_others():
    assert webster(43, STATES, upper=[10, 43, 43, 43, 43]) == [10, 17, 8, 6, 2]
    assert webster(43, STATES, lower=[0, 0, 0, 0, 5])[4] == 5


def test_a_tie_goes_to_the_larger_weight_and_then_by_name():
    assert webster(2, [1, 3]) == [0, 2]
    assert webster(2, [7, 7, 7]) == [1, 1, 0]


@given(st.integers(0, 70), rows)
def test_packs_equal_those_given_one_by_one(seats, cells):
    weights, lower, span = (list(column) for column in zip(*cells, strict=True))
    upper = [low + more for low, more in zip(lower, span, strict=True)]
    capacity = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    if not sum(lower) <= seats <= capacity:
        with pytest.raises(ValueError, match="bounds"):
            webster(seats, weights, lower, upper)
        return
    assert webster(seats, weights, lower, upper) == plain_webster(seats, weights, by_row(weights), lower, upper)


@given(st.integers(0, 200), st.lists(st.integers(0, 6), min_size=1, max_size=30).filter(any))
def test_many_equal_weights_tie_exactly(seats, weights):
    n = len(weights)
    assert webster(seats, weights) == plain_webster(seats, weights, by_row(weights), [0] * n, [seats] * n)


@given(st.integers(0, 40), st.data())
def test_a_wrong_beginning_is_mended_by_the_last_steps(seats, data):
    weights = data.draw(st.lists(st.integers(1, 30), min_size=2, max_size=7))
    n = len(weights)
    start = data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    none, all_ = ints([0] * n), ints([seats] * n)
    ties = by_row(weights)
    got = round_webster(seats, ints(weights), ints(start) * NANO, ties=ties, lower=none, upper=all_)
    assert got.tolist() == plain_webster(seats, weights, ties, [0] * n, [seats] * n)


@given(st.integers(0, 60), st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_one_pack_more_takes_from_nobody(seats, weights):
    now, then = webster(seats, weights), webster(seats + 1, weights)
    assert all(a <= b for a, b in zip(now, then, strict=True))


@given(st.integers(0, 60), st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.integers(1, 10**9))
def test_the_unit_of_the_weights_does_not_matter(seats, weights, factor):
    assert webster(seats, weights) == webster(seats, [w * factor for w in weights])
