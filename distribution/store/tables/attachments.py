"""Photos and documents that were given with something."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Numbered


class Attachment(Numbered, table=True):
    """A file, and what it was given with; ``subject`` names that as the audit log does, e.g. ``appeal/7``."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("subject", "sha256"),)

    subject: str = Field(max_length=300)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    sha256: str = Field(max_length=64)
    size: int
    content: bytes = Field(sa_type=LargeBinary)
    added_by: str = Field(max_length=64)
    added_at: dt.datetime = Field(sa_type=UtcDateTime)
