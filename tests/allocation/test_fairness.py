import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distribution.allocation.fairness import measure_fairness
from distribution.allocation.fifths import measure_fifths, split_fifths
from distribution.allocation.grid import NANO
from distribution.allocation.inequality import (
    weighted_atkinson,
    weighted_gini,
    weighted_hoover,
    weighted_jain,
    weighted_median,
    weighted_theil,
)
from tests.support.allocation import ints

groups = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12)), min_size=1, max_size=10)


def atkinson(aversion):
    return lambda values, people: weighted_atkinson(values, people, aversion)


def plain_gini(x):
    return np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) * x.sum())


def plain_hoover(x):
    return np.abs(x - x.mean()).sum() / (2 * x.sum())


def plain_theil(x):
    return sum(v / x.mean() * math.log(v / x.mean()) for v in x if v) / len(x)


def plain_jain(x):
    return x.sum() ** 2 / (len(x) * (x**2).sum())


def plain_atkinson(aversion):
    def measure(x):
        if aversion >= 1 and 0 in x:
            return 1.0
        if aversion == 1:
            return 1 - math.prod(float(v) ** (1 / len(x)) for v in x) / x.mean()
        return 1 - ((x ** (1 - aversion)).sum() / len(x)) ** (1 / (1 - aversion)) / x.mean()

    return measure


MEASURES = {
    "gini": (weighted_gini, plain_gini),
    "hoover": (weighted_hoover, plain_hoover),
    "theil": (weighted_theil, plain_theil),
    "jain": (weighted_jain, plain_jain),
    "atkinson 0.5": (atkinson(0.5), plain_atkinson(0.5)),
    "atkinson 1": (atkinson(1), plain_atkinson(1)),
    "atkinson 2": (atkinson(2), plain_atkinson(2)),
}
every_measure = pytest.mark.parametrize("measure", [m for m, _ in MEASURES.values()], ids=MEASURES)
every_pair = pytest.mark.parametrize(("measure", "plain"), list(MEASURES.values()), ids=MEASURES)


def columns(cells):
    return np.array([float(value) for value, _ in cells]), ints([count for _, count in cells])


def inequality(measure, values, people):
    """Return a measure so that more is always more unequal."""
    found = measure(values, people)
    return 1 - found if measure is weighted_jain else found


def test_equal_rations_have_no_inequality():
    got = measure_fairness(ints([100, 200]), ints([1, 2]), ints([NANO, 2 * NANO]), 10_000)
    assert (got.gini, got.hoover, got.jain, got.fill_min) == (0, 0, 1, 1)
    assert (got.theil, got.atkinson_half, got.atkinson_one) == pytest.approx((0, 0, 0), abs=1e-12)
    assert got.largest_deviation_packs == 0
    assert (got.fill_min, got.fill_max) == (1, 1)
    assert (got.kg_per_person_min, got.kg_per_person_median, got.kg_per_person_max) == (0.1, 0.1, 0.1)


def test_known_figures_come_out():
    got = measure_fairness(ints([100, 300, 0]), ints([4, 4, 1]), ints([2 * NANO, 7 * NANO, 0]), 1_000)
    assert got.gini == pytest.approx(0.25)
    assert got.hoover == pytest.approx(0.25)
    assert got.jain == pytest.approx(0.75)
    assert got.theil == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert got.atkinson_half == pytest.approx(1 - (0.25 * math.sqrt(2) + 0.75 * math.sqrt(2 / 3)) ** 2)
    assert got.atkinson_one == pytest.approx(1 - 2**0.25 * (2 / 3) ** 0.75)
    assert got.largest_deviation_packs == 3
    assert (got.fill_min, got.fill_max) == (pytest.approx(4 / 7), 2)
    assert got.kg_per_person_median == pytest.approx(4 / 300)


def test_one_of_ten_persons_who_has_all_gives_the_extreme_of_every_measure():
    values, people = np.array([5.0, 0.0]), ints([1, 9])
    assert weighted_gini(values, people) == pytest.approx(0.9)
    assert weighted_hoover(values, people) == pytest.approx(0.9)
    assert weighted_theil(values, people) == pytest.approx(math.log(10))
    assert weighted_jain(values, people) == pytest.approx(0.1)
    assert weighted_atkinson(values, people, 0.5) == pytest.approx(0.9)
    assert weighted_atkinson(values, people, 1) == 1
    assert weighted_atkinson(values, people, 3) == 1


def test_nobody_served_gives_no_figure_instead_of_an_error():
    got = measure_fairness(ints([0]), ints([0]), ints([0]), 1_000, need=ints([1]), distance=ints([1]))
    assert (got.gini, got.hoover, got.theil, got.jain, got.atkinson_half, got.atkinson_one) == (None,) * 6
    assert (got.fill_min, got.kg_per_person_median) == (None, None)
    assert [(f.outlets, f.kg_per_person, f.fill) for f in got.by_need] == [(0, None, None)] * 5


def test_atkinsons_index_with_no_aversion_is_nothing_and_with_a_large_one_looks_at_the_worst_off():
    values, people = np.array([1.0, 3.0]), ints([1, 1])
    assert weighted_atkinson(values, people, 0) == pytest.approx(0)
    assert weighted_atkinson(values, people, 1000) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(ValueError, match="negative"):
        weighted_atkinson(values, people, -0.1)


@every_pair
@settings(max_examples=40)
@given(cells=groups)
def test_a_measure_of_groups_is_that_of_all_their_persons(measure, plain, cells):
    values, people = columns(cells)
    persons = np.repeat(values, people)
    got = measure(values, people)
    if persons.sum() == 0:
        assert got is None
    else:
        assert got == pytest.approx(plain(persons), abs=1e-9)


@every_measure
@settings(max_examples=40)
@given(cells=groups, factor=st.floats(1e-6, 1e6), times=st.integers(2, 1000))
def test_neither_the_unit_nor_the_number_of_copies_matters(measure, cells, factor, times):
    values, people = columns(cells)
    before = measure(values, people)
    assume(before is not None)
    assert measure(values * factor, people) == pytest.approx(before, abs=1e-9)
    assert measure(values, people * times) == pytest.approx(before, abs=1e-9)


@every_measure
@settings(max_examples=40)
@given(
    two=st.sets(st.integers(1, 50), min_size=2, max_size=2),
    others=st.lists(st.integers(1, 50), max_size=6),
    place=st.integers(0, 6),
)
def test_a_gift_from_richer_to_poorer_never_makes_it_more_unequal(measure, two, others, place):
    place = min(place, len(others))
    values = np.array([*others[:place], *sorted(two), *others[place:]], dtype=float)
    poor, rich = place, place + 1
    after = values.copy()
    gift = (values[rich] - values[poor]) / 3
    after[rich] -= gift
    after[poor] += gift
    people = np.ones(len(values), dtype=np.int64)
    change = inequality(measure, after, people) - inequality(measure, values, people)
    assert change < 1e-12 if measure is weighted_hoover else change < 0  # Hoover's sees only gifts across the mean


@given(groups)
def test_the_median_is_that_of_the_persons(cells):
    values, people = columns(cells)
    persons = np.sort(np.repeat(values, people))
    got = weighted_median(values, people)
    assert got == (persons[(len(persons) - 1) // 2] if len(persons) else None)


def test_fifths_hold_a_fifth_of_the_people_each():
    assert split_fifths(ints([50, 10, 40, 20, 30]), ints([7, 7, 7, 7, 7])).tolist() == [5, 1, 4, 2, 3]
    assert split_fifths(ints([1, 2, 3]), ints([80, 10, 10])).tolist() == [3, 5, 5]
    assert split_fifths(ints([1, 2]), ints([0, 5])).tolist() == [0, 3]


def test_a_fifths_figures_are_those_of_its_outlets():
    fifths = measure_fifths(ints([1, 2, 3]), ints([20, 20, 60]), ints([4, 0, 9]), ints([2 * NANO, NANO, 6 * NANO]), 500)
    assert [(f.fifth, f.outlets, f.people) for f in fifths] == [
        (1, 1, 20),
        (2, 1, 20),
        (3, 0, 0),
        (4, 1, 60),
        (5, 0, 0),
    ]
    assert [f.kg_per_person for f in fifths] == [0.1, 0, None, pytest.approx(4.5 / 60), None]
    assert [f.fill for f in fifths] == [2, 0, None, 1.5, None]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), min_size=1, max_size=30), st.permutations(range(30)))
def test_fifths_follow_the_key_keep_equals_together_and_do_not_depend_on_the_order(cells, order):
    key, people = (ints(list(column)) for column in zip(*cells, strict=True))
    got = split_fifths(key, people)
    turned = [i for i in order if i < len(cells)]
    assert split_fifths(key[turned], people[turned]).tolist() == got[turned].tolist()
    served = [(int(k), int(f)) for k, f, p in zip(key, got, people, strict=True) if p]
    assert all(1 <= f <= 5 for _, f in served)
    for low, first in served:
        assert all(first <= second for high, second in served if low <= high)


@given(st.integers(1, 5).flatmap(lambda size: st.permutations(range(5 * size))))
def test_outlets_of_one_size_fall_into_equal_fifths(keys):
    number = split_fifths(ints(keys), np.full(len(keys), 11, dtype=np.int64))
    assert np.bincount(number, minlength=6).tolist() == [0, *[len(keys) // 5] * 5]
