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


def told_in_areas(**positions: list[tuple[float, float]]) -> list[tuple[str, str, object]]:
    """Check outlets of areas; return code, outlet and the other place or area of each finding."""
    placed = [(area, lon, lat) for area, places in positions.items() for lon, lat in places]
    rows = [
        ReadRow(n, {"code": f"{area}{n}", "lon": lon, "lat": lat, "area_code": area}, None)
        for n, (area, lon, lat) in enumerate(placed)
    ]
    log = FindingLog()
    check_positions({"outlets": ReadSheet("outlets", rows)}, log)
    assert {f.severity for f in log.findings()} <= {Severity.WARNING}
    return [(f.code, str(f.params["place"]), f.params["other"]) for f in log.findings()]


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


def town(lon: float, lat: float, outlets: int = 6) -> list[tuple[float, float]]:
    return [(lon + n / 500, lat + n * n / 3000) for n in range(outlets)]


def test_an_outlet_in_the_midst_of_another_area_is_told_with_that_area() -> None:
    assert told_in_areas(a=town(59.0, 36.0), b=town(60.0, 36.5)) == []
    astray = (60.003, 36.502)
    assert told_in_areas(a=[*town(59.0, 36.0), astray], b=town(60.0, 36.5)) == [("position_in_other_area", "a6", "b")]
    # Out of its area, but in none; in another, but not out of its own; and in an area of too few to tell where it is.
    assert told_in_areas(a=[*town(59.0, 36.0), (60.5, 35.0)], b=town(60.0, 36.5)) == []
    assert told_in_areas(a=[*town(59.9, 36.5), (60.003, 36.502)], b=town(60.0, 36.5)) == []
    assert told_in_areas(a=[(59.0, 36.0), astray], b=town(60.0, 36.5)) == []


def test_an_outlet_where_another_one_stands_is_told_with_that_one() -> None:
    places = town(59.0, 36.0)
    assert told_in_areas(a=[*places, places[2]]) == [("position_shared", "a6", "a2")]


def test_a_warehouse_that_was_copied_is_told_but_an_outlet_may_stand_at_one() -> None:
    def rows(*codes: str) -> list[ReadRow]:
        return [ReadRow(n, {"code": code, "lon": 59.5, "lat": 36.25}, None) for n, code in enumerate(codes)]

    log = FindingLog()
    outlets, warehouses = ReadSheet("outlets", rows("O1")), ReadSheet("warehouses", rows("W1", "W2"))
    check_positions({"outlets": outlets, "warehouses": warehouses}, log)
    assert [(f.code, f.where.sheet, f.params["place"], f.params["other"]) for f in log.findings()] == [
        ("position_shared", "warehouses", "W2", "W1")
    ]
