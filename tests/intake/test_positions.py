"""A place far from all others is told; a wide network is not."""

from __future__ import annotations

import pytest

from distribution.domain.enums import Severity
from distribution.intake import read_dataset
from distribution.intake.log import FindingLog
from distribution.intake.position_checks import check_positions
from distribution.intake.rows import ReadRow, ReadSheet
from tests.support.intake import CsvFolder, only


def told(*positions: tuple[float, float]) -> list[tuple[str, int]]:
    """Check outlets at these positions; return codes of findings with the numbers of their rows."""
    rows = [ReadRow(n, {"code": f"O{n}", "lon": lon, "lat": lat}, None) for n, (lon, lat) in enumerate(positions)]
    log = FindingLog()
    check_positions({"outlets": ReadSheet("outlets", rows)}, log)
    return [(f.code, f.where.row or 0) for f in log.findings()]


def test_a_lost_digit_is_told_with_the_distance(folder: CsvFolder) -> None:
    folder.edit("outlets", 4, "lon", "5.9")
    finding = only(read_dataset(folder.path), "position_far")
    assert (finding.severity, finding.where.row, finding.params["place"]) == (Severity.WARNING, 4, "O2")
    assert finding.params["km"] == pytest.approx(4720, rel=0.02)  # 53.6 degrees of longitude at 36 north, great circle


def test_a_wide_country_has_no_far_place() -> None:
    assert told((61.5, 28.0), (45.0, 39.0), (51.4, 35.7), (59.6, 36.3), (48.7, 31.3), (56.3, 27.2)) == []


def test_a_place_within_300_km_of_a_town_of_shops_is_no_finding() -> None:
    town = [(59.6 + n / 1000, 36.3) for n in range(9)]
    assert told(*town, (59.6, 34.0)) == []
    assert told(*town, (59.6, 33.0)) == [("position_far", 9)]


def test_a_swapped_position_is_told_as_swapped_only() -> None:
    town = [(59.6 + n / 1000, 36.3) for n in range(9)]
    assert told(*town, (36.3, 59.6)) == [("lonlat_swapped", 9)]


def test_two_places_are_never_far_from_each_other() -> None:
    assert told((0.1, 51.0), (59.6, 36.3)) == []
