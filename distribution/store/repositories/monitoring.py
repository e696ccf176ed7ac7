"""Inspections, narrowed to what the asker may see, and replies to scorecards."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError
from distribution.domain.principal import Scope
from distribution.store.tables import Inspection, ScorecardReply
from distribution.store.transactions import lock_key


class MonitoringRepository:
    """Keeps visits to outlets, and what is said to scorecards."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_inspection(self, inspection: Inspection) -> Inspection:
        """Keep an inspection."""
        self._session.add(inspection)
        self._session.flush()
        return inspection

    def inspection_by_key(self, inspected_by: str, key: str) -> Inspection | None:
        """Find the inspection that was told with an idempotency key."""
        lock_key(self._session, inspected_by, key)
        query = select(Inspection).where(
            col(Inspection.inspected_by) == inspected_by, col(Inspection.idempotency_key) == key
        )
        return self._session.scalars(query).first()

    def inspections(
        self, *, scope: Scope | None = None, outlet_code: str | None = None, after: int = 0, limit: int | None = None
    ) -> tuple[Inspection, ...]:
        """List inspections in the order they were told, after a number."""
        query = select(Inspection).where(col(Inspection.id) > after)
        if outlet_code is not None:
            query = query.where(col(Inspection.outlet_code) == outlet_code)
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(Inspection.id)).limit(limit)))

    def get_inspection(self, number: int, *, scope: Scope | None = None, for_update: bool = False) -> Inspection:
        """Get an inspection.

        Raises
        ------
        NotFoundError
            ``inspection_unknown``, also if it lies outside the scope.
        """
        query = select(Inspection).where(col(Inspection.id) == number)
        query = query if scope is None else query.filter_by(**scope.filters)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = self._session.scalars(query).first()
        if found is None:
            raise NotFoundError("inspection_unknown", number=number)
        return found

    def replies(self, round_id: int, level: str) -> dict[str, ScorecardReply]:
        """Index the replies to the scorecards of a round at a level by whose they are."""
        query = select(ScorecardReply).where(
            col(ScorecardReply.round_id) == round_id, col(ScorecardReply.level) == level
        )
        return {reply.code: reply for reply in self._session.scalars(query)}

    def put_reply(self, reply: ScorecardReply) -> ScorecardReply:
        """Keep a reply in place of the one before."""
        query = select(ScorecardReply).where(
            col(ScorecardReply.round_id) == reply.round_id,
            col(ScorecardReply.level) == reply.level,
            col(ScorecardReply.code) == reply.code,
        )
        before = self._session.scalars(query.with_for_update()).first()
        if before is None:
            self._session.add(reply)
        else:
            before.text, before.said_by, before.said_at = reply.text, reply.said_by, reply.said_at
        self._session.flush()
        return before or reply
