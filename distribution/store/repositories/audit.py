"""The audit log: events that are only ever added, each bound to the one before by its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from distribution.store.tables import AuditEvent

#: Stands before the first event.
GENESIS = "0" * 64
_AT_ONCE = 1000


class AuditRepository:
    """Adds events and reads them in their order."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def add(
        self, actor: str, role: str, action: str, subject: str, details: Mapping[str, Any] | None = None
    ) -> AuditEvent:
        """Add an event; nobody else adds one until the transaction ends, so the chain never forks."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("LOCK TABLE audit_event IN EXCLUSIVE MODE"))
        last = self.last()
        event = AuditEvent(
            number=1 if last is None else last.number + 1,
            at=self._now().astimezone(dt.UTC).replace(microsecond=0),
            actor=actor,
            role=role,
            action=action,
            subject=subject,
            details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
            previous_sha256=GENESIS if last is None else last.sha256,
            sha256="",
        )
        event.sha256 = hash_event(event)
        self._session.add(event)
        self._session.flush()
        return event

    def last(self) -> AuditEvent | None:
        """Return the newest event."""
        return self._session.scalars(select(AuditEvent).order_by(col(AuditEvent.number).desc()).limit(1)).first()

    def page(self, *, after: int = 0, limit: int, subject: str | None = None) -> tuple[AuditEvent, ...]:
        """List events in their order, those after a number, of one subject if it is named."""
        query = select(AuditEvent).where(col(AuditEvent.number) > after)
        if subject is not None:
            query = query.where(col(AuditEvent.subject) == subject)
        return tuple(self._session.scalars(query.order_by(col(AuditEvent.number)).limit(limit)))

    def walk(self) -> Iterator[AuditEvent]:
        """Yield every event in its order, not all of them in memory at once."""
        after = 0
        while part := self.page(after=after, limit=_AT_ONCE):
            yield from part
            after = part[-1].number


def hash_event(event: AuditEvent) -> str:
    """Return the hash that an event must bear: of all it says, and of the hash before it."""
    said = {
        "number": event.number,
        "at": event.at.astimezone(dt.UTC).isoformat(),
        "actor": event.actor,
        "role": event.role,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "previous_sha256": event.previous_sha256,
    }
    return hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
