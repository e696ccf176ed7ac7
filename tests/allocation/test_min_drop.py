from fractions import Fraction

import numpy as np
import pytest

from distribution.allocation.allocate import allocate_round
from distribution.allocation.grid import NANO
from distribution.allocation.round_input import SharingRules
from distribution.domain.enums import Bound
from tests.support.allocation import commodity, ints, round_input

FIVE = SharingRules(min_drop_packs=5)


def test_who_would_get_too_little_waits_and_its_share_goes_to_the_others():
    got = allocate_round(round_input([90, 6, 4], [commodity(3, 100)], rules=SharingRules(min_drop_packs=5)))
    assert got.packs[:, 0].tolist() == [94, 6, 0]
    assert [got.bound_at(i, 0) for i in range(3)] == [Bound.NONE, Bound.NONE, Bound.MIN_DROP]
    assert got.shortfall_nano[:, 0].tolist() == [0, 0, 4 * NANO]


def test_as_few_as_possible_wait():
    # 4, 4, 4, 4 of 16: with one of them waiting the others get 5 1/3
    got = allocate_round(round_input([1, 1, 1, 1], [commodity(4, 16)], rules=FIVE))
    assert sorted(got.packs[:, 0].tolist()) == [0, 5, 5, 6]
    assert got.packs[3, 0] == 0  # ties: the last name waits first


def test_if_not_one_drop_is_worth_making_the_packs_stay():
    got = allocate_round(round_input([1, 1], [commodity(2, 4)], rules=FIVE))
    assert got.packs.sum() == 0
    assert got.unplaced_packs.tolist() == [4]


def test_a_store_too_small_for_the_smallest_drop_always_waits():
    got = allocate_round(round_input([1, 1], [commodity(2, 40)], storage_g={"dry": [40_000, 10**9]}, rules=FIVE))
    assert got.packs[:, 0].tolist() == [0, 40]


def test_what_waits_is_repaid_when_it_has_grown_to_a_drop():
    rules = SharingRules(min_drop_packs=5, repay=Fraction(1))
    shortfall, packs = np.zeros((3, 1), np.int64), []
    for _ in range(9):
        got = allocate_round(round_input([90, 8, 2], [commodity(3, 100)], shortfall_nano=shortfall, rules=rules))
        shortfall = shortfall + got.shortfall_nano - got.repaid_packs * NANO
        packs.append(got.packs[:, 0].tolist())
    small = [row[2] for row in packs]
    assert set(small) <= {0, *range(5, 20)}
    assert 14 <= sum(small) <= 22  # its share is 18 in nine rounds
    assert all(sum(row) == 100 for row in packs)


def test_a_smallest_drop_and_a_deviation_bound_contradict_each_other():
    with pytest.raises(ValueError, match="choose one"):
        SharingRules(min_drop_packs=5, deviation=Fraction(1, 20))


def test_an_outlet_that_waits_leaves_its_room_to_other_goods():
    goods = [commodity(2, 6, code="oil"), commodity(2, 40, code="rice")]
    got = allocate_round(round_input([1, 3], goods, storage_g={"dry": [110_000, 10**9]}, rules=FIVE))
    assert got.packs[0].tolist() == [0, 10]
    assert ints([6, 40]).tolist() == got.packs.sum(axis=0).tolist()
