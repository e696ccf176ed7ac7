"""What unions and cooperatives say, and what is answered."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, UniqueConstraint
from sqlmodel import Field

from distribution.domain.voice import Answer, AppealBase, FeedbackBase
from distribution.store.tables.base import Numbered

_appeal_version = Column("version", Integer, nullable=False)


class AnswerRow(Answer, Numbered, table=True):
    """The last answer to an allotment; the ones before are in the log."""

    __tablename__ = "allotment_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "outlet_code", "commodity_code"),
        CheckConstraint("answer <> 'objected' OR reason <> ''", name="reason"),
    )

    round_id: int = Field(foreign_key="round.id")


class Feedback(FeedbackBase, Numbered, table=True):
    """What somebody said."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("said_by", "idempotency_key"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer"),
    )

    idempotency_key: str | None = Field(default=None, max_length=200)


class Appeal(AppealBase, Numbered, table=True):
    """An appeal; ``version`` grows with every change and is the ETag."""

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("filed_by", "idempotency_key"),
        CheckConstraint("(decided_at IS NULL) = (state = 'open')", name="decided"),
        CheckConstraint("state NOT IN ('granted', 'rejected') OR reason <> ''", name="reason"),
    )
    __mapper_args__ = {"version_id_col": _appeal_version}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    idempotency_key: str | None = Field(default=None, max_length=200)
    version: int | None = Field(default=None, sa_column=_appeal_version)
