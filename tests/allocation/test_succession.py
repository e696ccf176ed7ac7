from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.succession import move_accounts
from distribution.domain.network import Succession


def follows(old, new, share="1", sheet="outlets"):
    return Succession(sheet=sheet, old_code=old, new_code=new, share=Decimal(share))


AREA = {"a": "north", "b": "north", "c": "south", "d": "south"}


def test_a_closed_outlet_passes_its_account_to_its_successor():
    moved = move_accounts({("a", "rice"): 5, ("b", "rice"): -5}, [follows("a", "b")], AREA, {"b"})
    assert moved.outlets == {("b", "rice"): 0}
    assert moved.areas == {}
    assert [(m.from_outlet, m.to_outlet, m.amount) for m in moved.moves] == [("a", "b", 5)]


def test_without_a_successor_it_passes_to_the_area():
    moved = move_accounts({("a", "rice"): 7}, [follows("a", "b", sheet="areas")], AREA, {"b"})
    assert moved.areas == {("north", "rice"): 7}
    assert moved.moves[0].to_area == "north"
    assert moved.moves[0].to_outlet is None


def test_a_split_passes_by_its_parts_to_the_last_unit():
    rows = [follows("a", "b", "0.5"), follows("a", "c", "0.3"), follows("a", "d", "0.2")]
    moved = move_accounts({("a", "rice"): -11}, rows, AREA, {"b", "c", "d"})
    assert moved.outlets == {("b", "rice"): -6, ("c", "rice"): -3, ("d", "rice"): -2}


def test_a_chain_is_followed_to_an_open_outlet_and_a_circle_ends_at_the_area():
    chain = [follows("a", "b"), follows("b", "c")]
    assert move_accounts({("a", "rice"): 3}, chain, AREA, {"c"}).outlets == {("c", "rice"): 3}
    circle = [follows("a", "b"), follows("b", "a")]
    assert move_accounts({("a", "rice"): 3}, circle, AREA, set()).areas == {("north", "rice"): 3}
    assert move_accounts({("a", "rice"): 3}, [follows("a", "new")], AREA, set()).areas == {("north", "rice"): 3}


def test_a_closed_outlet_of_no_known_area_is_refused():
    with pytest.raises(ValueError, match="area"):
        move_accounts({("z", "rice"): 3}, [], AREA, set())


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["rice", "oil"])), st.integers(-(10**12), 10**12)
    ),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde"), st.integers(1, 10)), max_size=6),
    st.sets(st.sampled_from("abcde")),
)
def test_every_commodity_keeps_its_sum_and_no_closed_outlet_keeps_an_account(balances, rows, active):
    successions = [follows(old, new, f"0.{part:02d}") for old, new, part in rows]
    moved = move_accounts(balances, successions, AREA, active)
    for good in ("rice", "oil"):
        before = sum(v for (_, c), v in balances.items() if c == good)
        held = [*moved.outlets.items(), *moved.areas.items()]
        assert sum(v for (_, c), v in held if c == good) == before
    assert {outlet for outlet, _ in moved.outlets} <= active
    replayed = dict(balances)
    for move in moved.moves:
        replayed[move.from_outlet, move.commodity] -= move.amount
        assert (move.to_outlet is None) != (move.to_area is None)
    assert all(v == 0 for (outlet, _), v in replayed.items() if outlet not in active)
