"""Background jobs: how far they are, and how to stop one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, status

from api.dependencies import Database, Lang, Paging, write_cursor
from api.schemas.jobs import JobOut, show_job
from api.schemas.page import PageOut
from api.security import SEES_ALL, Planner
from distribution.domain.enums import JobState
from distribution.services.jobs import cancel_job, get_job, list_jobs

router = APIRouter(tags=["jobs"])


@router.get("/jobs", operation_id="list_jobs", dependencies=[SEES_ALL])
def read_jobs(
    uow: Database, locale: Lang, paging: Paging, state: Annotated[JobState | None, Query()] = None
) -> PageOut[JobOut]:
    """List jobs, the newest first."""
    page = list_jobs(uow, state, after=paging.after, limit=paging.limit)
    return PageOut(items=[show_job(job, locale) for job in page.items], next=write_cursor(page.next))


@router.get("/jobs/{job_id}", operation_id="get_job", dependencies=[SEES_ALL])
def read_job(uow: Database, locale: Lang, job_id: str) -> JobOut:
    """Get a job and how far it is."""
    return show_job(get_job(uow, job_id), locale)


@router.delete("/jobs/{job_id}", operation_id="stop_job", status_code=status.HTTP_202_ACCEPTED)
def stop_job(uow: Database, asker: Planner, locale: Lang, job_id: str) -> JobOut:
    """Stop a job: one not started never starts, a running one ends soon and keeps the best so far."""
    return show_job(cancel_job(uow, job_id, asker), locale)
