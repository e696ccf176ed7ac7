"""Hamilton's method takes floors and remainders from the exact shares."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.apportion import apportion
from distribution.allocation.waterfill import waterfill
from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import by_row, ints
from tests.support.apportion import plain_hamilton

rows = st.lists(
    st.tuples(st.integers(0, 50) | st.integers(0, 2**80), st.integers(0, 4), st.integers(0, 12)),
    min_size=1,
    max_size=10,
)


def hamilton(packs, weights, lower=None, upper=None):
    whole = np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)
    bounds = [None if bound is None else ints(bound) for bound in (lower, upper)]
    ties = by_row(weights)
    return apportion(ApportionmentMethod.HAMILTON, packs, whole, ties=ties, lower=bounds[0], upper=bounds[1]).tolist()


@given(rows, st.data())
def test_packs_equal_those_of_the_plain_method(cells, data):
    weights, lower, span = (list(column) for column in zip(*cells, strict=True))
    upper = [low + more for low, more in zip(lower, span, strict=True)]
    most = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    packs = data.draw(st.integers(sum(lower), most))
    due = plain_hamilton(packs, weights, by_row(weights), lower, upper)
    assert hamilton(packs, weights, lower, upper) == due


def test_a_share_that_billionths_round_up_keeps_its_floor():
    # The first share is 2 x 10^-12 below 5 packs: 5 in billionths, but its floor is 4.
    weights = [5 * 10**12 - 2, 4 * 10**12 + 1, 1]
    fill = waterfill(
        9, ints(weights), balances=ints([0] * 3), floors=ints([0] * 3), caps=ints([9] * 3), ties=ints([0, 1, 2])
    )
    assert fill.target_nano.tolist() == [5 * 10**9, 4 * 10**9, 0]
    assert fill.whole.tolist() == [4, 4, 0]
    assert hamilton(9, weights) == [5, 4, 0]
    assert hamilton(9, [5 * 10**12 - 1, 4 * 10**12, 1], upper=[4, 9, 9]) == [4, 5, 0]


def test_what_a_bound_keeps_back_goes_to_the_largest_remainders_of_the_others():
    assert hamilton(10, [6, 3, 1]) == [6, 3, 1]
    assert hamilton(10, [6, 3, 1], upper=[4, 10, 10]) == [4, 5, 1]
    assert hamilton(10, [6, 3, 1], lower=[0, 0, 4]) == [4, 2, 4]


def test_equal_remainders_go_to_the_larger_weight_and_then_by_name():
    assert hamilton(2, [1, 3]) == [0, 2]
    assert hamilton(2, [7, 7, 7]) == [1, 1, 0]
