"""Addresses that events are sent to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError
from distribution.store.tables import Webhook


class WebhookRepository:
    """Keeps addresses, and leases one at a time to whoever sends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, webhook: Webhook) -> Webhook:
        """Keep an address."""
        self._session.add(webhook)
        self._session.flush()
        return webhook

    def list(self) -> tuple[Webhook, ...]:
        """List the addresses in the order they were added."""
        return tuple(self._session.scalars(select(Webhook).order_by(col(Webhook.id))))

    def remove(self, number: int) -> None:
        """Forget an address.

        Raises
        ------
        NotFoundError
            ``webhook_unknown``.
        """
        done = self._session.execute(delete(Webhook).where(col(Webhook.id) == number).returning(col(Webhook.id)))
        if done.first() is None:
            raise NotFoundError("webhook_unknown", number=number)

    def lease(self, now: dt.datetime, until: dt.datetime, last_event: int) -> Webhook | None:
        """Take an address that is behind and whose time has come, so that nobody else sends to it until a moment."""
        query = (
            select(Webhook)
            .where(col(Webhook.active).is_(True), col(Webhook.try_after) <= now, col(Webhook.last_number) < last_event)
            .order_by(col(Webhook.try_after), col(Webhook.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = self._session.scalars(query).first()
        if found is not None:
            found.try_after = until
            self._session.flush()
        return found

    def get(self, number: int) -> Webhook | None:
        """Find an address, to be changed."""
        query = select(Webhook).where(col(Webhook.id) == number).with_for_update()
        return self._session.scalars(query.execution_options(populate_existing=True)).first()
