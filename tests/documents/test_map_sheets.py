"""Maps for print, read back from their PDF."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from distribution.documents.map_sheets import LegendEntry, MapBook, MapSheet, map_mm, render_maps_pdf, render_maps_svg
from gis.export.sketch import SketchLine, SketchMark, draw_sketch


def sheet(entries: int) -> MapSheet:
    legend = tuple(
        LegendEntry("#0b6e99", f"یخچال‌دار ۳٫۵ تنی شمال غرب مشهد، شماره {n}: ۹ توقف، ۲۰۹ کیلومتر", True, "2 1")
        for n in range(entries)
    )
    lines = [SketchLine([(59.0, 36.0), (59.5, 36.4)], "#0b6e99")]
    marks = [SketchMark(59.0, 36.0, "#000000", text="نیشابور"), SketchMark(59.5, 36.4, "#000000", text="مشهد")]
    return MapSheet("سفرهای روز", "۱۳۹۹/۰۱/۲۶", draw_sketch(lines, marks, *map_mm(entries)), legend)


def book(*sheets: MapSheet, number: str = "r-1") -> MapBook:
    return MapBook(sheets, "fa", "نقشه‌ها", "شبکه", number, ("راه‌ها: نمونه.",), synthetic=True)


def test_names_scale_legend_and_notes_are_on_the_sheet(read_pdf):
    pdf = read_pdf(render_maps_pdf(book(sheet(3))))
    for word in ("نیشابور", "مشهد", "سفرهای روز", "۱۳۹۹/۰۱/۲۶", "یخچال", "کیلومتر", "نمونه", "شمال", "ساختگی"):
        assert pdf.shows(word), word


@pytest.mark.parametrize("entries", [1, 24])
def test_a_sheet_with_its_legend_is_one_page(read_pdf, entries):
    assert len(read_pdf(render_maps_pdf(book(sheet(entries), sheet(entries)))).sizes) == 2


def test_the_same_maps_are_the_same_bytes():
    assert render_maps_pdf(book(sheet(2))) == render_maps_pdf(book(sheet(2)))


def test_a_drawing_of_each_sheet_has_lines_and_letters_without_fonts():
    first, second = render_maps_svg(book(sheet(2), sheet(3), number=""))
    assert first != second
    for drawing in (first, second):
        root = ET.fromstring(drawing)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
        assert len(list(root.iter("{http://www.w3.org/2000/svg}use"))) > 50  # outlines of letters
    assert render_maps_svg(book(sheet(2), sheet(3), number="")) == (first, second)
