"""The accounts, as postings that are only ever added to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from distribution.domain.enums import Account, HolderKind, LedgerKind
from distribution.domain.rounds import LedgerEntry
from distribution.store.tables import LedgerRow


class LedgerRepository:
    """Adds postings and sums them up."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def post(
        self, entries: Iterable[LedgerEntry], *, round_id: int | None = None, dataset_version: int | None = None
    ) -> None:
        """Add postings, of a round or of an import; postings of nothing are left out."""
        moment = self._now()
        values = [
            {"round_id": round_id, "dataset_version": dataset_version, "created_at": moment}
            | {name: getattr(entry, name) for name in LedgerEntry.model_fields}
            for entry in entries
            if entry.amount_nano
        ]
        if values:
            self._session.execute(insert(LedgerRow), values)

    def latest_id(self) -> int:
        """Return the number of the last posting; 0 before the first."""
        return int(self._session.execute(select(func.coalesce(func.max(col(LedgerRow.id)), 0))).scalar_one())

    def balances(
        self, account: Account, *, before_round: int | None = None, holder_kind: HolderKind = HolderKind.OUTLET
    ) -> dict[tuple[str, str], int]:
        """Sum up an account per (holder, commodity), in billionths of a pack; balances of nothing are left out.

        With ``before_round``, a round's id, the balances are those that round found: of the postings before its first.
        """
        total = func.sum(col(LedgerRow.amount_nano))
        query = (
            select(col(LedgerRow.holder_code), col(LedgerRow.commodity_code), total)
            .where(col(LedgerRow.account) == account, col(LedgerRow.holder_kind) == holder_kind)
            .group_by(col(LedgerRow.holder_code), col(LedgerRow.commodity_code))
            .having(total != 0)
            .order_by(col(LedgerRow.holder_code), col(LedgerRow.commodity_code))
        )
        if before_round is not None:
            first = select(func.min(col(LedgerRow.id))).where(col(LedgerRow.round_id) == before_round)
            first_id = self._session.execute(first).scalar_one()
            if first_id is not None:
                query = query.where(col(LedgerRow.id) < first_id)
        return {(holder, commodity): int(amount) for holder, commodity, amount in self._session.execute(query)}

    def totals(self, account: Account) -> dict[str, int]:
        """Sum up an account per commodity over all holders, outlets and areas alike, in billionths of a pack."""
        query = (
            select(col(LedgerRow.commodity_code), func.sum(col(LedgerRow.amount_nano)))
            .where(col(LedgerRow.account) == account)
            .group_by(col(LedgerRow.commodity_code))
        )
        return {commodity: int(amount) for commodity, amount in self._session.execute(query)}

    def entries(self, *, round_id: int | None = None, dataset_version: int | None = None) -> tuple[LedgerRow, ...]:
        """List postings in the order they were made: all, or those of a round or an import."""
        query = select(LedgerRow).order_by(col(LedgerRow.id))
        if round_id is not None:
            query = query.where(col(LedgerRow.round_id) == round_id)
        if dataset_version is not None:
            query = query.where(col(LedgerRow.dataset_version) == dataset_version)
        return tuple(self._session.scalars(query))

    def reverse_round(self, round_id: int) -> None:
        """Undo what a round has posted by posting the opposite, so that it can be computed anew."""
        query = (
            select(
                col(LedgerRow.account),
                col(LedgerRow.holder_kind),
                col(LedgerRow.holder_code),
                col(LedgerRow.commodity_code),
                func.sum(col(LedgerRow.amount_nano)),
            )
            .where(col(LedgerRow.round_id) == round_id)
            .group_by(
                col(LedgerRow.account),
                col(LedgerRow.holder_kind),
                col(LedgerRow.holder_code),
                col(LedgerRow.commodity_code),
            )
            .order_by(col(LedgerRow.account), col(LedgerRow.commodity_code), col(LedgerRow.holder_code))
        )
        opposite = [
            LedgerEntry(
                account=account,
                holder_kind=kind,
                holder_code=holder,
                commodity_code=commodity,
                amount_nano=-int(amount),
                kind=LedgerKind.REVERSAL,
            )
            for account, kind, holder, commodity, amount in self._session.execute(query)
        ]
        self.post(opposite, round_id=round_id)
