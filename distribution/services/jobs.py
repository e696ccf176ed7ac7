"""The life of a job: asked for, leased, kept alive, ended.

A job is a row. Whoever holds its lease works on it; the message that announces it is only a doorbell, which may be
lost or ring twice. A worker that dies stops renewing, its lease runs out, and the job is leased anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from distribution.domain.enums import JobKind, JobState
from distribution.domain.errors import StateError
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.services.page import Page, cut_page
from distribution.store.tables import Job
from distribution.store.unit_of_work import Transaction, UnitOfWork

#: How long a lease lasts without renewal, s.
LEASE_S = 30

#: Stands in the place of the owner that was found dead.
ABANDONED = "abandoned"


class LeaseLostError(StateError):
    """The job is no longer this worker's: another took it over, or it has ended. Stop, and keep nothing."""

    def __init__(self, job_id: str) -> None:
        super().__init__("job_lease_lost", id=job_id)


def enqueue_job(
    uow: UnitOfWork,
    kind: JobKind,
    params: Mapping[str, Any],
    *,
    created_by: str = "",
    role: str = "",
    idempotency_key: str | None = None,
    announce: Callable[[str], None] | None = None,
) -> Job:
    """Ask for a job.

    Parameters
    ----------
    created_by, role
        The asker: prefix of a key, or @name of a person; and what it is allowed.
    idempotency_key
        Asking again with the same key and the same parameters gives the same job.
    announce
        Called with the job's id once it is committed: the doorbell.

    Raises
    ------
    StateError
        If the idempotency key was used with other parameters.
    """
    with uow.write() as tx:
        job = tx.jobs.find_by_key(created_by, idempotency_key) if idempotency_key is not None else None
        if job is None:
            job = tx.jobs.add(kind, params, created_by=created_by, idempotency_key=idempotency_key)
            tx.audit.add(created_by, role, "job_asked", f"job/{job.id}", {"kind": kind.value, **params})
        elif job.kind != kind or job.params != dict(params):
            raise StateError("idempotency_key_reused")
        if announce is not None and job.state is JobState.QUEUED:
            tx.after_commit(partial(announce, job.id))
    return job


def lease_job(uow: UnitOfWork, owner: str, job_id: str | None = None, lease_s: float = LEASE_S) -> Job | None:
    """Take the oldest job that nobody holds, or the one named if nobody holds it.

    Jobs found abandoned that may not be started again are ended on the way.

    Returns
    -------
    The job, now running and the owner's; None if there is nothing to do.
    """
    with uow.read() as tx:  # a look costs no write lock
        if not tx.jobs.any_free(job_id):
            return None
    with uow.write() as tx:
        while (job := tx.jobs.next_free(job_id)) is not None:
            if not _end_if_abandoned(tx, job):
                now = tx.now()
                job.state = JobState.RUNNING
                job.attempts += 1
                job.lease_owner = owner
                job.lease_until = now + dt.timedelta(seconds=lease_s)
                job.heartbeat_at = now
                return job
            tx.session.flush()
    return None


def renew_lease(
    uow: UnitOfWork,
    job_id: str,
    owner: str,
    progress: float,
    phase: str,
    *,
    best_so_far: str | None = None,
    lease_s: float = LEASE_S,
) -> bool:
    """Keep a job, and tell how far it is.

    Parameters
    ----------
    progress
        Part done, 0 to 1.
    phase
        Message key of what it is doing.
    best_so_far
        The best found yet, as JSON; None leaves what is there.

    Returns
    -------
    Whether the job shall stop and keep the best so far.

    Raises
    ------
    LeaseLostError
        If the job is no longer the owner's.
    """
    with uow.write() as tx:
        job = _require_lease(tx, job_id, owner)
        now = tx.now()
        job.lease_until = now + dt.timedelta(seconds=lease_s)
        job.heartbeat_at = now
        job.progress = min(1.0, max(0.0, progress))
        job.phase = phase
        if best_so_far is not None:
            job.best_so_far = best_so_far
        return job.cancel_requested


def finish_job(uow: UnitOfWork, job_id: str, owner: str, result: Mapping[str, Any]) -> Job:
    """End a job with a result; also one that was asked to stop and has kept its best.

    Raises
    ------
    LeaseLostError
        If the job is no longer the owner's.
    """
    with uow.write() as tx:
        return finish_in(tx, job_id, owner, result)


def finish_in(tx: Transaction, job_id: str, owner: str, result: Mapping[str, Any]) -> Job:
    """End a job inside the transaction that keeps its result: both happen, or neither.

    Raises
    ------
    LeaseLostError
        If the job is no longer the owner's.
    """
    job = _require_lease(tx, job_id, owner)
    job.result = dict(result)
    job.progress = 1.0
    return _end(tx, job, JobState.SUCCEEDED)


def fail_job(uow: UnitOfWork, job_id: str, owner: str, code: str, params: Mapping[str, str | int] | None = None) -> Job:
    """End a job with an error; it is not tried again, for the same input would give the same error.

    Raises
    ------
    LeaseLostError
        If the job is no longer the owner's.
    """
    with uow.write() as tx:
        job = _require_lease(tx, job_id, owner)
        return _fail(tx, job, code, params or {})


def release_job(uow: UnitOfWork, job_id: str, owner: str) -> Job:
    """Give a job back unfinished, as a worker does that is told to leave; the start does not count.

    Raises
    ------
    LeaseLostError
        If the job is no longer the owner's.
    """
    with uow.write() as tx:
        job = _require_lease(tx, job_id, owner)
        if job.cancel_requested:
            return _end(tx, job, JobState.CANCELLED)
        job.state = JobState.QUEUED
        job.attempts -= 1
        job.lease_owner = job.lease_until = None
        return job


def abandon_job(uow: UnitOfWork, job_id: str, owner: str) -> bool:
    """Let go of a job at once whose worker is known to be dead, instead of waiting for its lease to run out.

    Returns
    -------
    Whether the job was still that worker's. Its start counts, so that a job that kills its workers ends.
    """
    with uow.write() as tx:
        job = tx.jobs.get(job_id, for_update=True)
        if job.state is not JobState.RUNNING or job.lease_owner != owner:
            return False
        job.lease_owner = ABANDONED  # should the worker be alive after all, it learns that the job is not its own
        job.lease_until = tx.now()
        return True


def list_free_jobs(uow: UnitOfWork, limit: int | None = None) -> tuple[str, ...]:
    """List the ids of the jobs that nobody works on and nobody has ended, the oldest first."""
    with uow.read() as tx:
        return tx.jobs.free_ids(limit)


def get_job(uow: UnitOfWork, job_id: str) -> Job:
    """Get a job.

    Raises
    ------
    NotFoundError
        If there is no such job.
    """
    with uow.read() as tx:
        return tx.jobs.get(job_id)


def list_jobs(uow: UnitOfWork, state: JobState | None = None, *, after: str | None = None, limit: int) -> Page[Job]:
    """List jobs, the newest first; with a job's id, those after it in that order."""
    with uow.read() as tx:
        jobs = tx.jobs.list(state=state, after=after, limit=limit + 1)
    return cut_page([(job.id, job) for job in jobs], limit)


def cancel_job(uow: UnitOfWork, job_id: str, asker: Principal) -> Job:
    """Cancel a job: one not started never starts, a running one is asked to stop and keep the best so far.

    Raises
    ------
    NotFoundError
        If there is no such job.
    StateError
        If it has succeeded or failed already.
    """
    with uow.write() as tx:
        job = tx.jobs.get(job_id, for_update=True)
        if not job.state.is_final:
            record(tx, asker, "job_stopped", f"job/{job_id}")
        if job.state is JobState.QUEUED:
            return _end(tx, job, JobState.CANCELLED)
        if job.state is JobState.RUNNING:
            job.cancel_requested = True
        elif job.state is not JobState.CANCELLED:
            raise StateError("job_finished", id=job_id, state=job.state.value)
        return job


def _require_lease(tx: Transaction, job_id: str, owner: str) -> Job:
    job = tx.jobs.get(job_id, for_update=True)
    if job.state is not JobState.RUNNING or job.lease_owner != owner:
        raise LeaseLostError(job_id)
    return job


def _end_if_abandoned(tx: Transaction, job: Job) -> bool:
    """End a job whose worker is gone, if it was cancelled or has been started too often."""
    if job.cancel_requested:
        _end(tx, job, JobState.CANCELLED)
        return True
    if job.attempts >= job.max_attempts:
        _fail(tx, job, "job_attempts_exhausted", {"attempts": job.attempts})
        return True
    return False


def _fail(tx: Transaction, job: Job, code: str, params: Mapping[str, str | int]) -> Job:
    job.error_code = code
    job.error_params = dict(params)
    return _end(tx, job, JobState.FAILED)


def _end(tx: Transaction, job: Job, state: JobState) -> Job:
    job.state = state
    job.finished_at = tx.now()
    job.lease_owner = job.lease_until = None
    return job
