"""Job rows; what may become of one is the business of ``services/jobs.py``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from distribution.domain.enums import JobKind, JobState
from distribution.domain.errors import NotFoundError
from distribution.store.tables import Job
from distribution.store.transactions import lock_key


class JobRepository:
    """Keeps jobs and finds those that nobody is working on."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def add(
        self,
        kind: JobKind,
        params: Mapping[str, Any],
        *,
        created_by: str = "",
        idempotency_key: str | None = None,
        max_attempts: int = 3,
    ) -> Job:
        """Add a queued job."""
        job = Job(
            id=str(uuid4()),
            kind=kind,
            params=dict(params),
            created_at=self._now(),
            created_by=created_by,
            idempotency_key=idempotency_key,
            max_attempts=max_attempts,
        )
        self._session.add(job)
        self._session.flush()
        return job

    def get(self, job_id: str, *, for_update: bool = False) -> Job:
        """Get a job by id; with ``for_update`` nobody else may change it until the transaction ends.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        query = select(Job).where(col(Job.id) == job_id)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        job = self._session.scalars(query).first()
        if job is None:
            raise NotFoundError("job_unknown", id=job_id)
        return job

    def find_by_key(self, created_by: str, idempotency_key: str) -> Job | None:
        """Find the job that was asked for with an idempotency key.

        In a transaction that writes, others that ask for the same key wait for its end.
        """
        lock_key(self._session, created_by, idempotency_key)
        query = select(Job).where(col(Job.created_by) == created_by, col(Job.idempotency_key) == idempotency_key)
        return self._session.scalars(query).first()

    def list(
        self,
        *,
        created_by: str | None = None,
        state: JobState | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> tuple[Job, ...]:
        """List jobs, the newest first; with a job's id, those after it in that order."""
        query = select(Job).order_by(col(Job.created_at).desc(), col(Job.id)).limit(limit)
        if created_by is not None:
            query = query.where(col(Job.created_by) == created_by)
        if state is not None:
            query = query.where(col(Job.state) == state)
        if after is not None:
            moment = select(col(Job.created_at)).where(col(Job.id) == after).scalar_subquery()
            older = col(Job.created_at) < moment
            query = query.where(or_(older, and_(col(Job.created_at) == moment, col(Job.id) > after)))
        return tuple(self._session.scalars(query))

    def any_free(self, job_id: str | None = None) -> bool:
        """Tell whether there is a job, or whether this one is a job, that nobody holds."""
        return self._session.execute(select(col(Job.id)).where(*self._free(job_id)).limit(1)).first() is not None

    def free_ids(self, limit: int | None = None) -> tuple[str, ...]:
        """List the ids of the jobs that nobody holds, the oldest first."""
        query = select(col(Job.id)).where(*self._free(None)).order_by(col(Job.created_at), col(Job.id)).limit(limit)
        return tuple(self._session.scalars(query))

    def next_free(self, job_id: str | None = None) -> Job | None:
        """Take hold of the oldest job that nobody holds until the transaction ends.

        Jobs that another transaction has taken hold of are passed over.
        """
        query = (
            select(Job)
            .where(*self._free(job_id))
            .order_by(col(Job.created_at), col(Job.id))
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        return self._session.scalars(query).first()

    def _free(self, job_id: str | None) -> tuple[ColumnElement[bool], ...]:
        expired = and_(col(Job.state) == JobState.RUNNING, col(Job.lease_until) < self._now())
        free = or_(col(Job.state) == JobState.QUEUED, expired)
        return (free,) if job_id is None else (free, col(Job.id) == job_id)
