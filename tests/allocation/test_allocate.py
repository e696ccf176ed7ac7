import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.allocation.allocate import allocate_round
from distribution.allocation.grid import NANO
from distribution.allocation.round_result import TERMS
from distribution.domain.enums import ApportionmentMethod, Bound
from tests.support.allocation import allocation_rounds, commodity, ints, round_input

WEBSTER = ApportionmentMethod.WEBSTER
FEWER = settings(max_examples=60)  # every example is a whole round


def bounds(got, j=0):
    return [got.bound_at(i, j) for i in range(len(got.packs))]


def test_the_published_average_use_comes_out_whole():
    one_off = allocate_round(round_input([10, 20, 50], [commodity(3, 50, method=WEBSTER)]))
    assert one_off.packs[:, 0].tolist() == [6, 13, 31]
    assert not one_off.debt_after_nano.any()


def test_published_populations_give_published_seats():
    populations = [21878, 9713, 4167, 3252, 1065]
    for seats, due in ((43, [24, 10, 4, 4, 1]), (44, [24, 10, 5, 4, 1])):
        got = allocate_round(round_input(populations, [commodity(5, seats, method=WEBSTER)]))
        assert got.packs[:, 0].tolist() == due


def test_need_weights_scale_the_shares():
    got = allocate_round(round_input([100, 100], [commodity(2, 30)], need=["1", "2"]))
    assert got.packs[:, 0].tolist() == [10, 20]
    assert got.weight_grid.tolist() == [100_000_000, 200_000_000]


def test_a_quota_is_cut_to_whole_packs_and_the_rest_is_carried():
    rice = replace(commodity(2, 7), quota_g=74_000, carried_g=3_000)
    got = allocate_round(round_input([1, 1], [rice]))
    assert (got.packs_to_share.tolist(), got.remainder_g.tolist()) == ([7], [7_000])


def test_a_full_store_sends_its_share_to_the_others_and_keeps_a_shortfall():
    got = allocate_round(round_input([10, 10, 10], [commodity(3, 30)], storage_g={"dry": [40_000, 10**9, 10**9]}))
    assert got.packs[:, 0].tolist() == [4, 13, 13]
    assert got.cap_packs[0, 0] == 4
    assert bounds(got) == [Bound.STORAGE, Bound.NONE, Bound.NONE]
    assert got.shortfall_nano[:, 0].tolist() == [6 * NANO, 0, 0]
    assert got.moved_nano[:, 0].tolist() == [0, 3 * NANO, 3 * NANO]


def test_two_deliveries_bring_twice_the_whole_packs_of_one():
    got = allocate_round(
        round_input([10, 10], [commodity(2, 30)], storage_g={"dry": [49_999, 10**9]}, deliveries=[2, 1])
    )
    assert got.packs[:, 0].tolist() == [8, 22]


def test_a_closing_balance_is_netted():
    got = allocate_round(round_input([10, 10, 10], [commodity(3, 30)], opening=[[0], [6], [50]]))
    assert got.packs[:, 0].tolist() == [18, 12, 0]
    assert bounds(got) == [Bound.NONE, Bound.NONE, Bound.CLOSING_BALANCE]
    assert got.netted_nano[:, 0].tolist() == [8 * NANO, 2 * NANO, -10 * NANO]


def test_a_floor_lifts_the_small_and_says_so():
    got = allocate_round(round_input([96, 2, 2], [commodity(3, 50, floor_packs=3)]))
    assert got.packs[:, 0].tolist() == [44, 3, 3]
    assert bounds(got) == [Bound.NONE, Bound.FLOOR, Bound.FLOOR]
    assert got.floor_nano[:, 0].tolist() == [-4 * NANO, 2 * NANO, 2 * NANO]


def test_a_bound_that_equals_the_share_is_not_said_to_hold_it():
    got = allocate_round(round_input([1, 1], [commodity(2, 6, floor_packs=3)], storage_g={"dry": [30_000, 30_000]}))
    assert got.packs[:, 0].tolist() == [3, 3]
    assert bounds(got) == [Bound.NONE, Bound.NONE]


def test_floors_that_the_quota_cannot_meet_are_shared_and_reported():
    for method in ApportionmentMethod:
        got = allocate_round(round_input([96, 2, 2], [commodity(3, 5, floor_packs=3, method=method)]))
        assert got.floor_short_packs.tolist() == [4]
        assert got.packs.sum() == 5
        assert got.packs.max() <= 3


def test_a_floor_that_the_store_cannot_hold_does_not_count_as_lacking():
    good = commodity(3, 3, floor_packs=3)
    got = allocate_round(round_input([1, 1, 1], [good], storage_g={"dry": [20_000, 20_000, 20_000]}))
    assert got.floor_short_packs.tolist() == [3]
    assert got.packs[:, 0].tolist() == [1, 1, 1]


def test_packs_that_find_no_room_are_reported():
    got = allocate_round(round_input([1, 1], [commodity(2, 30)], storage_g={"dry": [50_000, 70_000]}))
    assert got.packs[:, 0].tolist() == [5, 7]
    assert got.unplaced_packs.tolist() == [18]


def test_outlets_that_take_no_part_keep_their_debt_and_get_nothing():
    debt = ints([[NANO // 2], [-NANO // 4], [-NANO // 4]])
    part = np.array([False, True, True])
    got = allocate_round(round_input([5, 5, 5], [commodity(3, 9, eligible=part)], debt_nano=debt))
    assert got.packs[0, 0] == 0
    assert got.debt_after_nano[0, 0] == NANO // 2
    assert got.debt_after_nano.sum() == 0
    assert np.abs(got.debt_after_nano).max() < NANO


def test_a_round_nobody_takes_part_in_places_nothing():
    got = allocate_round(round_input([5], [commodity(1, 9, eligible=np.array([False]))]))
    assert (got.packs.sum(), got.unplaced_packs.tolist()) == (0, [9])


@FEWER
@given(allocation_rounds())
def test_sums_are_exact_and_bounds_are_kept(given_round):
    got = allocate_round(given_round)
    for j, good in enumerate(given_round.commodities):
        x, part = got.packs[:, j], good.eligible
        shared = got.packs_to_share[j] - got.reserved_packs[j]
        assert x.sum() + got.unplaced_packs[j] == shared
        assert got.reserved_packs[j] == int(got.packs_to_share[j] * given_round.rules.reserve)
        assert got.packs_to_share[j] * good.pack_g + got.remainder_g[j] == good.quota_g + good.carried_g
        assert (x >= 0).all()
        assert (x <= got.cap_packs[:, j]).all()
        assert not x[~part].any()
        lower = np.minimum(good.floors, got.cap_packs[:, j])[part]
        assert (x[part] >= lower).all() or got.floor_short_packs[j] > 0
        assert got.target_nano[:, j].sum() == x.sum() * NANO
        assert got.debt_after_nano[:, j].sum() == given_round.debt_nano[:, j].sum()
        assert (got.shortfall_nano[:, j] >= got.owed_nano[:, j]).all()
        assert (got.owed_nano[:, j] >= 0).all()
        if not got.unplaced_packs[j]:
            assert (got.owed_nano[:, j] == got.shortfall_nano[:, j]).all()
        weighted = got.weight_grid[part].sum() > 0
        assert got.entitlement_nano[:, j].sum() == (shared * NANO if weighted else 0)
        if weighted:
            assert got.repaid_nano[:, j].sum() == 0
            moved = got.level_nano + got.netted_nano + got.floor_nano + got.moved_nano - got.shortfall_nano
            assert moved[:, j].sum() == -got.unplaced_packs[j] * NANO


@FEWER
@given(allocation_rounds())
def test_every_drop_fits_the_store(given_round):
    got = allocate_round(given_round)
    for storage_class, room in given_round.storage_g.items():
        mass = np.zeros(room.shape, np.int64)
        for j, good in enumerate(given_round.commodities):
            if good.storage_class == storage_class:
                mass += -(-got.packs[:, j] // given_round.deliveries[:, j]) * good.pack_g
        assert (mass <= room).all()


@FEWER
@given(allocation_rounds())
def test_the_terms_add_up_to_the_target_and_with_debt_and_rounding_to_the_packs(given_round):
    got = allocate_round(given_round)
    signs = {"shortfall_nano": -1}
    assert (sum(signs.get(name, 1) * getattr(got, name) for name in TERMS) == got.target_nano).all()
    for j, good in enumerate(given_round.commodities):
        rounding = (
            got.packs[:, j] * NANO - got.target_nano[:, j] - good.method.carries_debt * got.debt_before_nano[:, j]
        )
        after = -rounding if good.method.carries_debt else got.debt_before_nano[:, j]
        assert (got.debt_after_nano[:, j] == np.where(good.eligible, after, got.debt_before_nano[:, j])).all()


@FEWER
@given(allocation_rounds())
def test_a_drop_is_worth_making_or_is_not_made(given_round):
    got, least = allocate_round(given_round), given_round.rules.min_drop_packs
    for j in range(len(given_round.commodities)):
        made = got.packs[:, j][got.packs[:, j] > 0]
        assert (made >= least).all() or got.floor_short_packs[j]


@FEWER
@given(allocation_rounds(), st.randoms())
def test_neither_the_order_of_commodities_nor_that_of_outlets_matters(given_round, random):
    n, m = len(given_round.names), len(given_round.commodities)
    rows, columns = random.sample(range(n), n), random.sample(range(m), m)
    turned = replace(
        given_round,
        names=tuple(given_round.names[i] for i in rows),
        people=given_round.people[rows],
        need=tuple(given_round.need[i] for i in rows),
        storage_g={key: values[rows] for key, values in given_round.storage_g.items()},
        deliveries=given_round.deliveries[np.ix_(rows, columns)],
        commodities=tuple(
            replace(good, eligible=good.eligible[rows], floors=good.floors[rows], caps=good.caps[rows])
            for good in (given_round.commodities[j] for j in columns)
        ),
        opening_packs=given_round.opening_packs[np.ix_(rows, columns)],
        debt_nano=given_round.debt_nano[np.ix_(rows, columns)],
        shortfall_nano=given_round.shortfall_nano[np.ix_(rows, columns)],
        fixed=given_round.fixed and replace(given_round.fixed, group=given_round.fixed.group[rows]),
        tree=given_round.tree and replace(given_round.tree, paths=given_round.tree.paths[rows]),
    )
    plain, again = allocate_round(given_round), allocate_round(turned)
    assert (again.packs == plain.packs[np.ix_(rows, columns)]).all()
    assert (again.target_nano == plain.target_nano[np.ix_(rows, columns)]).all()
    assert (again.cap_packs == plain.cap_packs[np.ix_(rows, columns)]).all()


@settings(max_examples=40)
@given(st.data())
def test_over_rounds_with_changing_people_and_members_debts_sum_to_zero_and_stay_small(data):
    n = data.draw(st.integers(2, 9))
    debt = np.zeros((n, 1), np.int64)
    for _ in range(12):
        part = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
        people = data.draw(st.lists(st.integers(1, 500), min_size=n, max_size=n))
        good = commodity(n, data.draw(st.integers(0, 60)), eligible=part)
        got = allocate_round(round_input(people, [good], debt_nano=debt))
        claim = (got.target_nano + debt)[part]
        # a sum of debts carried by outlets that sit out can ask for more than the fractions of the others hold
        ups = got.packs[:, 0].sum() - (claim // NANO).sum()
        smooth = bool((claim >= 0).all()) and 0 <= ups <= int((claim % NANO > 0).sum())
        debt = got.debt_after_nano
        assert debt.sum() == 0
        if smooth:
            assert np.abs(debt[part]).max(initial=0) < NANO


def test_an_input_that_contradicts_itself_names_every_contradiction():
    with pytest.raises(ValueError, match=r"need has shape .*deliveries is negative.*no storage is given"):
        round_input([1, 2], [commodity(2, 5)], need=["1"], storage_g={"frozen": [1, 1]}, deliveries=[1, -1])
    with pytest.raises(ValueError, match=r"commodity is named twice.*may not be negative"):
        round_input([1], [commodity(1, 5), commodity(1, 5, carried_g=-1)])
    fine = round_input([1, 2], [commodity(2, 5)])
    with pytest.raises(ValueError, match="outlet is named twice"):
        replace(fine, names=("x", "x"))


def test_a_real_sized_round_takes_well_under_a_second():
    random = np.random.default_rng(7)
    n = 700
    goods = [commodity(n, 30_000, code=f"good{j}", storage_class="frozen" if j == 5 else "dry") for j in range(6)]
    given_round = round_input(
        random.integers(200, 40_000, n).tolist(),
        goods,
        need=[str(Decimal(int(v)) / 100) for v in random.integers(80, 150, n)],
        storage_g={
            "dry": random.integers(500_000, 6_000_000, n).tolist(),
            "frozen": random.integers(100_000, 900_000, n).tolist(),
        },
        deliveries=random.integers(1, 4, n).tolist(),
        opening=random.integers(0, 5, (n, 6)).tolist(),
    )
    start = time.process_time()
    got = allocate_round(given_round)
    assert time.process_time() - start < 1
    assert Bound.STORAGE in bounds(got)
    assert (got.packs.sum(axis=0) + got.unplaced_packs == 30_000).all()
