"""Answers to allotments, feedback and appeals, narrowed to what the asker may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError, StaleError
from distribution.domain.principal import Scope
from distribution.domain.voice import AppealState
from distribution.store.tables import AnswerRow, Appeal, Feedback
from distribution.store.transactions import lock_key

Said = TypeVar("Said", Feedback, Appeal)


class VoiceRepository:
    """Keeps what is said, and what is answered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(
        self, round_id: int, *, scope: Scope | None = None, outlets: Collection[str] | None = None
    ) -> dict[tuple[str, str], AnswerRow]:
        """Index the answers to the allotments of a round by outlet and commodity, within a scope, of some outlets."""
        query = select(AnswerRow).where(col(AnswerRow.round_id) == round_id).order_by(col(AnswerRow.id))
        if scope is not None:
            query = query.filter_by(**scope.filters)
        if outlets is not None:
            query = query.where(col(AnswerRow.outlet_code).in_(sorted(outlets)))
        return {(row.outlet_code, row.commodity_code): row for row in self._session.scalars(query)}

    def put_answer(self, answer: AnswerRow) -> None:
        """Keep an answer in place of the one before."""
        query = select(AnswerRow).where(
            col(AnswerRow.round_id) == answer.round_id,
            col(AnswerRow.outlet_code) == answer.outlet_code,
            col(AnswerRow.commodity_code) == answer.commodity_code,
        )
        before = self._session.scalars(query.with_for_update()).first()
        if before is None:
            self._session.add(answer)
        else:
            for name in ("answer", "reason", "answered_by", "answered_at"):
                setattr(before, name, getattr(answer, name))
        self._session.flush()

    def add(self, said: Said) -> Said:
        """Keep feedback or an appeal."""
        self._session.add(said)
        self._session.flush()
        return said

    def feedback_by_key(self, said_by: str, key: str) -> Feedback | None:
        """Find the feedback that was sent with an idempotency key."""
        lock_key(self._session, said_by, key)
        query = select(Feedback).where(col(Feedback.said_by) == said_by, col(Feedback.idempotency_key) == key)
        return self._session.scalars(query).first()

    def appeal_by_key(self, filed_by: str, key: str) -> Appeal | None:
        """Find the appeal that was filed with an idempotency key."""
        lock_key(self._session, filed_by, key)
        query = select(Appeal).where(col(Appeal.filed_by) == filed_by, col(Appeal.idempotency_key) == key)
        return self._session.scalars(query).first()

    def feedback(self, *, scope: Scope | None = None, after: int = 0, limit: int | None = None) -> tuple[Feedback, ...]:
        """List feedback in the order it came, after a number."""
        query = select(Feedback).where(col(Feedback.id) > after).order_by(col(Feedback.id)).limit(limit)
        return tuple(self._session.scalars(query if scope is None else query.filter_by(**scope.filters)))

    def appeals(
        self,
        *,
        scope: Scope | None = None,
        states: Collection[AppealState] = tuple(AppealState),
        outlet_code: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[Appeal, ...]:
        """List appeals of some states in the order they were filed, after a number."""
        query = select(Appeal).where(col(Appeal.id) > after, col(Appeal.state).in_(states))
        if outlet_code is not None:
            query = query.where(col(Appeal.outlet_code) == outlet_code)
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(Appeal.id)).limit(limit)))

    def get_feedback(self, number: int, *, scope: Scope | None = None, for_update: bool = False) -> Feedback:
        """Get feedback.

        Raises
        ------
        NotFoundError
            ``feedback_unknown``, also if it lies outside the scope.
        """
        query = select(Feedback).where(col(Feedback.id) == number)
        query = query if scope is None else query.filter_by(**scope.filters)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = self._session.scalars(query).first()
        if found is None:
            raise NotFoundError("feedback_unknown", number=number)
        return found

    def get_appeal(
        self, number: int, *, scope: Scope | None = None, for_update: bool = False, version: int | None = None
    ) -> Appeal:
        """Get an appeal; with ``for_update`` nobody else may change it until the transaction ends.

        Raises
        ------
        NotFoundError
            ``appeal_unknown``, also if it lies outside the scope.
        StaleError
            If it has changed since the version that was read.
        """
        query = select(Appeal).where(col(Appeal.id) == number)
        query = query if scope is None else query.filter_by(**scope.filters)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = self._session.scalars(query).first()
        if found is None:
            raise NotFoundError("appeal_unknown", number=number)
        if version is not None and found.version != version:
            raise StaleError("changed_meanwhile")
        return found
