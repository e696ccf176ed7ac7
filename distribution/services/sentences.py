"""Turn typed records into the sentences a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from distribution.domain.errors import TaavonError
from distribution.domain.findings import Finding
from distribution.domain.numerals import format_number
from distribution.messages import Locale, has_message, render_message


@dataclass(frozen=True, slots=True)
class FindingSentence:
    """A finding in words: how grave, where, what, and how to repair it."""

    severity: str
    where: str
    message: str
    fix: str


def spell_numbers(params: Mapping[str, object], locale: Locale) -> dict[str, object]:
    """Write whole numbers in a Persian reader's digits; texts, and all of an English sentence, stay as they are."""
    if locale == "en":
        return dict(params)
    return {name: format_number(value, locale) if type(value) is int else value for name, value in params.items()}


def describe_finding(finding: Finding, locale: Locale) -> FindingSentence:
    """Put a finding into words."""
    where = finding.where
    place = [where.sheet]
    if where.row is not None:
        place.append(render_message("finding_where.row", locale, spell_numbers({"row": where.row}, locale)))
    if where.column:
        place.append(where.column)
    cell = {"sheet": where.sheet, "row": where.row or "", "column": where.column, "value": where.value}
    params = spell_numbers({**cell, **finding.params}, locale)
    return FindingSentence(
        severity=render_message(f"finding_severity.{finding.severity.value}", locale),
        where=" · ".join(part for part in place if part),
        message=render_message(finding.message_key, locale, params),
        fix=render_message(finding.fix_key, locale, params) if has_message(finding.fix_key, locale) else "",
    )


def describe_error(error: TaavonError, locale: Locale) -> str:
    """Put an error into words; a code without a sentence of its own is read out as it is."""
    key = f"error.{error.code}"
    return render_message(key, locale, spell_numbers(error.params, locale)) if has_message(key, locale) else str(error)
