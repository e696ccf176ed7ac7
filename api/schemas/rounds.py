"""Rounds, their allotments and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlmodel
from pydantic import BaseModel, Field, model_validator

from distribution.domain.enums import Decision, RoundAction
from distribution.domain.round_life import possible_actions
from distribution.domain.rounds import Allotment, RoundBase
from distribution.domain.types import CODE_PATTERN
from distribution.domain.voice import AllotmentAnswer
from distribution.messages import Locale
from distribution.services.approvals import Approvals
from distribution.services.explain_allotment import Explanation
from distribution.services.view_rounds import ListedAllotment, NamedAllotment
from distribution.store.repositories.files import FileInfo
from distribution.store.tables import Round

#: Most that a plan may be asked to take, and what it takes unless told, s.
MAX_SECONDS, DEFAULT_SECONDS = 6 * 3600, 30


class RoundOut(RoundBase):
    """A round; its figures are at ``/summary``."""

    summary: str = sqlmodel.Field(default="", exclude=True)
    version: int = sqlmodel.Field(description="grows with every change; it is the ETag")


class DecisionOut(BaseModel):
    """What an approver said of a round's last submission."""

    level: str = Field(description="level it was said at; blank where the policy names none")
    decision: Decision
    reason: str
    decided_by: str = Field(description="prefix of a key, or @name of a person")
    decided_at: dt.datetime


class RoundLifeOut(RoundOut):
    """A round, how far its approvals are, and what can be done with it now."""

    decisions: list[DecisionOut]
    levels_left: list[str] = Field(description="levels that have yet to approve, in order")
    actions: list[RoundAction] = Field(description="what the state allows; who may is another matter")


class ReasonIn(BaseModel, extra="forbid"):
    """Why; rejecting and withdrawing need it."""

    reason: str = Field(default="", max_length=2000, pattern=r"^[^\x00]*$")


class AllotmentOut(Allotment):
    """The whole packs of one commodity for one outlet."""

    outlet_name: str = sqlmodel.Field(description="name of the outlet in the language of the answer")
    commodity_name: str = sqlmodel.Field(description="name of the commodity in the language of the answer")
    due: int = sqlmodel.Field(description="what the cooperative pays for it, in the currency's unit")


class ListedAllotmentOut(AllotmentOut):
    """An allotment in a list: with what is answered to it, and what it was in the published round before."""

    answer: AllotmentAnswer | None = sqlmodel.Field(description="what is answered to it; null for nothing yet")
    answer_reason: str = sqlmodel.Field(description="why it is objected to")
    previous_packs: int | None = sqlmodel.Field(
        description="packs of the same commodity in the published round before; null where there is none"
    )


class TermOut(BaseModel):
    """One term of an allotment."""

    code: str = Field(description="stable code")
    amount_nano: int | None = Field(description="exact amount, in billionths of a pack; null where it is no amount")
    sentence: str = Field(description="the term in words")


class ExplanationOut(AllotmentOut):
    """An allotment and why it is what it is; the amounts of the terms add up to the packs."""

    terms: list[TermOut]
    certificate: dict[str, Any] = Field(
        description="every figure it follows from, as docs/certificate-format.md describes it"
    )


class FileOut(BaseModel):
    """A file made from a round."""

    path: str
    media_type: str
    size: int = Field(description="bytes")
    sha256: str
    href: str = Field(description="where to get it")


class RoundRequest(BaseModel, extra="forbid"):
    """Ask for a round to be computed."""

    round_code: str | None = Field(
        default=None,
        max_length=64,
        pattern=CODE_PATTERN,
        description="round of the quotas; null = the earliest that has not been run",
    )
    policy_code: str | None = Field(
        default=None,
        max_length=64,
        pattern=CODE_PATTERN,
        description="policy of the network to share by; null = its policy ``default``, if there is one",
    )
    seconds: float | None = Field(
        default=None, ge=0, le=MAX_SECONDS, description=f"solver time; {DEFAULT_SECONDS} if no limit is given"
    )
    iterations: int | None = Field(
        default=None, ge=0, le=10**9, description="solver work: the same plan on any machine"
    )
    seed: int = Field(default=1, ge=0, lt=2**31, description="seed of every random choice")

    @model_validator(mode="after")
    def _default_limit(self) -> RoundRequest:
        if self.seconds is None and self.iterations is None:
            self.seconds = DEFAULT_SECONDS
        return self


def show_round(found: Round) -> RoundOut:
    """Make what the API shows of a round."""
    fields = {name: getattr(found, name) for name in RoundBase.model_fields if name != "summary"}
    return RoundOut.model_validate(fields | {"version": found.version})


def show_round_life(found: Round, approvals: Approvals) -> RoundLifeOut:
    """Make what the API shows of a round and its approvals."""
    decisions = [
        DecisionOut(**{name: getattr(said, name) for name in DecisionOut.model_fields}) for said in approvals.given
    ]
    return RoundLifeOut(
        **show_round(found).model_dump(),
        decisions=decisions,
        levels_left=list(approvals.left),
        actions=list(possible_actions(found.state)),
    )


def show_listed(listed: ListedAllotment, locale: Locale) -> ListedAllotmentOut:
    """Make what a list of the API shows of an allotment."""
    answer = listed.answer
    said = {"answer": answer and answer.answer, "answer_reason": "" if answer is None else answer.reason}
    fields = _allotment_fields(listed.named, locale) | said | {"previous_packs": listed.previous_packs}
    return ListedAllotmentOut.model_validate(fields)


def show_explanation(explanation: Explanation, locale: Locale) -> ExplanationOut:
    """Make what the API shows of an explained allotment."""
    terms = [TermOut(code=t.code, amount_nano=t.amount_nano, sentence=t.sentence) for t in explanation.terms]
    fields = _allotment_fields(explanation.allotment, locale)
    certificate = explanation.certificate.to_document()
    return ExplanationOut.model_validate(fields | {"terms": terms, "certificate": certificate})


def show_file(round_code: str, file: FileInfo) -> FileOut:
    """Make what the API shows of a file."""
    href = f"/v1/rounds/{round_code}/exports/{file.path}"
    return FileOut(path=file.path, media_type=file.media_type, size=file.size, sha256=file.sha256, href=href)


def _allotment_fields(named: NamedAllotment, locale: Locale) -> dict[str, object]:
    fields = {name: getattr(named.line, name) for name in Allotment.model_fields}
    names = {"outlet_name": named.outlet.name(locale), "commodity_name": named.commodity.name(locale)}
    return fields | names | {"due": named.line.amount_due}
