"""Detours are those of the ways that are known, near to the whole where few are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.travel.detours import KnownWay, fit_detours, left_out_errors


def way(a, b, factor, straight=10_000.0):
    return KnownWay(a, b, straight, straight * factor)


def test_one_factor_everywhere_is_found_exactly():
    ways = [way((0, n), (1, n + 1), 1.4, 1000.0 * (n + 1)) for n in range(5)]
    fitted = fit_detours(ways, 2)
    assert fitted.overall == pytest.approx(1.4)
    assert fitted.between((0, 0), (1, 1)) == pytest.approx(1.4)
    assert fitted.between((7, 8), (9, 9)) == pytest.approx(1.4)  # no way is known there
    assert left_out_errors(ways, 2) == pytest.approx(np.zeros(5))


def test_many_ways_of_a_pair_outweigh_the_whole_and_one_counts_half():
    crooked = [way((0,), (1,), 2.0) for _ in range(99)]
    straight = [way((2,), (2,), 1.0) for _ in range(99)]
    fitted = fit_detours([*crooked, *straight, way((3,), (4,), 1.1)], 1)
    assert fitted.between((0,), (1,)) == pytest.approx(2.0, abs=0.01)
    assert fitted.between((1,), (0,)) == fitted.between((0,), (1,))
    assert fitted.between((2,), (2,)) == pytest.approx(1.0, abs=0.01)
    assert fitted.between((3,), (4,)) == pytest.approx((1.1 + fitted.overall) / 2)


def test_a_pair_of_districts_without_ways_has_the_factor_of_its_counties():
    ways = [way((0, 5), (1, 6), 1.8) for _ in range(50)] + [way((2, 7), (2, 8), 1.1) for _ in range(50)]
    fitted = fit_detours(ways, 2)
    assert fitted.between((0, 9), (1, 10)) == pytest.approx(1.8, abs=0.01)
    assert fitted.between((0, 9), (2, 10)) == fitted.overall


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.97, 4), st.floats(200, 3e5)),
        min_size=2,
        max_size=30,
    )
)
def test_factors_lie_between_those_that_are_known_and_the_table_says_the_same(drawn):
    ways = [way((a // 2, a), (b // 2, b), factor, straight) for a, b, factor, straight in drawn]
    fitted = fit_detours(ways, 2)
    low, high = min(factor for *_, factor, _ in drawn), max(factor for *_, factor, _ in drawn)
    places = [(n // 2, n) for n in (3, 0, 1, 0, 2)]
    table = fitted.table(places)
    assert (table >= max(1.0, low) - 1e-9).all()
    assert (table <= max(1.0, high) + 1e-9).all()
    assert np.array_equal(table, table.T)
    assert table[1, 2] == fitted.between(places[1], places[2])
    assert (left_out_errors(ways, 2) >= 0).all()


def test_no_way_tells_nothing():
    for wrong in ([], [way((0,), (1,), 1.2, 0.0)]):
        with pytest.raises(ValueError, match="no ways"):
            fit_detours(wrong, 1)
    with pytest.raises(ValueError, match="no others"):
        left_out_errors([way((0,), (1,), 1.2)], 1)
