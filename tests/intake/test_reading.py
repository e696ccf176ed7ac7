"""A folder of CSV files, whatever program wrote it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from distribution.domain.errors import InputError
from distribution.intake import read_dataset, require_dataset
from distribution.intake.csv_folder import find_delimiter
from distribution.messages import load_catalogue
from tests.support.intake import CsvFolder, by_code, only
from tests.support.networks import county_populations_only, small_network, write_csv


def test_a_correct_folder_gives_the_dataset_and_no_finding(folder: CsvFolder) -> None:
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset == small_network()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_separator_and_unicode_encoding_reads_the_same(folder: CsvFolder, delimiter: str, encoding: str) -> None:
    for sheet in ("areas", "outlets", "quotas"):
        folder.write(sheet, folder.rows(sheet), delimiter, encoding)
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset == small_network()


def test_windows_1256_is_read_with_a_note_and_gets_persian_letters(folder: CsvFolder) -> None:
    rows = [[cell.replace("ی", "ي") for cell in row] for row in folder.rows("unions")]
    rows[1][1] = "اتحاديه كارگران"
    folder.write("unions", rows, encoding="cp1256")
    result = read_dataset(folder.path)
    assert only(result, "encoding_windows_1256").severity == "note"
    assert result.dataset is not None
    assert result.dataset.unions[0].name_fa == "اتحادیه کارگران"


def test_headers_and_file_names_may_be_persian_labels(folder: CsvFolder) -> None:
    labels = load_catalogue("fa")
    for sheet in ("outlets", "commodities", "vehicles"):
        rows = folder.rows(sheet)
        rows[0] = [labels[f"column.{sheet}.{name}"].replace("ی", "ي") for name in rows[0]]
        folder.write(sheet, rows)
        folder.file(sheet).rename(folder.path / f"{labels['sheet.' + sheet]}.csv")
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset == small_network()


def test_headers_may_be_in_any_order_case_and_spacing(folder: CsvFolder) -> None:
    rows = [list(reversed(row)) for row in folder.rows("outlets")]
    rows[0] = [name.replace("_", " ").title() + " " for name in rows[0]]
    folder.write("outlets", rows)
    assert read_dataset(folder.path).dataset == small_network()


def test_comments_and_blank_rows_are_skipped_and_counted(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    rows[1:1] = [["# a note", *[""] * (len(rows[0]) - 1)], [], ["", " "]]
    rows[7][rows[0].index("lon")] = "x"
    folder.write("outlets", rows)
    finding = only(read_dataset(folder.path), "value_not_number")
    assert finding.where.row == 8


def test_a_comment_may_stand_above_the_header(folder: CsvFolder) -> None:
    folder.write("areas", [["# made by hand"], *folder.rows("areas")])
    assert read_dataset(folder.path).findings == ()


def test_a_quoted_line_break_does_not_shift_the_row_numbers(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "name_en", "two\nlines")
    folder.edit("outlets", 4, "lat", "x")
    assert only(read_dataset(folder.path), "value_not_number").where.row == 4


def test_persian_digits_and_separators_are_read_in_every_column(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    rows[1:] = [[cell if i in (1, 2) else cell.translate(digits) for i, cell in enumerate(row)] for row in rows[1:]]
    folder.write("outlets", rows)
    assert read_dataset(folder.path).dataset == small_network()


def test_optional_sheets_may_be_absent(folder: CsvFolder) -> None:
    for sheet in ("calendar", "settings", "successions"):
        folder.file(sheet).unlink(missing_ok=True)
    assert read_dataset(folder.path).findings == ()


def test_vehicles_may_be_absent_only_if_every_outlet_collects(folder: CsvFolder) -> None:
    folder.file("vehicles").unlink()
    assert only(read_dataset(folder.path), "sheet_missing").where.sheet == "vehicles"
    for row in range(2, 12):
        folder.edit("outlets", row, "mode", "collects")
    assert read_dataset(folder.path).findings == ()


def test_a_blank_cell_takes_the_default_of_its_column(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "deliveries_per_period", "")
    folder.edit("areas", 2, "need_weight", "")
    dataset = require_dataset(folder.path)
    assert dataset.outlets[0].deliveries_per_period == 1
    assert dataset.areas[0].need_weight == 1


def test_settings_are_read_by_key_or_label_and_unknown_ones_told(folder: CsvFolder) -> None:
    folder.write(
        "settings",
        [["key", "value"], ["Currency", "EUR"], ["ضریب پیچش راه", "۱٫۴"], ["sped_kmh", "50"], ["stop_minutes", "9999"]],
    )
    result = read_dataset(folder.path)
    assert [(f.code, f.where.row) for f in result.findings] == [("key_settings_unknown", 4), ("value_out_of_range", 5)]
    assert result.findings[0].params["suggestion"] == "speed_kmh"
    folder.write("settings", folder.rows("settings")[:3])
    settings = require_dataset(folder.path).settings
    assert (settings.currency, str(settings.detour_factor)) == ("EUR", "1.4")


def test_a_setting_given_twice_is_an_error(folder: CsvFolder) -> None:
    folder.write("settings", [["key", "value"], ["currency", "EUR"], ["currency", "USD"]])
    assert only(read_dataset(folder.path), "duplicate_key").params["first_row"] == 2


def test_require_dataset_raises_every_finding(folder: CsvFolder) -> None:
    folder.edit("outlets", 2, "lon", "x")
    folder.edit("areas", 2, "population", "many")
    with pytest.raises(InputError) as caught:
        require_dataset(folder.path)
    assert [f.where.sheet for f in caught.value.findings] == ["areas", "outlets"]


def test_rows_come_in_order_of_their_keys_whatever_their_order_in_the_file(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    folder.write("outlets", [rows[0], *reversed(rows[1:])])
    assert read_dataset(folder.path).dataset == small_network()


def test_the_separator_is_found_outside_quotes_and_comments() -> None:
    assert find_delimiter('# a,b,c,d\n"x,y,z,w";b;c\n') == ";"
    assert find_delimiter("code\n1\n") == ","


def test_what_is_not_there_or_no_input_is_told(tmp_path: Path, folder: CsvFolder) -> None:
    assert only(read_dataset(tmp_path / "nowhere"), "file_missing").where.value == "nowhere"
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("x")
    only(read_dataset(empty), "folder_without_sheets")
    only(read_dataset(folder.file("areas")), "not_a_workbook")


def test_a_path_that_cannot_be_is_told(tmp_path: Path) -> None:
    only(read_dataset(tmp_path / ("x" * 5000)), "file_unreadable")
    assert read_dataset(Path("nul\0byte")).findings[0].code in {"file_missing", "file_unreadable"}


def test_a_file_over_the_limit_is_refused_without_being_read(folder: CsvFolder) -> None:
    with folder.file("outlets").open("r+b") as stream:
        stream.truncate(200_000_000)  # sparse: no byte is written
    finding = only(read_dataset(folder.path), "file_too_large")
    assert finding.params["megabytes"] == 200
    assert finding.where.sheet == "outlets"


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0", b"code,name\0\nA,B\n", b"\xff\xfea\xd8", b"\x01\x02\x03", b"PK\x03\x04aaaa"],
)
def test_binary_data_is_no_text_file(folder: CsvFolder, content: bytes) -> None:
    folder.file("unions").write_bytes(content)
    only(read_dataset(folder.path), "file_not_text")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"code,name_fa\n", b"code,name_fa\n# note\n,\n"])
def test_an_empty_sheet_is_told(folder: CsvFolder, content: bytes) -> None:
    folder.file("unions").write_bytes(content)
    assert only(read_dataset(folder.path), "sheet_empty").where.sheet == "unions"


def test_the_rows_after_a_broken_one_are_not_told_to_be_missing(folder: CsvFolder) -> None:
    rows = folder.rows("outlets")
    lines = folder.file("outlets").read_text(encoding="utf-8-sig").splitlines()
    lines[2] = 'O1,"open' + lines[2]
    folder.file("outlets").write_text("\n".join(lines), encoding="utf-8")
    assert len(rows) > 5
    only(read_dataset(folder.path), "csv_malformed")


@pytest.mark.parametrize("row", ['U9,"open', 'U9,"a"b,c', "U9," + "x" * 200_000])
def test_a_broken_row_is_named_and_nothing_is_swallowed(folder: CsvFolder, row: str) -> None:
    rows = folder.rows("unions")
    with folder.file("unions").open("a", encoding="utf-8") as stream:
        stream.write(row + "\r\n")
    finding = only(read_dataset(folder.path), "csv_malformed")
    assert finding.where.row == len(rows) + 1


def test_a_folder_in_place_of_a_file_is_told(folder: CsvFolder) -> None:
    folder.file("unions").unlink()
    folder.file("unions").mkdir()
    assert by_code(read_dataset(folder.path), "file_unreadable")[0].where.sheet == "unions"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(folder: CsvFolder) -> None:
    folder.file("unions").chmod(0)
    assert by_code(read_dataset(folder.path), "file_unreadable")


def test_two_files_of_one_sheet_are_an_error_and_unknown_files_a_warning(folder: CsvFolder) -> None:
    folder.write("اتحادیه‌ها", folder.rows("unions"))
    folder.write("outlet", [["x"]])
    result = read_dataset(folder.path)
    assert {f.code for f in result.findings} == {"sheet_twice", "sheet_unknown"}
    assert by_code(result, "sheet_unknown")[0].params["suggestion"] == "outlets"


def test_thousands_of_outlets_are_read_in_a_moment(tmp_path: Path) -> None:
    network = county_populations_only(3900)
    write_csv(network, tmp_path)
    start = time.process_time()
    result = read_dataset(tmp_path)
    assert time.process_time() - start < 3
    assert result.dataset == network
