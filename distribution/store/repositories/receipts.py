"""Receipts of rounds, and the stock accounts of outlets."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from distribution.domain.principal import Scope
from distribution.store.tables import Receipt, StockAccountRow


class ReceiptRepository:
    """Keeps receipts; one that is kept is not changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, receipts: Iterable[Receipt]) -> None:
        """Keep receipts."""
        self._session.add_all(receipts)
        self._session.flush()

    def list(
        self, round_id: int, *, scope: Scope | None = None, after: int = 0, limit: int | None = None
    ) -> tuple[Receipt, ...]:
        """List the receipts of a round in the order they were recorded, after a number, within a scope."""
        query = select(Receipt).where(col(Receipt.round_id) == round_id, col(Receipt.id) > after)
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(Receipt.id)).limit(limit)))


class StockAccountRepository:
    """Keeps the stock accounts of outlets; one that is kept is not changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, accounts: Iterable[StockAccountRow]) -> None:
        """Keep accounts."""
        self._session.add_all(accounts)
        self._session.flush()

    def list(
        self, round_id: int, *, scope: Scope | None = None, after: int = 0, limit: int | None = None
    ) -> tuple[StockAccountRow, ...]:
        """List the accounts of a round in the order they came, after a number, within a scope."""
        query = select(StockAccountRow).where(
            col(StockAccountRow.round_id) == round_id, col(StockAccountRow.id) > after
        )
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(StockAccountRow.id)).limit(limit)))
