"""Maps for print, read back from their PDF."""

from __future__ import annotations

import pytest

from distribution.documents.map_sheets import LegendEntry, MapSheet, map_mm, render_map_sheets
from gis.export.sketch import SketchLine, SketchMark, draw_sketch


def sheet(entries: int) -> MapSheet:
    legend = tuple(
        LegendEntry("#0b6e99", f"یخچال‌دار ۳٫۵ تنی شمال غرب مشهد، شماره {n}: ۹ توقف، ۲۰۹ کیلومتر", True, "2 1")
        for n in range(entries)
    )
    lines = [SketchLine([(59.0, 36.0), (59.5, 36.4)], "#0b6e99")]
    marks = [SketchMark(59.0, 36.0, "#000000", text="نیشابور"), SketchMark(59.5, 36.4, "#000000", text="مشهد")]
    return MapSheet("سفرهای روز", "۱۳۹۹/۰۱/۲۶", draw_sketch(lines, marks, *map_mm(entries)), legend)


def test_names_scale_legend_and_notes_are_on_the_sheet(read_pdf):
    pdf = read_pdf(
        render_map_sheets([sheet(3)], "fa", title="شبکه", number="r-1", notes=["راه‌ها: نمونه."], synthetic=True)
    )
    for word in ("نیشابور", "مشهد", "سفرهای روز", "۱۳۹۹/۰۱/۲۶", "یخچال", "کیلومتر", "نمونه", "شمال", "ساختگی"):
        assert pdf.shows(word), word


@pytest.mark.parametrize("entries", [1, 24])
def test_a_sheet_with_its_legend_is_one_page(read_pdf, entries):
    assert (
        len(read_pdf(render_map_sheets([sheet(entries), sheet(entries)], "fa", title="شبکه", number="r-1")).sizes) == 2
    )


def test_the_same_maps_are_the_same_bytes():
    first, again = (render_map_sheets([sheet(2)], "en", title="t", number="n") for _ in range(2))
    assert first == again
