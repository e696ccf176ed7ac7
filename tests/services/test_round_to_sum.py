"""What is shown rounded adds up to the sum that is shown, and is as near as it can be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.services.round_to_sum import round_to_sum

AMOUNTS = st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=9)
UNITS = st.sampled_from([1, 7, 10, 1000, 10**6])


@given(AMOUNTS, UNITS, st.booleans())
def test_the_parts_add_up_and_none_is_a_unit_off_or_on_the_other_side_of_nothing(amounts, unit, up) -> None:
    whole = (-(-sum(amounts) // unit) if up else sum(amounts) // unit) * unit
    shown = round_to_sum(amounts, whole, unit)
    assert sum(shown) == whole
    for exact, seen in zip(amounts, shown, strict=True):
        assert seen % unit == 0
        assert abs(seen - exact) < unit
        assert exact * seen >= 0
        assert seen == exact or exact % unit


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=5), st.sampled_from([3, 10]), st.booleans())
def test_no_other_choice_of_neighbours_is_nearer(amounts, unit, up) -> None:
    whole = (-(-sum(amounts) // unit) if up else sum(amounts) // unit) * unit
    neighbours = [sorted({a // unit * unit, -(-a // unit) * unit}) for a in amounts]

    def strays(shown: tuple[int, ...]) -> tuple[int, int]:
        off = [abs(seen - exact) for exact, seen in zip(amounts, shown, strict=True)]
        return sum(off), max(off)

    rivals = [strays(choice) for choice in product(*neighbours) if sum(choice) == whole]
    mine = strays(round_to_sum(amounts, whole, unit))
    assert mine[0] == min(total for total, _ in rivals)
    assert mine[1] == min(most for _, most in rivals)


def test_the_earlier_of_equal_remainders_goes_up() -> None:
    assert round_to_sum([25, 15, -5], 40, 10) == (30, 20, -10)
    assert round_to_sum([5, 5, 5], 10, 10) == (10, 0, 0)
    assert round_to_sum([], 0, 10) == ()


def test_three_amounts_that_each_rounded_alone_miss_their_sum_meet_it_together() -> None:
    amounts, unit = (17_307_692_307, 148_148_148, 775_641_026), 10**6
    assert sum(amounts) == 18_231_481_481
    assert sum(round(amount, -6) for amount in amounts) == 18_232 * unit
    assert round_to_sum(amounts, 18_231 * unit, unit) == (17_308 * unit, 148 * unit, 775 * unit)


@pytest.mark.parametrize(("amounts", "whole"), [([15, 15], 40), ([15, 15], 20), ([14, 15], 25), ([], 10)])
def test_another_sum_is_refused(amounts: list[int], whole: int) -> None:
    with pytest.raises(ValueError, match="is not the sum"):
        round_to_sum(amounts, whole, 10)
