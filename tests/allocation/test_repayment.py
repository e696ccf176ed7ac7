from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.allocate import allocate_round
from distribution.allocation.grid import NANO
from distribution.allocation.repayment import cut_to_packs, repayable_packs
from distribution.allocation.round_input import SharingRules
from tests.support.allocation import by_row, commodity, ints, round_input


@pytest.mark.parametrize(
    ("balance", "pace", "packs"),
    [
        (10 * NANO, Fraction(1, 2), 5),
        (9 * NANO, Fraction(1, 2), 5),
        (3 * NANO + 1, Fraction(1), 3),
        (NANO - 1, Fraction(1), 0),
        (NANO, Fraction(1, 100), 1),
        (-5 * NANO, Fraction(1), 0),
        (5 * NANO, Fraction(0), 0),
    ],
)
def test_a_shortfall_is_repaid_at_the_pace_in_whole_packs(balance, pace, packs):
    assert repayable_packs(ints([balance]), pace).tolist() == [packs]


@given(st.integers(0, 50 * NANO), st.integers(1, 20))
def test_at_any_pace_a_shortfall_shrinks_below_one_pack_in_the_end(balance, parts):
    for _ in range(200):
        balance -= int(repayable_packs(ints([balance]), Fraction(1, parts))[0]) * NANO
        assert balance >= 0
    assert balance < NANO


def test_repayments_beyond_the_packs_there_are_are_cut_in_proportion():
    assert cut_to_packs(ints([30, 10, 0]), 8, by_row([1, 1, 1])).tolist() == [6, 2, 0]


def test_what_is_repaid_comes_off_the_top_and_the_rest_is_shared():
    rules = SharingRules(repay=Fraction(1, 2))
    given_round = round_input([10, 10], [commodity(2, 20)], shortfall_nano=ints([[8 * NANO], [0]]), rules=rules)
    got = allocate_round(given_round)
    assert got.packs[:, 0].tolist() == [12, 8]
    assert got.repaid_packs[:, 0].tolist() == [4, 0]
    assert got.repaid_nano[:, 0].tolist() == [2 * NANO, -2 * NANO]


def test_nothing_is_repaid_where_there_is_no_room():
    rules = SharingRules(repay=Fraction(1))
    given_round = round_input(
        [10, 10],
        [commodity(2, 20)],
        shortfall_nano=ints([[8 * NANO], [0]]),
        storage_g={"dry": [50_000, 10**9]},
        rules=rules,
    )
    got = allocate_round(given_round)
    assert got.packs[:, 0].tolist() == [5, 15]
    assert got.repaid_packs[:, 0].tolist() == [5, 0]
    assert got.shortfall_nano[0, 0] > 0


def test_an_outlet_that_was_short_has_its_due_back_within_the_pace():
    rules, shortfall = SharingRules(repay=Fraction(1, 2)), np.zeros((2, 1), np.int64)
    received = ints([0, 0])
    for period in range(10):
        store = [30_000, 10**9] if period < 3 else [10**9, 10**9]
        good = commodity(2, 1000)
        got = allocate_round(
            round_input([10, 990], [good], storage_g={"dry": store}, shortfall_nano=shortfall, rules=rules)
        )
        received += got.packs[:, 0]
        shortfall = shortfall + got.shortfall_nano - got.repaid_packs * NANO
    assert 0 <= shortfall[0, 0] < NANO
    assert received[0] == 99  # its share of ten rounds is 100: what was kept from it came back
