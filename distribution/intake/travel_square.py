"""The square form of a travel matrix: one sheet of metres and one of seconds, codes in the first row and column."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import TravelMatrix
from distribution.intake.cells import cell_text, is_blank
from distribution.intake.fields import TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET
from distribution.intake.log import FindingLog
from distribution.intake.rows import BlankHeaders, NumberedRow, check_width, is_skipped
from distribution.intake.travel_cells import GAP, Places, empty_matrix, measure_or_tell


def _read_square(sheet: str, rows: Iterable[NumberedRow], places: Places, log: FindingLog) -> NDArray[np.int32] | None:
    """Read a square with codes in its first row and column."""
    header, body = _square_header(rows)
    if header is None:
        log.add("sheet_empty", sheet=sheet)
        return None
    number, cells = header
    columns: list[tuple[int, int]] = []
    seen: dict[int, int] = {}
    for at, cell in enumerate(cells[1:], start=1):
        if is_blank(cell):
            continue
        place = places.find(cell, sheet, number, "")
        if place >= 0 and place in seen:
            log.add("column_twice", sheet=sheet, row=number, column=places.codes[place], value=cell_text(cell))
        elif place >= 0:
            seen[place] = at
            columns.append((at, place))
    matrix = empty_matrix(len(places.codes))
    targets = np.array([place for _, place in columns], dtype=np.int64)
    first_row: dict[int, int] = {}
    blank_headers = BlankHeaders(sheet, ["#", *cells[1:]], log)  # the corner may be blank
    for row_number, row in body:
        if is_skipped(row):
            continue
        blank_headers.check(row_number, row)
        if not check_width(sheet, row_number, row, len(cells), log):
            continue
        place = places.find(row[0], sheet, row_number, "")
        if place < 0:
            continue
        if place in first_row:
            log.add("duplicate_key", sheet=sheet, row=row_number, value=places.codes[place], first_row=first_row[place])
            continue
        first_row[place] = row_number
        padded = row if len(row) >= len(cells) else [*row, *[None] * (len(cells) - len(row))]
        read = [measure_or_tell(padded[at], sheet, row_number, places.codes[target], log) for at, target in columns]
        matrix[place, targets] = [GAP if value is None else value for value in read]
    return matrix


def _square_header(rows: Iterable[NumberedRow]) -> tuple[NumberedRow | None, Iterable[NumberedRow]]:
    """Take the header of a square; its corner may hold anything, even a comment's sign if it stands alone."""
    iterator = iter(rows)
    for number, cells in iterator:
        if not is_skipped(cells) or (len(cells) > 2 and cell_text(cells[0]).strip() == "#"):
            return (number, cells), iterator
    return None, iterator


def _check_agreement(metres: NDArray[np.int32], seconds: NDArray[np.int32], places: Places, log: FindingLog) -> None:
    """Find pairs with a distance and no time, or the other way round; told once, with an example."""
    differ = np.argwhere((metres == GAP) != (seconds == GAP))
    differ = differ[differ[:, 0] != differ[:, 1]]
    if len(differ):
        origin, destination = differ[0]
        log.add(
            "travel_squares_differ",
            sheet=TRAVEL_SECONDS_SHEET,
            count=len(differ),
            origin=places.codes[origin],
            destination=places.codes[destination],
        )


def read_squares(
    metres_rows: Iterable[NumberedRow], seconds_rows: Iterable[NumberedRow], places: Places, log: FindingLog
) -> TravelMatrix | None:
    """Read both squares; None if one is empty."""
    metres = _read_square(TRAVEL_METRES_SHEET, metres_rows, places, log)
    seconds = _read_square(TRAVEL_SECONDS_SHEET, seconds_rows, places, log)
    if metres is None or seconds is None:
        return None
    _check_agreement(metres, seconds, places, log)
    return TravelMatrix(places.codes, metres, seconds)
