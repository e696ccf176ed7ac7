"""Jobs and the leases on them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Column, Index, Integer, UniqueConstraint
from sqlmodel import Field

from distribution.domain.jobs import JobBase
from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Stored

_job_version = Column("version", Integer, nullable=False)


class Job(JobBase, Stored, table=True):
    """A job; whoever holds its lease works on it. ``version`` grows with every change and is the ETag."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
        UniqueConstraint("created_by", "idempotency_key"),
        Index("ix_job_state", "state", "lease_until"),
    )
    __mapper_args__ = {"version_id_col": _job_version}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    id: str = Field(primary_key=True, max_length=36)
    idempotency_key: str | None = Field(default=None, max_length=200)
    lease_owner: str | None = Field(default=None, max_length=200)
    lease_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    heartbeat_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int | None = Field(default=None, sa_column=_job_version)
