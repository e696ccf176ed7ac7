"""What happened, one event after the other, each bound to the one before."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Text
from sqlmodel import Field

from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Stored


class AuditEvent(Stored, table=True):
    """An event: who did what to what. Rows are only ever added; the database refuses to change or delete one.

    ``sha256`` is the hash of the event and of the hash before it, so that none can be changed, moved or left out
    without all that follow.
    """

    __tablename__ = "audit_event"

    number: int = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=64)
    role: str = Field(max_length=20)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=200)
    details: str = Field(default="{}", sa_type=Text)
    previous_sha256: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
