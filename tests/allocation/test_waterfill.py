from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation import water_level
from distribution.allocation.grid import MAX_PACKS, NANO
from distribution.allocation.waterfill import waterfill
from tests.support.allocation import by_row, ints, plain_waterfill

rows = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 15), st.integers(0, 6), st.integers(0, 30)), min_size=1, max_size=9
)


def fill(packs, weights, balances=None, floors=None, caps=None):
    n = len(weights)
    return waterfill(
        packs,
        np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64),
        balances=ints(balances or [0] * n),
        floors=ints(floors or [0] * n),
        caps=ints(caps or [packs] * n),
        ties=by_row(weights),
    )


def test_goods_that_one_cannot_store_rise_in_the_others_at_one_level():
    got = fill(100, [1, 1, 2], caps=[10, 100, 100])
    assert got.target_nano.tolist() == [10 * NANO, 30 * NANO, 60 * NANO]
    assert got.capped.tolist() == [True, False, False]
    assert got.unplaced_packs == 0


def test_what_lies_at_an_outlet_already_is_netted():
    got = fill(30, [1, 1, 1], balances=[0, 6, 50])
    assert got.target_nano.tolist() == [18 * NANO, 12 * NANO, 0]
    assert got.floored.tolist() == [False, False, True]


def test_what_finds_no_room_is_returned():
    got = fill(100, [5, 1, 0], caps=[20, 30, 100])
    assert got.target_nano.tolist() == [20 * NANO, 30 * NANO, 0]
    assert (got.placed_packs, got.unplaced_packs) == (50, 50)
    assert got.capped.tolist() == [True, True, False]


def test_floors_that_cannot_all_be_met_share_what_there_is():
    got = fill(6, [1, 1, 0], floors=[4, 4, 4])
    assert sum(got.target_nano.tolist()) == 6 * NANO
    assert got.floor_short_packs == 6


def test_an_outlet_without_weight_gets_its_floor_only():
    assert fill(10, [0, 3], floors=[2, 0]).target_nano.tolist() == [2 * NANO, 8 * NANO]
    assert fill(10, [0, 0], floors=[2, 0]).unplaced_packs == 8


@given(st.integers(0, 120), rows)
def test_targets_equal_those_of_the_plain_method(packs, cells):
    weights, balances, floors, caps = (list(column) for column in zip(*cells, strict=True))
    got = fill(packs, weights, balances, floors, caps)
    floors = [min(f, c) for f, c in zip(floors, caps, strict=True)]
    if sum(floors) > packs:
        assert got.floor_short_packs == sum(floors) - packs
        assert sum(got.target_nano.tolist()) == packs * NANO
        return
    due = plain_waterfill(packs, weights, balances, floors, caps)
    assert all(abs(t - d * NANO) < 1 for t, d in zip(got.target_nano.tolist(), due, strict=True))
    assert sum(got.target_nano.tolist()) == got.placed_packs * NANO == sum(due) * NANO
    assert got.placed_packs + got.unplaced_packs == packs


@given(st.integers(0, 120), rows, st.integers(2**62, 2**80))
def test_weights_beyond_int64_give_the_same_targets(packs, cells, factor):
    weights, balances, floors, caps = (list(column) for column in zip(*cells, strict=True))
    weights = [w + 1 for w in weights]
    plain = fill(packs, weights, balances, floors, caps)
    huge = fill(packs, [w * factor for w in weights], balances, floors, caps)
    assert huge.target_nano.tolist() == plain.target_nano.tolist()


@given(rows, st.integers(10**6, MAX_PACKS // 500), st.integers(2**40, 2**58))
def test_large_packs_and_weights_stay_exact(cells, scale, factor):
    weights, balances, floors, caps = (list(column) for column in zip(*cells, strict=True))
    big = [w * factor + 1 for w in weights]
    balances, caps = [b * scale for b in balances], [c * scale + 1 for c in caps]
    floors = [min(f, c) for f, c in zip(floors, caps, strict=True)]
    packs = max(sum(floors), sum(caps) // 2)
    due = plain_waterfill(packs, big, balances, floors, caps)
    got = fill(packs, big, balances, floors, caps)
    assert all(abs(t - d * NANO) < 1 for t, d in zip(got.target_nano.tolist(), due, strict=True))


@given(st.integers(1, 60), rows)
def test_no_one_below_its_cap_is_filled_less_than_one_above_its_floor(packs, cells):
    weights, balances, _, caps = (list(column) for column in zip(*cells, strict=True))
    target = fill(packs, weights, balances, None, caps).target_nano.tolist()
    for i, w_i in enumerate(weights):
        for k, w_k in enumerate(weights):
            if w_i and w_k and target[i] < caps[i] * NANO - 1 and target[k] > 1:
                low, high = target[i] + balances[i] * NANO, target[k] + balances[k] * NANO
                assert low * w_k + w_k + w_i >= high * w_i


def test_figures_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="ledger"):
        fill(MAX_PACKS + 1, [1])
    with pytest.raises(ValueError, match="ledger"):
        fill(10, [1, 1], balances=[MAX_PACKS, MAX_PACKS])
    with pytest.raises(ValueError, match="negative"):
        fill(10, [1, -1])


@given(st.integers(0, 120), rows)
def test_the_exact_target_is_kept_beside_its_billionths(packs, cells):
    weights, balances, floors, caps = (list(column) for column in zip(*cells, strict=True))
    floors = [min(f, c) for f, c in zip(floors, caps, strict=True)]
    packs = max(packs, sum(floors))
    got = fill(packs, weights, balances, floors, caps)
    exact = [
        whole + Fraction(part, got.unit) for whole, part in zip(got.whole.tolist(), got.remainder.tolist(), strict=True)
    ]
    assert exact == plain_waterfill(packs, weights, balances, floors, caps)


@given(st.integers(1, 120), rows)
def test_what_the_bounds_are_applied_to_is_in_proportion_to_the_level_less_the_balance(packs, cells):
    weights, balances, _, caps = (list(column) for column in zip(*cells, strict=True))
    got = fill(packs, weights, balances, None, caps)
    if got.level is None:
        return
    height = [
        max(Fraction(*got.level) * w - b, Fraction(0)) for w, b in zip(got.weights.tolist(), balances, strict=True)
    ]
    effective = got.effective.tolist()
    assert all(a * sum(height) == h * sum(effective) for a, h in zip(effective, height, strict=True))


@given(st.integers(0, 120), rows, st.booleans())
def test_a_wrong_guess_of_who_is_at_a_bound_is_mended(packs, cells, all_floored):
    weights, balances, floors, caps = (list(column) for column in zip(*cells, strict=True))
    floors = [min(f, c) for f, c in zip(floors, caps, strict=True)]
    packs = max(packs, sum(floors))

    def guess(_packs, weights, *_bounds):
        return np.full(weights.shape, all_floored), np.zeros(weights.shape, np.bool_)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(water_level, "_near_piece", guess)
        got = fill(packs, weights, balances, floors, caps)
    due = fill(packs, weights, balances, floors, caps)
    assert got.target_nano.tolist() == due.target_nano.tolist()
    assert (got.capped.tolist(), got.floored.tolist()) == (due.capped.tolist(), due.floored.tolist())


def test_a_giant_that_is_capped_leaves_the_level_to_the_others():
    got = fill(1_000, [2**61, 1, 2, 7], caps=[10, 1_000, 1_000, 1_000])
    assert got.target_nano.tolist() == [10 * NANO, 99 * NANO, 198 * NANO, 693 * NANO]
    assert got.capped.tolist() == [True, False, False, False]


def test_packs_that_are_all_spoken_for_by_a_floor_leave_nothing_to_the_rest():
    got = fill(4, [0, 1, 3], floors=[4, 0, 0], caps=[5, 3, 2])
    assert got.target_nano.tolist() == [4 * NANO, 0, 0]
    assert (got.placed_packs, got.unplaced_packs) == (4, 0)
