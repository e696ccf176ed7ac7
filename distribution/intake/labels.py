"""From what a person writes (code, Persian or English label) to what is meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache

from distribution.intake.fields import (
    ALL_SHEETS,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
    TRAVEL_COLUMNS,
    FieldSpec,
    field_specs,
)
from distribution.intake.persian import header_key, search_key
from distribution.messages import LOCALES, load_catalogue

#: Words for yes and no, as search keys; spreadsheets write TRUE and FALSE.
BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "true", "1", "y", "بله", "بلی", "آری", "درست"), True),
    **dict.fromkeys(("no", "false", "0", "n", "خیر", "نه", "نادرست"), False),
}
BOOLEAN_BY_KEY: Mapping[str, bool] = {search_key(word): value for word, value in BOOLEANS.items()}


def _names(code: str, key: str) -> list[str]:
    """List a code and its labels in every locale."""
    return [code, *(label for locale in LOCALES if (label := load_catalogue(locale).get(key)))]


def _lookup(codes: Iterable[str], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in codes:
        for name in _names(code, prefix + code):
            found.setdefault(header_key(name), code)
    return found


@cache
def sheet_lookup() -> Mapping[str, str]:
    """Map the folded names of sheets to their codes."""
    return _lookup(ALL_SHEETS, "sheet.")


@cache
def column_lookup(sheet: str) -> Mapping[str, str]:
    """Map the folded headers of a sheet's columns to the fields' names."""
    if sheet == SETTINGS_SHEET:
        names: Iterable[str] = SETTINGS_COLUMNS
    elif sheet.startswith("travel"):
        names = TRAVEL_COLUMNS
    else:
        names = field_specs(sheet)
    return _lookup(names, f"column.{sheet}.")


@cache
def settings_lookup() -> Mapping[str, str]:
    """Map the folded names of settings to the fields' names."""
    return _lookup(field_specs(SETTINGS_SHEET), f"column.{SETTINGS_SHEET}.")


@cache
def _choices(codes: tuple[str, ...], prefix: str) -> Mapping[str, str]:
    return _lookup(codes, prefix)


def find_choice(text: str, spec: FieldSpec) -> str | None:
    """Return the choice that a text names by code or label, if any."""
    return _choices(spec.choices, spec.choice_prefix).get(header_key(text))


@cache
def weekday_lookup() -> Mapping[str, str]:
    """Map the folded names of weekdays to their codes."""
    spec = field_specs("outlets")["receiving_days"]
    return _choices(spec.choices, spec.choice_prefix)


def suggest(text: str, candidates: Iterable[str]) -> str:
    """Return the candidate closest to a text; blank if none is close."""
    by_key: dict[str, str] = {}
    for candidate in candidates:
        by_key.setdefault(search_key(candidate), candidate)
    key = search_key(text)
    if key in by_key:
        return by_key[key]
    close = difflib.get_close_matches(key, by_key, n=1, cutoff=0.6)
    return by_key[close[0]] if close else ""
