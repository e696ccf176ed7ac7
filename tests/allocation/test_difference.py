"""Gains and losses: nothing appears or vanishes, both directions mirror each other, and parts add up to the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from distribution.allocation.difference import (
    Difference,
    UnbalancedError,
    group_by,
    kg_per_person,
    mass_g,
    order_by_loss,
)
from tests.support.allocation import ints


@st.composite
def two_ways(draw, most=9 * 10**9):
    """Draw the packs of a few outlets and commodities, shared in two ways."""
    shape = (draw(st.integers(0, 8)), draw(st.integers(1, 3)))
    packs = arrays(np.int64, shape, elements=st.integers(0, most))
    return draw(packs), draw(packs)


def placed(packs):
    return [sum(column.tolist()) for column in packs.T]


@given(two_ways())
def test_gains_less_losses_are_the_change_in_packs_placed(ways):
    before, after = ways
    got = Difference(before, after)
    change = [b - a for a, b in zip(placed(before), placed(after), strict=True)]
    assert [g - w for g, w in zip(got.gained, got.lost, strict=True)] == change
    assert min(*got.gained, *got.lost) >= 0
    got.require_balanced(placed(before), placed(after))


@given(two_ways(), st.integers(1, 1000))
def test_books_that_say_otherwise_are_refused(ways, missing):
    before, after = ways
    books = placed(after)
    books[-1] += missing
    with pytest.raises(UnbalancedError) as told:
        Difference(before, after).require_balanced(placed(before), books)
    assert told.value.column == len(books) - 1


@given(two_ways())
def test_the_way_back_mirrors_the_way_there(ways):
    there, back = Difference(*ways), Difference(*reversed(ways))
    assert (there.change == -back.change).all()
    assert (there.gained, there.lost) == (back.lost, back.gained)


@given(two_ways(), st.data())
def test_changes_of_parts_add_up_to_that_of_the_whole_at_every_level(ways, data):
    before, after = ways
    n = len(before)
    county = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    parent = {"a": "N", "b": "N", "c": "S"}
    areas = group_by([(c, parent[c], "land") for c in county])
    got = Difference(areas.add_up(before), areas.add_up(after))
    rows = {code: got.change[k].tolist() for k, code in enumerate(areas.codes)}
    none = [0] * before.shape[1]
    for whole, parts in {"N": "ab", "S": "c", "land": "NS"}.items():
        added = [sum(column) for column in zip(none, *(rows.get(part, none) for part in parts), strict=True)]
        assert rows.get(whole, none) == added
    if n:
        assert rows["land"] == Difference(before, after).change.sum(axis=0).tolist()


@given(two_ways(), st.data())
def test_what_is_moved_inside_a_group_is_no_gain_of_the_group(ways, data):
    before, after = ways
    unions = group_by([(data.draw(st.sampled_from("UV")),) for _ in before])
    outlets, groups = Difference(before, after), Difference(unions.add_up(before), unions.add_up(after))
    for fine, coarse in zip(outlets.gained + outlets.lost, groups.gained + groups.lost, strict=True):
        assert coarse <= fine
    groups.require_balanced(placed(before), placed(after))


def test_a_group_that_a_holder_names_twice_counts_it_once():
    groups = group_by([("x", "x"), ("y",), ()])
    assert groups.codes == ("x", "y")
    assert groups.add_up(ints([3, 4, 5])).tolist() == [3, 4]


@pytest.mark.parametrize("packs", [9 * 10**9, 5])
def test_masses_and_sums_stay_exact_beyond_the_machine_word(packs):
    mass = mass_g(ints([[packs] * 20]), [10**8] * 20)
    assert group_by([("all",)]).add_up(mass).tolist() == [[packs * 10**8] * 20]
    assert group_by([("all",)] * 3).add_up(np.repeat(mass, 3, axis=0)).tolist() == [[3 * packs * 10**8] * 20]


def test_kg_per_person_is_blank_where_nobody_is_served():
    got = kg_per_person(ints([[3000, 500], [1, 1]]), ints([2, 0]))
    assert got[0].tolist() == [1.5, 0.25]
    assert np.isnan(got[1]).all()


def test_the_largest_loss_comes_first_and_ties_go_by_code():
    assert order_by_loss(ints([5, -2, 5, -9]), ["d", "c", "a", "b"]).tolist() == [3, 1, 2, 0]
