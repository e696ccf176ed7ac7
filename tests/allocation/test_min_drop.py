from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from distribution.allocation.allocate import allocate_round
from distribution.allocation.fit_stores import fit_stores
from distribution.allocation.grid import NANO, grid_weights, order_by, tie_ranks
from distribution.allocation.line import open_line
from distribution.allocation.min_drop import defer_in_line
from distribution.allocation.round_input import FixedShares, SharingRules
from distribution.domain.enums import Bound
from tests.support.allocation import commodity, ints, round_input

FIVE = SharingRules(min_drop_packs=5)


def bounds(got):
    return [got.bound_at(i, 0) for i in range(len(got.packs))]


def test_who_would_get_too_little_waits_and_its_share_goes_to_the_others():
    got = allocate_round(round_input([90, 6, 4], [commodity(3, 100)], rules=FIVE))
    assert got.packs[:, 0].tolist() == [94, 6, 0]
    assert bounds(got) == [Bound.NONE, Bound.NONE, Bound.MIN_DROP]
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
        shortfall = shortfall + got.owed_nano - got.repaid_packs * NANO
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


def test_of_two_goods_that_do_not_fit_a_small_store_together_one_comes():
    goods = [commodity(2, 40, code="oil"), commodity(2, 40, code="rice")]
    got = allocate_round(round_input([1, 1], goods, storage_g={"dry": [80_000, 10**9]}, rules=FIVE))
    assert got.packs.tolist() == [[0, 8], [40, 32]]


def test_as_few_as_possible_wait_in_each_group_with_a_fixed_part():
    # the ten of a city share 30 packs, a village 4: of the city four wait, and the village's 4 go to the other six
    parts = FixedShares(ints([0] * 10 + [1]), (Fraction(30, 34), Fraction(4, 34)))
    got = allocate_round(round_input([1] * 11, [commodity(11, 34)], fixed=parts, rules=FIVE))
    assert got.packs[:, 0].tolist() == [6, 6, 6, 6, 5, 5, 0, 0, 0, 0, 0]


def test_a_debt_alone_is_no_drop_worth_making():
    debt = ints([[NANO // 3], [NANO // 3], [-2 * (NANO // 3)]])
    given_round = round_input([10, 10, 10], [commodity(3, 20)], opening=[[10], [0], [0]], debt_nano=debt, rules=FIVE)
    got = allocate_round(given_round)
    assert got.packs[0, 0] == 0
    assert got.debt_after_nano[0, 0] == NANO // 3


@st.composite
def lines_with_small_drops(draw):
    n = draw(st.integers(1, 7))

    def column(low, high):
        return ints(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)))

    good = commodity(n, draw(st.integers(0, 60)), caps=column(5, 30))
    given_round = round_input(
        column(1, 30).tolist(),
        [good],
        shortfall_nano=column(0, 4).reshape(n, 1) * NANO,
        rules=replace(FIVE, repay=draw(st.sampled_from([Fraction(0), Fraction(1, 2)]))),
    )
    weights = grid_weights(given_round.people, given_round.need)
    (line,), _ = fit_stores(given_round, [open_line(given_round, 0, weights, tie_ranks(weights, given_round.names))])
    return line


@given(lines_with_small_drops())
def test_as_few_wait_in_the_order_of_targets_as_it_takes(line):
    assume((line.target_nano > 0).all())
    got = defer_in_line(line)
    assert not got.small_drops.any()
    order = order_by(line.target_nano, -line.given.ties)
    waiting = int(got.deferred.sum())
    assert got.deferred[order].tolist() == [True] * waiting + [False] * (order.size - waiting)
    for fewer in range(waiting):
        assert line.with_deferred(np.isin(np.arange(order.size), order[:fewer])).small_drops.any()


def test_who_had_enough_in_store_is_not_raised_to_a_small_drop():
    # 4.95, 4.05 and, beside 16 in store, nothing; without the second 6.7 and 2.3: the last waits, and not the first
    got = allocate_round(round_input([11, 9, 30], [commodity(3, 9)], opening=[[0], [0], [16]], rules=FIVE))
    assert got.packs[:, 0].tolist() == [9, 0, 0]
    assert bounds(got) == [Bound.NONE, Bound.MIN_DROP, Bound.MIN_DROP]
