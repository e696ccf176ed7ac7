"""Tell other programs of events: signed, in order, again and again until they take them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from distribution.domain.errors import StateError
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.store.tables import AuditEvent, Webhook
from distribution.store.unit_of_work import UnitOfWork

#: Sends a body to an address; returns the status of the answer, or raises OSError if there is none.
Post = Callable[[str, bytes, Mapping[str, str]], int]

#: How long one who sends keeps others from it, s: longer than all events of a turn take that are answered just in time.
LEASE_S = 330
#: Waits after failures, s, doubled each time; failures until it is given up.
FIRST_WAIT_S, LONGEST_WAIT_S, MOST_FAILURES = 10, 3600, 30
#: Events sent to one address before others have their turn.
MOST_EVENTS = 20
SIGNATURE_HEADER, EVENT_HEADER = "X-Taavon-Signature", "X-Taavon-Event"


def add_webhook(uow: UnitOfWork, asker: Principal, url: str, actions: Sequence[str] = ()) -> Webhook:
    """Keep an address that the events from now on are sent to; its secret is shown this once.

    Parameters
    ----------
    actions
        Those of which it is told; all for none.

    Raises
    ------
    StateError
        ``webhook_address`` if it is no http or https address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StateError("webhook_address", url=url)
    with uow.write() as tx:
        record(tx, asker, "webhook_added", "webhook", {"url": url, "actions": list(actions)})
        last, now = tx.audit.last(), tx.now()
        return tx.webhooks.add(
            Webhook(
                url=url,
                secret=secrets.token_hex(32),
                actions=tuple(sorted(set(actions))),
                last_number=0 if last is None else last.number,
                try_after=now,
                created_by=asker.actor,
                created_at=now,
            )
        )


def list_webhooks(uow: UnitOfWork) -> tuple[Webhook, ...]:
    """List the addresses."""
    with uow.read() as tx:
        return tx.webhooks.list()


def remove_webhook(uow: UnitOfWork, asker: Principal, number: int) -> None:
    """Forget an address.

    Raises
    ------
    NotFoundError
        ``webhook_unknown``.
    """
    with uow.write() as tx:
        tx.webhooks.remove(number)
        record(tx, asker, "webhook_removed", f"webhook/{number}")


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body: HMAC-SHA-256 (RFC 2104) under the secret of the address."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send_due(uow: UnitOfWork, post: Post) -> int:
    """Send events to every address that is behind and whose time has come; return how many were taken.

    An event is sent until a status from 200 to 299 comes back, so that it may come twice but never goes missing; those
    after it wait. Between tries the wait doubles, up to an hour; after 30 failures one after the other the address is given up.
    """
    taken = 0
    while True:
        with uow.write() as tx:
            last, now = tx.audit.last(), tx.now()
            until = now + dt.timedelta(seconds=LEASE_S)
            leased = tx.webhooks.lease(now, until, 0 if last is None else last.number)
            if leased is None:
                return taken
            events = tx.audit.page(after=leased.last_number, limit=MOST_EVENTS)
        reached, error = leased.last_number, ""
        for event in events:
            if not leased.actions or event.action in leased.actions:
                error = _send(leased, event, post)
                if error:
                    break
                taken += 1
            reached = event.number
        _note(uow, leased.require_id(), reached, error)


def _send(webhook: Webhook, event: AuditEvent, post: Post) -> str:
    """Send one event; return what went wrong, or nothing."""
    document = {
        "number": event.number,
        "at": event.at.astimezone(dt.UTC).isoformat(),
        "actor": event.actor,
        "role": event.role,
        "action": event.action,
        "subject": event.subject,
        "details": json.loads(event.details),
        "sha256": event.sha256,
    }
    body = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: sign(webhook.secret, body),
        EVENT_HEADER: str(event.number),
    }
    try:
        status = post(webhook.url, body, headers)
    except OSError as error:
        return str(error)[:300] or type(error).__name__
    return "" if 200 <= status < 300 else f"HTTP {status}"


def _note(uow: UnitOfWork, number: int, reached: int, error: str) -> None:
    """Keep how far an address is, and when it is tried again."""
    with uow.write() as tx:
        found = tx.webhooks.get(number)
        if found is None:  # it was removed meanwhile
            return
        found.last_number, found.last_error = max(found.last_number, reached), error
        found.failures = found.failures + 1 if error else 0
        wait_s = min(FIRST_WAIT_S * 2 ** (found.failures - 1), LONGEST_WAIT_S) if error else 0
        found.try_after = tx.now() + dt.timedelta(seconds=wait_s)
        if found.failures >= MOST_FAILURES:
            found.active = False
            tx.audit.add("program", "", "webhook_given_up", f"webhook/{number}", {"error": error})
