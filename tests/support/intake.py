"""Folders and workbooks of input, and small edits to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl

from distribution.domain.dataset import SHEETS, Dataset
from distribution.domain.enums import Severity
from distribution.domain.findings import Finding
from distribution.intake import ReadResult
from distribution.intake.export import write_cell
from distribution.intake.fields import Kind, field_specs
from distribution.intake.template import render_template
from distribution.messages import LOCALES
from distribution.services.sentences import describe_finding


class CsvFolder:
    """A folder of CSV files that can be edited by row (header = 1) and column name."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, sheet: str) -> Path:
        return self.path / f"{sheet}.csv"

    def rows(self, sheet: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.file(sheet).read_text(encoding="utf-8-sig"))))

    def write(self, sheet: str, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> None:
        target = io.StringIO()
        csv.writer(target, delimiter=delimiter).writerows(rows)
        self.file(sheet).write_bytes(target.getvalue().encode(encoding))

    def edit(self, sheet: str, row: int, column: str, value: str) -> None:
        rows = self.rows(sheet)
        rows[row - 1][rows[0].index(column)] = value
        self.write(sheet, rows)

    def append(self, sheet: str, /, **cells: str) -> int:
        """Append a row; return its number."""
        if not self.file(sheet).exists():
            self.write(sheet, [list(field_specs(sheet))])
        rows = self.rows(sheet)
        rows.append([cells.get(name, "") for name in rows[0]])
        self.write(sheet, rows)
        return len(rows)

    def row_of(self, sheet: str, *key: str) -> int:
        """Return the number of the row that begins with a key."""
        return [tuple(cells[: len(key)]) for cells in self.rows(sheet)].index(key) + 1

    def drop_column(self, sheet: str, column: str) -> None:
        rows = self.rows(sheet)
        at = rows[0].index(column)
        self.write(sheet, [row[:at] + row[at + 1 :] for row in rows])


def fill_template(dataset: Dataset, path: Path, edit: Callable[[Any], None] | None = None) -> Path:
    """Fill the template as a person would, from row 3 on, then let ``edit`` change the open workbook."""
    book = openpyxl.load_workbook(io.BytesIO(render_template()))
    for sheet in SHEETS:
        for at, noun in enumerate(getattr(dataset, sheet), start=3):
            for column, spec in enumerate(field_specs(sheet).values(), start=1):
                value = getattr(noun, spec.name)
                typed = value is None or spec.kind in {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.DATE, Kind.BOOLEAN}
                book[sheet].cell(at, column).value = value if typed else write_cell(value)
    for row in book["settings"].iter_rows(min_row=3, max_col=2):
        row[1].value = write_cell(getattr(dataset.settings, row[0].value))
    if edit is not None:
        edit(book)
    book.save(path)
    return path


def without_travel(dataset: Dataset) -> Dataset:
    return replace(dataset, travel=None)


def by_code(result: ReadResult, code: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.code == code]


def only(result: ReadResult, code: str) -> Finding:
    """Return the one finding there is, which must be of the code."""
    assert [finding.code for finding in result.findings] == [code], result.findings
    return result.findings[0]


def place(finding: Finding) -> tuple[str, int | None, str, str]:
    """Return the sheet, row, column and value that a finding points at."""
    where = finding.where
    return where.sheet, where.row, where.column, where.value


def assert_told(finding: Finding, severity: Severity = Severity.ERROR) -> None:
    """Check how grave a finding is, and that it has a sentence and a repair in every language."""
    assert finding.severity is severity
    for locale in LOCALES:
        sentence = describe_finding(finding, locale)
        assert sentence.message
        assert sentence.fix
        assert "{" not in sentence.message + sentence.fix
