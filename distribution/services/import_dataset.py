"""Make a dataset the current one and pass on the accounts and the waiting packs of outlets that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from distribution.allocation.succession import AccountMove, move_accounts
from distribution.domain.dataset import Dataset
from distribution.domain.dataset_diff import DatasetDiff
from distribution.domain.enums import Account, HolderKind, LedgerKind
from distribution.domain.rounds import LedgerEntry
from distribution.store.unit_of_work import Transaction, UnitOfWork


def import_dataset(uow: UnitOfWork, dataset: Dataset, source: str) -> DatasetDiff:
    """Import a dataset; the accounts of closed outlets pass to their successors, else to their area.

    The sum of every account stays what it was. Packs that wait for a closed outlet wait for its successors from then
    on; without a successor they stay where they are, and every later round tells of them.

    Parameters
    ----------
    source
        Where it comes from, as a person would say it: a file's name, who sent it.
    """
    with uow.write() as tx:
        return import_dataset_in(tx, dataset, source)


def import_dataset_in(tx: Transaction, dataset: Dataset, source: str) -> DatasetDiff:
    """Import a dataset inside a transaction."""
    diff = tx.datasets.import_(dataset, source)
    if diff:
        heirs = _Heirs(tx, dataset, diff.version)
        _pass_on_accounts(tx, heirs)
        _pass_on_waiting(tx, heirs)
    return diff


class _Heirs:
    """Finds who follows the outlets that a version of the network closed."""

    def __init__(self, tx: Transaction, dataset: Dataset, version: int) -> None:
        self._tx = tx
        self._dataset = dataset
        self.version = version
        self.active = dataset.outlet_by_code.keys()

    @cached_property
    def _area_of(self) -> dict[str, str]:
        known = self._tx.datasets.load(self.version, include_inactive=True)
        return {outlet.code: outlet.area_code for outlet in known.outlets}

    def moves(self, held: Mapping[tuple[str, str], int]) -> tuple[AccountMove, ...]:
        """Say where what closed outlets hold, by (outlet, commodity), goes to."""
        closed = {key: amount for key, amount in held.items() if key[0] not in self.active}
        if not closed:
            return ()
        return move_accounts(closed, self._dataset.successions, self._area_of, self.active).moves


def _pass_on_accounts(tx: Transaction, heirs: _Heirs) -> None:
    for account in Account:
        moves = heirs.moves(tx.ledger.balances(account))
        tx.ledger.post(_postings(account, moves), dataset_version=heirs.version)


def _pass_on_waiting(tx: Transaction, heirs: _Heirs) -> None:
    for line in tx.waiting.open():
        moves = heirs.moves({(line.outlet_code, line.commodity_code): line.packs})
        if any(move.to_outlet for move in moves):
            tx.waiting.pass_on(line, [(move.to_outlet or line.outlet_code, move.amount) for move in moves])


def _postings(account: Account, moves: Iterable[AccountMove]) -> Iterator[LedgerEntry]:
    """Take every moved amount from who held it and give it to who follows."""
    for move in moves:
        to_area = move.to_area is not None
        ends = (
            (HolderKind.OUTLET, move.from_outlet, -move.amount),
            (HolderKind.AREA if to_area else HolderKind.OUTLET, move.to_area or move.to_outlet, move.amount),
        )
        for kind, code, amount in ends:
            yield LedgerEntry(
                account=account,
                holder_kind=kind,
                holder_code=str(code),
                commodity_code=move.commodity,
                amount_nano=amount,
                kind=LedgerKind.SUCCESSION,
            )
