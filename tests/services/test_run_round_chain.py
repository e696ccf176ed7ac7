"""Rounds that follow one another: debts stay small, what waits goes first, and nothing appears or vanishes."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, ApportionmentMethod
from distribution.domain.network import Succession
from distribution.domain.rounds import NANO_PER_PACK
from tests.support.kept import Books, KeptRound, add_up, check_round
from tests.support.networks import small_network
from tests.support.nouns import quota

WEEK = dt.timedelta(days=7)
START = dt.date(2024, 4, 20)
TONNES = (("chicken", "2.403"), ("eggs", "1.502"), ("rice", "12.007"))


def roomy() -> Dataset:
    """Build the small network with room in every store and stock for several rounds at once."""
    small = small_network()
    return replace(
        small,
        outlets=tuple(o.model_copy(update={"storage_dry_kg": 9000, "deliveries_per_period": 3}) for o in small.outlets),
        stock=tuple(
            s if s.place_code in small.outlet_by_code else s.model_copy(update={"packs": 10 * s.packs})
            for s in small.stock
        ),
    )


def week(network: Dataset, number: int, **fields: object) -> Dataset:
    """Give a network the quotas of a week, in masses that are no whole packs."""
    start = START + number * WEEK
    quotas = tuple(
        quota(f"week-{number}", code, t, start, start + dt.timedelta(days=6), **fields) for code, t in TONNES
    )
    return replace(network, quotas=quotas)


def with_few_trucks(network: Dataset) -> Dataset:
    """Leave one small dry truck at each warehouse, with one trip a day."""
    return replace(
        network,
        vehicles=tuple(
            v.model_copy(update={"capacity_kg": 700, "trips_per_day": 1}) for v in network.vehicles if "cold" in v.code
        ),
    )


def balances(books: Books, account: Account) -> dict[tuple[str, str], int]:
    with books.uow.read() as tx:
        return tx.ledger.balances(account)


def totals(books: Books, account: Account) -> dict[str, int]:
    with books.uow.read() as tx:
        return tx.ledger.totals(account)


def run_weeks(books: Books, networks: list[Dataset]) -> list[KeptRound]:
    rounds = [books.run(network) for network in networks]
    for kept in rounds:
        check_round(kept)
    return rounds


def test_over_five_rounds_every_debt_stays_below_a_pack_and_they_sum_to_zero(books):
    for number in range(5):
        kept = books.run(week(small_network(), number))
        check_round(kept)
        debts = balances(books, Account.ROUNDING_DEBT)
        assert debts
        assert all(abs(debt) < NANO_PER_PACK for debt in debts.values())
        assert not any(totals(books, Account.ROUNDING_DEBT).values())
        for line in kept.allotments:
            assert debts.get((line.outlet_code, line.commodity_code), 0) == line.debt_after_nano


def test_over_rounds_what_was_assigned_is_allotted_or_carried_to_the_gram(books):
    rounds = run_weeks(books, [week(small_network(), number) for number in range(4)])
    for commodity, tonnes in TONNES:
        lines = [kept.goods[commodity] for kept in rounds]
        for before, after in pairwise(lines):
            assert after.carried_g == before.remainder_g + before.unplaced_packs * before.pack_g
        allotted_g = sum(line.allotted_packs * line.pack_g for line in lines)
        assert allotted_g + lines[-1].carried_on_g == 4 * Decimal(tonnes) * 10**6
        assert any(line.carried_g for line in lines)


def test_unplaced_packs_are_shared_again_in_the_next_round(books):
    small = small_network()
    cramped = replace(small, outlets=tuple(o.model_copy(update={"storage_dry_kg": 300}) for o in small.outlets))
    first, second = run_weeks(books, [week(cramped, 0), week(small, 1)])
    unplaced = first.goods["rice"].unplaced_packs
    assert unplaced
    assert second.goods["rice"].packs_to_share == (unplaced * 10_000 + 7_000 + 12_007_000) // 10_000


def test_packs_left_waiting_keep_their_date_and_are_delivered_first(books):
    small = roomy()
    first, second, third = run_weeks(
        books, [week(with_few_trucks(small), 0), week(with_few_trucks(small), 1), week(small, 2)]
    )
    assert first.waits
    assert {line.waiting_since for line in first.waits} == {START}
    assert second.waited == first.waits
    # The oldest packs are delivered first: of an outlet and commodity, what is left is younger than what came.
    arrived = second.routed + second.collected
    for key, packs in add_up(first.waits).items():
        still = sum(
            line.packs
            for line in second.waits
            if (line.outlet_code, line.commodity_code) == key and line.waiting_since == START
        )
        assert still == max(0, packs - arrived[key])
    ranks = {d.name.split("/")[0]: d.rank for d in second.loaded.problem.deliveries}
    had_to_wait = {outlet for outlet, _ in add_up(first.waits)}
    others = [rank for outlet, rank in ranks.items() if outlet not in had_to_wait]
    assert others
    assert max(ranks[outlet] for outlet in had_to_wait & ranks.keys()) < min(others)
    assert not third.waits
    assert not any(totals(books, Account.SHORTFALL).values())


def test_undelivered_packs_stand_in_the_shortfall_account_until_they_are_delivered(books):
    small = roomy()
    for number, network in enumerate((with_few_trucks(small), with_few_trucks(small), small)):
        kept = books.run(week(network, number))
        owed = {key: packs * NANO_PER_PACK for key, packs in add_up(kept.waits).items()}
        assert balances(books, Account.SHORTFALL) == owed


def test_a_webster_round_between_leaves_the_debts_as_they_were(books):
    books.run(week(small_network(), 0))
    before = balances(books, Account.ROUNDING_DEBT)
    check_round(books.run(week(small_network(), 1, method=ApportionmentMethod.WEBSTER)))
    assert balances(books, Account.ROUNDING_DEBT) == before


def without(network: Dataset, code: str, *successions: Succession) -> Dataset:
    return replace(
        network,
        outlets=tuple(o for o in network.outlets if o.code != code),
        stock=tuple(s for s in network.stock if s.place_code != code),
        successions=successions,
    )


def follows(new: str, share: str, old: str = "O1") -> Succession:
    return Succession(sheet="outlets", old_code=old, new_code=new, share=Decimal(share))


def test_what_waits_for_an_outlet_that_merges_is_delivered_to_its_successors(books):
    small = roomy()
    no_truck = replace(small, vehicles=tuple(v for v in small.vehicles if v.warehouse_code == "W2"))
    far_from_w2 = replace(no_truck, stock=tuple(s for s in small.stock if s.place_code != "W2"))
    first = books.run(week(far_from_w2, 0))
    waited = add_up(first.waits)
    rice = waited["O1", "rice"]
    assert rice > 1
    debts = balances(books, Account.ROUNDING_DEBT)
    merged = without(small, "O1", follows("O0", "0.5"), follows("O2", "0.5"))
    second = books.run(week(merged, 1))
    check_round(second)
    handed = add_up(second.waited)
    assert handed["O0", "rice"] + handed["O2", "rice"] == waited["O0", "rice"] + waited["O2", "rice"] + rice
    assert abs((handed["O0", "rice"] - waited["O0", "rice"]) - rice / 2) < 1
    assert {line.waiting_since for line in second.waited} == {START}
    assert not second.waits
    assert "outlet_closed" not in second.reasons
    assert debts["O1", "rice"]
    assert ("O1", "rice") not in balances(books, Account.ROUNDING_DEBT)
    assert not any(totals(books, Account.ROUNDING_DEBT).values())
    assert not any(totals(books, Account.SHORTFALL).values())


def test_what_waits_for_an_outlet_without_successor_is_told_in_every_round_and_delivered_if_it_opens_again(books):
    small = roomy()
    far_from_w2 = replace(small, stock=tuple(s for s in small.stock if s.place_code == "O0"))
    first = books.run(week(far_from_w2, 0))
    owed = add_up(first.waits)
    lines = sum(1 for outlet, _ in owed if outlet == "O1")
    assert lines == 3
    closed = without(small, "O1")
    for number in (1, 2):
        kept = books.run(week(closed, number))
        check_round(kept)
        assert kept.reasons == {"outlet_closed": lines}
        rows = kept.files["unserved.csv"].decode("utf-8-sig").splitlines()[1:]
        assert len(rows) == lines
        assert all(row.startswith("O1,") and "outlet_closed" in row for row in rows)
        assert not any(totals(books, Account.ROUNDING_DEBT).values())
    again = books.run(week(small, 3))
    check_round(again)
    assert Counter({key: packs for key, packs in add_up(again.waited).items() if key[0] == "O1"}) == Counter(
        {key: packs for key, packs in owed.items() if key[0] == "O1"}
    )
    assert again.reasons == {}


def test_what_waits_with_a_commodity_that_is_gone_is_told(books):
    small = roomy()
    first = books.run(week(replace(small, stock=tuple(s for s in small.stock if s.commodity_code != "eggs")), 0))
    lines = len([line for line in first.waits if line.commodity_code == "eggs"])
    assert lines
    later = week(small, 1)
    no_eggs = replace(
        later,
        commodities=tuple(c for c in later.commodities if c.code != "eggs"),
        stock=tuple(s for s in later.stock if s.commodity_code != "eggs"),
        quotas=tuple(q for q in later.quotas if q.commodity_code != "eggs"),
    )
    kept = books.run(no_eggs)
    check_round(kept)
    assert kept.reasons == {"commodity_gone": lines}


def test_packs_that_wait_leave_no_room_for_as_many_new_ones(books):
    small = roomy()
    cramped = replace(small, outlets=tuple(o.model_copy(update={"storage_dry_kg": 700}) for o in small.outlets))
    nothing_there = replace(cramped, stock=tuple(s for s in cramped.stock if s.place_code == "O0"))
    first = books.run(week(nothing_there, 0))
    second = books.run(week(cramped, 1))
    check_round(second)
    assert sum(packs for (_, commodity), packs in second.allotted.items() if commodity == "rice") < sum(
        packs for (_, commodity), packs in first.allotted.items() if commodity == "rice"
    )
    assert second.reasons == {}
