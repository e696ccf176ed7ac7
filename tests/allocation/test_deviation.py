from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from distribution.allocation.capacity_worth import price_capacities
from distribution.allocation.deviation import bound_deviation
from distribution.allocation.grid import NANO
from distribution.allocation.waterfill import waterfill
from distribution.domain.enums import DeviationKind
from optimizer.sharing import SharingProblem, solve_sharing
from tests.support.allocation import by_row, ints
from tests.support.sharing import allowed_stray, plain_most

ABSOLUTE, RELATIVE = DeviationKind.ABSOLUTE, DeviationKind.RELATIVE
deviations = st.fractions(0, 1, max_denominator=20)
kinds = st.sampled_from(DeviationKind)
rows = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 25)), min_size=1, max_size=7)
full_rows = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 25), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=7
)


def columns(cells):
    return [ints(list(column)) for column in zip(*cells, strict=True)]


@pytest.mark.parametrize(
    ("eps", "most", "held"), [("0", Fraction(80), [0]), ("0.05", Fraction(800, 9), [0]), ("0.10", Fraction(100), [])]
)
def test_the_published_example_comes_out_exactly(eps, most, held):
    got = bound_deviation(100, ints([5, 3, 2]), ints([40, 60, 60]), Fraction(eps), ABSOLUTE)
    assert got.most == most
    assert got.placed_packs == int(most)
    assert np.flatnonzero(got.bottleneck).tolist() == held


def test_a_relative_bound_is_of_each_fair_share():
    got = bound_deviation(100, ints([5, 3, 2]), ints([40, 60, 60]), Fraction(1, 10), RELATIVE)
    assert got.most == Fraction(800, 9)
    assert got.caps.tolist() == [40, 30, 20]  # 88 x 0.3 x 1.1 = 29.04 and 88 x 0.2 x 1.1 = 19.36, rounded up
    assert got.floors.tolist() == [39, 23, 15]


def test_when_the_others_may_not_take_more_the_full_outlets_are_the_bottleneck():
    got = bound_deviation(100, ints([4, 4, 2]), ints([21, 21, 90]), Fraction(1, 2), RELATIVE)
    assert got.most == Fraction(42) / Fraction(7, 10)
    assert got.bottleneck.tolist() == [True, True, False]


def test_who_can_take_nothing_holds_back_everything():
    got = bound_deviation(100, ints([1, 99]), ints([0, 500]), Fraction(1, 2), RELATIVE)
    assert (got.most, got.placed_packs, got.bottleneck.tolist()) == (0, 0, [True, False])


def test_an_outlet_without_weight_gets_its_floor_and_no_share():
    got = bound_deviation(100, ints([0, 1]), ints([50, 500]), Fraction(1, 5), ABSOLUTE, floors=ints([7, 0]))
    assert (got.placed_packs, got.floors[0], got.caps[0]) == (100, 7, 7)
    assert got.widened.tolist() == [True, False]


def test_nobody_with_a_weight_takes_no_more_than_the_floors():
    got = bound_deviation(100, ints([0, 0]), ints([50, 50]), Fraction(1), ABSOLUTE, floors=ints([7, 2]))
    assert (got.placed_packs, got.caps.tolist()) == (9, [7, 2])


def test_floors_that_take_too_much_are_told():
    got = bound_deviation(100, ints([1, 9]), ints([90, 90]), Fraction(1, 10), RELATIVE, floors=ints([60, 0]))
    assert got.placed_packs == 100
    assert not got.lower_kept


def test_what_lies_there_counts_as_held():
    got = bound_deviation(80, ints([1, 1]), ints([100, 100]), Fraction(0), RELATIVE, balances=ints([20, 0]))
    assert got.placed_packs == 80
    assert (got.floors.tolist(), got.caps.tolist()) == ([30, 50], [30, 50])


def test_where_full_outlets_are_spared_the_others_may_take_over_as_much_as_the_bound_allows():
    weights, caps, tenth = ints([1, 99]), ints([0, 500]), Fraction(1, 100)
    assert bound_deviation(100, weights, caps, tenth, RELATIVE).placed_packs == 0
    spared = bound_deviation(100, weights, caps, Fraction(1, 99), RELATIVE, spare_full=True)
    assert (spared.placed_packs, spared.floors.tolist(), spared.caps.tolist()) == (100, [0, 98], [0, 100])
    tighter = bound_deviation(100, ints([50, 50]), ints([20, 500]), tenth, RELATIVE, spare_full=True)
    assert tighter.most == Fraction(20) / (1 - Fraction(1, 2) * (1 + tenth))


@given(st.integers(0, 90), rows, deviations, kinds)
def test_where_full_outlets_are_spared_the_others_keep_the_bound(packs, cells, eps, kind):
    weights, caps = columns(cells)
    assume(weights.any())
    strict = bound_deviation(packs, weights, caps, eps, kind)
    got = bound_deviation(packs, weights, caps, eps, kind, spare_full=True)
    assert got.most >= strict.most
    assert got.lower_kept
    none, ties = np.zeros_like(caps), by_row(weights.tolist())
    filled = waterfill(got.placed_packs, weights, balances=none, floors=got.floors, caps=got.caps, ties=ties)
    assert filled.unplaced_packs == 0
    shares = [Fraction(w, int(weights.sum())) for w in weights.tolist()]
    for i, (share, stray) in enumerate(zip(shares, allowed_stray(shares, eps, kind), strict=True)):
        has = Fraction(int(filled.target_nano[i]), NANO)
        assert has < got.placed_packs * (share + stray) + 1
        assert has == caps[i] or not weights[i] or has > got.placed_packs * (share - stray) - 1


@given(st.integers(0, 90), rows, deviations, kinds)
def test_the_most_that_can_be_delivered_equals_that_of_a_plain_search(packs, cells, eps, kind):
    weights, caps = columns(cells)
    assume(weights.any())
    got = bound_deviation(packs, weights, caps, eps, kind)
    assert got.most == plain_most(packs, weights.tolist(), caps.tolist(), eps, kind)


@given(st.integers(0, 90), rows, deviations, kinds)
def test_it_equals_the_linear_programme(packs, cells, eps, kind):
    weights, caps = columns(cells)
    assume((weights > 0).all())
    shares = weights / weights.sum()
    stray = np.full_like(shares, float(eps)) if kind is ABSOLUTE else shares * float(eps)
    found = solve_sharing(
        SharingProblem(
            packs=np.array([float(packs)]),
            shares=shares[:, None],
            stray=stray[:, None],
            floors=np.zeros((weights.size, 1)),
            caps=caps[:, None].astype(float),
            worth=np.ones(1),
        )
    )
    got = bound_deviation(packs, weights, caps, eps, kind)
    assert float(got.most) == pytest.approx(found.delivered[0], abs=1e-6)


@given(st.integers(0, 90), rows, deviations, kinds, st.booleans())
def test_only_more_room_at_a_bottleneck_delivers_more(packs, cells, eps, kind, spare):
    weights, caps = columns(cells)
    assume(weights.any())
    got = bound_deviation(packs, weights, caps, eps, kind, spare_full=spare)
    roomy_there = np.where(got.bottleneck, caps + 1, caps)
    roomy_elsewhere = np.where(got.bottleneck, caps, caps + 1)
    assert got.bottleneck.any() == (got.most < packs)
    assert bound_deviation(packs, weights, roomy_elsewhere, eps, kind, spare_full=spare).most == got.most
    if got.most < packs:
        assert bound_deviation(packs, weights, roomy_there, eps, kind, spare_full=spare).most > got.most


@given(st.integers(0, 90), full_rows, deviations, kinds, st.randoms(use_true_random=False))
def test_any_whole_packs_between_the_bounds_stray_less_than_one_pack_more(packs, cells, eps, kind, chance):
    weights, caps, floors, _ = columns(cells)
    assume(weights.any())
    got = bound_deviation(packs, weights, caps, eps, kind, floors=floors)
    assume(got.lower_kept)
    given_out = any_between(got.floors.tolist(), got.caps.tolist(), got.placed_packs, chance)
    shares = [Fraction(w, int(weights.sum())) for w in weights.tolist()]
    for i, (share, stray) in enumerate(zip(shares, allowed_stray(shares, eps, kind), strict=True)):
        if weights[i] and not got.widened[i]:
            assert abs(given_out[i] - got.placed_packs * share) < got.placed_packs * stray + 1
        assert given_out[i] >= min(floors[i], caps[i])
        assert given_out[i] <= caps[i]


@given(st.integers(0, 90), full_rows, deviations, kinds)
def test_waterfilling_between_the_bounds_places_all_and_keeps_both_sides(packs, cells, eps, kind):
    weights, caps, floors, balances = columns(cells)
    assume(weights.any())
    got = bound_deviation(packs, weights, caps, eps, kind, floors=floors, balances=balances)
    assume(got.lower_kept)
    filled = waterfill(
        got.placed_packs, weights, balances=balances, floors=got.floors, caps=got.caps, ties=by_row(weights.tolist())
    )
    assert (filled.unplaced_packs, filled.floor_short_packs) == (0, 0)
    held = got.placed_packs + int(balances.sum())
    shares = [Fraction(w, int(weights.sum())) for w in weights.tolist()]
    for i, (share, stray) in enumerate(zip(shares, allowed_stray(shares, eps, kind), strict=True)):
        if weights[i] and not got.widened[i]:
            has = Fraction(int(filled.target_nano[i]), NANO) + int(balances[i])
            assert abs(has - held * share) < held * stray + 1


@given(st.integers(0, 90), rows, deviations, kinds)
def test_without_floors_the_lower_side_needs_no_floor_of_its_own(packs, cells, eps, kind):
    """Water-filling gives everybody below its cap at least the fair share of what is placed."""
    weights, caps = columns(cells)
    assume(weights.any())
    got = bound_deviation(packs, weights, caps, eps, kind)
    none, ties = np.zeros_like(caps), by_row(weights.tolist())
    with_floors, without = (
        waterfill(got.placed_packs, weights, balances=none, floors=floors, caps=got.caps, ties=ties)
        for floors in (got.floors, none)
    )
    assert with_floors.target_nano.tolist() == without.target_nano.tolist()


@given(st.integers(0, 90), full_rows, deviations, kinds, st.booleans())
def test_a_capacity_is_worth_what_one_more_unit_of_all_of_them_brings(packs, cells, eps, kind, spare):
    """No small gain is larger than the dual prices say, and only bottlenecks have one."""
    weights, caps, floors, balances = columns(cells)
    assume(weights.any())
    floors = np.minimum(floors, caps)  # where they cross, more capacity is more floor
    given_too = {"spare_full": spare, "floors": floors, "balances": balances}
    got = bound_deviation(packs, weights, caps, eps, kind, **given_too)
    worth = price_capacities(got)
    assert not worth[~got.bottleneck].any()
    if not floors.any() and not balances.any():
        assert worth.any() == got.bottleneck.any()
    if worth.any():
        scale = 10**6  # every figure larger, and then one pack more: a small step
        for step in (caps * 0 + 1, np.arange(caps.size) % 2, got.bottleneck.astype(np.int64)):
            given_too |= {"floors": floors * scale, "balances": balances * scale}
            more = bound_deviation(packs * scale, weights, caps * scale + step, eps, kind, **given_too)
            assert float(more.held - got.held * scale) <= float(worth @ step) + 1e-6


def test_the_outlet_that_holds_back_the_published_example_is_worth_what_it_holds_back():
    worth = price_capacities(bound_deviation(100, ints([5, 3, 2]), ints([40, 60, 60]), Fraction("0.05"), ABSOLUTE))
    assert worth.tolist() == pytest.approx([1 / 0.45, 0, 0])


@given(rows, deviations, kinds, st.integers(2**50, 2**70))
def test_weights_beyond_int64_give_the_same_bound(cells, eps, kind, factor):
    weights, caps = columns(cells)
    assume(weights.any())
    plain = bound_deviation(60, weights, caps, eps, kind)
    huge = bound_deviation(60, weights.astype(object) * factor, caps, eps, kind)
    assert huge.most == plain.most
    assert huge.caps.tolist() == plain.caps.tolist()


@given(rows, kinds)
def test_a_looser_bound_never_delivers_less(cells, kind):
    weights, caps = columns(cells)
    assume(weights.any())
    most = [bound_deviation(60, weights, caps, Fraction(step, 10), kind).most for step in range(12)]
    assert most == sorted(most)


def test_figures_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="negative"):
        bound_deviation(10, ints([1]), ints([1]), Fraction(-1), ABSOLUTE)
    with pytest.raises(ValueError, match="negative"):
        bound_deviation(10, ints([1]), ints([-1]), Fraction(1), ABSOLUTE)


def any_between(floors, caps, packs, chance):
    """Give out the packs at random between the bounds."""
    given_out = list(floors)
    for _ in range(packs - sum(floors)):
        given_out[chance.choice([i for i, held in enumerate(given_out) if held < caps[i]])] += 1
    return given_out
