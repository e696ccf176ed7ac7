"""The waybill, read back from its PDF."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest
import typst
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distribution.documents import typesetting
from distribution.documents.commodity import DocumentCommodity
from distribution.documents.release_order import render_release_orders
from distribution.documents.typesetting import FontSettings, read_font_settings
from distribution.documents.waybill import WaybillTrip, render_waybill
from distribution.domain.errors import UnavailableError
from distribution.domain.numerals import to_persian_digits
from distribution.messages import render_message

MARGIN_POINTS = 12 / 25.4 * 72


def test_a_persian_waybill_names_everything_a_storekeeper_signs_for(make_waybill, read_pdf):
    pdf = read_pdf(render_waybill(make_waybill(synthetic=True), "fa"))
    for word in (
        "بارنامه",
        "WB-0207-03",
        "۱۳۹۹/۰۲/۰۶",
        "2020-04-25",
        "انبار مشهد",
        "KR-0001",
        "برنج",
        "گوشت",
        "راننده",
    ):
        assert pdf.shows(word), word
    assert pdf.shows("ساختگی")
    assert pdf.shows("۱۲۴٫۴")  # km
    assert pdf.shows("۰۶:۳۰")  # departure


def test_persian_letters_run_from_right_to_left_and_so_do_the_columns(make_waybill, read_pdf):
    pdf = read_pdf(render_waybill(make_waybill(), "fa"))
    assert "همانراب" in pdf.lines(0)  # the heading, its first letter at the right edge
    code, clock = pdf.first("K"), pdf.first("۷")  # the first arrival is at ۰۷:۴۰
    assert clock.left < code.left


def test_an_english_waybill_runs_from_left_to_right(make_waybill, read_pdf):
    pdf = read_pdf(render_waybill(make_waybill(), "en"))
    assert pdf.shows("Waybill")
    assert pdf.shows("2020-04-25 (Jalali")
    assert pdf.shows("1399/02/06)")
    (row,) = (line for line in pdf.lines(0) if "07:40" in line)
    assert row.startswith("1")


def test_totals_are_the_sums_of_the_stops(make_waybill, make_stop, read_pdf):
    stops = (make_stop(1, packs=(700, 0, 3, 0)), make_stop(2, packs=(541, 0, 4, 0)))
    data = make_waybill(stops)
    assert data.packs == (1241, 0, 7, 0)
    assert data.weight_g == 1241 * 10_000 + 7 * 16_200
    pdf = read_pdf(render_waybill(data, "en"))
    assert pdf.shows("1,241")
    assert pdf.count("12,523.4") == 2  # at the head and in the trip's total


def test_a_commodity_the_truck_does_not_carry_gets_no_column(make_waybill, make_stop, read_pdf):
    pdf = read_pdf(render_waybill(make_waybill((make_stop(1, packs=(5, 0, 0, 0)),)), "fa"))
    assert pdf.shows("برنج")
    assert not pdf.shows("شکر")


def test_up_to_three_commodities_stand_upright_and_more_lie_on_the_side(make_waybill, make_stop, read_pdf):
    three = make_waybill((make_stop(1, packs=(5, 1, 1, 0)),))
    four = make_waybill((make_stop(1, packs=(5, 1, 1, 1)),))
    ((width, height), *_) = read_pdf(render_waybill(three, "fa")).sizes
    assert width < height
    ((width, height), *_) = read_pdf(render_waybill(four, "fa")).sizes
    assert width > height


@pytest.mark.parametrize("locale", ["fa", "en"])
def test_sixty_stops_run_over_pages_with_every_stop_and_the_header_on_each(locale, make_waybill, read_pdf):
    pdf = read_pdf(render_waybill(make_waybill(60), locale))
    pages = range(len(pdf.sizes))
    assert len(pages) >= 4
    for number in range(1, 61):
        assert pdf.count(f"KR-{number:04d}") == 1
    arrival = render_message("document.waybill.arrival", locale).split()[0]
    assert all(pdf.shows(arrival, page) for page in pages if pdf.shows("KR-", page))
    assert all(pdf.shows("WB-0207-03", page) for page in pages)
    numbers = [f"Page{page + 1}of{len(pages)}" for page in pages]
    if locale == "fa":
        numbers = [to_persian_digits(f"{len(pages)}زا{page + 1}هحفص") for page in pages]
    assert all(any(number in line for line in pdf.lines(page)) for page, number in zip(pages, numbers, strict=True))


def test_every_trip_has_its_own_total_and_the_day_a_grand_total(make_waybill, make_stop, read_pdf):
    trips = (
        WaybillTrip(1, 21_600, 23_400, 30_000, 50_000, (make_stop(1, packs=(5, 1, 1, 1)),)),
        WaybillTrip(2, 31_000, 32_000, 40_000, 60_000, (make_stop(2, packs=(7, 1, 1, 1)),)),
    )
    pdf = read_pdf(render_waybill(make_waybill(trips=trips), "en"))
    assert pdf.shows("Total of trip 1")
    assert pdf.shows("Total of trip 2")
    (line,) = (line for page in range(len(pdf.sizes)) for line in pdf.lines(page) if "Grandtotal" in line)
    assert line == "Grandtotal12222" + "212.4"
    assert pdf.shows("110.0 km")


def test_markup_in_names_is_printed_as_it_was_typed(make_waybill, make_stop, read_pdf):
    name = "#f(1) *b* $x$ [a] `c` <d>"
    assert read_pdf(render_waybill(make_waybill((make_stop(1, name=name, packs=(1, 1, 1, 1)),)), "en")).shows(name)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_any_text_can_be_a_name(name, make_waybill, make_stop, read_pdf):
    assert len(read_pdf(render_waybill(make_waybill((make_stop(1, name=name, cooperative=name),)), "fa")).sizes) >= 1


def test_a_long_word_wraps_inside_its_column(make_waybill, make_stop, read_pdf):
    stop = make_stop(1, name="Q" * 150, code="X" * 64, packs=(99_999, 99_999, 99_999, 99_999))
    pdf = read_pdf(render_waybill(make_waybill((stop,)), "en"))
    width, _ = pdf.sizes[0]
    assert all(x.left >= MARGIN_POINTS - 1 and x.right <= width - MARGIN_POINTS + 1 for x in pdf.letters[0])
    name, code = ([x for x in pdf.letters[0] if x.text == letter] for letter in "QX")
    assert (len(name), len(code)) == (150, 64)
    low, high = min(x.bottom for x in name + code), max(x.top for x in name)
    (colon,) = (x for x in pdf.letters[0] if x.text == ":" and low < x.bottom < high)
    assert max(x.right for x in name + code) < colon.left - 10  # the hours stand before the colon


def test_thirty_commodities_still_fit_side_by_side(make_waybill, make_stop, read_pdf):
    goods = tuple(DocumentCommodity(f"C{n}", f"Commodity {n}", 1000) for n in range(30))
    stop = make_stop(1, packs=(12_345,) * 30)
    pdf = read_pdf(render_waybill(make_waybill((stop,), commodities=goods), "en"))
    (total_row, stop_row) = (row for row in pdf.rows(0) if sum(letter.text == "," for letter in row) >= 30)
    (header_row,) = (row for row, line in zip(pdf.rows(0), pdf.lines(0), strict=True) if "Commodity" in line)
    for row in (total_row, stop_row, header_row):
        assert all(a.right <= b.left + 2 for a, b in pairwise(row))


def test_estimated_and_measured_travel_are_told_apart(make_waybill, read_pdf):
    assert read_pdf(render_waybill(make_waybill(), "en")).shows("estimates")
    assert not read_pdf(render_waybill(make_waybill(travel_is_estimate=False), "en")).shows("estimates")


def test_only_synthetic_data_carry_the_mark(make_waybill, read_pdf):
    assert read_pdf(render_waybill(make_waybill(synthetic=True), "en")).shows("Synthetic data")
    assert not read_pdf(render_waybill(make_waybill(), "en")).shows("ynthetic")


def test_the_same_data_gives_the_same_bytes_in_another_process(make_waybill):
    data = make_waybill(12)
    here = hashlib.sha256(render_waybill(data, "fa")).hexdigest()
    code = (
        "import hashlib, pickle, sys; from distribution.documents.waybill import render_waybill;"
        "print(hashlib.sha256(render_waybill(pickle.load(sys.stdin.buffer), 'fa')).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(data), capture_output=True, check=True)
    assert there.stdout.decode().strip() == here


def test_threads_do_not_disturb_each_other(make_waybill):
    waybills = [make_waybill(n) for n in range(1, 9)]
    alone = [render_waybill(data, "fa") for data in waybills]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda data: render_waybill(data, "fa"), waybills * 2)) == alone * 2


@pytest.mark.parametrize("template", ["waybill.typ", "release_order.typ"])
def test_the_typesetter_has_nothing_to_warn_of(template, make_waybill, make_release_orders, monkeypatch):
    warnings = []
    original = typst.Compiler

    class Listening:
        def __init__(self, **options):
            self.compiler = original(**options)

        def compile(self, **options):
            pdf, found = self.compiler.compile_with_warnings(**options)
            warnings.extend(str(warning) for warning in found)
            return pdf

    monkeypatch.setattr(typesetting.typst, "Compiler", Listening)
    if template == "waybill.typ":
        render_waybill(make_waybill(), "fa")
    else:
        render_release_orders(make_release_orders(), "fa")
    assert warnings == []


def test_a_missing_font_is_named_with_a_stable_code(make_waybill, tmp_path):
    with pytest.raises(UnavailableError) as caught:
        render_waybill(make_waybill(), "fa", FontSettings(paths=(str(tmp_path),)))
    assert caught.value.code == "font_missing"
    for locale in ("fa", "en"):
        assert "DejaVu Sans" in render_message("error.font_missing", locale, caught.value.params)


def test_font_folders_come_from_the_environment_and_default_to_shipped_ones(tmp_path):
    given_paths = read_font_settings({"TAAVON_FONT_PATHS": str(tmp_path), "TAAVON_FONT_FAMILY": "Vazirmatn"})
    assert given_paths == FontSettings((str(tmp_path),), "Vazirmatn")
    assert read_font_settings({}).family == "DejaVu Sans"
    assert "matplotlib" in read_font_settings({}).paths[0]


def test_a_waybill_without_stops_or_with_packs_that_do_not_fit_is_refused(make_waybill, make_stop):
    with pytest.raises(ValueError, match="needs a stop"):
        make_waybill(0)
    with pytest.raises(ValueError, match="packs"):
        make_waybill((make_stop(1, packs=(1,)),))
    with pytest.raises(ValueError, match="packs"):
        replace(make_waybill(), trips=(WaybillTrip(1, 0, 1, 2, 3, (make_stop(1, packs=(1, 1, 1, -1)),)),))


@pytest.mark.parametrize("locale", ["fa", "en"])
def test_the_fingerprint_of_the_round_stands_on_every_page_of_every_paper(
    locale, make_waybill, make_stop, make_release_orders, read_pdf
):
    root = hashlib.sha256(b"a round").hexdigest()
    many = (WaybillTrip(1, 21_600, 23_400, 50_000, 90_000, tuple(make_stop(order) for order in range(1, 40))),)
    for pdf in (
        read_pdf(render_waybill(make_waybill(trips=many, bundle_sha256=root), locale)),
        read_pdf(render_release_orders(replace(make_release_orders(), bundle_sha256=root), locale)),
    ):
        assert [pdf.count(root, page) for page in range(len(pdf.sizes))] == [1] * len(pdf.sizes)
    assert not read_pdf(render_waybill(make_waybill(), locale)).shows("taavon verify")


def test_a_phone_reads_the_mark_of_every_stop_off_the_page(make_waybill, make_stop):
    marks = [
        f"ramadan-1399/20200414/V-MASHHAD-N-R3-1/{n}/KR-0916-{n:03d}\ngeo:36.{n:05d},59.{n:05d}" for n in (1, 2, 3)
    ]
    stops = [make_stop(order=n, mark=mark) for n, mark in enumerate(marks, start=1)]
    trips = (WaybillTrip(1, 21_600, 23_400, 50_000, 90_000, (*stops, make_stop(order=4))),)
    pdf = pypdfium2.PdfDocument(render_waybill(make_waybill(trips=trips), "fa"))
    pages = [pdf[n].render(scale=4).to_numpy() for n in range(len(pdf))]
    found = [code for page in pages for code in zxingcpp.read_barcodes(page)]
    assert sorted(code.text for code in found) == marks
    assert {code.format.name for code in found} == {"QRCode"}
