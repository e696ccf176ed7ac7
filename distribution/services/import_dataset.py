"""Make a dataset the current one and pass on the accounts of outlets that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from distribution.allocation.succession import AccountMove, move_accounts
from distribution.domain.dataset import Dataset
from distribution.domain.dataset_diff import DatasetDiff
from distribution.domain.enums import Account, HolderKind, LedgerKind
from distribution.domain.rounds import LedgerEntry
from distribution.store.unit_of_work import Transaction, UnitOfWork


def import_dataset(uow: UnitOfWork, dataset: Dataset, source: str) -> DatasetDiff:
    """Import a dataset; the accounts of closed outlets pass to their successors, else to their area.

    The sum of every account stays what it was.

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
        _pass_on_accounts(tx, dataset, diff.version)
    return diff


def _pass_on_accounts(tx: Transaction, dataset: Dataset, version: int) -> None:
    active = dataset.outlet_by_code.keys()
    closed_area: dict[str, str] | None = None
    for account in Account:
        held = {key: amount for key, amount in tx.ledger.balances(account).items() if key[0] not in active}
        if not held:
            continue
        if closed_area is None:
            known = tx.datasets.load(version, include_inactive=True)
            closed_area = {outlet.code: outlet.area_code for outlet in known.outlets}
        moved = move_accounts(held, dataset.successions, closed_area, active)
        tx.ledger.post(_postings(account, moved.moves), dataset_version=version)


def _postings(account: Account, moves: Iterable[AccountMove]) -> Iterator[LedgerEntry]:
    """Take every moved amount from who held it and give it to who follows."""
    for move in moves:
        to_area = move.to_area is not None
        ends = (
            (HolderKind.OUTLET, move.from_outlet, -move.amount_nano),
            (HolderKind.AREA if to_area else HolderKind.OUTLET, move.to_area or move.to_outlet, move.amount_nano),
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
