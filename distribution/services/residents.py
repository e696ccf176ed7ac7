"""Where the people of a network live, as cells: read from a file, and made to add up to the counts of the areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where, has_errors
from distribution.intake.log import FindingLog
from distribution.intake.residents import Polygons, is_polygon_file, read_cells, read_layer, read_polygons
from gis.placement import find_misplaced
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
    """The file of where people live, the side of the cells of polygons, and what is built on, if known."""

    file: Path
    side_m: int = DEFAULT_SIDE_M
    layer: Path | None = None


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
    table = _read_polygons(source, dataset, log) if is_polygon_file(source.file) else _read_cells(source, dataset, log)
    if table is None or has_errors(log.findings()):
        raise InputError(log.findings())
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


def _read_polygons(source: ResidentSource, dataset: Dataset, log: FindingLog) -> ResidentTable | None:
    polygons = read_polygons(source.file, dataset.area_by_code.keys(), log)
    layer = None if source.layer is None else read_layer(source.layer, log)
    if polygons is None or has_errors(log.findings()):
        return None
    people = np.array([one.people for one in polygons.residents], dtype=np.int64)
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
        tuple(polygons.residents[i].area_code for i in owner),
    )


def area_among(dataset: Dataset, area: str, known: Collection[str]) -> str | None:
    """Return the nearest area at or above one that is among those known."""
    return next((code for code in dataset.area_and_ancestors(area) if code in known), None)


def _check_outlets(dataset: Dataset, polygons: Polygons, log: FindingLog) -> None:
    """Find outlets that lie outside the area they are said to stand in."""
    areas = sorted({one.area_code for one in polygons.residents if one.area_code is not None})
    number = {code: n for n, code in enumerate(areas)}
    outlets = sorted(dataset.outlets, key=lambda outlet: outlet.code)
    home = [area_among(dataset, outlet.area_code, number) for outlet in outlets]
    found = find_misplaced(
        np.array([outlet.lon for outlet in outlets]),
        np.array([outlet.lat for outlet in outlets]),
        np.array([_UNKNOWN if code is None else number[code] for code in home], dtype=np.int64),
        polygons.shapes,
        np.array(
            [_UNNAMED if one.area_code is None else number[one.area_code] for one in polygons.residents], dtype=np.int64
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
