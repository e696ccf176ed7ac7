"""XLSX workbooks: the template filled in, and everything that can be wrong with a file."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from distribution.domain.dataset import SHEETS
from distribution.domain.enums import Severity
from distribution.intake import read_dataset
from distribution.intake.export import write_cell
from distribution.intake.fields import field_specs
from distribution.intake.template import render_template
from distribution.intake.workbook_parts import column_number, find_flaws, fits_in_memory
from distribution.messages import LOCALES, load_catalogue, render_message
from tests.support.intake import fill_template, only
from tests.support.networks import small_network


@pytest.fixture
def fill(tmp_path: Path) -> Callable[..., Path]:
    """Fill the template with a correct network, edited at will."""
    return lambda edit=None: fill_template(small_network(), tmp_path / "network.xlsx", edit)


@pytest.fixture
def shared_strings(tmp_path: Path) -> Path:
    """A workbook with a shared table of strings and date cells, as Excel writes it."""
    path = tmp_path / "shared.xlsx"
    book = xlsxwriter.Workbook(path)
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    network = small_network()
    for name in SHEETS:
        sheet = book.add_worksheet(name)
        specs = list(field_specs(name).values())
        sheet.write_row(0, 0, [spec.name for spec in specs])
        for at, noun in enumerate(getattr(network, name), start=1):
            for column, spec in enumerate(specs):
                value = getattr(noun, spec.name)
                if isinstance(value, dt.date):
                    sheet.write_datetime(at, column, value, date)
                elif spec.kind.is_numeric:
                    sheet.write(at, column, value)
                else:
                    sheet.write_string(at, column, write_cell(value))
    settings = book.add_worksheet("settings")
    settings.write_row(0, 0, ["key", "value"])
    for at, key in enumerate(field_specs("settings"), start=1):
        settings.write_row(at, 0, [key, write_cell(getattr(network.settings, key))])
    book.close()
    return path


def rezip(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of a workbook in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def part_of(parts: dict[str, bytes], sheet: str) -> str:
    number = re.search(rb'<sheet [^>]*name="%s" sheetId="(\d+)"' % sheet.encode(), parts["xl/workbook.xml"])
    assert number
    return f"xl/worksheets/sheet{number[1].decode()}.xml"


def test_the_filled_template_gives_the_dataset_and_no_finding(fill: Callable[..., Path]) -> None:
    result = read_dataset(fill())
    assert result.findings == ()
    assert result.dataset == small_network()


def test_twelve_mistakes_give_twelve_findings_with_row_and_repair(fill: Callable[..., Path]) -> None:
    def spoil(book: Any) -> None:
        def put(sheet: str, row: int, column: str, value: object) -> None:
            at = [cell.value for cell in book[sheet][1]].index(column) + 1
            book[sheet].cell(row, at).value = value

        put("areas", 4, "population", "زیاد")
        put("cooperatives", 3, "kind", "بانکی")
        put("cooperatives", 4, "union_code", "U-none")
        put("outlets", 3, "lon", None)
        put("outlets", 4, "priority", 12)
        put("outlets", 5, "receiving_windows", "13:00-08:00")
        put("outlets", 6, "served_population", "=1000+1")
        put("outlets", 7, "storage_dry_kg", "#N/A")
        put("outlets", 8, "code", "O0")
        put("stock", 3, "packs", 10.5)
        put("vehicles", 3, "capacity_m3", "1,23")
        put("quotas", 3, "period_end", "1399/02/31x")

    result = read_dataset(fill(spoil))
    assert result.dataset is None
    assert [(f.where.sheet, f.where.row, f.where.column, f.code) for f in result.findings] == [
        ("areas", 4, "population", "value_not_number"),
        ("cooperatives", 3, "kind", "value_not_choice"),
        ("cooperatives", 4, "union_code", "unknown_reference"),
        ("outlets", 3, "lon", "value_missing"),
        ("outlets", 4, "priority", "value_out_of_range"),
        ("outlets", 5, "receiving_windows", "value_not_windows"),
        ("outlets", 6, "served_population", "formula_cell"),
        ("outlets", 7, "storage_dry_kg", "error_cell"),
        ("outlets", 8, "code", "duplicate_key"),
        ("stock", 3, "packs", "value_not_integer"),
        ("vehicles", 3, "capacity_m3", "value_not_number"),
        ("quotas", 3, "period_end", "value_not_date"),
    ]
    for finding in result.findings:
        assert finding.severity is Severity.ERROR
        for locale in LOCALES:
            assert render_message(finding.message_key, locale, finding.params)
            assert render_message(finding.fix_key, locale, finding.params)


def test_sheets_may_have_persian_names_and_other_sheets_are_told(fill: Callable[..., Path]) -> None:
    def rename(book: Any) -> None:
        for name in ("areas", "outlets", "stock"):
            book[name].title = load_catalogue("fa")[f"sheet.{name}"]
        book.create_sheet("یادداشت")

    result = read_dataset(fill(rename))
    assert only(result, "sheet_unknown").severity is Severity.WARNING
    assert result.dataset == small_network()


def test_two_sheets_of_one_kind_are_an_error(fill: Callable[..., Path]) -> None:
    assert only(
        read_dataset(fill(lambda book: book.copy_worksheet(book["areas"]).__setattr__("title", "Areas "))),
        "sheet_twice",
    )


def test_numeric_codes_and_date_cells_of_a_spreadsheet_are_read(fill: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book["unions"].append([101, "اتحادیه"])
        book["calendar"].append([dt.date(2024, 4, 22), True])
        book["calendar"].append(["1403/02/04", "بله"])

    result = read_dataset(fill(edit))
    assert result.findings == ()
    assert result.dataset is not None
    assert "101" in result.dataset.union_by_code
    assert {"2024-04-22", "2024-04-23"} <= {row.day for row in result.dataset.calendar}


def test_a_formula_is_refused_even_with_a_cached_value_and_names_its_cell(fill: Callable[..., Path]) -> None:
    def compute(parts: dict[str, bytes]) -> None:
        name = part_of(parts, "areas")
        parts[name], count = re.subn(rb'(<c r="E3"[^>]*>)<v>', rb"\1<f>SUM(1,2)</f><v>", parts[name])
        assert count == 1

    finding = only(read_dataset(rezip(fill(), compute)), "formula_cell")
    assert (finding.where.sheet, finding.where.row, finding.where.column) == ("areas", 3, "population")
    assert finding.where.value.isdigit()


def test_a_formula_in_a_note_or_beyond_the_table_is_handled(fill: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book["areas"]["B2"] = "=1+1"
        book["areas"]["B900"] = "=1+1"

    findings = read_dataset(fill(edit)).findings
    assert {(f.where.row, f.where.column) for f in findings} == {(900, "name_fa"), (900, "code")}


def test_an_error_value_computed_by_the_spreadsheet_is_told(fill: Callable[..., Path]) -> None:
    def fail(parts: dict[str, bytes]) -> None:
        name = part_of(parts, "areas")
        parts[name], count = re.subn(
            rb'<c r="E3"( s="\d+")?[^>]*><v>\d+</v></c>', rb'<c r="E3"\1 t="e"><v>#REF!</v></c>', parts[name]
        )
        assert count == 1

    finding = only(read_dataset(rezip(fill(), fail)), "error_cell")
    assert (finding.where.row, finding.where.column) == (3, "population")


@pytest.mark.parametrize(
    "content", [b"", b"not a zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"PK\x03\x04" + b"x" * 100]
)
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    assert only(read_dataset(path), "not_a_workbook").where.value == "broken.xlsx"


def test_another_kind_of_zip_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "document.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    only(read_dataset(path), "not_a_workbook")


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_corrupt_workbook_never_gives_a_traceback(fill: Callable[..., Path], at: float) -> None:
    path = fill()
    content = bytearray(path.read_bytes())
    start = int(len(content) * at)
    content[start : start + 400] = b"\xaa" * 400
    path.write_bytes(bytes(content))
    result = read_dataset(path)
    if result.findings:  # else the hole lies in a part that is not read
        assert [f.code for f in result.findings] in (["workbook_broken"], ["not_a_workbook"])
    else:
        assert result.dataset == small_network()


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.95])
def test_a_truncated_workbook_never_gives_a_traceback(fill: Callable[..., Path], cut: float) -> None:
    path = fill()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    only(read_dataset(path), "not_a_workbook")


@pytest.mark.parametrize(
    "xml",
    [b"<worksheet><sheetData><row", b"<worksheet/>", b"", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', b"\0\1\2"],
)
def test_a_broken_worksheet_never_gives_a_traceback(fill: Callable[..., Path], xml: bytes) -> None:
    def spoil(parts: dict[str, bytes]) -> None:
        parts[part_of(parts, "areas")] = xml

    result = read_dataset(rezip(fill(), spoil))
    assert result.dataset is None
    assert result.findings[0].code in {"workbook_broken", "sheet_empty"}


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"]
)
@pytest.mark.parametrize("content", [None, b"", b"<x", b"<x/>"])
def test_a_broken_or_missing_part_never_gives_a_traceback(
    shared_strings: Path, part: str, content: bytes | None
) -> None:
    def spoil(parts: dict[str, bytes]) -> None:
        del parts[part]
        if content is not None:
            parts[part] = content

    result = read_dataset(rezip(shared_strings, spoil))
    assert result.dataset is None or part == "xl/styles.xml"


def test_a_workbook_as_spreadsheet_programs_write_it_reads_the_same(shared_strings: Path) -> None:
    with zipfile.ZipFile(shared_strings) as archive:
        assert "xl/sharedStrings.xml" in archive.namelist()
    result = read_dataset(shared_strings)
    assert result.findings == ()
    assert result.dataset == small_network()


def test_a_bomb_by_its_directory_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 30_000_000)
    assert path.stat().st_size < 100_000
    finding = only(read_dataset(path), "zip_bomb")
    assert finding.params["megabytes"] == 31


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(fill: Callable[..., Path]) -> None:
    path = fill()
    big = b"<worksheet>" + b" " * 20_000_000 + b"</worksheet>"
    rezip(path, lambda parts: parts.update({part_of(parts, "areas"): big}))
    raw = bytearray(path.read_bytes())
    size = len(big).to_bytes(4, "little")
    assert raw.count(size) == 2  # in the entry and in the directory
    path.write_bytes(bytes(raw.replace(size, (5000).to_bytes(4, "little"))))
    only(read_dataset(path), "workbook_broken")


def test_a_table_stretched_to_the_last_cell_is_not_held_in_memory(fill: Callable[..., Path]) -> None:
    def stretch(parts: dict[str, bytes]) -> None:
        name = part_of(parts, "areas")
        parts[name] = parts[name].replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )

    assert only(read_dataset(rezip(fill(), stretch)), "sheet_too_large").where.sheet == "areas"


def test_formatting_down_to_the_last_row_is_no_table(fill: Callable[..., Path]) -> None:
    def format_all(parts: dict[str, bytes]) -> None:
        name = part_of(parts, "areas")
        parts[name] = parts[name].replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
        )

    assert read_dataset(rezip(fill(), format_all)).dataset == small_network()


def test_a_workbook_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    only(read_dataset(path), "file_too_large")


def test_an_empty_workbook_lacks_every_sheet(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("areas")
    book.close()
    found = {(f.code, f.where.sheet) for f in read_dataset(path).findings}
    assert ("sheet_empty", "areas") in found
    assert ("sheet_missing", "outlets") in found


def test_flaws_are_found_whatever_the_namespace_and_spacing() -> None:
    xml = b'<x:row r="2"><x:c r="A2"/><x:c r="B2" s="1">\n<x:f t="shared" si="0"/><x:v>1</x:v></x:c><c r=\'AA2\' t=\'e\'><v>#N/A</v></c><c><f>1</f></c></x:row>'
    assert find_flaws(xml) == ({(2, 1): "formula_cell", (2, 26): "error_cell"}, 1)
    assert find_flaws(b'<c r="A1"><v>1</v></c><formula1>x</formula1>') == ({}, 0)
    assert column_number("XFD") == 16_383
    assert fits_in_memory(xml)


def test_the_template_has_right_to_left_sheets_with_notes_and_lists() -> None:
    with zipfile.ZipFile(io.BytesIO(render_template())) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 20
    assert all('rightToLeft="1"' in sheet for sheet in sheets)
    book = openpyxl.load_workbook(io.BytesIO(render_template()))
    assert book.sheetnames[0] == "راهنما guide"
    outlets = book["outlets"]
    assert str(outlets["A2"].value).startswith("#")
    assert all(cell.comment and "\n" in cell.comment.text for cell in outlets[1])
    rules = {str(v.sqref): v for v in outlets.data_validations.dataValidation}
    column = [cell.value for cell in outlets[1]].index("area_code")
    rule = next(v for ref, v in rules.items() if ref.startswith(f"{openpyxl.utils.get_column_letter(column + 1)}3:"))
    assert rule.formula1 == "areas!$A$3:$A$20000"
    modes = [v.formula1 for v in rules.values() if v.type == "list"]
    assert '"delivered,collects"' in modes
    beside = [v.prompt for v in rules.values() if v.formula1 == '"delivered,collects"']
    assert beside == ["تحویل در محل (delivered)؛ تحویل در انبار (collects)"]
    header = [cell.value for cell in outlets[1]].index("mode")
    assert beside[0] in outlets[1][header].comment.text


def test_the_template_is_the_same_bytes_every_time() -> None:
    assert render_template() == render_template()
