import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.allocation.cumulative import round_cumulative
from distribution.allocation.grid import NANO, share_nano
from tests.support.allocation import by_row, ints


def rounded(packs, target, debt, lower=None, upper=None):
    n = len(target)
    lower, upper = ints(lower or [0] * n), ints(upper or [packs] * n)
    return round_cumulative(packs, ints(target), ints(debt), lower=lower, upper=upper, ties=by_row([1] * n)).tolist()


def test_the_largest_fractions_are_rounded_up():
    assert rounded(3, [1_400_000_000, 900_000_000, 700_000_000], [0, 0, 0]) == [1, 1, 1]
    assert rounded(3, [1_400_000_000, 900_000_000, 700_000_000], [500_000_000, 0, -500_000_000]) == [2, 1, 0]


def test_equal_fractions_go_by_weight_and_then_by_name():
    half = [NANO // 2] * 4
    got = round_cumulative(
        2, ints(half), ints([0] * 4), lower=ints([0] * 4), upper=ints([2] * 4), ties=by_row([1, 1, 5, 1])
    )
    assert got.tolist() == [1, 0, 1, 0]


def test_a_rounding_that_the_bounds_forbid_is_refused():
    with pytest.raises(ValueError, match="bounds"):
        rounded(5, [NANO, NANO], [0, 0], upper=[2, 2])
    with pytest.raises(ValueError, match="bounds"):
        rounded(1, [NANO, 0], [0, 0], lower=[1, 1])


def test_packs_beyond_the_ceilings_go_where_least_is_overpaid_even_twice_to_one():
    assert rounded(2, [NANO // 2, 0], [0, -4 * NANO]) == [2, 0]


def test_packs_below_the_floors_come_from_where_least_is_owed_even_twice_from_one():
    assert rounded(3, [3_200_000_000, 9 * NANO], [0, 0], upper=[9, 2]) == [1, 2]


def test_a_debt_of_a_million_packs_is_worked_off_at_once():
    million = 10**6
    start = time.process_time()
    got = rounded(3 * million, [million * NANO] * 3, [3 * million * NANO, 1, 0])
    assert got == [3 * million, 0, 0]
    got = rounded(3 * million, [million * NANO] * 3, [-9 * million * NANO, 1, 0])
    assert got == [0, 3 * million // 2, 3 * million // 2]
    assert time.process_time() - start < 1


@settings(max_examples=300)
@given(st.data())
def test_the_largest_debt_is_as_small_as_bounds_and_sum_allow(data):
    n = data.draw(st.integers(1, 5))
    cells = st.lists(st.integers(-40, 60), min_size=n, max_size=n)
    claim = [c * NANO // 10 for c in data.draw(cells)]
    lower = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    upper = [low + data.draw(st.integers(0, 4)) for low in lower]
    packs = data.draw(st.integers(sum(lower), sum(upper)))
    got = rounded(packs, claim, [0] * n, lower, upper)
    assert sum(got) == packs
    assert all(low <= x <= up for low, x, up in zip(lower, got, upper, strict=True))

    def worst(xs):
        return max(abs(c - x * NANO) for c, x in zip(claim, xs, strict=True))

    ways = product(*(range(low, up + 1) for low, up in zip(lower, upper, strict=True)))
    assert worst(got) == min(worst(xs) for xs in ways if sum(xs) == packs)


@settings(max_examples=60)
@given(st.data())
def test_over_many_rounds_the_debts_sum_to_zero_and_stay_below_one_pack(data):
    n = data.draw(st.integers(1, 12))
    debt = np.zeros(n, np.int64)
    for _ in range(60):
        weights = data.draw(st.lists(st.integers(1, 10**6), min_size=n, max_size=n))
        packs = data.draw(st.integers(0, 40))
        ties = by_row(weights)
        target = share_nano(packs, ints(weights), ties)
        none, all_ = np.zeros(n, np.int64), np.full(n, packs, np.int64)
        x = round_cumulative(packs, target, debt, lower=none, upper=all_, ties=ties)
        smooth = bool((target + debt >= 0).all())
        before, debt = np.abs(debt).max(), target + debt - x * NANO
        assert debt.sum() == 0
        assert x.sum() == packs
        assert x.min() >= 0
        if smooth:
            assert np.abs(debt).max() < NANO
        else:
            assert np.abs(debt).max() < before + NANO


def test_rounding_with_memory_does_not_drift_where_forgetful_rounding_does():
    weights = [5, 3, 3, 3]
    ties = by_row(weights)
    target = share_nano(9, ints(weights), ties)
    none, all_ = ints([0] * 4), ints([9] * 4)
    debt, given_with, given_without = ints([0] * 4), ints([0] * 4), ints([0] * 4)
    for _ in range(24):
        x = round_cumulative(9, target, debt, lower=none, upper=all_, ties=ties)
        debt = target + debt - x * NANO
        given_with += x
        given_without += round_cumulative(9, target, ints([0] * 4), lower=none, upper=all_, ties=ties)
    assert np.abs(given_with * NANO - 24 * target).max() < NANO
    assert np.abs(given_without * NANO - 24 * target).max() > 4 * NANO
