"""Run one job, whoever leased it: a child process of the service or a Celery worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType

import structlog

from api.jobs.reporter import JobReporter
from api.settings import Settings
from distribution.domain.enums import JobKind
from distribution.domain.errors import TaavonError, UnavailableError
from distribution.services.jobs import LeaseLostError, fail_job, finish_in, get_job, lease_job
from distribution.services.request_round import options_of
from distribution.services.roads import RoadLines, open_engine
from distribution.services.run_round import run_round
from distribution.services.summary import RoundSummary
from distribution.store.tables import Job
from distribution.store.unit_of_work import Transaction, UnitOfWork

log = structlog.get_logger()


def run_job(uow: UnitOfWork, job_id: str, owner: str, settings: Settings) -> bool:
    """Lease a job, if nobody else holds it, and run it.

    Returns
    -------
    Whether it was free.
    """
    if lease_job(uow, owner, job_id) is None:
        return False
    run_leased(uow, job_id, owner, settings)
    return True


def run_leased(uow: UnitOfWork, job_id: str, owner: str, settings: Settings) -> None:
    """Run a job that the owner holds, and end it with a result or a reason.

    A job whose lease is lost is left to its new owner; one that fails because the database is away is left to be
    leased anew.
    """
    job = get_job(uow, job_id)
    try:
        with JobReporter(uow, job_id, owner) as reporter:
            HANDLERS[job.kind](uow, job, owner, reporter, settings)
    except LeaseLostError:
        log.warning("job_lease_lost", job=job_id)
    except UnavailableError as error:
        if error.code.startswith("database_"):
            raise
        _fail(uow, job_id, owner, error)
    except TaavonError as error:
        _fail(uow, job_id, owner, error)
    except Exception:  # whatever it is, whoever waits for the job must learn that it ended
        reference = secrets.token_hex(6)
        log.exception("job_crashed", job=job_id, reference=reference)
        _fail(uow, job_id, owner, TaavonError("internal", reference=reference))
    else:
        log.info("job_done", job=job_id)


def _run_round(uow: UnitOfWork, job: Job, owner: str, reporter: JobReporter, settings: Settings) -> None:
    def end(tx: Transaction, summary: RoundSummary) -> None:
        result = {"round_code": summary.round_code, "status": summary.status, "iterations": summary.iterations}
        finish_in(tx, job.id, owner, result)
        key = tx.keys.find(job.created_by)
        details = {"job": job.id, "bundle_sha256": summary.bundle_sha256}
        role = "" if key is None else key.role.value
        tx.audit.add(job.created_by, role, "round_computed", f"round/{summary.round_code}", details)

    lines = None if settings.roads is None else RoadLines(open_engine(settings.roads))
    run_round(uow, options_of(job, settings.solver_workers), reporter, also_keep=end, roads=lines)
    if lines is not None and lines.fault is not None:
        log.warning("trips_drawn_straight", job=job.id, code=lines.fault.code, params=lines.fault.params)


#: What each kind of job does. It ends the job in the transaction that keeps its result: both are there, or neither.
HANDLERS: Mapping[JobKind, Callable[[UnitOfWork, Job, str, JobReporter, Settings], None]] = MappingProxyType(
    {JobKind.RUN_ROUND: _run_round}
)


def _fail(uow: UnitOfWork, job_id: str, owner: str, error: TaavonError) -> None:
    log.warning("job_failed", job=job_id, code=error.code, params=error.params)
    try:
        fail_job(uow, job_id, owner, error.code, error.params)
    except LeaseLostError:
        log.warning("job_lease_lost", job=job_id)
