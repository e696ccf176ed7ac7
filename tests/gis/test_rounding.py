"""Whole numbers near exact ones, with a given sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.rounding import round_to_sum


@given(st.lists(st.floats(-5, 50), min_size=1, max_size=12), st.integers(0, 200))
def test_the_sum_is_met_and_nothing_is_negative(exact, total):
    given_out = round_to_sum(exact, total)
    assert sum(given_out) == total
    assert min(given_out) >= 0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_whole_numbers_stay(exact):
    assert round_to_sum([float(one) for one in exact], sum(exact)) == exact


def test_the_largest_remainders_come_first_and_ties_to_the_first():
    assert round_to_sum([1.2, 2.7, 3.1], 7) == [1, 3, 3]
    assert round_to_sum([0.5, 0.5, 1.0], 2) == [1, 0, 1]


def test_nobody_is_left_to_take_it():
    with pytest.raises(ValueError, match="cannot be given"):
        round_to_sum([], 1)
    assert round_to_sum([], 0) == []
