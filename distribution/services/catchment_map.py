"""The map of catchments for print: how far people are from their outlet, and whose land is whose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from distribution.documents.map_sheets import LegendEntry, MapBook, MapSheet, map_mm
from distribution.domain.dataset import Dataset
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.catchments import FAR_M, CatchmentReport
from gis.export.sketch import SketchLine, SketchMark, draw_sketch
from gis.map_colors import AREA_COLOR, CLASS_COLORS, UNSERVED_COLOR, WAREHOUSE_COLOR

#: Squares of the longer side of the land that are told apart on the sheet: of each the people of one class are drawn.
_SQUARES = 220
_CELL_MM, _OUTLET_MM, _LINE_MM = 1.1, 1.5, 0.2
#: The last class is that of people who are served by no outlet.
_COLORS = (*CLASS_COLORS[: len(FAR_M) + 1], UNSERVED_COLOR)


def build_catchment_map(
    dataset: Dataset,
    report: CatchmentReport,
    outlines: NDArray[np.object_],
    notes: tuple[str, ...],
    locale: Locale,
) -> MapBook:
    """Draw the cells by the way to the outlet that most of their people go to, with outlets and outlines.

    Parameters
    ----------
    outlines
        Of the catchments, in degrees.
    notes
        Whose roads, or that ways are estimates.
    """
    legend = tuple(_legend(locale))
    settings = dataset.settings
    sketch = draw_sketch(
        [SketchLine(path, AREA_COLOR, _LINE_MM) for outline in outlines.tolist() for path in _rings(outline)],
        [*_cell_marks(report), *_outlet_marks(report), *_area_names(dataset, report, locale)],
        *map_mm(len(legend)),
        letter_mm=1.25,
    )
    numbers = {
        "people": int(report.residents.people.sum()),
        "served": int(report.served.sum()),
        "unserved": int(report.catchments.unserved.sum()),
        "outlets": int((report.served > 0).sum()),
    }
    subtitle = _word("subtitle", locale, **{name: format_number(number, locale) for name, number in numbers.items()})
    heading = _word("heading", locale)
    method = render_message(f"catchments.method.{report.options.method}", locale)
    return MapBook(
        (MapSheet(f"{heading}: {method}", subtitle, sketch, legend),),
        locale,
        heading,
        title=settings.title_fa if locale == "fa" and settings.title_fa else settings.title_en or settings.title_fa,
        notes=notes,
        synthetic=settings.synthetic,
    )


def _legend(locale: Locale) -> Iterator[LegendEntry]:
    km = [format_number(metres // 1000, locale) for metres in FAR_M]
    texts = [
        _word("nearest", locale, far=km[0]),
        *(_word("between", locale, near=near, far=far) for near, far in itertools.pairwise(km)),
        _word("farthest", locale, near=km[-1]),
        _word("unserved", locale),
    ]
    yield from (LegendEntry(color, text) for color, text in zip(_COLORS, texts, strict=True))
    yield LegendEntry(WAREHOUSE_COLOR, _word("outlet", locale), square=True)


def _cell_marks(report: CatchmentReport) -> list[SketchMark]:
    """Draw of every square the class that most of its people are in; a sheet shows no more."""
    cells, table = report.residents, report.catchments
    n, classes = cells.people.size, len(_COLORS)
    people = np.zeros((n, classes), dtype=np.int64)
    np.add.at(people, (table.cell, np.searchsorted(FAR_M, table.metres, side="left")), table.people)
    people[:, -1] = table.unserved
    low_lon, low_lat = cells.lon.min(initial=180.0), cells.lat.min(initial=90.0)
    side = max(float(np.ptp(cells.lon)), float(np.ptp(cells.lat)), 1e-6) / _SQUARES if n else 1.0
    column, row = ((cells.lon - low_lon) // side).astype(np.int64), ((cells.lat - low_lat) // side).astype(np.int64)
    squares, first, number = np.unique(row * (2 * _SQUARES) + column, return_index=True, return_inverse=True)
    sums = np.zeros((squares.size, classes), dtype=np.int64)
    np.add.at(sums, number.reshape(-1), people)
    main = sums.argmax(axis=1)
    return [
        SketchMark(float(cells.lon[cell]), float(cells.lat[cell]), _COLORS[kind], _CELL_MM)
        for cell, kind, count in zip(first.tolist(), main.tolist(), sums.sum(axis=1).tolist(), strict=True)
        if count
    ]


def _outlet_marks(report: CatchmentReport) -> list[SketchMark]:
    return [SketchMark(o.lon, o.lat, WAREHOUSE_COLOR, _OUTLET_MM, square=True) for o in report.outlets]


def _area_names(dataset: Dataset, report: CatchmentReport, locale: Locale) -> Iterator[SketchMark]:
    """Name the areas in the middle of their outlets, those with the most people first: the others give way."""
    people = np.maximum(report.served, 1).astype(np.float64)
    area = np.array([outlet.area_code for outlet in report.outlets])
    lon, lat = (np.array([getattr(outlet, axis) for outlet in report.outlets]) for axis in ("lon", "lat"))
    codes, number = np.unique(area, return_inverse=True)
    total = np.bincount(number, weights=people)
    at = [np.bincount(number, weights=people * side) / total for side in (lon, lat)]
    for index in np.argsort(-total, kind="stable").tolist():
        name = dataset.area_by_code[str(codes[index])].name(locale)
        yield SketchMark(float(at[0][index]), float(at[1][index]), WAREHOUSE_COLOR, 0.0, text=name)


def _rings(outline: shapely.Geometry) -> Iterator[list[tuple[float, float]]]:
    for part in shapely.get_parts(outline).tolist():
        yield list(part.exterior.coords)


def _word(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"catchments.map.{key}", locale, params)
