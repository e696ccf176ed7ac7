"""Answers to allotments, feedback and appeals."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from api.schemas.attachments import AttachmentOut, show_attachment
from distribution.domain.types import CODE_PATTERN
from distribution.domain.voice import (
    MOST_CHARACTERS,
    AllotmentAnswer,
    Answer,
    AppealBase,
    AppealKind,
    AppealState,
    FeedbackBase,
    FeedbackKind,
)
from distribution.messages import Locale, render_message
from distribution.services.shadow_run import Shadow
from distribution.store.tables import AnswerRow, Appeal, Attachment, Feedback


def _require_words(text: str) -> str:
    if not text.strip():
        raise ValueError("blank")
    return text.strip()


Code = Annotated[str, Field(max_length=64, pattern=CODE_PATTERN)]
#: A text that says something; PostgreSQL knows no NUL.
Words = Annotated[
    str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"^[^\x00]*$"), AfterValidator(_require_words)
]


class AnswerIn(BaseModel, extra="forbid"):
    """Accept an allotment, or object to it with a reason."""

    outlet_code: Code
    commodity_code: Code
    answer: AllotmentAnswer
    reason: str = Field(default="", max_length=MOST_CHARACTERS, pattern=r"^[^\x00]*$", description="why it objects")


class AnswersIn(BaseModel, extra="forbid"):
    """Answers to many allotments: all are kept, or none."""

    answers: list[AnswerIn] = Field(min_length=1, max_length=2000)


class AnswerOut(Answer):
    """What was answered to an allotment."""


class FeedbackIn(BaseModel, extra="forbid"):
    """Say something."""

    kind: FeedbackKind
    text: Words


class ReplyIn(BaseModel, extra="forbid"):
    """Answer somebody."""

    text: Words


class FeedbackOut(FeedbackBase):
    """What was said, and what is answered."""

    id: int
    kind_text: str = Field(description="the kind in words")


class ClaimIn(BaseModel, extra="forbid"):
    """What would be right; each kind of appeal claims its own."""

    served_population: int | None = Field(default=None, ge=0, le=2_000_000_000)
    people: int | None = Field(default=None, ge=0, le=2_000_000_000, description="members who live in the area")
    area_code: Code | None = None
    successor_code: Code | None = Field(default=None, description="outlet that follows one that is closed")
    storage_dry_kg: int | None = Field(default=None, ge=0, le=10**9)
    storage_chilled_kg: int | None = Field(default=None, ge=0, le=10**9)
    storage_frozen_kg: int | None = Field(default=None, ge=0, le=10**9)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    receiving_windows: str | None = Field(
        default=None, max_length=200, pattern=r"^[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d(;[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d)*$"
    )
    receiving_days: str | None = Field(
        default=None, max_length=27, pattern=r"^(sat|sun|mon|tue|wed|thu|fri)(;(sat|sun|mon|tue|wed|thu|fri))*$"
    )
    warehouse_code: Code | None = None


class AppealIn(BaseModel, extra="forbid"):
    """Appeal for an outlet."""

    kind: AppealKind
    outlet_code: Code
    text: Words = Field(description="why")
    claim: ClaimIn = Field(default_factory=ClaimIn)
    round_code: Code | None = None
    commodity_code: Code | None = None


class DecisionIn(BaseModel, extra="forbid"):
    """Grant an appeal or reject it, with a reason."""

    grant: bool
    reason: Words


class AppealOut(AppealBase):
    """An appeal."""

    id: int
    version: int = Field(description="grows with every change; it is the ETag")
    kind_text: str = Field(description="the kind in words")
    is_overdue: bool = Field(description="whether it should have been decided by now")


class AppealWithFilesOut(AppealOut):
    """An appeal and its files."""

    files: list[AttachmentOut]


class ShadowLineOut(BaseModel):
    """An outlet that would gain or lose packs."""

    outlet_code: str
    commodity_code: str
    packs: int
    packs_if_granted: int


class ShadowOut(BaseModel):
    """What would have come of a round if the appeal had been granted before it; nothing of it is kept."""

    round_code: str
    lines: list[ShadowLineOut]
    gains: dict[str, int] = Field(description="packs by commodity")
    losses: dict[str, int] = Field(description="packs by commodity")
    change: dict[str, int] = Field(description="gains less losses: the change in packs placed")


def show_answer(row: AnswerRow) -> AnswerOut:
    """Make what the API shows of an answer."""
    return AnswerOut(**{name: getattr(row, name) for name in Answer.model_fields})


def show_feedback(row: Feedback, locale: Locale) -> FeedbackOut:
    """Make what the API shows of feedback."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in FeedbackBase.model_fields}
    kind = render_message(f"enum.FeedbackKind.{row.kind.value}", locale)
    return FeedbackOut(**fields, id=row.require_id(), kind_text=kind)


def show_appeal(row: Appeal, locale: Locale) -> AppealOut:
    """Make what the API shows of an appeal."""
    return AppealOut(**_appeal_fields(row, locale))


def show_appeal_with_files(row: Appeal, files: tuple[Attachment, ...], locale: Locale) -> AppealWithFilesOut:
    """Make what the API shows of an appeal and its files."""
    return AppealWithFilesOut(
        **_appeal_fields(row, locale), files=[show_attachment(file, f"/v1/appeals/{row.id}/files") for file in files]
    )


def show_shadow(shadow: Shadow) -> ShadowOut:
    """Make what the API shows of a shadow run."""
    lines = [
        ShadowLineOut(
            outlet_code=line.outlet_code, commodity_code=line.commodity_code, packs=line.packs,
            packs_if_granted=line.packs_if_granted,
        )
        for line in shadow.lines
    ]  # fmt: skip
    return ShadowOut(
        round_code=shadow.round_code, lines=lines, gains=dict(shadow.gains), losses=dict(shadow.losses),
        change=dict(shadow.change),
    )  # fmt: skip


def _appeal_fields(row: Appeal, locale: Locale) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(row, name) for name in AppealBase.model_fields}
    now = dt.datetime.now(dt.UTC)
    return fields | {
        "id": row.require_id(),
        "version": row.version,
        "kind_text": render_message(f"enum.AppealKind.{row.kind.value}", locale),
        "is_overdue": row.state is AppealState.OPEN and row.due_at < now,
    }
