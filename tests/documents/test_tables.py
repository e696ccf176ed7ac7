"""CSV as it is written."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.documents.tables import render_csv
from gis.export.table_csv import FORMULA_STARTS


def read_back(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_a_table_begins_with_the_mark_that_spreadsheets_look_for_and_ends_lines_with_crlf():
    raw = render_csv(["کد", "نام"], [["A1", "تعاونی «نمونه»"]])
    assert raw == "\ufeffکد,نام\r\nA1,تعاونی «نمونه»\r\n".encode()


def test_numbers_dates_and_nothing_are_plain():
    raw = render_csv(["a", "b", "c", "d"], [[-5, Decimal("1250.500"), dt.date(2020, 4, 25), None]])
    assert read_back(raw)[1] == ["-5", "1250.5", "2020-04-25", ""]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(start):
    assert read_back(render_csv(["name"], [[f"{start}cmd|' /C calc'!A0"]]))[1] == [f"'{start}cmd|' /C calc'!A0"]


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="3 cells, the header 2"):
        render_csv(["a", "b"], [[1, 2, 3]])


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2)))
def test_what_was_written_is_read_back_and_no_text_can_run(rows):
    read = read_back(render_csv(["a", "b"], rows))[1:]
    assert [[cell.removeprefix("'") if cell[1:2] in FORMULA_STARTS else cell for cell in row] for row in read] == [
        [cell.removeprefix("'") if cell[1:2] in FORMULA_STARTS else cell for cell in row] for row in rows
    ]
    assert not any(cell.startswith(FORMULA_STARTS) for row in read for cell in row)
