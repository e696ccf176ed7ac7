"""What was not delivered heads the next plan, the oldest packs first."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.rounds import NANO_PER_PACK, WaitingPacks
from distribution.services.waiting import carry_waiting, post_undelivered

OLD, START = dt.date(2026, 1, 5), dt.date(2026, 3, 1)
KEY = ("o", "rice")


def waits(packs: int, since: dt.date = OLD) -> WaitingPacks:
    return WaitingPacks(outlet_code="o", commodity_code="rice", packs=packs, waiting_since=since)


def lines(waiting) -> list[tuple[int, dt.date]]:
    return [(line.packs, line.waiting_since) for line in waiting]


def test_what_is_left_of_a_first_round_waits_from_its_start():
    assert lines(carry_waiting((), {KEY: 10}, {KEY: 4}, START)) == [(4, START)]


def test_delivered_packs_settle_the_oldest_first():
    assert lines(carry_waiting([waits(5)], {KEY: 10}, {KEY: 4}, START)) == [(4, START)]


def test_packs_that_waited_before_keep_their_date():
    assert lines(carry_waiting([waits(5)], {KEY: 10}, {KEY: 12}, START)) == [(10, START), (2, OLD)]


def test_what_was_delivered_waits_no_more():
    assert carry_waiting([waits(5)], {KEY: 10}, {}, START) == ()


@given(st.integers(1, 50), st.integers(0, 50), st.data())
def test_the_packs_left_behind_are_all_dated_and_posted(before, allotted, data):
    left = data.draw(st.integers(0, before + allotted))
    after = carry_waiting([waits(before)], {KEY: allotted}, {KEY: left}, START)
    assert sum(line.packs for line in after) == left
    posted = sum(entry.amount_nano for entry in post_undelivered([waits(before)], after))
    assert posted == (left - before) * NANO_PER_PACK
