"""Who waits when not all fits: priority, then days waited, then debt; never distance."""

import datetime as dt

from distribution.domain.network import Outlet
from distribution.services.ranking import rank_outlets

START = dt.date(2026, 11, 1)


def outlet(code: str, **fields: object) -> Outlet:
    return Outlet.model_validate(
        {"code": code, "lon": 59.6, "lat": 36.3, "area_code": "A", "cooperative_code": "C"} | fields
    )


def order(*outlets: Outlet, lot="round-1", waiting_since=None, debt_nano=None) -> list[str]:
    ranks = rank_outlets(outlets, START, lot=lot, waiting_since=waiting_since or {}, debt_nano=debt_nano or {})
    return sorted(ranks, key=ranks.__getitem__)


def test_priority_beats_a_longer_wait():
    assert order(outlet("old", waiting_since=dt.date(2026, 1, 1)), outlet("urgent", priority=1)) == ["urgent", "old"]


def test_a_longer_wait_beats_a_larger_debt():
    got = order(outlet("owed"), outlet("old", waiting_since=dt.date(2026, 10, 1)), debt_nano={"owed": 9 * 10**8})
    assert got == ["old", "owed"]


def test_debt_decides_between_outlets_that_waited_alike():
    assert order(outlet("a"), outlet("b"), debt_nano={"b": 1}) == ["b", "a"]


def test_the_earlier_of_its_own_wait_and_that_of_its_packs_counts():
    near = outlet("near", waiting_since=dt.date(2026, 9, 1))
    got = order(near, outlet("far"), waiting_since={"near": dt.date(2026, 10, 1), "far": dt.date(2026, 8, 1)})
    assert got == ["far", "near"]


def test_a_wait_that_has_not_begun_counts_for_nothing():
    assert order(outlet("a", waiting_since=dt.date(2027, 1, 1)), outlet("b")) == order(outlet("a"), outlet("b"))


def test_neither_distance_nor_size_nor_row_order_changes_a_lot():
    near, far = outlet("near", served_population=9), outlet("far", lon=61.0, lat=35.0, served_population=1)
    assert order(near, far) == order(far, near)
    moved = outlet("near", lon=61.0, lat=35.0, served_population=1), outlet("far", served_population=9)
    assert order(*moved) == order(near, far)


def test_lots_are_drawn_anew_each_round_and_come_out_even():
    first = [order(outlet("a"), outlet("b"), lot=f"round-{n}")[0] for n in range(400)]
    assert 160 < first.count("a") < 240
