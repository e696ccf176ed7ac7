"""The body of every error."""

from __future__ import annotations

from pydantic import BaseModel, Field

from distribution.domain.enums import Severity


class FindingOut(BaseModel):
    """One thing found in an uploaded file, and the way to repair it."""

    severity: Severity
    code: str = Field(description="stable code, to be read out on the telephone")
    sheet: str = Field(description="sheet it stands in; blank for the whole file")
    row: int | None = Field(description="row it stands in; 1 is the header")
    column: str = Field(description="column it stands in")
    value: str = Field(description="value that was found")
    where: str = Field(description="place in words")
    message: str = Field(description="what was found, in words")
    fix: str = Field(description="how to repair it, in words")


class FieldError(BaseModel):
    """One field of a request that does not fit."""

    place: str = Field(description="body, query, path or header")
    pointer: str = Field(description="JSON pointer (RFC 6901) into it")
    code: str = Field(description="stable code")
    message: str = Field(description="what is wrong, in words")


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="urn:taavon:error: and the code")
    title: str = Field(description="kind of error, in words")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="what happened, in words")
    code: str = Field(description="stable code, to be read out on the telephone")
    reference: str | None = Field(default=None, description="where the error stands in the service's log")
    findings: list[FindingOut] | None = Field(default=None, description="all that was found in an uploaded file")
    errors: list[FieldError] | None = Field(default=None, description="fields of the request that do not fit")
