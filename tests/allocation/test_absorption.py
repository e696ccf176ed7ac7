"""Packs nobody lifted go to whoever is owed most, then where there is room; none lapses while anyone has room."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.absorption import NOBODY, Unlifted, reallocate_unlifted
from distribution.allocation.grid import MAX_PACKS, NANO
from distribution.domain.absorption import MoveReason
from tests.support.absorption import (
    moves_of,
    packs_covering,
    plain_absorption,
    unlifted,
    unlifted_packs,
)
from tests.support.allocation import ints

SHORTFALL, DEBT, CAPACITY, RETURNED, LAPSED = MoveReason


def room_of(case: Unlifted) -> np.ndarray:
    return np.where(case.eligible, case.room, 0)


def test_the_largest_shortfall_is_repaid_first_then_the_largest_debt_then_room_decides():
    case = unlifted(
        [10, 5, 5, 5, 5],
        [0, 5, 5, 5, 5],
        room=[10, 9, 9, 2, 4],
        shortfall=[0, 2 * NANO, 3 * NANO, 0, 0],
        debt=[-NANO, 0, 0, NANO // 2, NANO // 2],
    )
    result = reallocate_unlifted(case)
    assert moves_of(result) == [
        (0, 2, 3, SHORTFALL),
        (0, 1, 2, SHORTFALL),
        (0, 3, 1, DEBT),
        (0, 4, 1, DEBT),
        (0, 1, 1, CAPACITY),  # room of 7, 6, 1 and 3 is left: 21/17, 18/17, 3/17 and 9/17 packs
        (0, 2, 1, CAPACITY),
        (0, 4, 1, CAPACITY),
    ]
    assert result.shortfall_nano.tolist() == [0, -2 * NANO, -3 * NANO, 0, 0]
    assert result.debt_nano.tolist() == [NANO, 0, 0, -NANO // 2, -NANO // 2]
    assert result.bonus_nano.tolist() == [0, NANO, NANO, NANO // 2, 3 * NANO // 2]


def test_the_last_pack_of_a_repaid_shortfall_repays_debt_with_what_is_over_and_the_rest_is_bonus():
    case = unlifted([2, 0], [0, 0], room=[2, 2], shortfall=[0, 14 * NANO // 10], debt=[-NANO // 2, NANO // 2])
    result = reallocate_unlifted(case)
    assert moves_of(result) == [(0, 1, 2, SHORTFALL)]
    assert result.shortfall_nano.tolist() == [0, -14 * NANO // 10]
    assert result.debt_nano.tolist() == [NANO // 2, -NANO // 2]
    assert result.bonus_nano.tolist() == [0, NANO // 10]


def test_who_did_not_lift_gets_nothing_back_while_others_have_room():
    case = unlifted([8, 1, 1], [0, 1, 1], room=[8, 4, 5], shortfall=[9 * NANO, 0, 0])
    result = reallocate_unlifted(case)
    assert result.returned.tolist() == [0, 0, 0]
    assert result.taken.tolist() == [0, 4, 4]


def test_packs_that_nobody_else_has_room_for_return_to_who_released_them_and_touch_no_account():
    case = unlifted([8, 6, 1], [0, 0, 1], room=[8, 6, 4], shortfall=[0, 3 * NANO, 0])
    result = reallocate_unlifted(case)
    # The second has a shortfall and takes its own back first; what the third has room for comes of the larger giver.
    assert result.returned.tolist() == [5, 5, 0]
    assert result.taken.tolist() == [0, 0, 4]
    assert moves_of(result) == [(0, 2, 3, CAPACITY), (1, 2, 1, CAPACITY), (0, 0, 5, RETURNED), (1, 1, 5, RETURNED)]
    assert not result.shortfall_nano.any()
    assert result.bonus_nano.tolist() == [0, 0, 4 * NANO]


def test_packs_lapse_only_when_every_store_is_full_and_the_log_says_whose_they_were():
    case = unlifted([8, 6, 1], [0, 0, 1], eligible=[False, True, True], room=[8, 7, 2])
    result = reallocate_unlifted(case)
    assert result.lapsed_packs == 5
    assert result.taken.tolist() == [0, 1, 2]
    assert result.returned.tolist() == [0, 6, 0]
    assert moves_of(result) == [(0, 2, 2, CAPACITY), (0, 1, 1, CAPACITY), (0, NOBODY, 5, LAPSED), (1, 1, 6, RETURNED)]


def test_what_an_outlet_still_will_lift_is_not_released():
    result = reallocate_unlifted(unlifted([8, 1], [2, 1], kept=[5, 0]))
    assert moves_of(result) == [(0, 1, 1, CAPACITY)]


def test_nothing_happens_where_everything_was_lifted():
    result = reallocate_unlifted(unlifted([8, 1], [8, 1], shortfall=[NANO, NANO]))
    assert moves_of(result) == []
    assert result.lapsed_packs == 0
    assert not any(a.any() for a in (result.shortfall_nano, result.debt_nano, result.bonus_nano))


def test_figures_beyond_int64_products_stay_exact():
    case = unlifted([MAX_PACKS, 0, 0], [0, 0, 0], room=[0, 2**61, 2**61], debt=[1, -(2**62), 2**62 - 1])
    result = reallocate_unlifted(replace(case, eligible=np.array([False, True, True])))
    for_debt = packs_covering(2**62 - 1)
    second = round(Fraction((MAX_PACKS - for_debt) * 2**61, 2**62 - for_debt))
    assert result.taken.tolist() == [0, second, MAX_PACKS - second]
    assert result.debt_nano.tolist() == [0, 2**62 - 1, 1 - 2**62]


@pytest.mark.parametrize(
    "wrong",
    [
        unlifted([1], [2]),
        unlifted([2], [1], kept=[2]),
        unlifted([2], [1], room=[-1]),
        unlifted([MAX_PACKS, 1], [0, 0]),
    ],
)
def test_impossible_figures_are_refused(wrong):
    with pytest.raises(ValueError, match="packs"):
        reallocate_unlifted(wrong)


@given(unlifted_packs())
def test_every_pack_goes_where_the_plain_way_of_handing_out_pack_by_pack_sends_it(case):
    result, plain = reallocate_unlifted(case), plain_absorption(case)
    assert result.taken.tolist() == plain.taken
    assert result.returned.tolist() == plain.returned
    assert result.lapsed_packs == plain.lapsed
    reasons: Counter[tuple[int, MoveReason]] = Counter()
    for _, taker, packs, reason in moves_of(result):
        if reason not in {RETURNED, LAPSED}:
            reasons[taker, reason] += packs
    assert reasons == plain.reasons


@given(unlifted_packs())
def test_no_pack_appears_or_vanishes_and_every_move_is_logged(case):
    result = reallocate_unlifted(case)
    released = case.allotted - case.lifted - case.kept
    assert result.released.tolist() == released.tolist()
    assert released.sum() == result.taken.sum() + result.returned.sum() + result.lapsed_packs
    given_up, got = Counter(), Counter()
    for giver, taker, packs, reason in moves_of(result):
        assert packs > 0
        assert (giver == taker) == (reason is RETURNED)
        assert (taker == NOBODY) == (reason is LAPSED)
        given_up[giver] += packs
        got[taker] += packs
    assert given_up == Counter({i: p for i, p in enumerate(released.tolist()) if p})
    held = {i: packs for i, packs in enumerate((result.taken + result.returned).tolist()) if packs}
    lapsed = {NOBODY: result.lapsed_packs} if result.lapsed_packs else {}
    assert got == Counter(held | lapsed)


@given(unlifted_packs())
def test_no_store_overflows_and_nothing_lapses_while_an_eligible_outlet_has_room(case):
    result = reallocate_unlifted(case)
    left = room_of(case) - result.taken - result.returned
    assert (left >= 0).all()
    assert result.lapsed_packs == 0 or not left.any()
    others = result.released == 0
    if (result.returned.any() or (result.taken[~others] > 0).any()) and others.any():
        assert not left[others].any()


@given(unlifted_packs())
def test_nobody_with_a_smaller_claim_is_served_before_a_larger_one_is_covered(case):
    result = reallocate_unlifted(case)
    served = (result.released == 0) & case.eligible
    turn = {reason: number for number, reason in enumerate((SHORTFALL, DEBT, CAPACITY))}
    steps = [
        (taker, turn[reason])
        for _, taker, _, reason in moves_of(result)
        if taker != NOBODY and served[taker] and reason in turn
    ]
    assert [step for _, step in steps] == sorted(step for _, step in steps)
    full = result.taken >= case.room
    covered = (case.shortfall_nano + result.shortfall_nano <= 0) | full
    for taker, step in steps:
        if step == 0:
            larger = served & (case.shortfall_nano > case.shortfall_nano[taker])
            assert covered[larger].all()
        else:
            assert covered[served].all()
        if step == 2:
            assert ((case.debt_nano + result.debt_nano <= 0) | full)[served].all()


@given(unlifted_packs())
def test_what_was_taken_over_is_booked_in_full_and_no_account_is_overdrawn(case):
    result = reallocate_unlifted(case)
    repaid = np.minimum(result.debt_nano, 0)
    assert (result.bonus_nano - result.shortfall_nano - repaid == result.taken * NANO).all()
    assert (result.bonus_nano >= 0).all()
    assert (result.shortfall_nano <= 0).all()
    assert (np.maximum(case.shortfall_nano, 0) + result.shortfall_nano >= 0).all()
    assert result.debt_nano.sum() == 0
    after = case.debt_nano + result.debt_nano
    assert (np.abs(after) <= np.abs(case.debt_nano)).all()
    assert (np.sign(after) * np.sign(case.debt_nano) >= 0).all()
    in_full = (case.shortfall_nano + result.shortfall_nano <= 0) & (after <= 0)
    assert in_full[result.bonus_nano > 0].all()


@given(unlifted_packs(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(case, random):
    order = list(range(case.ties.size))
    random.shuffle(order)
    shuffled = Unlifted(**{name: values[order] for name, values in vars(case).items()})
    straight, mixed = reallocate_unlifted(case), reallocate_unlifted(shuffled)
    for name in ("released", "taken", "returned", "shortfall_nano", "debt_nano", "bonus_nano"):
        assert getattr(straight, name)[order].tolist() == getattr(mixed, name).tolist()
    back = [*order, NOBODY]
    assert moves_of(straight) == [(back[g], back[t], packs, reason) for g, t, packs, reason in moves_of(mixed)]


@given(unlifted_packs())
def test_a_second_absorption_of_what_was_lifted_then_finds_nothing_to_move(case):
    kept = ints((case.allotted - case.lifted).tolist())
    assert moves_of(reallocate_unlifted(replace(case, kept=kept))) == []
