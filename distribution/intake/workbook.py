"""An XLSX workbook as numbered rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from distribution.domain.enums import Severity
from distribution.intake.cells import FlawedCell, RawCell, cell_text
from distribution.intake.labels import sheet_lookup, suggest
from distribution.intake.limits import MAX_SHEET_CELLS
from distribution.intake.log import FindingLog
from distribution.intake.persian import header_key
from distribution.intake.rows import NumberedRow
from distribution.intake.workbook_parts import WorkbookParts, find_flaws, fits_in_memory, open_workbook

#: The first sheet of the template: notes for people.
GUIDE_SHEET = "راهنما guide"


class Workbook:
    """An opened workbook; ``sheets`` maps our sheets to the names they have in it."""

    def __init__(self, name: str, parts: WorkbookParts, book: Any, sheets: dict[str, str]) -> None:
        self._name = name
        self._parts = parts
        self._book = book
        self.sheets = sheets

    def iterate(self, sheet: str, log: FindingLog) -> Iterator[NumberedRow]:
        """Yield the rows of a sheet; nothing but findings if it cannot be read."""
        title = self.sheets[sheet]
        content = self._parts.parts[self._parts.part_of_sheet[title]]
        if not fits_in_memory(content):
            log.add("sheet_too_large", sheet=sheet, value=title, limit=MAX_SHEET_CELLS)
            return
        flaws, unplaced = find_flaws(content)
        if unplaced:
            log.add("formula_cell", sheet=sheet, value=title)
        try:
            rows = self._book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        except BaseException as error:  # a Rust panic is no Exception; it means a broken file
            if not _is_reader_failure(error):
                raise
            log.add("workbook_broken", sheet=sheet, value=title)
            return
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), code in flaws.items():
            by_row.setdefault(row, {})[column] = code
        # A formula never computed has no value, so it may lie beyond what the reader returns.
        for number in range(1, max(len(rows), max(by_row, default=0)) + 1):
            cells: list[RawCell] = rows[number - 1] if number <= len(rows) else []
            yield number, _mark(cells, by_row[number]) if number in by_row else cells


def _mark(cells: list[RawCell], flaws: dict[int, str]) -> list[RawCell]:
    marked = cells + [None] * (max(flaws) + 1 - len(cells))
    for column, code in flaws.items():
        marked[column] = FlawedCell(code, cell_text(marked[column]))
    return marked


def _is_reader_failure(error: BaseException) -> bool:
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def open_sheets(path: Path, log: FindingLog) -> Workbook | None:
    """Open a workbook and find our sheets in it by code or label; None with a finding if it cannot be opened."""
    parts = open_workbook(path, log)
    if parts is None:
        return None
    try:
        book = CalamineWorkbook.from_filelike(parts.repack())
    except BaseException as error:  # a Rust panic is no Exception; it means a broken file
        if not _is_reader_failure(error):
            raise
        log.add("workbook_broken", value=path.name)
        return None
    lookup = sheet_lookup()
    sheets: dict[str, str] = {}
    for title in parts.part_of_sheet:
        sheet = lookup.get(header_key(title))
        if sheet is None:
            if title != GUIDE_SHEET:
                log.add("sheet_unknown", Severity.WARNING, value=title, suggestion=suggest(title, lookup.values()))
        elif sheet in sheets:
            log.add("sheet_twice", sheet=sheet, value=title, first=sheets[sheet])
        else:
            sheets[sheet] = title
    return Workbook(path.name, parts, book, sheets)
