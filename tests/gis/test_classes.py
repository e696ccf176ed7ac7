import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis.classes import classify, quantile_bounds

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@given(VALUES, st.integers(1, 7))
@example([5e-324], 1)
def test_every_value_lies_within_the_bounds_and_has_a_class(values, classes):
    bounds = quantile_bounds(values, classes)
    width = bounds[-1] - bounds[0]
    rounding = 1e-9 * max(values) + 1e-300
    assert bounds[0] <= min(values) + rounding
    assert bounds[-1] >= max(values) - rounding
    assert (np.diff(bounds) > 0).all() or width == 0
    found = classify(values, bounds)
    assert found.min() >= 0
    assert found.max() <= max(0, bounds.size - 2) <= classes - 1


def test_spread_values_give_classes_of_about_equal_size():
    values = np.random.default_rng(1).lognormal(0, 1, 1000)
    counts = np.bincount(classify(values, quantile_bounds(values, 5)))
    assert counts.size == 5
    assert counts.min() > 150


def test_bounds_are_rounded_to_three_significant_digits_of_the_largest():
    assert quantile_bounds([0.14012, 0.1469, 0.1532], 2).tolist() == pytest.approx([0.14, 0.147, 0.154])


def test_one_value_gives_one_class_and_no_value_none():
    assert classify([2.5, 2.5, np.nan], quantile_bounds([2.5, 2.5, np.nan])).tolist() == [0, 0, -1]
    assert quantile_bounds([]).size == 0
    assert classify([np.nan], quantile_bounds([np.nan])).tolist() == [-1]
    assert quantile_bounds([0, 0]).tolist() == [0, 0]


def test_a_bound_belongs_to_the_class_above_it():
    assert classify([1, 2, 3], np.array([1.0, 2.0, 3.0])).tolist() == [0, 1, 1]
