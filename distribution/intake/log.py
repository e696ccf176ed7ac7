"""Collecting findings: all at once, in the order of the sheets, without drowning the reader."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from distribution.domain.enums import Severity
from distribution.domain.findings import Finding, Param, Several, Where
from distribution.intake.cells import CellError, RawCell, cell_text
from distribution.intake.fields import ALL_SHEETS
from distribution.intake.limits import MAX_FINDINGS_PER_CODE, MAX_SHOWN_CHARACTERS
from distribution.intake.persian import normalise_text

#: Findings that end the reading of a sheet, so that not all of its rows are known.
_CUTTING = frozenset(
    {
        "csv_malformed",
        "file_not_text",
        "file_too_large",
        "file_unreadable",
        "sheet_too_large",
        "too_many_rows",
        "workbook_broken",
    }
)
_ORDER = {sheet: n for n, sheet in enumerate(ALL_SHEETS)}


def show_value(value: object) -> str:
    """Write a cell's value for a finding: cleaned, on one line, not too long."""
    text = normalise_text(str(value)[: 4 * MAX_SHOWN_CHARACTERS])
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"


class FindingLog:
    """The findings so far. Of one code in one sheet only the first few are kept, and the rest counted."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._count: Counter[tuple[str, str, Severity]] = Counter()

    def add(
        self,
        code: str,
        severity: Severity = Severity.ERROR,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        value: object = "",
        **params: Param,
    ) -> None:
        """Record a finding; its sentence may also name ``{sheet}``, ``{column}`` and ``{value}``.

        A value that each language writes in its own way (a date, a member of a vocabulary) stays typed.
        """
        where = Where(sheet=sheet, row=row, column=column, value=show_value(value))
        typed = {"value": value} if isinstance(value, (dt.date, StrEnum, Several)) else {}
        self._record(code, severity, where, {**typed, **params})

    def add_cell(self, error: CellError, *, sheet: str, row: int, column: str, cell: RawCell) -> None:
        """Record why a cell cannot be read."""
        where = Where(sheet=sheet, row=row, column=column, value=show_value(cell_text(cell)))
        self._record(error.code, Severity.ERROR, where, error.params)

    def _record(self, code: str, severity: Severity, where: Where, params: Mapping[str, Param]) -> None:
        key = (where.sheet, code, severity)
        self._count[key] += 1
        if self._count[key] <= MAX_FINDINGS_PER_CODE:
            cell = {"sheet": where.sheet, "column": where.column, "value": where.value}
            self._findings.append(Finding(severity, code, where, {**cell, **params}))

    def has_error_in(self, *sheets: str) -> bool:
        """Tell whether any of the sheets has an error."""
        return any(n and sheet in sheets and level is Severity.ERROR for (sheet, _, level), n in self._count.items())

    def was_cut_short(self, sheet: str) -> bool:
        """Tell whether the reading of a sheet ended before its last row."""
        return any(n and at == sheet and code in _CUTTING for (at, code, _), n in self._count.items())

    def findings(self) -> tuple[Finding, ...]:
        """Return every finding by sheet and row, then a count of those left out."""
        more = [
            Finding(
                severity,
                "more_like_these",
                Where(sheet=sheet),
                {"sheet": sheet, "code": code, "count": n - MAX_FINDINGS_PER_CODE},
            )
            for (sheet, code, severity), n in self._count.items()
            if n > MAX_FINDINGS_PER_CODE
        ]
        last = float("inf")
        return tuple(
            sorted(
                self._findings + more,
                key=lambda f: (
                    _ORDER.get(f.where.sheet, -1),
                    last if f.code == "more_like_these" else f.where.row or 0,
                ),
            )
        )
