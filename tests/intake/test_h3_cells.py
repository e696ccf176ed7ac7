"""Cells that H3 names have the position of their hexagon."""

import pytest

from distribution.domain.enums import Severity
from distribution.intake.log import FindingLog
from distribution.intake.residents import read_cells
from distribution.services.sentences import describe_finding

h3 = pytest.importorskip("h3", reason="needs the extra grids")


def read(tmp_path, text):
    file = tmp_path / "cells.csv"
    file.write_text(text, encoding="utf-8")
    log = FindingLog()
    return read_cells(file, {"west"}, log), log.findings()


def test_a_hexagon_is_code_and_position(tmp_path):
    name = h3.latlng_to_cell(36.3, 59.6, 7)
    (cell,), findings = read(tmp_path, f"h3,people,area_code\n{name.upper()},120,west\n")
    assert not findings
    assert h3.latlng_to_cell(cell.lat, cell.lon, 7) == name
    assert abs(cell.lon - 59.6) < 0.03
    assert abs(cell.lat - 36.3) < 0.03
    assert (cell.code.lower(), cell.people, cell.area_code) == (name, 120, "west")


def test_a_code_of_its_own_is_kept(tmp_path):
    name = h3.latlng_to_cell(36.3, 59.6, 7)
    (cell,), findings = read(tmp_path, f"code,people,h3\nA-1,5,{name}\n")
    assert not findings
    assert cell.code == "A-1"
    assert cell.people == 5


@pytest.mark.parametrize("locale", ["fa", "en"])
def test_what_is_no_hexagon_is_told_with_its_row_and_nothing_else_is(tmp_path, locale):
    name = h3.latlng_to_cell(36.3, 59.6, 7)
    _, findings = read(tmp_path, f"h3,people\n{name},5\n8.7e14,6\n")
    (finding,) = findings
    assert (finding.severity, finding.code, finding.where.row) == (Severity.ERROR, "hexagon_unknown", 3)
    assert finding.where.value == "8.7e14"
    assert describe_finding(finding, locale).fix


def test_a_blank_hexagon_is_a_missing_value(tmp_path):
    name = h3.latlng_to_cell(36.3, 59.6, 7)
    _, findings = read(tmp_path, f"h3,people\n{name},5\n,6\n")
    assert {f.code for f in findings} == {"value_missing"}
    assert {f.where.row for f in findings} == {3}


def test_cells_with_positions_are_read_as_before(tmp_path):
    (cell,), findings = read(tmp_path, "code,lon,lat,people\nc,59.5,36.5,7\n")
    assert not findings
    assert (cell.lon, cell.lat) == (59.5, 36.5)
