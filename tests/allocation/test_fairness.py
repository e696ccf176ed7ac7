import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.fairness import measure_fairness, weighted_gini
from distribution.allocation.grid import NANO
from tests.support.allocation import ints


def test_equal_rations_have_no_inequality():
    got = measure_fairness(ints([100, 200]), ints([1, 2]), ints([NANO, 2 * NANO]), 10_000)
    assert got.gini == 0
    assert got.largest_deviation_packs == 0
    assert (got.fill_min, got.fill_max) == (1, 1)
    assert (got.kg_per_person_min, got.kg_per_person_median, got.kg_per_person_max) == (0.1, 0.1, 0.1)


def test_known_figures_come_out():
    got = measure_fairness(ints([100, 300, 0]), ints([4, 4, 1]), ints([2 * NANO, 7 * NANO, 0]), 1_000)
    assert got.gini == pytest.approx(0.25)
    assert got.largest_deviation_packs == 3
    assert (got.fill_min, got.fill_max) == (pytest.approx(4 / 7), 2)
    assert got.kg_per_person_median == pytest.approx(4 / 300)


def test_nobody_served_gives_no_figure_instead_of_an_error():
    got = measure_fairness(ints([0]), ints([0]), ints([0]), 1_000)
    assert (got.gini, got.fill_min, got.kg_per_person_median) == (None, None, None)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), min_size=1, max_size=12))
def test_gini_equals_the_mean_difference_of_all_pairs_of_persons(groups):
    values = np.array([float(value) for value, _ in groups])
    people = ints([count for _, count in groups])
    everyone = np.repeat(values, people)
    got = weighted_gini(values, people)
    if everyone.sum() == 0:
        assert got is None
        return
    pairs = np.abs(everyone[:, None] - everyone[None, :]).sum()
    assert got == pytest.approx(pairs / (2 * len(everyone) * everyone.sum()), abs=1e-12)
