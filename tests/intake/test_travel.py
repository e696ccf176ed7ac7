from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from distribution.domain.enums import Severity
from distribution.intake import read_dataset, require_dataset
from distribution.intake.csv_folder import iterate_csv
from distribution.intake.log import FindingLog
from distribution.intake.travel import read_travel
from tests.support.intake import CsvFolder, by_code, only
from tests.support.networks import small_network

HEAD = ["origin", "destination", "metres", "seconds"]


def places() -> list[str]:
    network = small_network()
    return sorted([o.code for o in network.outlets] + [w.code for w in network.warehouses])


def full(codes: list[str]) -> list[list[str]]:
    """Every ordered pair, with figures that tell the pair."""
    return [
        [a, b, str(1000 * i + j), str(100 * i + j)]
        for i, a in enumerate(codes, start=1)
        for j, b in enumerate(codes, start=1)
        if a != b
    ]


def test_a_full_matrix_is_read_over_every_place_in_order_of_code(folder: CsvFolder) -> None:
    codes = places()
    folder.write("travel", [HEAD, *reversed(full(codes))])
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset is not None
    travel = result.dataset.travel
    assert travel is not None
    assert travel.codes == tuple(codes)
    assert travel.metres.dtype == travel.seconds.dtype == np.int32
    for i, j in ((0, 1), (3, 2), (11, 0)):
        assert travel.metres[i, j] == 1000 * (i + 1) + j + 1
        assert travel.seconds[i, j] == 100 * (i + 1) + j + 1
    assert not travel.metres.diagonal().any()


def test_two_squares_read_the_same_as_the_long_form(folder: CsvFolder) -> None:
    codes = places()
    folder.write("travel", [HEAD, *full(codes)])
    long_form = require_dataset(folder.path).travel
    folder.file("travel").unlink()
    shuffled = codes[::-1]
    for sheet, at in (("travel_metres", 2), ("travel_seconds", 3)):
        cell = {(row[0], row[1]): row[at] for row in full(codes)}
        folder.write(sheet, [["", *shuffled], *([a, *(cell.get((a, b), "0") for b in shuffled)] for a in codes)])
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset is not None
    square = result.dataset.travel
    assert square is not None
    assert long_form is not None
    assert square.codes == long_form.codes
    np.testing.assert_array_equal(square.metres, long_form.metres)
    np.testing.assert_array_equal(square.seconds, long_form.seconds)


def test_gaps_are_told_once_with_their_number(folder: CsvFolder) -> None:
    rows = full(places())
    rows[0][2:] = ["", ""]
    rows[1][2:] = ["-1", "-1"]
    folder.write("travel", [HEAD, *rows[:-3]])
    result = read_dataset(folder.path)
    finding = only(result, "travel_gap")
    assert (finding.severity, finding.params["count"], finding.params["pairs"]) == (Severity.WARNING, 5, 132)
    assert result.dataset is not None
    assert result.dataset.travel is not None
    assert (result.dataset.travel.metres == -1).sum() == 5


def test_fractions_and_persian_digits_are_rounded_to_whole_metres_and_seconds(folder: CsvFolder) -> None:
    rows = full(places())
    rows[0][2:] = ["۱٬۲۳۴٫۶", "99.4"]
    folder.write("travel", [HEAD, *rows])
    travel = require_dataset(folder.path).travel
    assert travel is not None
    assert (travel.metres[0, 1], travel.seconds[0, 1]) == (1235, 99)


def test_every_bad_row_is_named(folder: CsvFolder) -> None:
    rows = full(places())
    rows[0][2] = "far"
    rows[1][3] = "-5"
    rows[2][2] = ""
    rows[3][0] = ""
    rows[4][1] = "nowhere"
    rows.append(rows[10])
    folder.write("travel", [HEAD, *rows])
    result = read_dataset(folder.path)
    assert result.dataset is None
    found = {(f.code, f.where.row) for f in result.findings if f.code != "travel_gap"}
    assert found == {
        ("value_not_number", 2),
        ("value_out_of_range", 3),
        ("value_missing", 4),
        ("value_missing", 5),
        ("travel_place_unknown", 6),
        ("duplicate_key", len(rows) + 1),
    }
    assert by_code(result, "duplicate_key")[0].params["first_row"] == 12


def test_a_place_outside_the_network_is_told_once_and_ignored(folder: CsvFolder) -> None:
    codes = places()
    folder.write("travel", [HEAD, *full(codes), *([a, "elsewhere", "1", "1"] for a in codes)])
    result = read_dataset(folder.path)
    assert only(result, "travel_place_unknown").severity is Severity.WARNING
    assert result.dataset is not None
    assert result.dataset.travel is not None
    assert result.dataset.travel.codes == tuple(codes)


def test_half_a_travel_or_two_of_them_are_errors(folder: CsvFolder) -> None:
    codes = places()
    square = [["", *codes], *([a, *["5"] * len(codes)] for a in codes)]
    folder.write("travel_metres", square)
    assert only(read_dataset(folder.path), "sheet_missing").where.sheet == "travel_seconds"
    folder.write("travel_seconds", square)
    assert read_dataset(folder.path).findings == ()
    folder.write("travel", [HEAD, *full(codes)])
    only(read_dataset(folder.path), "travel_given_twice")


def test_squares_that_do_not_agree_on_the_gaps_are_told(folder: CsvFolder) -> None:
    codes = places()
    square = [["code", *codes], *([a, *["5"] * len(codes)] for a in codes)]
    folder.write("travel_metres", square)
    square[1][2] = ""
    folder.write("travel_seconds", square)
    result = read_dataset(folder.path)
    assert by_code(result, "travel_squares_differ")[0].params["count"] == 1


def test_a_square_with_a_row_or_column_twice_is_an_error(folder: CsvFolder) -> None:
    codes = places()
    square = [["", *codes, codes[0]], *([a, *["5"] * (len(codes) + 1)] for a in [*codes, codes[1]])]
    folder.write("travel_metres", square)
    folder.write("travel_seconds", square)
    found = {(f.code, f.where.sheet) for f in read_dataset(folder.path).findings}
    assert found == {(c, s) for c in ("column_twice", "duplicate_key") for s in ("travel_metres", "travel_seconds")}


@pytest.mark.parametrize("rows", [[], [HEAD], [["# note", "", "", ""], HEAD, ["", "", "", ""], ["# x"]]])
def test_an_empty_travel_sheet_is_no_matrix(folder: CsvFolder, rows: list[list[str]]) -> None:
    folder.write("travel", rows)
    result = read_dataset(folder.path)
    assert result.findings == ()
    assert result.dataset == small_network()


@pytest.mark.parametrize("rows", [[], [["origin", "destination"]], [HEAD], [["a"], ["b", "c"]]])
def test_no_shape_of_the_travel_sheet_gives_a_traceback(folder: CsvFolder, rows: list[list[str]]) -> None:
    folder.write("travel", rows)
    folder.write("outlets", folder.rows("outlets"))
    read_dataset(folder.path)
    folder.file("travel").unlink()
    folder.write("travel_metres", rows)
    folder.write("travel_seconds", rows)
    assert read_dataset(folder.path).dataset is None or rows == [["a"], ["b", "c"]] or len(rows) == 1


def test_too_many_places_for_a_matrix_are_refused() -> None:
    log = FindingLog()
    assert read_travel({"travel": [(1, HEAD)]}, [f"O{n}" for n in range(9000)], log) is None
    assert [f.code for f in log.findings()] == ["travel_too_large"]


@pytest.mark.slow
def test_a_million_journeys_are_read_in_seconds(tmp_path: Path) -> None:
    codes = [f"OUT-{n:05d}" for n in range(1000)]
    lines = ["origin,destination,metres,seconds"]
    lines += [f"{a},{b},{10_000 + i},{600 + i}" for a in codes for i, b in enumerate(codes)]
    (tmp_path / "travel.csv").write_text("\n".join(lines))
    log = FindingLog()
    start = time.process_time()
    matrix = read_travel({"travel": iterate_csv("travel", tmp_path / "travel.csv", log)}, codes, log)
    assert time.process_time() - start < 10
    assert log.findings() == ()
    assert matrix is not None
    assert matrix.metres[3, 7] == 10_007
