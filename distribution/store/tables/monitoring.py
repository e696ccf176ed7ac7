"""Inspections of outlets, and what is said to scorecards."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from distribution.domain.inspection import InspectionBase
from distribution.domain.types import UtcDateTime
from distribution.domain.voice import MOST_CHARACTERS
from distribution.store.tables.base import Numbered


class Inspection(InspectionBase, Numbered, table=True):
    """A visit to an outlet."""

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("inspected_by", "idempotency_key"),
        CheckConstraint("(replied_at IS NULL) = (reply = '')", name="reply"),
    )

    idempotency_key: str | None = Field(default=None, max_length=200)


class ScorecardReply(Numbered, table=True):
    """What a union or a cooperative says to a scorecard of a round; the last word counts, those before are in the log."""

    __tablename__ = "scorecard_reply"
    __table_args__ = (UniqueConstraint("round_id", "level", "code"),)

    round_id: int = Field(foreign_key="round.id")
    level: str = Field(max_length=20)
    code: str = Field(max_length=64)
    text: str = Field(max_length=MOST_CHARACTERS)
    said_by: str = Field(max_length=64)
    said_at: dt.datetime = Field(sa_type=UtcDateTime)
