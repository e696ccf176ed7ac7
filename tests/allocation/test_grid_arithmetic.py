"""Sums and divisions of the grid are exact where int64 alone would not be."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.grid import SAFE, scaled_divmod, total

sizes = st.integers(0, 200) | st.integers(0, 2**63 - 1)


@given(st.lists(sizes, min_size=1, max_size=9), st.integers(0, 2**66), st.integers(1, 2**66))
def test_a_division_gives_floor_and_remainder_whatever_the_products(values, factor, divisor):
    whole, part = scaled_divmod(np.array(values, dtype=np.int64), factor, divisor)
    for value, floor, rest in zip(values, whole.tolist(), part.tolist(), strict=True):
        assert (floor, rest) == (min(value * factor // divisor, SAFE), value * factor % divisor)


@given(st.integers(1, 2**40), st.integers(1, 2**30), st.lists(st.integers(0, 2**40), min_size=1, max_size=9))
def test_a_quotient_at_a_whole_number_is_not_missed_by_floats(divisor, factor, multiples):
    values = np.array(multiples, dtype=np.int64) * divisor if max(multiples) * divisor < 2**62 else None
    if values is not None:
        for shift, rest in ((0, 0), (-1, (divisor - factor) % divisor)):
            some = values[values > 0] + shift
            assert (scaled_divmod(some, factor, divisor)[1] == rest).all()


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
def test_sums_may_leave_int64(values):
    assert total(np.array(values, dtype=np.int64)) == sum(values)
