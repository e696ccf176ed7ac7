"""Cells named by H3 instead of a position: the column ``h3`` becomes code, lon and lat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from distribution.intake.cells import RawCell, cell_text, is_blank
from distribution.intake.log import FindingLog
from distribution.intake.persian import header_key
from distribution.intake.rows import NumberedRow
from gis.hexagons import HexagonError, locate_hexagon

_H3 = "h3"


def place_hexagons(sheet: str, rows: Iterable[NumberedRow], log: FindingLog) -> Iterator[NumberedRow]:
    """Yield rows with columns lon and lat, the middle of the hexagon that the column ``h3`` names; others as they are.

    The hexagon's name is the code of the cell, unless the rows have a column for it. A name that is none is told, with its
    row, once.
    """
    stream = iter(rows)
    first = next(stream, None)
    if first is None:
        return
    number, header = first
    keys = [header_key(cell_text(cell)) for cell in header]
    if _H3 not in keys:
        yield first
        yield from stream
        return
    at = keys.index(_H3)
    named = "code" in keys or "کد" in keys

    def with_position(cells: Iterable[RawCell], name: RawCell, lon: RawCell, lat: RawCell) -> tuple[RawCell, ...]:
        kept = list(cells)
        kept[at : at + 1] = [] if named else [name]
        return (*kept, lon, lat)

    yield number, with_position(header, "code", "lon", "lat")
    for number, cells in stream:
        if len(cells) <= at or is_blank(cells[at]):
            yield number, with_position([*cells, *[None] * (at + 1 - len(cells))], None, None, None)
            continue
        name = cell_text(cells[at])
        try:
            lon, lat = locate_hexagon(name)
        except HexagonError as error:
            log.add(f"hexagon_{error.code}", sheet=sheet, row=number, column=_H3, value=name)
            lon, lat = 0.0, 0.0  # so that nothing else is said of the row
        yield number, with_position([*cells, *[None] * (len(header) - len(cells))], name, repr(lon), repr(lat))
