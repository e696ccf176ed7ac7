from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.breakpoints import Hinges, at_most, last_enough, times
from tests.support.allocation import ints

bends = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=0, max_size=8)


def as_hinges(cells, sign, factor=1):
    kind = object if factor > 1 else np.int64
    amounts, rates = (np.array([cell[k] * factor for cell in cells], dtype=kind) for k in (0, 1))
    return Hinges(amounts, rates, np.full(len(cells), sign, dtype=np.int64))


def plain_sum(point, constant, slope, cells, sign):
    return constant + slope * point + sign * sum(max(Fraction(0), rate * point - amount) for amount, rate in cells)


@given(st.integers(0, 60), bends, st.integers(-12, -1))
def test_the_point_is_the_last_at_which_a_bending_sum_is_enough(constant, cells, slope):
    """A falling line whose fall is taken back at every bend: what a budget that outlets stop drawing on looks like."""
    slope = min(slope, 0) - sum(rate for _, rate in cells)
    point = last_enough(constant, slope, as_hinges(cells, 1))
    assert plain_sum(point, constant, slope, cells, 1) == 0
    assert plain_sum(point + Fraction(1, 10**9), constant, slope, cells, 1) < 0


@given(st.integers(0, 60), bends, st.integers(0, 12))
def test_a_sum_that_bends_down_is_enough_up_to_the_point_or_for_ever(constant, cells, slope):
    point = last_enough(constant, slope, as_hinges(cells, -1))
    if point is None:
        assert slope >= sum(rate for _, rate in cells)
    else:
        assert plain_sum(point, constant, slope, cells, -1) == 0
        assert plain_sum(point + Fraction(1, 10**9), constant, slope, cells, -1) < 0


@given(st.integers(0, 60), bends, st.integers(0, 12), st.integers(2**60, 2**90))
def test_figures_beyond_int64_give_the_same_point(constant, cells, slope, factor):
    plain = last_enough(constant, slope, as_hinges(cells, -1))
    assert last_enough(constant * factor, slope * factor, as_hinges(cells, -1, factor)) == plain


def test_what_floats_cannot_tell_apart_is_compared_exactly():
    huge, point = 2**61, Fraction(2**61, 3)
    amounts, rates = ints([huge - 1, huge, huge + 1, 0, 1]), ints([3, 3, 3, 0, 0])
    assert at_most(amounts, rates, point).tolist() == [True, True, False, True, False]


def test_products_leave_int64_only_where_they_must():
    assert times(ints([2, 3]), 5).dtype == np.int64
    assert times(ints([2**40]), 2**40).tolist() == [2**80]
    assert times(ints([0]), 2**80).tolist() == [0]
