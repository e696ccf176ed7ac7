"""Background jobs."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field

from distribution.domain.errors import TaavonError
from distribution.domain.jobs import JobBase
from distribution.messages import Locale, has_message, render_message
from distribution.services.sentences import describe_error
from distribution.store.tables import Job


class JobErrorOut(BaseModel):
    """Why a job failed."""

    code: str = Field(description="stable code, to be read out on the telephone")
    detail: str = Field(description="what happened, in words")


class JobOut(JobBase):
    """Work that goes on after the request: ask again until ``state`` is succeeded, failed or cancelled."""

    id: str = Field(description="unique id")
    phase_text: str = Field(description="what it is doing, in words")
    best: dict[str, Any] | None = Field(default=None, description="the best found yet: its cost in the currency")
    best_so_far: str | None = Field(default=None, exclude=True)
    error: JobErrorOut | None = Field(default=None, description="why it failed; null if it did not")
    error_code: str | None = Field(default=None, exclude=True)
    error_params: dict[str, Any] = Field(default_factory=dict, exclude=True)


def show_job(job: Job, locale: Locale) -> JobOut:
    """Make what the API shows of a job."""
    fields = {name: getattr(job, name) for name in JobBase.model_fields}
    fields["best"] = None if job.best_so_far is None else json.loads(job.best_so_far)
    if job.error_code is not None:
        detail = describe_error(TaavonError(job.error_code, **job.error_params), locale)
        fields["error"] = JobErrorOut(code=job.error_code, detail=detail)
    phase = render_message(job.phase, locale) if has_message(job.phase, locale) else ""
    return JobOut.model_validate(fields | {"id": job.id, "phase_text": phase})
