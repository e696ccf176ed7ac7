"""A file of where people live: a CSV file of cells with positions, or a file of polygons, checked as a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel

from distribution.domain.enums import Severity
from distribution.domain.residents import AreaPolygon, ResidentCell, ResidentPolygon
from distribution.intake.csv_folder import iterate_csv
from distribution.intake.fields import AREA_POLYGONS_SHEET, RESIDENT_CELLS_SHEET, RESIDENT_POLYGONS_SHEET
from distribution.intake.h3_cells import place_hexagons
from distribution.intake.labels import suggest
from distribution.intake.limits import MAX_FILE_BYTES, MEGABYTE
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadSheet, read_rows
from gis.population import Flaw, ShapeFlaw, find_overlaps, repair_polygons
from gis.population_grid import ENDINGS, MOST_CELLS, GridCells, GridError, read_population_grid
from gis.shapes_file import FORMATS, Shapes, ShapesError, read_shapes

CSV = ".csv"
Noun = TypeVar("Noun", bound=SQLModel)
#: A file's first feature stands in this row: the first row is the header.
_FIRST_ROW = 2


@dataclass(frozen=True, eq=False)
class Polygons(Generic[Noun]):
    """Valid polygons in degrees, with what is said of them; ``rows`` are the features' rows, for findings."""

    shapes: NDArray[np.object_]
    nouns: tuple[Noun, ...]
    rows: tuple[int, ...]


def is_grid_file(file: Path) -> bool:
    """Tell by its ending whether a file is a raster."""
    return file.suffix.lower() in ENDINGS


def read_grid(file: Path, log: FindingLog) -> GridCells | None:
    """Read a raster of people; None if it cannot be used."""
    if not file.exists():
        log.add("file_missing", value=file.name)
        return None
    try:
        return read_population_grid(file)
    except GridError as error:
        log.add(f"grid_{error.code}", value=file.name, most=MOST_CELLS)
        return None


def is_polygon_file(file: Path) -> bool:
    """Tell by its ending whether a file is one of polygons."""
    return file.suffix.lower() in FORMATS


def read_cells(file: Path, areas: Collection[str], log: FindingLog) -> tuple[ResidentCell, ...]:
    """Read cells from a CSV file: code, lon, lat (or h3), people and, where people are kept to areas, area_code."""
    if not file.exists():
        log.add("file_missing", value=file.name)
        return ()
    if file.suffix.lower() != CSV:
        log.add("residents_format", value=file.name, formats=", ".join([CSV, *FORMATS, *ENDINGS]))
        return ()
    rows = place_hexagons(RESIDENT_CELLS_SHEET, iterate_csv(RESIDENT_CELLS_SHEET, file, log), log)
    sheet = read_rows(RESIDENT_CELLS_SHEET, rows, log)
    _check_rows(sheet, areas, log)
    first: dict[str, int] = {}
    for row in sheet.rows:
        code = row.values.get("code")
        if code is not None and first.setdefault(code, row.number) != row.number:
            where = {"row": row.number, "column": "code", "value": code}
            log.add("duplicate_key", sheet=RESIDENT_CELLS_SHEET, **where, first_row=first[code])
    return tuple(row.noun for row in sheet.rows if isinstance(row.noun, ResidentCell))


def read_resident_polygons(file: Path, areas: Collection[str], log: FindingLog) -> Polygons[ResidentPolygon] | None:
    """Read polygons with the attributes people and area_code, made valid; None if the file cannot be read."""
    return _read_polygons(file, ResidentPolygon, RESIDENT_POLYGONS_SHEET, areas, log)


def read_area_polygons(file: Path, areas: Collection[str], log: FindingLog) -> Polygons[AreaPolygon] | None:
    """Read polygons with the attribute area_code, made valid; None if the file cannot be read."""
    return _read_polygons(file, AreaPolygon, AREA_POLYGONS_SHEET, areas, log)


def _read_polygons(
    file: Path, kind: type[Noun], sheet_name: str, areas: Collection[str], log: FindingLog
) -> Polygons[Noun] | None:
    shapes = _read_shapes(file, sheet_name, log)
    if shapes is None:
        return None
    numbered = [(1, shapes.columns), *((_FIRST_ROW + n, row) for n, row in enumerate(shapes.rows))]
    sheet = read_rows(sheet_name, numbered, log)
    for number in sorted({number for number, _ in numbered[1:]} - {row.number for row in sheet.rows}):
        log.add("value_missing", sheet=sheet_name, row=number, column=next(iter(kind.model_fields)))
    _check_rows(sheet, areas, log)
    polygons, flaws = repair_polygons(shapes.geometry)
    lost = _tell_flaws(sheet_name, flaws, log)
    known = [
        (row.number, row.noun)
        for row in sheet.rows
        if isinstance(row.noun, kind) and row.number - _FIRST_ROW not in lost
    ]
    found = Polygons(
        polygons[[number - _FIRST_ROW for number, _ in known]],
        tuple(noun for _, noun in known),
        tuple(number for number, _ in known),
    )
    for flaw in find_overlaps(found.shapes) if kind is ResidentPolygon else ():
        row, other = found.rows[flaw.index], found.rows[flaw.other or 0]
        log.add(
            "polygon_overlaps",
            Severity.WARNING,
            sheet=sheet_name,
            row=row,
            value=f"{flaw.percent} %",
            other_row=other,
        )
    return found


def read_layer(file: Path, log: FindingLog) -> NDArray[np.object_] | None:
    """Read the polygons of where people live within larger ones; None if there are none to be read."""
    read = _read_shapes(file, "", log)
    if read is None:
        return None
    layer, flaws = repair_polygons(read.geometry)
    lost = _tell_flaws("", flaws, log)
    return layer[[index not in lost for index in range(len(layer))]]


def _read_shapes(file: Path, sheet: str, log: FindingLog) -> Shapes | None:
    if not file.exists():
        log.add("file_missing", value=file.name)
        return None
    if not is_polygon_file(file):
        log.add("residents_format", value=file.name, formats=", ".join(FORMATS))
        return None
    if (size := file.stat().st_size) > MAX_FILE_BYTES:
        megabytes, limit = -(-size // MEGABYTE), MAX_FILE_BYTES // MEGABYTE
        log.add("file_too_large", sheet=sheet, value=file.name, megabytes=megabytes, limit=limit)
        return None
    try:
        shapes = read_shapes(file)
    except ShapesError:
        log.add("shapes_unreadable", value=file.name, kind=FORMATS[file.suffix.lower()])
        return None
    if not len(shapes.geometry):
        log.add("shapes_empty", value=file.name)
        return None
    if not shapes.has_crs:
        log.add("shapes_without_crs", Severity.WARNING, sheet=sheet, value=file.name)
    return shapes


def _tell_flaws(sheet: str, flaws: list[ShapeFlaw], log: FindingLog) -> set[int]:
    """Record what is wrong with polygons; return the indices of those that cannot be used."""
    for flaw in flaws:
        severity = Severity.WARNING if flaw.flaw is Flaw.REPAIRED else Severity.ERROR
        log.add(f"polygon_{flaw.flaw}", severity, sheet=sheet, row=_FIRST_ROW + flaw.index)
    return {flaw.index for flaw in flaws if flaw.is_fatal}


def _check_rows(sheet: ReadSheet, areas: Collection[str], log: FindingLog) -> None:
    if not sheet.rows and not log.has_error_in(sheet.sheet):
        log.add("sheet_empty", sheet=sheet.sheet)
    for row in sheet.rows:
        code = row.values.get("area_code")
        if code is not None and code not in areas:
            where = {"row": row.number, "column": "area_code", "value": code}
            log.add("residents_area_unknown", sheet=sheet.sheet, **where, suggestion=suggest(code, sorted(areas)))
