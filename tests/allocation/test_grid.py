from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.grid import (
    MAX_PACKS,
    MICRO,
    NANO,
    WeightRangeError,
    grid_weights,
    reduced,
    share_nano,
    tie_ranks,
)
from distribution.allocation.packs import packs_to_share
from distribution.allocation.powers import decimal_power
from tests.support.allocation import by_row, ints

needs = st.decimals(min_value="0.000001", max_value=1000, places=9)


@given(st.lists(st.tuples(st.integers(0, 10**6), needs), max_size=12))
def test_weights_are_rounded_once_to_millionths_half_to_even(rows):
    grid = grid_weights([people for people, _ in rows], [need for _, need in rows])
    due = [(people * need).quantize(Decimal("0.000001"), ROUND_HALF_EVEN) * MICRO for people, need in rows]
    assert grid.tolist() == [int(value) for value in due]


def test_half_a_millionth_goes_to_the_even_neighbour():
    need = Decimal("0.0000005")
    assert grid_weights([1, 3, 5], [need] * 3).tolist() == [0, 2, 2]


def test_the_largest_weight_the_domain_allows_fits_exactly():
    assert grid_weights([2 * 10**9], [Decimal("999.999999")]).tolist() == [2 * 10**9 * 999_999_999]


@given(
    st.lists(st.tuples(st.integers(0, 60_000), needs), max_size=12), st.sampled_from(["0", "0.5", "0.75", "1.2", "2"])
)
def test_a_power_of_the_people_is_multiplied_by_the_need_and_rounded_once(rows, exponent):
    grid = grid_weights([people for people, _ in rows], [need for _, need in rows], Decimal(exponent))
    due = [
        round(Fraction(decimal_power(Decimal(people), Decimal(exponent))) * Fraction(need) * MICRO) if people else 0
        for people, need in rows
    ]
    assert grid.tolist() == due


def test_the_square_root_of_the_people_halves_what_four_times_as_many_count_for():
    assert grid_weights([400, 100, 0], [Decimal(1)] * 3, Decimal("0.5")).tolist() == [20 * MICRO, 10 * MICRO, 0]


def test_with_exponent_nought_all_who_serve_anybody_count_alike():
    assert grid_weights([7, 10**6, 0], [Decimal(1), Decimal(2), Decimal(3)], Decimal(0)).tolist() == [
        MICRO,
        2 * MICRO,
        0,
    ]


@pytest.mark.parametrize(("people", "need"), [([-1], ["1"]), ([1], ["-1"]), ([1, 2], ["1"]), ([10**15], ["1000000"])])
def test_a_weight_that_makes_no_sense_is_refused(people, need):
    with pytest.raises(ValueError, match=r"negative|length|large"):
        grid_weights(people, [Decimal(text) for text in need])


@pytest.mark.parametrize("exponent", ["1", "1.5", "9"])
def test_a_weight_too_large_for_the_grid_names_its_outlet(exponent):
    with pytest.raises(WeightRangeError) as caught:
        grid_weights([0, 7, 10**13], [Decimal(1), Decimal(1000), Decimal(1000)], Decimal(exponent))
    assert caught.value.index == 2


def test_a_negative_exponent_is_refused():
    with pytest.raises(ValueError, match="negative"):
        grid_weights([1], [Decimal(1)], Decimal(-1))


@given(st.integers(0, MAX_PACKS), st.lists(st.integers(0, 2**61), min_size=1, max_size=15))
def test_shares_sum_exactly_and_stay_within_a_billionth_of_the_exact_share(packs, weights):
    shares = share_nano(packs, ints(weights), by_row(weights))
    whole = sum(weights)
    assert sum(shares.tolist()) == (packs * NANO if whole else 0)
    assert all(
        abs(share * whole - packs * NANO * w) < max(whole, 1) for share, w in zip(shares.tolist(), weights, strict=True)
    )


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=15), st.integers(1, 10**30))
def test_the_fast_path_and_the_path_of_unlimited_integers_agree(packs, weights, factor):
    fast = share_nano(packs, ints(weights), by_row(weights))
    huge = np.array([w * factor for w in weights], dtype=object)
    assert share_nano(packs, huge, by_row(weights)).tolist() == fast.tolist()
    coprime = np.array([*(w * factor for w in weights), 1], dtype=object)  # cannot be reduced into int64
    slow = share_nano(packs, coprime, by_row(coprime.tolist()))
    assert sum(slow.tolist()) == packs * NANO


@given(st.integers(0, 10**6), st.permutations([5, 5, 5, 7, 7, 1, 0, 9]))
def test_shares_do_not_depend_on_the_order_of_the_rows(packs, weights):
    names = sorted(f"name{i}" for i in range(len(weights)))
    of_name = dict(zip(names, [5, 5, 5, 7, 7, 1, 0, 9], strict=True))
    plain = share_nano(packs, ints(list(of_name.values())), tie_ranks(ints(list(of_name.values())), names))
    turned = names[::-1]
    mixed = [of_name[name] for name in turned]
    again = share_nano(packs, ints(mixed), tie_ranks(ints(mixed), turned))
    assert dict(zip(turned, again.tolist(), strict=True)) == dict(zip(names, plain.tolist(), strict=True))
    assert sorted(share_nano(packs, ints(weights), by_row(weights))) == sorted(plain)


def test_ties_go_to_the_larger_weight_and_then_by_code_point_of_the_name():
    assert tie_ranks(ints([5, 9, 5, 5]), ["b", "z", "B", "a"]).tolist() == [3, 0, 1, 2]
    assert share_nano(1, ints([1, 1, 1]), tie_ranks(ints([1, 1, 1]), ["c", "b", "a"])).tolist() == [
        333333333,
        333333333,
        333333334,
    ]


def test_among_many_equals_the_last_billionths_go_by_rank():
    weights = ints([3] * 700)
    ties = np.random.default_rng(5).permutation(700)
    shares = share_nano(1, weights, ties)
    assert shares.tolist() == [1_428_571 + (rank < 300) for rank in ties]


def test_packs_beyond_the_ledger_are_refused():
    with pytest.raises(ValueError, match="ledger"):
        share_nano(MAX_PACKS + 1, ints([1]), by_row([1]))


def test_reduced_weights_keep_their_proportions():
    assert reduced(ints([6_000_000, 9_000_000, 0])).tolist() == [2, 3, 0]
    assert reduced(ints([0, 0])).tolist() == [0, 0]
    assert reduced(ints([])).tolist() == []


@given(st.integers(0, 10**14), st.integers(0, 10**6), st.integers(1, 10**8))
def test_whole_packs_and_the_remainder_are_the_whole_quota(quota_g, carried_g, pack_g):
    packs, remainder_g = packs_to_share(quota_g, carried_g, pack_g)
    assert packs * pack_g + remainder_g == quota_g + carried_g
    assert 0 <= remainder_g < pack_g


@pytest.mark.parametrize("wrong", [(1, 1, 0), (-1, 0, 1), (0, -1, 1)])
def test_a_pack_without_mass_or_a_negative_quota_is_refused(wrong):
    with pytest.raises(ValueError, match="mass"):
        packs_to_share(*wrong)
