"""Rounds with their allotments, goods, postings, waiting packs, plans and files."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, Bound, HolderKind, LedgerKind, PopulationBasis, RoundState
from distribution.domain.errors import NotFoundError, StaleError, StateError
from distribution.domain.rounds import Allotment, LedgerEntry, RoundGoods, WaitingPacks
from distribution.store.repositories.files import FileInfo, NewFile
from distribution.store.unit_of_work import UnitOfWork

DEBT = Account.ROUNDING_DEBT


@pytest.fixture
def rounds(uow: UnitOfWork, network: Callable[..., Dataset]) -> UnitOfWork:
    """A store with the rounds r1 (id 1) and r2 (id 2)."""
    with uow.write() as tx:
        tx.datasets.import_(network(), "test")
        tx.rounds.add("r1", dataset_version=1, seed=2**40, parameters={"seconds": 30})
        tx.rounds.add("r2", dataset_version=1)
    return uow


def allotment(outlet: str, commodity: str = "rice", **terms: object) -> Allotment:
    given: dict[str, object] = {
        "outlet_code": outlet,
        "commodity_code": commodity,
        "union_code": "u1",
        "cooperative_code": "c1",
        "area_code": "a1",
        "people": 12_000,
        "basis": PopulationBasis.ASSUMED,
        "weight_grid": 15_000_000_000,
        "entitlement_nano": 7_400_000_000,
        "target_nano": 7_000_000_000,
        "cap_packs": 7,
        "bound": Bound.STORAGE,
        "debt_before_nano": -(10**8),
        "debt_after_nano": -(10**8),
        "shortfall_nano": 400_000_000,
        "packs": 7,
        "price": 10**15,
    }
    return Allotment(**{**given, **terms})  # type: ignore[arg-type] # terms are named by the tests


def goods(commodity: str, quota_g: int, packs: int, unplaced: int = 0) -> RoundGoods:
    return RoundGoods(
        commodity_code=commodity,
        quota_g=quota_g,
        packs_to_share=packs,
        allotted_packs=packs - unplaced,
        unplaced_packs=unplaced,
        remainder_g=quota_g - packs * 10_000,
        pack_g=10_000,
    )


def posting(outlet: str, amount: int, commodity: str = "rice", **more: object) -> LedgerEntry:
    return LedgerEntry(account=DEBT, holder_code=outlet, commodity_code=commodity, amount_nano=amount, **more)  # type: ignore[arg-type] # further fields


def test_a_round_comes_back_as_it_was_opened(rounds: UnitOfWork) -> None:
    with rounds.read() as tx:
        kept = tx.rounds.get("r1")
        assert [r.code for r in tx.rounds.list()] == ["r1", "r2"]
        assert [r.code for r in tx.rounds.list(after=1)] == ["r2"]
        latest = tx.rounds.latest()
    assert (kept.state, kept.seed, kept.parameters) == (RoundState.DRAFT, 2**40, {"seconds": 30})
    assert kept.created_at == dt.datetime(2026, 3, 21, 8, tzinfo=dt.UTC)
    assert latest is not None
    assert latest.code == "r2"


def test_a_code_is_given_to_one_round_only(rounds: UnitOfWork) -> None:
    with pytest.raises(StateError, match="round_exists"), rounds.write() as tx:
        tx.rounds.add("r1", dataset_version=1)


def test_a_round_needs_a_version_that_exists(rounds: UnitOfWork) -> None:
    with pytest.raises((IntegrityError, StateError)), rounds.write() as tx:
        tx.rounds.add("r3", dataset_version=99)
    with rounds.read() as tx:
        assert len(tx.rounds.list()) == 2


def test_a_round_that_is_not_there_is_a_clear_error(rounds: UnitOfWork) -> None:
    with rounds.read() as tx, pytest.raises(NotFoundError, match="round_unknown"):
        tx.rounds.get("r9")


def test_of_two_that_saw_the_same_last_round_only_one_may_add_the_next(rounds: UnitOfWork) -> None:
    together = threading.Barrier(2)

    def add_after(code: str) -> bool:
        with rounds.read() as tx:
            seen = tx.rounds.latest()
        together.wait()
        with rounds.write() as tx:
            tx.rounds.lock()
            if tx.rounds.latest() != seen:
                return False
            time.sleep(0.2)  # the other one is at the lock by now
            tx.rounds.add(code, dataset_version=1)
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add_after, ("one", "two"))) == [False, True]


def test_a_change_makes_the_version_that_was_read_stale(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        read = tx.rounds.get("r1", version=1)
        read.state = RoundState.COMPUTED
    assert read.version == 2
    with pytest.raises(StaleError), rounds.write() as tx:
        tx.rounds.get("r1", version=1)


def test_allotments_come_back_with_every_term_and_in_order(rounds: UnitOfWork) -> None:
    given = [allotment("o2"), allotment("o1", cap_packs=None, opening_packs=2), allotment("o1", "oil")]
    with rounds.write() as tx:
        tx.rounds.put_allotments(1, given)
    with rounds.read() as tx:
        kept = tx.rounds.allotments("r1")
    fields = set(Allotment.model_fields)
    assert [row.model_dump(include=fields) for row in kept] == [row.model_dump() for row in given]
    assert kept[0].amount_due == 7 * 10**15


def test_allotments_are_narrowed_by_code_and_paged(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.rounds.put_allotments(1, [allotment(f"o{n}", union_code=f"u{n % 2}") for n in range(6)])
        tx.rounds.put_allotments(2, [allotment("o1")])
    with rounds.read() as tx:
        of_union = tx.rounds.allotments("r1", union_code="u1")
        first = tx.rounds.allotments("r1", limit=4)
        rest = tx.rounds.allotments("r1", limit=4, after=first[-1].require_id())
        assert tx.rounds.allotments("r1", union_code="u1", outlet_code="o2") == ()
    assert [row.outlet_code for row in of_union] == ["o1", "o3", "o5"]
    assert [row.outlet_code for row in (*first, *rest)] == [f"o{n}" for n in range(6)]


def test_allotments_put_again_take_the_place_of_the_old(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.rounds.put_allotments(1, [allotment("o1"), allotment("o2")])
        tx.rounds.put_allotments(1, [allotment("o1", packs=3)])
        assert [row.packs for row in tx.rounds.allotments("r1")] == [3]


@pytest.mark.parametrize("wrong", [{"packs": 8}, {"packs": -1, "cap_packs": None}])
def test_an_allotment_beyond_its_bounds_is_refused_by_the_database(rounds: UnitOfWork, wrong: dict[str, int]) -> None:
    broken = allotment("o1").model_copy(update=wrong)
    with pytest.raises(IntegrityError), rounds.write() as tx:
        tx.rounds.put_allotments(1, [broken])


def test_goods_that_do_not_add_up_are_refused_by_the_database(rounds: UnitOfWork) -> None:
    broken = goods("rice", 25_000, 2).model_copy(update={"remainder_g": 4_999})
    with pytest.raises(IntegrityError), rounds.write() as tx:
        tx.rounds.put_goods(1, [broken])


def test_goods_are_carried_on_from_the_latest_round_that_had_them(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.rounds.put_goods(1, [goods("oil", 25_000, 2), goods("rice", 31_000, 3)])
        tx.rounds.put_goods(2, [goods("rice", 47_000, 4, unplaced=1)])
    with rounds.read() as tx:
        assert tx.rounds.carried_g() == {"oil": 5_000, "rice": 17_000}
        assert tx.rounds.carried_g(before_round=2) == {"oil": 5_000, "rice": 1_000}
        assert tx.rounds.carried_g(before_round=1) == {}
        assert [row.commodity_code for row in tx.rounds.goods("r1")] == ["oil", "rice"]


def test_balances_are_the_sums_of_the_postings(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.ledger.post([posting("o1", 600), posting("o2", -600), posting("o3", 0)], round_id=1)
        tx.ledger.post([posting("o1", -600), posting("o2", 500), posting("o3", 100)], round_id=2)
        tx.ledger.post([posting("o1", 7, "oil")], round_id=2)
    with rounds.read() as tx:
        assert tx.ledger.balances(DEBT) == {("o1", "oil"): 7, ("o2", "rice"): -100, ("o3", "rice"): 100}
        assert tx.ledger.balances(DEBT, before_round=2) == {("o1", "rice"): 600, ("o2", "rice"): -600}
        assert tx.ledger.balances(DEBT, before_round=1) == {}
        assert tx.ledger.balances(Account.SHORTFALL) == {}
        assert tx.ledger.totals(DEBT) == {"oil": 7, "rice": 0}
        assert len(tx.ledger.entries(round_id=1)) == 2  # a posting of nothing is left out


def test_areas_hold_accounts_of_their_own_even_under_an_outlets_code(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.ledger.post([posting("x", 5), posting("x", -5, holder_kind=HolderKind.AREA)], round_id=1)
    with rounds.read() as tx:
        assert tx.ledger.balances(DEBT) == {("x", "rice"): 5}
        assert tx.ledger.balances(DEBT, holder_kind=HolderKind.AREA) == {("x", "rice"): -5}


def test_a_reversed_round_leaves_the_balances_of_before(rounds: UnitOfWork) -> None:
    with rounds.write() as tx:
        tx.ledger.post([posting("o1", 300), posting("o2", -300)], round_id=1)
        tx.ledger.post([posting("o1", 50), posting("o2", -50)], round_id=2)
        tx.ledger.reverse_round(2)
        assert tx.ledger.balances(DEBT) == {("o1", "rice"): 300, ("o2", "rice"): -300}
        tx.ledger.post([posting("o1", -20), posting("o2", 20)], round_id=2)
        tx.ledger.reverse_round(2)
        assert tx.ledger.balances(DEBT) == {("o1", "rice"): 300, ("o2", "rice"): -300}
        assert [e.amount_nano for e in tx.ledger.entries(round_id=2) if e.kind is LedgerKind.REVERSAL] == [
            -50,
            50,
            20,
            -20,
        ]


def test_waiting_packs_are_open_until_a_plan_takes_them(rounds: UnitOfWork) -> None:
    day = dt.date(2026, 3, 21)
    with rounds.write() as tx:
        tx.waiting.add(
            1,
            [
                WaitingPacks(outlet_code="o2", commodity_code="rice", packs=4, waiting_since=day),
                WaitingPacks(outlet_code="o1", commodity_code="rice", packs=2, waiting_since=day - dt.timedelta(9)),
            ],
        )
    with rounds.write() as tx:
        waiting = tx.waiting.open()
        assert [(row.outlet_code, row.packs) for row in waiting] == [("o1", 2), ("o2", 4)]
        assert tx.waiting.open(before_round=1) == ()
        tx.waiting.settle([waiting[0].require_id()], 2)
        tx.waiting.add(2, [WaitingPacks(outlet_code="o3", commodity_code="rice", packs=1, waiting_since=day)])
        assert [row.outlet_code for row in tx.waiting.open()] == ["o2", "o3"]
    with rounds.write() as tx:
        tx.waiting.forget_round(2)
        assert [row.outlet_code for row in tx.waiting.open()] == ["o1", "o2"]


def test_a_plan_comes_back_byte_for_byte(rounds: UnitOfWork) -> None:
    content = '{"trips": "سفر"}'.encode() * 1000
    with rounds.write() as tx:
        tx.plans.put(1, b"{}", status="time_limit", seed=1, iterations=1, scaled_cost=1)
        tx.plans.put(1, content, status="iteration_limit", seed=2**40, iterations=2**33, scaled_cost=10**30)
    with rounds.read() as tx:
        plan = tx.plans.get(1)
        assert tx.plans.get(2) is None
        size = tx.session.connection().exec_driver_sql("SELECT length(content) FROM plan").scalar_one()
    assert plan is not None
    assert (plan.content, plan.sha256) == (content, hashlib.sha256(content).hexdigest())
    assert (plan.status, plan.seed, plan.iterations, plan.scaled_cost) == ("iteration_limit", 2**40, 2**33, 10**30)
    assert size < len(content) / 10
    with rounds.write() as tx:
        tx.plans.delete(1)
        assert tx.plans.get(1) is None


def test_files_are_listed_replaced_and_read(rounds: UnitOfWork) -> None:
    summary = NewFile("summary.json", "application/json", b"{}")
    with rounds.write() as tx:
        tx.files.put(1, [summary, NewFile("crew/1.zip", "application/zip", b"PK")])
        tx.files.put(1, [NewFile("summary.json", "application/json", b"[1]")])
        tx.files.put(2, [summary])
    with rounds.read() as tx:
        digest = hashlib.sha256(b"[1]").hexdigest()
        assert [info.path for info in tx.files.list(1)] == ["crew/1.zip", "summary.json"]
        assert tx.files.list(1)[1] == FileInfo("summary.json", "application/json", digest, 3)
        assert tx.files.get(1, "summary.json").content == b"[1]"
        with pytest.raises(NotFoundError, match="file_unknown"):
            tx.files.get(2, "crew/1.zip")
    with rounds.write() as tx:
        tx.files.replace(1, [NewFile("map.html", "text/html", b"<html>")])
        assert [info.path for info in tx.files.list(1)] == ["map.html"]
        assert [info.path for info in tx.files.list(2)] == ["summary.json"]
