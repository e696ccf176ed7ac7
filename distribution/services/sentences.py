"""Turn typed records into the sentences a person reads."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.errors import TaavonError
from distribution.domain.findings import Finding
from distribution.messages import Locale, has_message, render_message


@dataclass(frozen=True, slots=True)
class FindingSentence:
    """A finding in words: how grave, where, what, and how to repair it."""

    severity: str
    where: str
    message: str
    fix: str


def describe_finding(finding: Finding, locale: Locale) -> FindingSentence:
    """Put a finding into words."""
    where = finding.where
    place = [where.sheet]
    if where.row is not None:
        place.append(render_message("finding_where.row", locale, {"row": where.row}))
    if where.column:
        place.append(where.column)
    params = {"sheet": where.sheet, "row": where.row or "", "column": where.column, "value": where.value}
    params |= finding.params
    return FindingSentence(
        severity=render_message(f"finding_severity.{finding.severity.value}", locale),
        where=" · ".join(part for part in place if part),
        message=render_message(finding.message_key, locale, params),
        fix=render_message(finding.fix_key, locale, params) if has_message(finding.fix_key, locale) else "",
    )


def describe_error(error: TaavonError, locale: Locale) -> str:
    """Put an error into words; a code without a sentence of its own is read out as it is."""
    key = f"error.{error.code}"
    return render_message(key, locale, error.params) if has_message(key, locale) else str(error)
