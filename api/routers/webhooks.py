"""Addresses that events are sent to."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel, Field

from api.dependencies import Database
from api.routers.numbers import read_number
from api.schemas.page import PageOut
from api.security import Asker, require_right
from distribution.domain.enums import Right
from distribution.services.webhooks import add_webhook, list_webhooks, remove_webhook
from distribution.store.tables import Webhook

router = APIRouter(tags=["webhooks"], dependencies=[Depends(require_right(Right.MANAGE_KEYS))])


class WebhookIn(BaseModel, extra="forbid"):
    """Ask to be told of events."""

    url: str = Field(min_length=1, max_length=2000, pattern=r"^https?://[^\s\x00]+$")
    actions: list[str] = Field(
        default_factory=list, max_length=50, description="actions of the log, e.g. round_publish; none = all"
    )


class WebhookOut(BaseModel):
    """An address and how far it is."""

    id: int
    url: str
    actions: list[str]
    active: bool = Field(description="no if it was given up after 30 failures one after the other")
    last_number: int = Field(description="number of the last event that was taken")
    failures: int = Field(description="failures since the last that was taken")
    last_error: str
    try_after: dt.datetime
    created_by: str
    created_at: dt.datetime


class NewWebhookOut(WebhookOut):
    """A new address; its secret is shown this once."""

    secret: str = Field(description="key of the HMAC-SHA-256 in `X-Taavon-Signature`")


@router.post("/webhooks", operation_id="add_webhook", status_code=status.HTTP_201_CREATED)
def add(uow: Database, asker: Asker, wanted: WebhookIn) -> NewWebhookOut:
    """Have the events from now on sent to an address, signed, in order, until each is taken."""
    made = add_webhook(uow, asker, wanted.url, wanted.actions)
    return NewWebhookOut(**_fields(made), secret=made.secret)


@router.get("/webhooks", operation_id="list_webhooks")
def read_all(uow: Database) -> PageOut[WebhookOut]:
    """List the addresses and how far they are; all on one page."""
    return PageOut(items=[WebhookOut(**_fields(row)) for row in list_webhooks(uow)])


@router.delete("/webhooks/{number}", operation_id="remove_webhook", status_code=status.HTTP_204_NO_CONTENT)
def remove(uow: Database, asker: Asker, number: str) -> Response:
    """Send no more to an address."""
    remove_webhook(uow, asker, read_number(number))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _fields(row: Webhook) -> dict[str, object]:
    return {name: getattr(row, name) for name in WebhookOut.model_fields}
