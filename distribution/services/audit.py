"""The audit log: record what is done, show it, and check that nothing of it was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distribution.domain.principal import Principal
from distribution.services.page import Page, cut_page
from distribution.store.repositories.audit import GENESIS, hash_event
from distribution.store.tables import AuditEvent
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the log is whole.

    Attributes
    ----------
    events
        How many there are.
    head
        Hash of the last; whoever noted it can prove later that none before it was changed.
    broken_at
        Number of the first event that does not fit; None if all do.
    head_found
        Whether a head that was noted is in the log.
    """

    events: int
    head: str
    broken_at: int | None
    head_found: bool

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.broken_at is None and self.head_found


def record(
    tx: Transaction, asker: Principal, action: str, subject: str, details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Add an event in the transaction of what it tells of: both are kept, or neither."""
    return tx.audit.add(asker.actor, asker.role.value, action, subject, details)


def list_events(uow: UnitOfWork, *, subject: str | None = None, after: int = 0, limit: int) -> Page[AuditEvent]:
    """List events in their order, those after a number, of one subject if it is named."""
    with uow.read() as tx:
        events = tx.audit.page(after=after, limit=limit + 1, subject=subject)
    return cut_page([(str(event.number), event) for event in events], limit)


def check_audit(uow: UnitOfWork, noted_head: str | None = None) -> AuditCheck:
    """Work out every hash of the log anew, and look for a head that was noted before.

    Parameters
    ----------
    noted_head
        Hash of what was the last event once; a log whose end was cut off does not hold it any more.
    """
    with uow.read() as tx:
        before, count, broken, seen = GENESIS, 0, None, noted_head in {None, GENESIS}
        for event in tx.audit.walk():
            count += 1
            fits = event.number == count and event.previous_sha256 == before and event.sha256 == hash_event(event)
            if broken is None and not fits:
                broken = event.number
            before = event.sha256
            seen = seen or event.sha256 == noted_head
    return AuditCheck(count, before, broken, seen)
