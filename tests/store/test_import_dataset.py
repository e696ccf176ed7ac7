"""When an outlet closes, its accounts pass on and the sums stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, HolderKind, LedgerKind
from distribution.domain.network import Succession
from distribution.domain.rounds import LedgerEntry
from distribution.services.import_dataset import import_dataset
from distribution.store.unit_of_work import UnitOfWork

DEBT = Account.ROUNDING_DEBT
MakeNetwork = Callable[..., Dataset]


@pytest.fixture
def indebted(uow: UnitOfWork, network: MakeNetwork) -> UnitOfWork:
    """Three outlets, of which o3 is owed 0.7 packs of rice and has 2 packs short of oil."""
    import_dataset(uow, network(["o1", "o2", "o3"]), "first")
    amounts = [("o1", -400), ("o2", -300), ("o3", 700)]
    entries = [
        LedgerEntry(account=DEBT, holder_code=o, commodity_code="rice", amount_nano=n * 10**6) for o, n in amounts
    ]
    short = LedgerEntry(account=Account.SHORTFALL, holder_code="o3", commodity_code="oil", amount_nano=2 * 10**9)
    with uow.write() as tx:
        tx.rounds.add("r1", dataset_version=1)
        tx.ledger.post([*entries, short], round_id=1)
    return uow


def test_accounts_pass_to_the_declared_successors_by_their_parts(indebted: UnitOfWork, network: MakeNetwork) -> None:
    split = (
        Succession(sheet="outlets", old_code="o3", new_code="o1", share="0.25"),
        Succession(sheet="outlets", old_code="o3", new_code="o2", share="0.75"),
    )
    diff = import_dataset(indebted, network(["o1", "o2"], successions=split), "merger")
    assert diff.sheets["outlets"].deactivated == ("o3",)
    with indebted.read() as tx:
        assert tx.ledger.balances(DEBT) == {("o1", "rice"): -225 * 10**6, ("o2", "rice"): 225 * 10**6}
        assert tx.ledger.balances(Account.SHORTFALL) == {("o1", "oil"): 5 * 10**8, ("o2", "oil"): 15 * 10**8}
        assert tx.ledger.totals(DEBT) == {"rice": 0}
        entries = tx.ledger.entries(dataset_version=2)
    assert {entry.kind for entry in entries} == {LedgerKind.SUCCESSION}
    assert sum(entry.amount_nano for entry in entries) == 0


def test_without_a_successor_accounts_pass_to_the_area(indebted: UnitOfWork, network: MakeNetwork) -> None:
    import_dataset(indebted, network(["o1", "o2"]), "closed")
    with indebted.read() as tx:
        assert ("o3", "rice") not in tx.ledger.balances(DEBT)
        assert tx.ledger.balances(DEBT, holder_kind=HolderKind.AREA) == {("a1", "rice"): 7 * 10**8}
        assert tx.ledger.totals(DEBT) == {"rice": 0}
        assert tx.ledger.totals(Account.SHORTFALL) == {"oil": 2 * 10**9}


def test_accounts_pass_on_once_only(indebted: UnitOfWork, network: MakeNetwork) -> None:
    import_dataset(indebted, network(["o1", "o2"]), "closed")
    import_dataset(indebted, network(["o1"]), "closed too")
    with indebted.read() as tx:
        assert tx.ledger.balances(DEBT) == {("o1", "rice"): -4 * 10**8}
        assert tx.ledger.balances(DEBT, holder_kind=HolderKind.AREA) == {("a1", "rice"): 4 * 10**8}


def test_an_equal_import_moves_nothing(indebted: UnitOfWork, network: MakeNetwork) -> None:
    assert not import_dataset(indebted, network(["o1", "o2", "o3"]), "again")
    with indebted.read() as tx:
        assert tx.ledger.entries(dataset_version=1) == ()
        assert tx.ledger.balances(DEBT)["o3", "rice"] == 7 * 10**8
