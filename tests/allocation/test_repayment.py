from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.allocate import allocate_round
from distribution.allocation.grid import NANO
from distribution.allocation.repayment import repay, repayable_packs
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
    endless = ints([99, 99, 99])
    assert repay(ints([30, 10, 0]), endless, 8, by_row([1, 1, 1])).tolist() == [6, 2, 0]


def test_a_cap_above_what_is_repaid_changes_nothing_and_one_below_leaves_more_to_the_others():
    assert repay(ints([30, 10, 0]), ints([7, 3, 0]), 8, by_row([1, 1, 1])).tolist() == [6, 2, 0]
    assert repay(ints([30, 10, 0]), ints([5, 9, 9]), 8, by_row([1, 1, 1])).tolist() == [5, 3, 0]


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
        shortfall = shortfall + got.owed_nano - got.repaid_packs * NANO
    assert 0 <= shortfall[0, 0] < NANO
    assert received[0] == 99  # its share of ten rounds is 100: what was kept from it came back


def test_a_repayment_that_lacks_packs_takes_no_room_from_other_goods():
    # ten packs of oil are all there is to repay twenty with: five come here, and one more might by rounding
    goods = [commodity(2, 10, code="oil"), commodity(2, 50, code="rice")]
    given_round = round_input(
        [10, 10],
        goods,
        storage_g={"dry": [300_000, 10**9]},
        shortfall_nano=ints([[10 * NANO, 0], [10 * NANO, 0]]),
        rules=SharingRules(repay=Fraction(1)),
    )
    assert allocate_round(given_round).packs.tolist() == [[5, 24], [5, 26]]


def test_shortfalls_and_quotas_of_billions_of_packs_stay_exact():
    rules, huge = SharingRules(repay=Fraction(1)), 8 * 10**9
    good = commodity(2, huge, pack_g=1)
    given_round = round_input([1, 1], [good], shortfall_nano=ints([[6 * 10**9 * NANO], [0]]), rules=rules)
    assert allocate_round(given_round).packs[:, 0].tolist() == [7 * 10**9, 10**9]


def test_packs_that_are_carried_on_are_not_owed_a_second_time():
    shortfall, carried, received = np.zeros((2, 1), np.int64), 0, ints([0, 0])
    for _ in range(6):
        good = commodity(2, 100, carried_g=carried)
        given_round = round_input(
            [1, 1], [good], storage_g={"dry": [100_000, 300_000]}, shortfall_nano=shortfall, rules=SharingRules()
        )
        got = allocate_round(given_round)
        received += got.packs[:, 0]
        shortfall += got.owed_nano
        carried = int(got.remainder_g[0] + got.unplaced_packs[0] * 10_000)
    due = (6 * 100 - carried // 10_000) // 2  # of what left the warehouse
    assert received.tolist() == [60, 180]
    assert shortfall[0, 0] == (due - 60) * NANO
