"""Who is told of events, and how far."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field

from distribution.domain.types import Codes, CodesText, UtcDateTime
from distribution.store.tables.base import Numbered


class Webhook(Numbered, table=True):
    """An address that the events of the log are sent to, in their order; the log itself is the outbox.

    ``last_number`` is the last event that was taken; while ``try_after`` lies ahead nobody sends.
    """

    __tablename__ = "webhook"

    url: str = Field(max_length=2000)
    secret: str = Field(max_length=64)
    actions: Codes = Field(default=(), sa_type=CodesText)
    active: bool = Field(default=True)
    last_number: int
    failures: int = Field(default=0)
    last_error: str = Field(default="", max_length=300)
    try_after: dt.datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(max_length=64)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
