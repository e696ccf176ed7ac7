"""The audit log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field


class AuditEventOut(BaseModel):
    """An event of the log."""

    number: int
    at: dt.datetime
    actor: str = Field(description="who did it: prefix of a key, or @name of a person")
    role: str
    action: str
    subject: str = Field(description="what it happened to")
    details: dict[str, Any]
    previous_sha256: str
    sha256: str = Field(description="hash of the event and of the one before")


class AuditCheckOut(BaseModel):
    """Whether the log is whole."""

    is_whole: bool
    events: int
    head: str = Field(description="hash of the last event: note it, to prove later that none before it was changed")
    broken_at: int | None = Field(description="number of the first event that does not fit")
    head_found: bool = Field(description="whether the head that was asked for is in the log")
