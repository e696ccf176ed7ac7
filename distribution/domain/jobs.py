"""A background job, as the people who wait for it see it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field, SQLModel

from distribution.domain.enums import JobKind, JobState
from distribution.domain.types import UtcDateTime, enum_text


class JobBase(SQLModel):
    """Work that outlives a request, its progress and its result."""

    kind: JobKind = Field(sa_type=enum_text(JobKind), description="what it does")
    state: JobState = Field(default=JobState.QUEUED, sa_type=enum_text(JobState), description="how far it is")
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="what it was asked to do")
    progress: float = Field(default=0.0, ge=0, le=1, description="part done, 0 to 1")
    phase: str = Field(default="", max_length=100, description="message key of what it is doing")
    attempts: int = Field(default=0, ge=0, description="times it was started")
    max_attempts: int = Field(default=3, ge=1, description="times it may be started")
    cancel_requested: bool = Field(default=False, description="yes if it shall stop and keep the best so far")
    best_so_far: str | None = Field(default=None, sa_type=Text, description="the best found yet, as JSON")
    result: dict[str, Any] | None = Field(default=None, sa_type=JSON, description="what came out of it")
    error_code: str | None = Field(default=None, max_length=100, description="stable code of the error it ended with")
    error_params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="details of the error")
    created_at: dt.datetime = Field(sa_type=UtcDateTime, description="when it was asked for, UTC")
    created_by: str = Field(
        default="", max_length=64, description="who asked for it: prefix of a key, or @name of a person"
    )
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when it ended, UTC")
