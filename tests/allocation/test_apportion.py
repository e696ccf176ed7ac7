"""What holds for every method of apportionment, and the published results each must give."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distribution.allocation.apportion import apportion
from distribution.allocation.grid import MAX_PACKS, tie_ranks
from distribution.allocation.waterfill import waterfill
from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import by_row, ints
from tests.support.apportion import bounded_shares

M = ApportionmentMethod
METHODS = [method for method in M if not method.carries_debt]
DIVISORS = [method for method in M if method.is_divisor]
STATES = [21878, 9713, 4167, 3252, 1065]

methods = st.sampled_from(METHODS)
some = settings(max_examples=60, deadline=None)
weights_lists = st.lists(st.integers(0, 60) | st.integers(0, 10**25), min_size=1, max_size=8).filter(any)


def whole(weights):
    return np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)


def share(method, packs, weights, lower=None, upper=None, ties=None):
    bounds = [None if bound is None else ints(bound) for bound in (lower, upper)]
    ties = by_row(weights) if ties is None else ties
    return apportion(method, packs, whole(weights), ties=ties, lower=bounds[0], upper=bounds[1]).tolist()


@st.composite
def cases(draw, more=0):
    """Draw weights with bounds, and packs between their sums, ``more`` of them left out."""
    weights = draw(weights_lists)
    lower = [draw(st.integers(0, 4)) if draw(st.booleans()) else 0 for _ in weights]
    upper = [low + draw(st.integers(0, 12)) for low in lower]
    most = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    assume(most - more >= sum(lower))
    return draw(st.integers(sum(lower), most - more)), weights, lower, upper


def us_house(year):
    with (Path(__file__).parent / "us_house.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [int(row[f"population_{year}"]) for row in rows], [int(row[f"seats_{year}"]) for row in rows]


@pytest.mark.parametrize(
    ("method", "seats", "due"),
    [
        (M.HAMILTON, 43, [24, 10, 4, 4, 1]),
        (M.HAMILTON, 44, [24, 11, 5, 3, 1]),  # one seat more, and the fourth state loses one
        (M.WEBSTER, 43, [24, 10, 4, 4, 1]),
        (M.WEBSTER, 44, [24, 10, 5, 4, 1]),
    ],
)
def test_the_published_populations_give_the_published_seats(method, seats, due):
    assert share(method, seats, STATES) == due


@pytest.mark.parametrize(("year", "people"), [(2010, 309_183_463), (2020, 331_108_434)])
def test_the_seats_of_the_house_are_the_official_ones(year, people):
    populations, seats = us_house(year)
    assert (len(seats), sum(seats), sum(populations)) == (50, 435, people)
    assert share(M.HUNTINGTON_HILL, 435, populations, lower=[1] * 50) == seats


def test_a_stock_shared_by_average_use_comes_out_as_known():
    assert share(M.WEBSTER, 50, [10, 20, 50]) == [6, 13, 31]


@pytest.mark.parametrize(
    ("method", "due"),
    [
        (M.ADAMS, [9, 7, 5, 3, 2]),
        (M.DEAN, [9, 7, 5, 4, 1]),
        (M.HUNTINGTON_HILL, [9, 7, 6, 3, 1]),
        (M.WEBSTER, [9, 8, 5, 3, 1]),
        (M.JEFFERSON, [10, 7, 5, 3, 1]),
    ],
)
def test_five_methods_give_five_results_as_published(method, due):
    assert share(method, 26, [9061, 7179, 5259, 3319, 1182]) == due


@some
@given(st.integers(0, 60), st.lists(st.integers(1, 500), min_size=2, max_size=6))
def test_from_adams_to_jefferson_no_larger_one_loses_what_a_smaller_one_gains(packs, weights):
    ladder = (M.ADAMS, M.DEAN, M.HUNTINGTON_HILL, M.WEBSTER, M.JEFFERSON)
    for first, second in itertools.pairwise(share(method, packs, weights) for method in ladder):
        for i, j in itertools.permutations(range(len(weights)), 2):
            assert not (weights[i] > weights[j] and second[i] < first[i] and second[j] > first[j])


@some
@given(methods, cases())
def test_all_packs_are_given_within_the_bounds(method, case):
    packs, weights, lower, upper = case
    held = share(method, packs, weights, lower, upper)
    assert sum(held) == packs
    assert all(low <= a <= up for low, a, up in zip(lower, held, upper, strict=True))
    assert all(a == low for low, a, w in zip(lower, held, weights, strict=True) if w == 0)


@some
@given(st.sampled_from([method for method in METHODS if method.is_house_monotone]), cases(more=1))
def test_one_pack_more_takes_from_nobody(method, case):
    packs, weights, lower, upper = case
    now, then = (share(method, total, weights, lower, upper) for total in (packs, packs + 1))
    assert all(a <= b for a, b in zip(now, then, strict=True))


@some
@given(st.sampled_from([method for method in METHODS if method.keeps_quota]), cases())
def test_everybody_gets_the_floor_or_the_ceiling_of_the_bounded_share(method, case):
    packs, weights, lower, upper = case
    held = share(method, packs, weights, lower, upper)
    shares = bounded_shares(packs, weights, lower, upper)
    assert all(due.__floor__() <= a <= due.__ceil__() for a, due in zip(held, shares, strict=True))


@some
@given(
    st.sampled_from(DIVISORS),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=6),
    st.integers(0, 40),
)
def test_who_grows_faster_than_another_does_not_lose_to_it(method, populations, packs):
    before, after = (list(column) for column in zip(*populations, strict=True))
    held, later = share(method, packs, before), share(method, packs, after)
    for i in range(len(before)):
        for j in range(len(before)):
            if after[i] * before[j] > before[i] * after[j]:
                assert not (later[i] < held[i] and later[j] > held[j])


@some
@given(methods, cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(method, case, random):
    packs, weights, lower, upper = case
    names = [f"outlet {i}" for i in range(len(weights))]
    order = list(range(len(weights)))
    random.shuffle(order)
    held = share(method, packs, weights, lower, upper, tie_ranks(whole(weights), names))
    moved = [[column[i] for i in order] for column in (weights, lower, upper, names)]
    ties = tie_ranks(whole(moved[0]), moved[3])
    assert share(method, packs, *moved[:3], ties) == [held[i] for i in order]


@some
@given(methods, cases(), st.integers(1, 10**9) | st.integers(2**62, 2**70))
def test_the_unit_of_the_weights_does_not_matter(method, case, factor):
    packs, weights, lower, upper = case
    scaled = [w * factor for w in weights]
    assert share(method, packs, weights, lower, upper) == share(method, packs, scaled, lower, upper)


@some
@given(methods, st.integers(1, 30), st.integers(0, 100))
def test_equals_differ_by_one_pack_at_most_and_the_first_by_name_get_it(method, n, packs):
    held = share(method, packs, [7] * n)
    assert held == sorted(held, reverse=True)
    assert held[0] - held[-1] <= 1


@some
@given(methods, cases(), st.data())
def test_shares_net_of_what_lies_there_are_apportioned_as_their_targets_say(method, case, data):
    packs, weights, lower, upper = case
    balances = [data.draw(st.integers(0, 5)) for _ in weights]
    ties = by_row(weights)
    figures = {"floors": ints(lower), "caps": ints(upper), "balances": ints(balances)}
    fill = waterfill(packs, whole(weights), ties=ties, **figures)
    bounds = {"lower": ints(lower), "upper": ints(upper), "ties": ties}
    held = apportion(method, packs, fill.effective, fill=fill, **bounds).tolist()
    assert held == apportion(method, packs, fill.effective, **bounds).tolist()
    assert sum(held) == packs


@pytest.mark.parametrize("method", METHODS)
def test_bounds_that_leave_no_apportionment_are_refused(method):
    for packs, weights, lower, upper in [
        (5, [1, 1], [3, 3], [4, 4]),
        (9, [1, 1], [0, 0], [4, 4]),
        (5, [1, 1], [3, 0], [2, 9]),
        (5, [1, 0], [0, 0], [4, 9]),
        (1, [0, 0], [0, 0], [1, 1]),
    ]:
        with pytest.raises(ValueError, match="bounds"):
            share(method, packs, weights, lower, upper)


def test_figures_beyond_the_ledger_and_methods_with_a_memory_are_refused():
    with pytest.raises(ValueError, match="ledger"):
        share(M.WEBSTER, MAX_PACKS + 1, [1])
    with pytest.raises(ValueError, match="debts"):
        share(M.CUMULATIVE, 1, [1])
    with pytest.raises(ValueError, match="2\\^900"):
        share(M.WEBSTER, 5, [2**901, 1])


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_nothing_of_nothing(method):
    assert apportion(method, 0, ints([]), ties=ints([])).tolist() == []
    assert share(method, 0, [0, 3]) == [0, 0]
    assert share(method, 4, [0, 3], lower=[4, 0]) == [4, 0]


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([*DIVISORS, M.HAMILTON]), st.integers(0, 2**32 - 1))
def test_a_large_network_keeps_sum_and_bounds(method, seed):
    rng = np.random.default_rng(seed)
    n = 20_000
    weights = (rng.pareto(1.2, n) * 10**6).astype(np.int64)
    lower = rng.integers(0, 3, n)
    upper = lower + rng.integers(0, 40, n)
    packs = int((lower.sum() + upper[weights > 0].sum()) // 2)
    held = apportion(method, packs, weights, ties=np.arange(n), lower=lower, upper=upper)
    assert held.sum() == packs
    assert (held >= lower).all()
    assert (held <= upper).all()


def test_at_level_nought_a_weight_beyond_64_bits_is_still_a_weight():
    weights = [1, 1 << 63, 0]
    bounds = {"lower": ints([1, 0, 0]), "upper": ints([1, 1, 0]), "ties": by_row(weights)}
    figures = {"floors": bounds["lower"], "caps": bounds["upper"], "balances": ints([0, 0, 1])}
    fill = waterfill(1, whole(weights), ties=bounds["ties"], **figures)
    assert fill.level == (0, 1)  # the floor takes all there is
    assert apportion(M.WEBSTER, 1, fill.effective, fill=fill, **bounds).tolist() == [1, 0, 0]
