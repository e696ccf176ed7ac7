"""XLSX workbooks: that of a round's allotments, with its sums and fairness, and any other sheets in the same dress."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from distribution.documents.formats import format_jalali, isolate
from distribution.documents.route_sheets import build_route_sheets
from distribution.documents.seal import format_seal
from distribution.documents.workbook_data import (
    AllotmentRow,
    AllotmentsWorkbook,
    FairnessRow,
    Letter,
    Place,
)
from distribution.documents.workbook_sheets import Cell, Kind, Sheet, build_sheets
from distribution.messages import Locale, render_message

__all__ = [
    "AllotmentRow",
    "AllotmentsWorkbook",
    "FairnessRow",
    "Heading",
    "Letter",
    "Place",
    "render_allotments_workbook",
    "render_sheets",
]

HEADER_ROW = 3  # under the title, the round with its letters, and the synthetic mark
EXACT_IN_A_CELL = 10**15  # spreadsheets keep 15 digits of a number
CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - fixed for equal bytes; Excel refuses dates with a zone
NUMBER_FORMATS = {Kind.WHOLE: "#,##0", Kind.THOUSANDTHS: "#,##0.000", Kind.RATIO: "#,##0.0000"}


@dataclass(frozen=True, slots=True)
class _Formats:
    """The cell formats of one workbook."""

    title: Format
    subtitle: Format
    mark: Format
    header: Format
    body: dict[Kind, Format]
    total: dict[Kind, Format]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the table of every sheet: a title, a line about it, and whether the data are made up."""

    title: str
    subtitle: str
    synthetic: bool = False


def render_allotments_workbook(data: AllotmentsWorkbook, locale: Locale) -> bytes:
    """Write the allotments of a round, their sums, and what its routes cost, as :func:`render_sheets` does."""
    parts = [render_message("document.workbook.round", locale, {"round": data.round})]
    if data.policy:
        parts.append(render_message("document.workbook.policy", locale, {"policy": data.policy}))
    parts += [_letter(letter, locale) for letter in data.letters]
    parts += filter(None, [format_seal(data.bundle_sha256, locale)])
    title = f"{render_message('document.workbook.heading', locale)} – {data.title}"
    sheets = (*build_sheets(data, locale), *build_route_sheets(data.routes, data.currency, locale))
    return render_sheets(sheets, Heading(title, " · ".join(parts), data.synthetic), locale)


def render_sheets(sheets: Iterable[Sheet], heading: Heading, locale: Locale) -> bytes:
    """Write sheets as an XLSX workbook, from right to left in Persian.

    Every text stays text, also one that begins like a formula. A whole number of more than fifteen digits is written
    as text, since spreadsheets would round it. The same data gives the same bytes.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(file, options)
    workbook.set_properties({"title": heading.title, "created": CREATED})
    formats = _build_formats(workbook, locale)
    for sheet in sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        if locale == "fa":
            worksheet.right_to_left()
        _write_title(worksheet, heading, locale, formats)
        _write_table(worksheet, sheet, formats)
        _set_page(worksheet, sheet)
    workbook.close()
    return file.getvalue()


def _build_formats(workbook: xlsxwriter.Workbook, locale: Locale) -> _Formats:
    # Without it a spreadsheet guesses the direction of a cell from its first letter, which may be that of a code.
    words: dict[str, object] = {"reading_order": 2 if locale == "fa" else 1}

    def build(kind: Kind, **extra: object) -> Format:
        shape: dict[str, object] = {"valign": "vcenter", "border": 1, "border_color": "#BFBFBF"}
        if kind in NUMBER_FORMATS:
            shape |= {"num_format": NUMBER_FORMATS[kind], "align": "right"}
        else:
            shape |= {"num_format": "@", **words}
        return workbook.add_format(shape | extra)

    return _Formats(
        title=workbook.add_format({"bold": True, "font_size": 14} | words),
        subtitle=workbook.add_format({"font_size": 11} | words),
        mark=workbook.add_format({"bold": True, "font_color": "#C00000"} | words),
        header=workbook.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#D9E2D5",
            }
            | words
        ),
        body={kind: build(kind) for kind in Kind},
        total={kind: build(kind, bold=True, top=2, bg_color="#F2F2F2") for kind in Kind},
    )


def _write_title(worksheet: Worksheet, heading: Heading, locale: Locale, formats: _Formats) -> None:
    worksheet.write_string(0, 0, heading.title, formats.title)
    worksheet.write_string(1, 0, heading.subtitle, formats.subtitle)
    if heading.synthetic:
        worksheet.write_string(2, 0, render_message("document.common.synthetic", locale), formats.mark)


def _letter(letter: Letter, locale: Locale) -> str:
    number = isolate(letter.number)
    if letter.date is None:
        return render_message("document.workbook.letter", locale, {"number": number})
    day = format_jalali(letter.date, locale)
    if locale == "en":
        day = render_message(
            "document.common.both_dates", locale, {"gregorian": letter.date.isoformat(), "jalali": day}
        )
    key = "letter_dated" if letter.number else "letter_unnumbered"
    return render_message(f"document.workbook.{key}", locale, {"number": number, "date": isolate(day)})


def _write_table(worksheet: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    last = HEADER_ROW + len(sheet.rows)
    for index, column in enumerate(sheet.columns):
        worksheet.set_column(index, index, _width(sheet, index))
        worksheet.write_string(HEADER_ROW, index, column.header, formats.header)
    for number, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
        _write_row(worksheet, number, row, sheet, formats.body)
    if sheet.totals:
        _write_row(worksheet, last + 1, sheet.totals, sheet, formats.total)
    worksheet.set_row(HEADER_ROW, 48)
    worksheet.autofilter(HEADER_ROW, 0, last, len(sheet.columns) - 1)


def _write_row(
    worksheet: Worksheet, number: int, row: tuple[Cell, ...], sheet: Sheet, formats: dict[Kind, Format]
) -> None:
    for index, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
        form = formats[column.kind]
        if cell is None:
            worksheet.write_blank(number, index, None, form)
        elif isinstance(cell, str):
            worksheet.write_string(number, index, cell, form)
        elif isinstance(cell, int) and abs(cell) >= EXACT_IN_A_CELL:
            worksheet.write_string(number, index, str(cell), form)
        else:
            worksheet.write_number(number, index, cell, form)


def _width(sheet: Sheet, index: int) -> int:
    """Return a column's width in characters: its longest cell's, the header being wrapped."""
    rows = (*sheet.rows, *([sheet.totals] if sheet.totals else []))
    longest = max(
        (len(f"{row[index]:,}" if isinstance(row[index], int) else str(row[index])) for row in rows), default=0
    )
    return max(11, min(longest + 2, 45))


def _set_page(worksheet: Worksheet, sheet: Sheet) -> None:
    names = 1 if sheet.columns[0].kind is Kind.TEXT else 2  # the columns that say whose the row is
    worksheet.freeze_panes(HEADER_ROW + 1, names)
    worksheet.repeat_rows(HEADER_ROW)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer("&C&P / &N")
