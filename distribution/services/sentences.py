"""Turn typed records into the sentences a person reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from distribution.domain.errors import TaavonError
from distribution.domain.findings import Choices, Finding, Several
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.messages import Locale, has_message, name_choices, render_message


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


def spell_value(value: object, locale: Locale) -> object:
    """Write a value in its reader's way: a date in the calendar of the language, a vocabulary by its labels.

    In English a member of a vocabulary stays its code, which is an English word.
    """
    if isinstance(value, dt.date):
        return format_date(value, locale)
    if isinstance(value, Decimal) and locale == "fa":
        return format_number(value, locale)
    if isinstance(value, Choices):
        return name_choices(value.codes, value.prefix, locale)
    if isinstance(value, Several):
        return ("; " if locale == "en" else "؛ ").join(str(spell_value(part, locale)) for part in value.parts)
    if isinstance(value, StrEnum) and locale == "fa":
        key = f"enum.{type(value).__name__}.{value.value}"
        return render_message(key, locale) if has_message(key, locale) else value
    return value


def spell_params(params: Mapping[str, object], locale: Locale) -> dict[str, object]:
    """Write everything a sentence names in its reader's way: numbers, dates and vocabularies."""
    return {name: spell_value(value, locale) for name, value in spell_numbers(params, locale).items()}


def describe_finding(finding: Finding, locale: Locale) -> FindingSentence:
    """Put a finding into words."""
    where = finding.where
    place = [where.sheet]
    if where.row is not None:
        place.append(render_message("finding_where.row", locale, spell_numbers({"row": where.row}, locale)))
    if where.column:
        place.append(where.column)
    cell = {"sheet": where.sheet, "row": where.row or "", "column": where.column, "value": where.value}
    params = spell_params({**cell, **finding.params}, locale)
    return FindingSentence(
        severity=render_message(f"finding_severity.{finding.severity.value}", locale),
        where=" · ".join(part for part in place if part),
        message=render_message(finding.message_key, locale, params),
        fix=render_message(finding.fix_key, locale, params) if has_message(finding.fix_key, locale) else "",
    )


def describe_error(error: TaavonError, locale: Locale) -> str:
    """Put an error into words; a code without a sentence of its own is read out as it is."""
    key = f"error.{error.code}"
    return render_message(key, locale, spell_params(error.params, locale)) if has_message(key, locale) else str(error)
