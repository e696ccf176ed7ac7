"""Old counts: the draws belong to names, nothing is wrong where nothing was drawn, and every measure is what it says."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from distribution.allocation.grid import NANO
from distribution.allocation.stress import (
    MEASURES,
    MOST_GROWTH,
    HolderTally,
    Shares,
    draw_growth,
    draw_normals,
    measure_draw,
    scale_people,
    spread_over,
)
from tests.support.allocation import ints


def test_a_name_draws_the_same_numbers_whoever_else_draws_and_however_many_follow():
    alone = draw_growth(["b"], [4], 1.5, draws=5, seed=7)
    among = draw_growth(["c", "b", "a"], [1, 4, 9], 1.5, draws=50, seed=7)
    assert among[:5, 1].tolist() == alone[:, 0].tolist()


def test_names_and_seeds_draw_numbers_of_their_own():
    draws = [draw_normals(name, 100, seed) for name, seed in (("a", 1), ("b", 1), ("a", 2))]
    correlations = np.corrcoef(draws)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 0.35


def plain_philox(key: tuple[int, int], block: int) -> list[int]:
    """Philox 4x64 with ten rounds, as Salmon et al. print it."""
    word = 2**64 - 1
    c, k = [block, 0, 0, 0], list(key)
    for _ in range(10):
        one, two = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = [two >> 64 ^ c[1] ^ k[0], two & word, one >> 64 ^ c[3] ^ k[1], one & word]
        k = [(k[0] + 0x9E3779B97F4A7C15) & word, (k[1] + 0xBB67AE8584CAA73B) & word]
    return c


def test_the_stream_is_that_of_philox_keyed_by_seed_and_name():
    key = 5, int.from_bytes(hashlib.sha256(b"KR-0916").digest()[:8], "little")
    raw = [(number >> 11) / 2**53 for block in (1, 2, 3) for number in plain_philox(key, block)]
    due = [
        math.sqrt(-2 * math.log(first + 2**-53)) * math.cos(2 * math.pi * second)
        for first, second in zip(raw[::2], raw[1::2], strict=True)
    ]
    assert draw_normals("KR-0916", 6, 5) == pytest.approx(due, rel=1e-9)


def test_the_numbers_are_standard_normal():
    drawn = draw_normals("area", 40_000, 3)
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    for limit, below in ((-1.6449, 0.05), (0, 0.5), (1, 0.8413), (2.3263, 0.99)):
        assert (drawn < limit).mean() == pytest.approx(below, abs=0.01)


def test_growth_is_the_exponential_of_rate_times_age_and_stays_within_reason():
    normals = draw_normals("a", 4, 1)
    assert draw_growth(["a"], [10], 2, draws=4, seed=1)[:, 0] == pytest.approx(np.exp(0.2 * normals))
    wild = draw_growth(["a", "b"], [200, 0], 20, draws=200, seed=1)
    assert wild[:, 0].max() == pytest.approx(MOST_GROWTH)
    assert wild[:, 0].min() == pytest.approx(1 / MOST_GROWTH)
    assert (wild[:, 1] == 1).all()


def test_people_grow_in_whole_persons():
    assert scale_people(ints([10, 3, 0, 5]), np.array([1.26, 1 / 3, 9.0, 0.5])).tolist() == [13, 1, 0, 2]


@st.composite
def rounds(draw):
    """Draw what is given and what would be fair, the true people and who takes part; shares are near the packs."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    packs = arrays(np.int64, (n, m), elements=st.integers(0, 40))
    parts = arrays(np.int64, (n, m), elements=st.integers(-NANO // 2, NANO // 2))
    takes_part = draw(arrays(np.bool_, (n, m)))

    def shares():
        held = np.where(takes_part, draw(packs), 0)
        return Shares(held, np.where(takes_part, np.maximum(held * NANO + draw(parts), 0), 0))

    people = draw(arrays(np.int64, n, elements=st.integers(0, 500)))
    return shares(), shares(), people, takes_part, draw(st.lists(st.integers(1, 20_000), min_size=m, max_size=m))


@given(rounds())
def test_without_growth_nothing_is_wrong(drawn):
    given_shares, _, people, takes_part, pack_g = drawn
    got = measure_draw(given_shares, given_shares, people, takes_part, pack_g)
    for name in set(MEASURES) - {"gini", "gini_fair"}:
        assert not getattr(got, name).any(), name
    assert np.array_equal(got.gini, got.gini_fair, equal_nan=True)


@given(rounds())
def test_people_are_short_exactly_where_more_than_a_tenth_of_the_fair_share_lacks(drawn):
    given_shares, fair, people, takes_part, pack_g = drawn
    got = measure_draw(given_shares, fair, people, takes_part, pack_g)
    for j in range(len(pack_g)):
        rows = zip(
            given_shares.target_nano[:, j].tolist(), fair.target_nano[:, j].tolist(), people.tolist(), strict=True
        )
        short = sum(count for have, due, count in rows if 10 * have < 9 * due)
        assert got.people_short[j] == short
        concerned = int(people[takes_part[:, j]].sum())
        assert got.people_short_percent[j] == pytest.approx(100 * short / concerned if concerned else 0)


@given(rounds())
def test_packs_too_many_somewhere_are_too_few_elsewhere_but_for_the_change_in_what_is_placed(drawn):
    given_shares, fair, people, takes_part, pack_g = drawn
    there = measure_draw(given_shares, fair, people, takes_part, pack_g)
    back = measure_draw(fair, given_shares, people, takes_part, pack_g)
    more = given_shares.packs.sum(axis=0) - fair.packs.sum(axis=0)
    assert (there.misplaced_packs - back.misplaced_packs == more).all()
    assert (there.largest_error_packs == back.largest_error_packs).all()
    assert (there.mean_error_packs <= there.largest_error_packs).all()


def test_known_figures_come_out():
    shares = [Shares(ints([[6], [4]]), ints([[6], [4]]) * NANO), Shares(ints([[5], [5]]), ints([[5], [5]]) * NANO)]
    got = measure_draw(*shares, ints([300, 300]), np.ones((2, 1), np.bool_), [1000])
    assert {name: getattr(got, name)[0] for name in MEASURES} == {
        "misplaced_packs": 1,
        "mean_error_packs": 1,
        "largest_error_packs": 1,
        "gini": pytest.approx(0.1),
        "gini_fair": 0,
        "largest_deviation_percent": pytest.approx(20),
        "people_short": 300,
        "people_short_percent": 50,
    }


def test_a_tally_counts_the_draws_in_which_more_than_a_twentieth_lacks():
    fair = Shares(ints([[100, 10]]), ints([[100, 10]]) * NANO)
    tally = HolderTally(1, 2)
    for have in ([95, 10], [94, 10], [120, 9]):
        tally.add(Shares(ints([have]), ints([have]) * NANO), fair, [1000, 1000])
    assert tally.probability_short.tolist() == [[pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)]]
    assert tally.mean_short_g.tolist() == [
        [pytest.approx(11_000 / 3), pytest.approx(1000 / 3), pytest.approx(11_000 / 3)]
    ]
    assert tally.mean_error_packs.tolist() == [[pytest.approx(31 / 3), pytest.approx(1 / 3)]]
    assert tally.largest_error_packs.tolist() == [[20, 1]]


def test_spreads_leave_out_what_cannot_be_measured():
    got = spread_over(np.array([3.0, np.nan, 1.0, 2.0]))
    assert got is not None
    assert (got.mean, got.median, got.low, got.high) == (2, 2, pytest.approx(1.1), pytest.approx(2.9))
    assert spread_over(np.array([np.nan])) is None
