"""The workbook of allotments, read back."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from distribution.documents.commodity import DocumentCommodity
from distribution.documents.workbook import (
    AllotmentRow,
    AllotmentsWorkbook,
    FairnessRow,
    Letter,
    Place,
    render_allotments_workbook,
)
from distribution.domain.enums import PopulationBasis

RICE = DocumentCommodity("RICE", "Rice", 10_000, 4_850_000)
OIL = DocumentCommodity("OIL", "Oil", 16_200, 2_300_000)


def make_row(number: int, packs: tuple[int, ...] = (10, 3), people: int = 1000) -> AllotmentRow:
    return AllotmentRow(
        outlet=Place(f"O{number}", f"فروشگاه {number}"),
        cooperative=Place(f"C{number % 3}", f"تعاونی {number % 3}"),
        union=Place(f"U{number % 2}", f"اتحادیه {number % 2}"),
        area=Place(f"A{number % 4}", f"شهرستان {number % 4}"),
        people=people,
        basis=PopulationBasis.ASSUMED if number % 5 == 0 else PopulationBasis.DECLARED,
        packs=packs,
    )


def make_workbook(rows: tuple[AllotmentRow, ...] | None = None) -> AllotmentsWorkbook:
    return AllotmentsWorkbook(
        title="اتاق تعاون",
        round="رمضان ۱۳۹۹",
        letters=(Letter("98/م/1234", date(2020, 4, 25)),),
        currency="IRR",
        commodities=(RICE, OIL),
        rows=rows if rows is not None else tuple(make_row(n, (n, n % 7)) for n in range(1, 31)),
        fairness=(
            FairnessRow(
                RICE, Decimal(4_650), 465, 465, Decimal("0.0123"), Decimal("0.5"), Decimal("0.99"), Decimal("1.01")
            ),
        ),
        synthetic=True,
    )


def read_sheet(raw: bytes, index: int) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(index).to_python(skip_empty_area=False)


def read_table(raw: bytes, index: int) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Return the rows under the header as dicts, and the row of totals."""
    header, *rows = read_sheet(raw, index)[3:]
    named = [dict(zip(header, row, strict=True)) for row in rows]
    return named[:-1], named[-1]


def test_the_allotments_are_read_back_as_they_were_given():
    data = make_workbook()
    rows, totals = read_table(render_allotments_workbook(data, "en"), 0)
    assert [row["Outlet"] for row in rows] == [row.outlet.name for row in data.rows]
    assert [(row["Rice: packs"], row["Oil: packs"]) for row in rows] == [row.packs for row in data.rows]
    assert rows[9]["Total weight (kg)"] == pytest.approx(10 * 10 + 3 * 16.2)
    assert rows[9]["Amount due (IRR)"] == 10 * 4_850_000 + 3 * 2_300_000
    assert totals["Rice: packs"] == sum(range(1, 31))
    assert totals["People served"] == 30_000


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 10**5)), min_size=1, max_size=12))
def test_every_sheet_adds_up_to_the_same_packs_and_money(packs):
    data = make_workbook(tuple(make_row(n, line) for n, line in enumerate(packs)))
    raw = render_allotments_workbook(data, "en")
    due = sum(rice * RICE.price + oil * OIL.price for rice, oil in packs)
    for index in (0, 1, 2, 3):
        rows, totals = read_table(raw, index)
        assert sum(row["Rice: packs"] for row in rows) == totals["Rice: packs"] == sum(p[0] for p in packs)
        if index < 3:
            assert sum(row["Amount due (IRR)"] for row in rows) == totals["Amount due (IRR)"] == due


def test_a_cooperative_owes_its_packs_times_the_approved_price():
    rows, _ = read_table(render_allotments_workbook(make_workbook(), "en"), 1)
    assert [row["Cooperative code"] for row in rows] == ["C0", "C1", "C2"]
    rice, oil = (sum(f(n) for n in range(1, 31) if n % 3 == 0) for f in (lambda n: n, lambda n: n % 7))
    assert rows[0]["Rice: amount (IRR)"] == rice * RICE.price
    assert rows[0]["Amount due (IRR)"] == rice * RICE.price + oil * OIL.price
    assert rows[0]["Outlets"] == 10


def test_areas_show_people_and_kg_per_person_and_blank_where_nobody_lives():
    data = make_workbook((make_row(0, (30, 0), people=1000), make_row(1, (5, 0), people=0)))
    rows, totals = read_table(render_allotments_workbook(data, "en"), 3)
    assert rows[0]["kg per person"] == pytest.approx(0.3)
    assert rows[1]["kg per person"] == ""
    assert totals["kg per person"] == pytest.approx(0.35)


def test_a_persian_workbook_runs_from_right_to_left_and_says_what_it_is():
    raw = render_allotments_workbook(make_workbook(), "fa")
    title = read_sheet(raw, 0)
    assert "اتاق تعاون" in title[0][0]
    assert "98/م/1234" in title[1][0]
    assert "۱۳۹۹/۰۲/۰۶" in title[1][0]
    assert title[2][0] == "داده‌های ساختگی"
    assert "مبلغ قابل پرداخت (ریال)" in title[3]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 6)]
    assert all('rightToLeft="1"' in sheet for sheet in sheets)
    assert all("<autoFilter" in sheet and 'state="frozen"' in sheet for sheet in sheets)


def test_an_english_workbook_runs_from_left_to_right():
    with zipfile.ZipFile(io.BytesIO(render_allotments_workbook(make_workbook(), "en"))) as archive:
        assert "rightToLeft" not in archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "https://example.org", "0123"])
def test_a_name_that_looks_like_something_else_stays_text(text):
    row = replace(make_row(1), outlet=Place(text, text))
    raw = render_allotments_workbook(make_workbook((row,)), "fa")
    assert read_sheet(raw, 0)[4][:2] == [text, text]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_money_beyond_fifteen_digits_keeps_every_digit():
    dear = replace(RICE, price=10**15 - 1)
    data = replace(make_workbook((make_row(1, (1001, 0)),)), commodities=(dear, OIL), fairness=())
    rows, _ = read_table(render_allotments_workbook(data, "en"), 0)
    assert rows[0]["Amount due (IRR)"] == "1000999999999998999"


def test_without_prices_there_is_no_column_of_money():
    data = make_workbook()
    free = replace(data, commodities=tuple(replace(c, price=0) for c in data.commodities))
    assert not any("IRR" in str(header) for header in read_sheet(render_allotments_workbook(free, "en"), 0)[3])


def test_the_basis_of_people_is_shown_in_words():
    rows, _ = read_table(render_allotments_workbook(make_workbook(), "en"), 0)
    declared, assumed = rows[0]["Basis of people"], rows[4]["Basis of people"]
    assert declared
    assert assumed
    assert declared != assumed


def test_the_same_allotments_give_the_same_bytes():
    assert render_allotments_workbook(make_workbook(), "fa") == render_allotments_workbook(make_workbook(), "fa")


def test_a_workbook_without_rows_is_still_a_workbook():
    raw = render_allotments_workbook(replace(make_workbook(()), fairness=()), "fa")
    assert len(read_sheet(raw, 0)) >= 4


def test_the_fingerprint_of_the_round_stands_above_every_sheet():
    root = "3f2a90c177de0b14" * 4
    raw = render_allotments_workbook(replace(make_workbook(), bundle_sha256=root), "en")
    for index in range(len(CalamineWorkbook.from_filelike(io.BytesIO(raw)).sheet_names)):
        line = str(read_sheet(raw, index)[1][0])
        assert line.endswith(" ".join(["3f2a", "90c1", "77de", "0b14"] * 4))


def test_the_head_names_the_policy_and_the_fairness_sheet_what_stopped_the_packs_that_found_no_place():
    (row,) = make_workbook().fairness
    stopped = replace(row, packs_allotted=460, packs_unplaced=5, stopped_by="at their limit 3")
    raw = render_allotments_workbook(
        replace(make_workbook(), policy="Need first (need-first)", fairness=(stopped,)), "en"
    )
    assert "Policy: Need first (need-first)" in read_sheet(raw, 0)[1][0]
    header, line = read_sheet(raw, 4)[3:5]
    cells = dict(zip(header, line, strict=True))
    assert (cells["Packs unplaced"], cells["Outlets that could take no more"]) == (5, "at their limit 3")
