"""Views, suggestions and criticisms, and what is answered to them."""

from __future__ import annotations

from distribution.domain.errors import StateError
from distribution.domain.principal import Principal
from distribution.domain.voice import (
    FeedbackKind,
)
from distribution.services.audit import record
from distribution.services.page import Page, cut_page
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Feedback
from distribution.store.unit_of_work import Transaction, UnitOfWork


def say(
    uow: UnitOfWork, asker: Principal, kind: FeedbackKind, text: str, *, idempotency_key: str | None = None
) -> Feedback:
    """Keep a view, a suggestion or a criticism; sent twice with one key it is kept once.

    Raises
    ------
    StateError
        ``idempotency_key_reused`` if the key was used for something else.
    """
    with uow.write() as tx:
        before = tx.voice.feedback_by_key(asker.actor, idempotency_key) if idempotency_key else None
        if before is not None:
            if (before.kind, before.text) != (kind, text):
                raise StateError("idempotency_key_reused")
            return before
        said = tx.voice.add(
            Feedback(
                kind=kind,
                text=text,
                union_code=_union_of(tx, asker),
                cooperative_code=asker.cooperative_code,
                said_by=asker.actor,
                said_at=tx.now(),
                idempotency_key=idempotency_key,
            )
        )
        record(tx, asker, "feedback_said", f"feedback/{said.id}", {"kind": kind.value})
        return said


def answer_feedback(uow: UnitOfWork, asker: Principal, number: int, text: str) -> Feedback:
    """Answer what somebody said, once.

    Raises
    ------
    NotFoundError
        ``feedback_unknown``.
    StateError
        ``feedback_answered``.
    """
    with uow.write() as tx:
        found = tx.voice.get_feedback(number, for_update=True)
        if found.answered_at is not None:
            raise StateError("feedback_answered", number=number)
        found.answer, found.answered_by, found.answered_at = text, asker.actor, tx.now()
        record(tx, asker, "feedback_answered", f"feedback/{number}")
        return found


def list_feedback(uow: UnitOfWork, asker: Principal, *, after: int = 0, limit: int) -> Page[Feedback]:
    """List what was said, by the asker's part of the network or by all, in its order."""
    with uow.read() as tx:
        said = tx.voice.feedback(scope=asker.scope, after=after, limit=limit + 1)
    return cut_page([(str(one.id), one) for one in said], limit)


def _union_of(tx: Transaction, asker: Principal) -> str | None:
    if asker.cooperative_code is None:
        return asker.union_code
    return NetworkPages(tx.session).union_of(asker.cooperative_code, tx.datasets.current_version() or 0)
