"""The long form of a travel matrix: origin, destination, metres and seconds in every row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import TravelMatrix
from distribution.intake.cells import RawCell, is_blank
from distribution.intake.fields import TRAVEL_COLUMNS, TRAVEL_SHEET
from distribution.intake.log import FindingLog
from distribution.intake.rows import BlankHeaders, NumberedRow, check_width, find_columns, is_skipped, split_header
from distribution.intake.travel_cells import GAP, Places, empty_matrix, measure_or_tell

_Pair = tuple[int, int, int, int]


def _read_plain(row: Sequence[RawCell], columns: Sequence[int], index: Mapping[str, int]) -> _Pair | None:
    """Read a row whose codes and digits need no care, as nearly every one of a large file is; else None."""
    origin, destination, metres, seconds = (row[at] for at in columns)
    if not (isinstance(origin, str) and isinstance(destination, str)):
        return None
    if not (isinstance(metres, str) and isinstance(seconds, str)):
        return None
    digits = metres + seconds
    plain = digits.isdigit() and digits.isascii() and 0 < len(metres) < 9 and 0 < len(seconds) < 9
    if not plain or origin not in index or destination not in index:
        return None
    return index[origin], index[destination], int(metres), int(seconds)


def _read_with_care(
    row: Sequence[RawCell], number: int, columns: Sequence[int], places: Places, log: FindingLog
) -> _Pair | None:
    """Read a row with findings; None if it tells nothing."""
    cells = dict(zip(TRAVEL_COLUMNS, (row[at] if at < len(row) else None for at in columns), strict=True))
    missing = [name for name in ("origin", "destination") if is_blank(cells[name])]
    for name in missing:
        log.add("value_missing", sheet=TRAVEL_SHEET, row=number, column=name)
    metres = measure_or_tell(cells["metres"], TRAVEL_SHEET, number, "metres", log)
    seconds = measure_or_tell(cells["seconds"], TRAVEL_SHEET, number, "seconds", log)
    if missing or metres is None or seconds is None:
        return None
    if (metres == GAP) != (seconds == GAP):
        log.add("value_missing", sheet=TRAVEL_SHEET, row=number, column="metres" if metres == GAP else "seconds")
        return None
    origin = places.find(cells["origin"], TRAVEL_SHEET, number, "origin")
    destination = places.find(cells["destination"], TRAVEL_SHEET, number, "destination")
    return None if origin < 0 or destination < 0 else (origin, destination, metres, seconds)


def read_long(rows: Iterable[NumberedRow], places: Places, log: FindingLog) -> TravelMatrix | None:
    """Read the long form; None if it has no rows or lacks a column."""
    header, body = split_header(rows)
    if header is None:
        return None
    found = {name: at for at, name in find_columns(TRAVEL_SHEET, header, TRAVEL_COLUMNS, log).items()}
    if len(found) < len(TRAVEL_COLUMNS):
        return None
    columns = [found[name] for name in TRAVEL_COLUMNS]
    width = len(header[1])
    blank_headers = BlankHeaders(TRAVEL_SHEET, header[1], log)
    read = array("q")  # number, origin, destination, metres, seconds of each pair
    empty = True
    for number, row in body:
        pair = None
        if len(row) == width and not blank_headers and not (isinstance(row[0], str) and row[0].startswith("#")):
            pair = _read_plain(row, columns, places.index)
        if pair is None:
            if is_skipped(row):
                continue
            empty = False
            blank_headers.check(number, row)
            if check_width(TRAVEL_SHEET, number, row, width, log):
                pair = _read_with_care(row, number, columns, places, log)
        if pair is not None:
            read.append(number)
            read.extend(pair)
    if empty and not read:  # the template's empty sheet
        return None
    return _build(np.array(read, dtype=np.int64).reshape(-1, 5), places, log)


def _build(read: NDArray[np.int64], places: Places, log: FindingLog) -> TravelMatrix:
    numbers, origins, destinations, metres, seconds = read.T
    _check_pairs(origins, destinations, numbers, places, log)
    matrix = TravelMatrix(places.codes, empty_matrix(len(places.codes)), empty_matrix(len(places.codes)))
    matrix.metres[origins, destinations] = metres
    matrix.seconds[origins, destinations] = seconds
    return matrix


def _check_pairs(
    origins: NDArray[np.int64],
    destinations: NDArray[np.int64],
    numbers: NDArray[np.int64],
    places: Places,
    log: FindingLog,
) -> None:
    """Find pairs that are given twice."""
    pairs = origins * len(places.codes) + destinations
    order = np.argsort(pairs, kind="stable")
    same = np.flatnonzero(pairs[order][1:] == pairs[order][:-1])
    for at in same:
        earlier, later = order[at], order[at + 1]
        log.add(
            "duplicate_key",
            sheet=TRAVEL_SHEET,
            row=int(numbers[later]),
            column="origin",
            value=f"{places.codes[origins[later]]}; {places.codes[destinations[later]]}",
            first_row=int(numbers[earlier]),
        )
