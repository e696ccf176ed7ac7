"""The files of catchments: tables, a map layer, and the network with the people whom each outlet now serves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from distribution.documents.map_sheets import render_maps_pdf, render_maps_svg
from distribution.documents.tables import Cell, render_csv
from distribution.domain.dataset import Dataset
from distribution.domain.findings import Finding
from distribution.domain.numerals import format_number
from distribution.intake.export import write_csv_folder
from distribution.messages import Locale, render_message
from distribution.services.catchment_map import build_catchment_map
from distribution.services.catchments import FAR_M, FAR_S, AreaLine, CatchmentReport
from distribution.services.run_folder import render_findings
from distribution.services.whole_folder import new_folder
from gis.catchments.outlines import outline_groups
from gis.export.geopackage import render_geopackage
from gis.export.layers import LAYER_CRS, Layer, LayerStyle, build_point_layer

GEOPACKAGE = "catchments.gpkg"
SCHEMA = "taavon.catchments/1"
_FAR_COLUMNS = (*(f"people_beyond_{m // 1000}_km" for m in FAR_M), *(f"people_beyond_{s // 60}_min" for s in FAR_S))
#: Areas shown at a terminal: those with the most people who are far or not served.
_MOST_AREAS = 12


def write_catchments(
    folder: Path, dataset: Dataset, report: CatchmentReport, findings: Sequence[Finding], locale: Locale
) -> None:
    """Write every file into a new folder, all or nothing.

    Raises
    ------
    StateError
        ``out_not_new``.
    UnavailableError
        ``out_unusable``.
    """
    main = _main_rows(report)
    groups = _outlined(report, main)
    book = build_catchment_map(dataset, report, groups[1], (_ways(report, locale),), locale)
    files = {
        "catchments.csv": render_csv(("cell_code", "area_code", "outlet_code", "people", "metres", "seconds"), _rows(report)),
        "outlets.csv": render_csv(_OUTLET_COLUMNS, _outlet_rows(report)),
        "areas.csv": render_csv(("area_code", "people", "served", "unserved", *_FAR_COLUMNS), map(_area_row, report.areas)),
        GEOPACKAGE: render_geopackage(_layers(report, main, groups, locale), GEOPACKAGE, _word("title", locale)),
        "catchments.pdf": render_maps_pdf(book),
        "catchments.svg": render_maps_svg(book)[0],
        "summary.json": json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2).encode(),
        "findings.csv": render_findings(findings, locale),
    }  # fmt: skip
    with new_folder(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        write_csv_folder(_served_dataset(dataset, report), partial / "network")


def to_document(report: CatchmentReport) -> dict[str, object]:
    """Return the totals as plain data."""
    options = report.options
    return {
        "schema": SCHEMA,
        "method": options.method.value,
        "within_areas": options.within_areas,
        "ways_are_estimates": report.roads is None,
        "roads": report.roads,
        "people": int(report.residents.people.sum()),
        "served": int(report.served.sum()),
        "unserved": int(report.catchments.unserved.sum()),
        "outlets_without_people": [o.code for o, people in zip(report.outlets, report.served, strict=True) if not people],
        "outlets_in_no_area": list(report.astray),
        "areas": {
            line.code: {"people": line.people, "served": line.served, "unserved": line.unserved} for line in report.areas
        },
    }  # fmt: skip


def list_tables(report: CatchmentReport, dataset: Dataset, locale: Locale) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Render the totals, and the areas with the most people far from their outlet; each table starts with its header."""
    far = sorted(report.areas, key=lambda line: (-line.beyond_m[-1], -line.beyond_s[-1], -line.people, line.code))
    header = ("area", "people", "unserved", *_FAR_COLUMNS)
    rows = [tuple(_word(f"column.{name}", locale) for name in header)]
    for line in far[:_MOST_AREAS]:
        numbers = (line.people, line.unserved, *line.beyond_m, *line.beyond_s)
        area = dataset.area_by_code.get(line.code)
        name = _word("no_area", locale) if area is None else area.name(locale)
        rows.append((name, *(format_number(number, locale) for number in numbers)))
    return [(_word("heading.areas", locale), rows)]


def describe(report: CatchmentReport, locale: Locale) -> str:
    """Tell in a sentence who is served."""
    numbers = {
        "people": int(report.residents.people.sum()),
        "served": int(report.served.sum()),
        "unserved": int(report.catchments.unserved.sum()),
        "outlets": int((report.served > 0).sum()),
        "cells": len(report.residents.code),
    }
    spelt = {name: format_number(number, locale) for name, number in numbers.items()}
    method = _word(f"method.{report.options.method}", locale)
    text = f"{_word('done', locale, method=method, **spelt)} {_ways(report, locale)}"
    if not report.astray:
        return text
    codes = ", ".join(report.astray[:5]) + ("" if len(report.astray) <= 5 else ", …")
    return f"{text} {_word('astray', locale, count=format_number(len(report.astray), locale), outlets=codes)}"


def _ways(report: CatchmentReport, locale: Locale) -> str:
    """Tell where the ways come from."""
    if report.roads is None:
        return _word("estimates", locale)
    return render_message("roads.source", locale, {"source": report.roads})


_OUTLET_COLUMNS = ("code", "name_fa", "name_en", "area_code", "served_population", "mean_metres", "farthest_metres")


def _rows(report: CatchmentReport) -> Iterator[tuple[Cell, ...]]:
    table, cells = report.catchments, report.residents
    columns = (table.cell, table.outlet, table.people, table.metres, table.seconds)
    for cell, outlet, people, metres, seconds in zip(*(column.tolist() for column in columns), strict=True):
        yield cells.code[cell], cells.area[cell], report.outlets[outlet].code, people, metres, seconds


def _outlet_rows(report: CatchmentReport) -> Iterator[tuple[Cell, ...]]:
    table, n = report.catchments, len(report.outlets)
    walked = np.bincount(table.outlet, weights=table.people * table.metres, minlength=n)
    farthest = np.zeros(n, dtype=np.int64)
    np.maximum.at(farthest, table.outlet, table.metres)
    for outlet, people, metres, most in zip(
        report.outlets, report.served.tolist(), walked, farthest.tolist(), strict=True
    ):
        mean = Decimal(round(metres / people)) if people else None
        yield (
            outlet.code, outlet.name_fa, outlet.name_en, outlet.area_code, people, mean, most if people else None,
        )  # fmt: skip


def _area_row(line: AreaLine) -> tuple[Cell, ...]:
    return (line.code, line.people, line.served, line.unserved, *line.beyond_m, *line.beyond_s)


def _main_rows(report: CatchmentReport) -> list[int | None]:
    """Return for each cell the row of the outlet that it goes to first; None where nobody is served."""
    first = np.unique(report.catchments.cell, return_index=True)
    main: dict[int, int] = dict(zip(first[0].tolist(), first[1].tolist(), strict=True))
    return [main.get(cell) for cell in range(len(report.residents.code))]


def _outlined(report: CatchmentReport, main: list[int | None]) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Outline where the people of each outlet live: the land about the cells that it serves first."""
    outlet = np.array([-1 if row is None else int(report.catchments.outlet[row]) for row in main], dtype=np.int64)
    return outline_groups(report.residents.lon, report.residents.lat, outlet)


def _layers(
    report: CatchmentReport,
    rows: list[int | None],
    outlined: tuple[NDArray[np.int64], NDArray[np.object_]],
    locale: Locale,
) -> list[Layer]:
    table, cells = report.catchments, report.residents
    outlets = build_point_layer(
        "outlets",
        _word("heading.outlets", locale),
        {
            "code": [outlet.code for outlet in report.outlets],
            "name_fa": [outlet.name_fa for outlet in report.outlets],
            "name_en": [outlet.name_en for outlet in report.outlets],
            "served_population": report.served.tolist(),
        },
        lon=[outlet.lon for outlet in report.outlets],
        lat=[outlet.lat for outlet in report.outlets],
        style=LayerStyle(color="#8b1f3f", size_mm=2.6, label="served_population"),
    )
    people = build_point_layer(
        "resident_cells",
        _word("heading.cells", locale),
        {
            "code": list(cells.code),
            "area_code": list(cells.area),
            "people": cells.people.tolist(),
            "outlet_code": [None if row is None else report.outlets[int(table.outlet[row])].code for row in rows],
            "metres": [None if row is None else int(table.metres[row]) for row in rows],
            "unserved": table.unserved.tolist(),
        },
        lon=cells.lon.tolist(),
        lat=cells.lat.tolist(),
        style=LayerStyle(color="#3f8b6b", size_mm=1.0),
    )
    return [outlets, people, *_outlines(report, *outlined, locale)]


def _outlines(
    report: CatchmentReport, groups: NDArray[np.int64], shapes: NDArray[np.object_], locale: Locale
) -> list[Layer]:
    if not groups.size:
        return []
    chosen = [report.outlets[number] for number in groups.tolist()]
    columns = {
        "code": [o.code for o in chosen],
        "name_fa": [o.name_fa for o in chosen],
        "name_en": [o.name_en for o in chosen],
        "served_population": report.served[groups].tolist(),
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=LAYER_CRS)
    return [Layer("catchments", _word("title", locale), frame, LayerStyle(color="#8a5a00"))]


def _served_dataset(dataset: Dataset, report: CatchmentReport) -> Dataset:
    """Return the network in which every outlet that takes residents declares the people found for it."""
    people = {
        o.code: int(count) for o, count in zip(report.outlets, report.served, strict=True) if o.resident_weight > 0
    }
    outlets = tuple(
        outlet.model_copy(update={"served_population": people[outlet.code]}) if outlet.code in people else outlet
        for outlet in dataset.outlets
    )
    return replace(dataset, outlets=outlets)


def _word(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"catchments.{key}", locale, params)
