from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.allocation.basket import BasketInput, BasketReport, BasketStop, complete_baskets, fill_baskets
from tests.support.allocation import ints
from tests.support.basket_lp import lexicographic_levels
from tests.support.sharing import plain_baskets

PLENTY = 10**12


def baskets(counts, basket_g, packs, *, eligible=None, pack_g=None, classes=None, room_g=None, caps=None):
    n, m = len(counts), len(basket_g)
    return BasketInput(
        counts=ints(counts),
        basket_g=ints(basket_g),
        eligible=np.ones((n, m), np.bool_) if eligible is None else np.array(eligible, dtype=np.bool_),
        packs=ints(packs),
        pack_g=ints(pack_g or [10_000] * m),
        storage_class=ints(classes or [0] * m),
        room_g=ints(room_g or [[PLENTY]] * n),
        caps=None if caps is None else ints(caps),
    )


def report(packs, given_round) -> BasketReport:
    r = given_round
    return complete_baskets(packs, counts=r.counts, basket_g=r.basket_g, eligible=r.eligible, pack_g=r.pack_g)


@st.composite
def basket_rounds(draw, most=6):
    n, m, k = draw(st.integers(1, most)), draw(st.integers(1, 4)), draw(st.integers(1, 2))

    def table(columns, low, high):
        return [[draw(st.integers(low, high)) for _ in range(columns)] for _ in range(n)]

    roomy = draw(st.sampled_from([3_000, 50_000]))
    return baskets(
        [draw(st.integers(0, 9)) for _ in range(n)],
        [draw(st.sampled_from([100, 250, 700, 1_000])) for _ in range(m)],
        [draw(st.integers(0, 12)) for _ in range(m)],
        eligible=[[bool(cell) for cell in row] for row in table(m, 0, 2)],
        pack_g=[draw(st.sampled_from([500, 1_000, 1_500])) for _ in range(m)],
        classes=[draw(st.integers(0, k - 1)) for _ in range(m)],
        room_g=table(k, 0, roomy),
        caps=table(m, 0, 8) if draw(st.booleans()) else None,
    )


def test_the_scarce_commodity_sets_every_basket_and_the_plentiful_one_is_left_over():
    got = fill_baskets(baskets([10, 30], [5_000, 1_000], [8, 100]))
    assert [got.level(0), got.level(1)] == [Fraction(8 * 10_000, 40 * 5_000)] * 2
    assert got.stop.tolist() == [BasketStop.BUDGET] * 2
    assert got.stop_index.tolist() == [0, 0]
    assert got.floor_packs.tolist() == [[2, 0], [6, 1]]


def test_a_full_store_stops_one_outlet_and_the_others_rise_on():
    got = fill_baskets(baskets([10, 10, 10], [1_000, 500], [3, 9], room_g=[[PLENTY], [6_000], [PLENTY]]))
    assert got.level(1) == Fraction(6_000, 15_000)
    assert got.level(0) == got.level(2) == Fraction(30_000 - 4_000, 20_000)
    assert (got.stop[1], got.stop_index[1]) == (BasketStop.ROOM, 0)


def test_an_outlet_that_needs_no_scarce_good_rises_beyond_those_that_do():
    got = fill_baskets(baskets([10, 10], [1_000, 1_000], [1, 10], eligible=[[True, True], [False, True]]))
    assert [got.level(0), got.level(1)] == [Fraction(1), Fraction(9)]
    assert [(s, i) for s, i in zip(got.stop, got.stop_index, strict=True)] == [
        (BasketStop.BUDGET, 0),
        (BasketStop.BUDGET, 1),
    ]


def test_a_cap_of_packs_stops_an_outlet():
    got = fill_baskets(baskets([10, 10], [1_000, 1_000], [10, 10], caps=[[10, 1], [10, 10]]))
    assert got.level(0) == 1
    assert (got.stop[0], got.stop_index[0]) == (BasketStop.CAP, 1)
    assert got.level(1) == 9


def test_outlets_with_nobody_or_without_a_basket_take_no_part():
    got = fill_baskets(baskets([0, 10, 10], [1_000], [2], eligible=[[True], [False], [True]]))
    assert [got.level(i) for i in range(3)] == [0, 0, 2]
    assert got.stop.tolist() == [BasketStop.NO_BASKET, BasketStop.NO_BASKET, BasketStop.BUDGET]
    assert got.floor_packs.tolist() == [[0], [0], [2]]


def test_figures_beyond_int64_stay_exact():
    people = [2_000_000_011, 1_999_999_973]
    got = fill_baskets(baskets(people, [999_983, 1_000_003], [10**9, 10**9], room_g=[[10**12], [10**18]]))
    assert got.level(0) == Fraction(10**12, people[0] * 1_999_986)
    taken = got.level(0) * people[0]
    assert got.level(1) == (Fraction(10**13, 1_000_003) - taken) / people[1]


@given(basket_rounds())
def test_levels_equal_those_of_plain_progressive_filling(given_round):
    got = fill_baskets(given_round)
    assert [got.level(i) for i in range(len(given_round.counts))] == plain_baskets(given_round)


@settings(max_examples=30)
@given(basket_rounds(most=4))
def test_levels_are_the_lexicographic_optimum_of_a_sequence_of_linear_programmes(given_round):
    got = fill_baskets(given_round)
    levels = [float(got.level(i)) for i in range(len(given_round.counts))]
    assert levels == pytest.approx(lexicographic_levels(given_round), abs=1e-5)


@given(basket_rounds())
def test_everybody_is_held_by_something_used_up_where_nobody_is_better_off(given_round):
    """The mark of a max-min share (Bertsekas & Gallager 1992): nobody could rise but at the cost of one no better off."""
    got, r = fill_baskets(given_round), given_round
    levels = [got.level(i) for i in range(len(r.counts))]
    mass = [
        [levels[i] * int(r.counts[i] * r.basket_g[j]) if r.eligible[i, j] else 0 for j in range(len(r.packs))]
        for i in range(len(levels))
    ]
    for i, (stop, j) in enumerate(zip(got.stop, got.stop_index.tolist(), strict=True)):
        if stop is BasketStop.BUDGET:
            assert sum(row[j] for row in mass) == int(r.packs[j] * r.pack_g[j])
            assert levels[i] == max(levels[k] for k in range(len(levels)) if r.eligible[k, j])
        elif stop is BasketStop.ROOM:
            assert sum(m for m, k in zip(mass[i], r.storage_class, strict=True) if k == j) == r.room_g[i, j]
        elif stop is BasketStop.CAP:
            assert mass[i][j] == int(r.caps[i, j] * r.pack_g[j])


@given(basket_rounds())
def test_floors_are_the_whole_packs_below_the_level_and_fit_everything_together(given_round):
    got, r = fill_baskets(given_round), given_round
    for i, j in np.ndindex(r.eligible.shape):
        due = (
            got.level(i) * int(r.counts[i]) * int(r.basket_g[j]) / int(r.pack_g[j]) if r.eligible[i, j] else Fraction(0)
        )
        assert got.floor_packs[i, j] == due.numerator // due.denominator
    assert (got.floor_packs.sum(axis=0) <= r.packs).all()
    assert r.caps is None or (got.floor_packs <= r.caps)[r.eligible].all()
    for k in range(r.room_g.shape[1]):
        held = (got.floor_packs * r.pack_g)[:, r.storage_class == k].sum(axis=1)
        assert (held <= r.room_g[:, k]).all()


@given(basket_rounds(), st.randoms(use_true_random=False))
def test_the_order_of_outlets_does_not_matter(given_round, chance):
    order = list(range(len(given_round.counts)))
    chance.shuffle(order)
    r = given_round
    turned = BasketInput(
        r.counts[order], r.basket_g, r.eligible[order], r.packs, r.pack_g, r.storage_class, r.room_g[order],
        None if r.caps is None else r.caps[order],
    )  # fmt: skip
    before, after = fill_baskets(r), fill_baskets(turned)
    assert [before.level(i) for i in order] == [after.level(i) for i in range(len(order))]


def test_figures_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="negative"):
        baskets([-1], [100], [1])
    with pytest.raises(ValueError, match="mass"):
        baskets([1], [0], [1])
    with pytest.raises(ValueError, match="shape"):
        baskets([1], [100], [1], caps=[[1, 2]])
    with pytest.raises(ValueError, match="room"):
        baskets([1], [100], [1], classes=[1])


def test_complete_baskets_are_counted_from_the_packs_of_the_scarcest_good():
    got = report(ints([[2, 9], [6, 1], [0, 0]]), baskets([10, 30, 0], [5_000, 1_000], [8, 100]))
    assert got.per_outlet.tolist() == [4, 10, 0]
    assert (got.minimum, got.median, got.mean) == (10 / 30, 10 / 30, 14 / 40)
    assert got.scarcest.tolist() == [0, 1, -1]


def test_nobody_served_gives_no_figure():
    got = report(ints([[1]]), baskets([0], [100], [1]))
    assert (got.minimum, got.median, got.mean) == (None, None, None)


@given(basket_rounds())
def test_the_packs_below_the_level_leave_no_outlet_more_than_a_pack_of_each_good_short_of_its_level(given_round):
    got, r = fill_baskets(given_round), given_round
    counted = report(got.floor_packs, r)
    for i in range(len(r.counts)):
        goods = np.flatnonzero(r.eligible[i])
        if r.counts[i] and goods.size:
            lost = max(Fraction(int(r.pack_g[j]), int(r.basket_g[j])) for j in goods)
            assert got.level(i) * int(r.counts[i]) - lost - 1 < counted.per_outlet[i] <= got.level(i) * int(r.counts[i])
