"""No value is lost under a blank header."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from distribution.domain.enums import Severity
from distribution.intake import read_dataset
from distribution.intake.rows import column_letters
from distribution.intake.workbook_parts import column_number
from tests.support.intake import CsvFolder, fill_template, only
from tests.support.networks import small_network


def test_values_under_a_blank_header_of_a_csv_file_are_an_error_told_once(folder: CsvFolder) -> None:
    rows = folder.rows("unions")
    at = rows[0].index("name_en")
    rows[0][at] = " "
    folder.write("unions", rows)
    result = read_dataset(folder.path)
    finding = only(result, "column_without_header")
    assert result.dataset is None
    assert (finding.severity, finding.where.row, finding.where.column) == (Severity.ERROR, 2, column_letters(at))
    assert finding.where.value == rows[1][at]


def test_values_under_a_blank_header_of_a_workbook_are_an_error(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["outlets"]["L1"] = None
        book["unions"]["F4"] = "a stray note"  # right of the last header

    result = read_dataset(fill_template(small_network(), tmp_path / "network.xlsx", edit))
    found = [(f.code, f.where.sheet, f.where.row, f.where.column) for f in result.findings]
    assert ("column_without_header", "outlets", 3, "L") in found
    assert ("column_without_header", "unions", 4, "F") in found
    assert len(found) == 2


def test_a_blank_header_over_blank_cells_is_no_finding(folder: CsvFolder) -> None:
    for sheet in ("areas", "outlets", "settings"):
        rows = folder.rows(sheet)
        folder.write(sheet, [[*row, "", " "] for row in rows])
    assert read_dataset(folder.path).findings == ()


@pytest.mark.parametrize("sheet", ["travel", "travel_metres", "settings"])
def test_sheets_that_hold_no_nouns_are_watched_too(folder: CsvFolder, sheet: str) -> None:
    if sheet == "travel":
        folder.write(sheet, [["origin", "destination", "metres", "seconds", ""], ["W1", "O1", "1", "1", "9"]])
    elif sheet == "travel_metres":
        folder.write(sheet, [["", "W1", ""], ["W1", "0", ""], ["O1", "5", "9"]])
        folder.write("travel_seconds", [["", "W1"], ["W1", "0"], ["O1", "5"]])
    else:
        folder.write(sheet, [["", "key", "value"], ["9", "stop_minutes", "20"]])
    findings = [f for f in read_dataset(folder.path).findings if f.code == "column_without_header"]
    column = {"travel": "E", "travel_metres": "C", "settings": "A"}[sheet]
    assert [(f.where.sheet, f.where.column, f.where.value) for f in findings] == [(sheet, column, "9")]


@pytest.mark.parametrize("position", [0, 25, 26, 51, 52, 701, 702, 16_383])
def test_columns_are_named_as_a_spreadsheet_names_them(position: int) -> None:
    assert column_number(column_letters(position)) == position
