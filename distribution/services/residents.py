"""Where the people of a network live, as cells: read from a file, and made to add up to the counts of the areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where, has_errors
from distribution.domain.residents import AreaPolygon
from distribution.intake.log import FindingLog
from distribution.intake.residents import (
    Polygons,
    is_grid_file,
    is_polygon_file,
    read_area_polygons,
    read_cells,
    read_grid,
    read_layer,
    read_resident_polygons,
)
from gis.placement import find_misplaced, locate
from gis.population import CellLimitError, cells_of_polygons
from gis.rounding import round_to_sum

#: Number of the area of an outlet that no polygon has, and of a polygon that names none.
_UNKNOWN, _UNNAMED = -1, -2
#: Side of the cells of polygons, m, unless somebody says otherwise.
DEFAULT_SIDE_M = 1_000


@dataclass(frozen=True, eq=False)
class ResidentTable:
    """Where people live.

    Attributes
    ----------
    code
        Of each cell.
    lon, lat
        Degrees, of shape (n,).
    people
        Of each cell, of shape (n,); where an area of the network has a count, its cells add up to it.
    area
        Code of the area that each cell lies in; None if the file does not say.
    """

    code: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    people: NDArray[np.int64]
    area: tuple[str | None, ...]


@dataclass(frozen=True)
class ResidentSource:
    """Where to read who lives where.

    Attributes
    ----------
    file
        Cells, polygons or a raster of people.
    side_m
        Side of the cells of polygons, m.
    layer
        Polygons of where people live within those of the file.
    areas
        Polygons of areas: a cell without an area lies in the one whose polygon it lies in.
    """

    file: Path
    side_m: int = DEFAULT_SIDE_M
    layer: Path | None = None
    areas: Path | None = None


def read_residents(source: ResidentSource, dataset: Dataset) -> tuple[ResidentTable, tuple[Finding, ...]]:
    """Read where people live, cell by cell, and what is worth knowing about it.

    Cells tell where the people of an area live, the area's count how many they are: a cell of an area with a count
    gets its part of that count.

    Raises
    ------
    InputError
        With every finding, if any is an error.
    """
    log = FindingLog()
    if is_grid_file(source.file):
        table = _read_grid(source, log)
    elif is_polygon_file(source.file):
        table = _read_polygons(source, dataset, log)
    else:
        table = _read_cells(source, dataset, log)
    known = dataset.area_by_code.keys()
    polygons = None if source.areas is None else read_area_polygons(source.areas, known, log)
    if table is None or has_errors(log.findings()):
        raise InputError(log.findings())
    if polygons is not None:
        _check_outlets(dataset, polygons, log)
        table = _located(table, polygons)
    fitted, notes = _fit_to_counts(table, dataset)
    return fitted, (*log.findings(), *notes)


def _read_cells(source: ResidentSource, dataset: Dataset, log: FindingLog) -> ResidentTable:
    cells = read_cells(source.file, dataset.area_by_code.keys(), log)
    return ResidentTable(
        tuple(cell.code for cell in cells),
        np.array([cell.lon for cell in cells], dtype=np.float64),
        np.array([cell.lat for cell in cells], dtype=np.float64),
        np.array([cell.people for cell in cells], dtype=np.int64),
        tuple(cell.area_code for cell in cells),
    )


def _read_grid(source: ResidentSource, log: FindingLog) -> ResidentTable | None:
    cells = read_grid(source.file, log)
    if cells is None:
        return None
    codes = tuple(f"{row}-{column}" for row, column in zip(cells.row.tolist(), cells.column.tolist(), strict=True))
    return ResidentTable(codes, cells.lon, cells.lat, cells.people, (None,) * len(codes))


def _located(table: ResidentTable, polygons: Polygons[AreaPolygon]) -> ResidentTable:
    """Write in the area of each cell that names none."""
    polygon = locate(table.lon, table.lat, polygons.shapes).tolist()
    area = tuple(
        polygons.nouns[n].area_code if code is None and n >= 0 else code
        for code, n in zip(table.area, polygon, strict=True)
    )
    return replace(table, area=area)


def _read_polygons(source: ResidentSource, dataset: Dataset, log: FindingLog) -> ResidentTable | None:
    polygons = read_resident_polygons(source.file, dataset.area_by_code.keys(), log)
    layer = None if source.layer is None else read_layer(source.layer, log)
    if polygons is None or has_errors(log.findings()):
        return None
    people = np.array([one.people for one in polygons.nouns], dtype=np.int64)
    try:
        cells, missed = cells_of_polygons(polygons.shapes, people, source.side_m, layer)
    except CellLimitError as error:
        log.add("residents_too_many_cells", value=source.file.name, side_m=source.side_m, least_m=error.side_m)
        return None
    _check_outlets(dataset, polygons, log)
    for flaw in missed:
        log.add(f"polygon_{flaw.flaw}", Severity.WARNING, row=polygons.rows[flaw.index])
    owner = cells.polygon.tolist()
    return ResidentTable(
        tuple(f"{polygons.rows[i]}-{n}" for i, n in zip(owner, _count_within(owner), strict=True)),
        cells.lon,
        cells.lat,
        cells.people,
        tuple(polygons.nouns[i].area_code for i in owner),
    )


def area_among(dataset: Dataset, area: str, known: Collection[str]) -> str | None:
    """Return the nearest area at or above one that is among those known."""
    return next((code for code in dataset.area_and_ancestors(area) if code in known), None)


def _check_outlets(dataset: Dataset, polygons: Polygons[Any], log: FindingLog) -> None:
    """Find outlets that lie outside the area they are said to stand in."""
    areas = sorted({one.area_code for one in polygons.nouns if one.area_code is not None})
    number = {code: n for n, code in enumerate(areas)}
    outlets = sorted(dataset.outlets, key=lambda outlet: outlet.code)
    home = [area_among(dataset, outlet.area_code, number) for outlet in outlets]
    found = find_misplaced(
        np.array([outlet.lon for outlet in outlets]),
        np.array([outlet.lat for outlet in outlets]),
        np.array([_UNKNOWN if code is None else number[code] for code in home], dtype=np.int64),
        polygons.shapes,
        np.array(
            [_UNNAMED if one.area_code is None else number[one.area_code] for one in polygons.nouns], dtype=np.int64
        ),
    )
    for one in found:
        known = one.lies_in is not None and one.lies_in != _UNNAMED
        log.add(
            "outlet_in_other_area" if known else "outlet_outside_area",
            Severity.WARNING,
            sheet="outlets",
            column="area_code",
            value=outlets[one.index].code,
            area=home[one.index] or "",
            km=Decimal(round(one.metres / 100)) / 10,
            other=areas[one.lies_in] if known and one.lies_in is not None else "",
        )


def _count_within(owner: Sequence[int]) -> list[int]:
    """Return the number of each cell within its polygon, from 1."""
    seen: dict[int, int] = defaultdict(int)
    numbers = []
    for one in owner:
        seen[one] += 1
        numbers.append(seen[one])
    return numbers


def _fit_to_counts(table: ResidentTable, dataset: Dataset) -> tuple[ResidentTable, list[Finding]]:
    """Share the count of every area that has one and cells among its cells, by their people, in whole people."""
    cells: dict[str, list[int]] = defaultdict(list)
    for index, code in enumerate(table.area):
        if code is not None:
            cells[code].append(index)
    people = table.people.copy()
    findings = []
    for code, own in sorted(cells.items()):
        count, told = dataset.area_by_code[code].population, int(table.people[own].sum())
        if count is None or count == told:
            continue
        numbers: Mapping[str, int] = {"count": count, "people": told}
        if not told:
            findings.append(_finding(Severity.ERROR, "residents_none_in_area", code, numbers))
            continue
        people[own] = round_to_sum((table.people[own] * (count / told)).tolist(), count)
        findings.append(_finding(Severity.NOTE, "residents_fitted", code, numbers))
    if has_errors(findings):
        raise InputError(tuple(findings))
    return ResidentTable(table.code, table.lon, table.lat, people, table.area), findings


def _finding(severity: Severity, code: str, area: str, numbers: Mapping[str, int]) -> Finding:
    return Finding(severity, code, Where(value=area), {"value": area, **numbers})
