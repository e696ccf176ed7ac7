"""A measured travel matrix: long form (origin, destination, metres, seconds) or two squares."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import TravelMatrix
from distribution.domain.enums import Severity
from distribution.intake.cells import ERROR_VALUES, CellError, FlawedCell, RawCell, cell_text, is_blank, parse_number
from distribution.intake.fields import TRAVEL_COLUMNS, TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET, TRAVEL_SHEET
from distribution.intake.labels import suggest
from distribution.intake.limits import MAX_TRAVEL_PLACES
from distribution.intake.log import FindingLog
from distribution.intake.persian import normalise_code
from distribution.intake.rows import NumberedRow, check_width, find_columns, is_skipped, split_header

#: Stands where no road is known.
GAP = -1
#: Metres or seconds of the longest believable journey.
MAX_TRAVEL = 100_000_000


def _measure(raw: RawCell) -> int:
    """Read metres or seconds, rounded to the nearest whole; blank or -1 is a gap.

    Raises
    ------
    CellError
        With the code of the finding.
    """
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 9:
        return int(raw)  # what nearly every cell of a large matrix holds
    if isinstance(raw, FlawedCell):
        raise CellError(raw.code)
    if is_blank(raw):
        return GAP
    if isinstance(raw, str) and raw.strip() in ERROR_VALUES:
        raise CellError("error_cell")
    number = round(parse_number(raw))
    if not GAP <= number <= MAX_TRAVEL:
        raise CellError("value_out_of_range", minimum=0, maximum=MAX_TRAVEL)
    return number


@dataclass
class _Places:
    """The network's places by code; others are told once and left out."""

    codes: tuple[str, ...]
    log: FindingLog
    index: dict[str, int] = field(init=False)
    _by_text: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = {code: n for n, code in enumerate(self.codes)}

    def find(self, raw: RawCell, sheet: str, row: int, column: str) -> int:
        """Return the index of a place, -1 of an unknown one."""
        text = raw if isinstance(raw, str) else cell_text(raw)
        found = self._by_text.get(text)
        if found is None:
            code = normalise_code(text)
            found = self.index.get(code, -1)
            self._by_text[text] = found
            if found < 0:
                self.log.add(
                    "travel_place_unknown",
                    Severity.WARNING,
                    sheet=sheet,
                    row=row,
                    column=column,
                    value=code,
                    suggestion=suggest(code, self.codes) if len(self._by_text) < 2 * len(self.codes) + 200 else "—",
                )
        return found


def _empty(n: int) -> NDArray[np.int32]:
    return np.full((n, n), GAP, dtype=np.int32)


def _read_long(rows: Iterable[NumberedRow], places: _Places, log: FindingLog) -> TravelMatrix | None:
    sheet = TRAVEL_SHEET
    header, body = split_header(rows)
    if header is None:
        return None
    columns = {name: n for n, name in find_columns(sheet, header, TRAVEL_COLUMNS, log).items()}
    if len(columns) < len(TRAVEL_COLUMNS):
        return None
    at_origin, at_destination, at_metres, at_seconds = (columns[name] for name in TRAVEL_COLUMNS)
    width = len(header[1])
    cells_read: tuple[array[int], ...] = tuple(array("l") for _ in range(5))
    add_origin, add_destination, add_metres, add_seconds, add_row = (part.append for part in cells_read)
    for number, row in body:
        if is_skipped(row) or not check_width(sheet, number, row, width, log):
            continue
        cells: Sequence[RawCell] = row if len(row) >= width else [*row, *[None] * (width - len(row))]
        ends = [(name, cells[at]) for name, at in (("origin", at_origin), ("destination", at_destination))]
        missing = [name for name, cell in ends if is_blank(cell)]
        for name in missing:
            log.add("value_missing", sheet=sheet, row=number, column=name)
        metres = _measure_or_tell(cells[at_metres], sheet, number, "metres", log)
        seconds = _measure_or_tell(cells[at_seconds], sheet, number, "seconds", log)
        if missing or metres is None or seconds is None:
            continue
        if (metres == GAP) != (seconds == GAP):
            log.add("value_missing", sheet=sheet, row=number, column="metres" if metres == GAP else "seconds")
            continue
        origin = places.find(ends[0][1], sheet, number, "origin")
        destination = places.find(ends[1][1], sheet, number, "destination")
        if origin >= 0 and destination >= 0:
            add_origin(origin)
            add_destination(destination)
            add_metres(metres)
            add_seconds(seconds)
            add_row(number)
    origins, destinations, metres_read, seconds_read, numbers = (np.array(part, dtype=np.int64) for part in cells_read)
    _check_pairs(origins, destinations, numbers, places, log)
    metres_matrix, seconds_matrix = _empty(len(places.codes)), _empty(len(places.codes))
    metres_matrix[origins, destinations] = metres_read
    seconds_matrix[origins, destinations] = seconds_read
    return TravelMatrix(places.codes, metres_matrix, seconds_matrix)


def _measure_or_tell(raw: RawCell, sheet: str, row: int, column: str, log: FindingLog) -> int | None:
    try:
        return _measure(raw)
    except CellError as error:
        log.add_cell(error, sheet=sheet, row=row, column=column, cell=raw)
        return None


def _check_pairs(
    origins: NDArray[np.int64],
    destinations: NDArray[np.int64],
    numbers: NDArray[np.int64],
    places: _Places,
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


def _read_square(sheet: str, rows: Iterable[NumberedRow], places: _Places, log: FindingLog) -> NDArray[np.int32] | None:
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
    matrix = _empty(len(places.codes))
    targets = np.array([place for _, place in columns], dtype=np.int64)
    first_row: dict[int, int] = {}
    for row_number, row in body:
        if is_skipped(row) or not check_width(sheet, row_number, row, len(cells), log):
            continue
        place = places.find(row[0], sheet, row_number, "")
        if place < 0:
            continue
        if place in first_row:
            log.add("duplicate_key", sheet=sheet, row=row_number, value=places.codes[place], first_row=first_row[place])
            continue
        first_row[place] = row_number
        padded = row if len(row) >= len(cells) else [*row, *[None] * (len(cells) - len(row))]
        read = [_measure_or_tell(padded[at], sheet, row_number, places.codes[target], log) for at, target in columns]
        matrix[place, targets] = [GAP if value is None else value for value in read]
    return matrix


def _square_header(rows: Iterable[NumberedRow]) -> tuple[NumberedRow | None, Iterable[NumberedRow]]:
    """Take the header of a square; its corner may hold anything, even a comment's sign if it stands alone."""
    iterator = iter(rows)
    for number, cells in iterator:
        if not is_skipped(cells) or (len(cells) > 2 and cell_text(cells[0]).strip() == "#"):
            return (number, cells), iterator
    return None, iterator


def _check_agreement(metres: NDArray[np.int32], seconds: NDArray[np.int32], places: _Places, log: FindingLog) -> None:
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


def read_travel(
    sheets: Mapping[str, Iterable[NumberedRow]], codes: Sequence[str], log: FindingLog
) -> TravelMatrix | None:
    """Read the travel matrix over all places of the network, in order of code, if one is given.

    Parameters
    ----------
    sheets
        The rows of those of ``travel``, ``travel_metres`` and ``travel_seconds`` that there are.
    codes
        Codes of every outlet and warehouse.

    Returns
    -------
    TravelMatrix or None
        -1 where no road is given, 0 from a place to itself; None without a matrix, or if it cannot be read.
    """
    squares = [sheet for sheet in (TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET) if sheet in sheets]
    if TRAVEL_SHEET not in sheets and not squares:
        return None
    if TRAVEL_SHEET in sheets and squares:
        log.add("travel_given_twice", sheet=TRAVEL_SHEET, value=", ".join(squares))
        return None
    if len(squares) == 1:
        missing = TRAVEL_SECONDS_SHEET if squares[0] == TRAVEL_METRES_SHEET else TRAVEL_METRES_SHEET
        log.add("sheet_missing", sheet=missing)
        return None
    if len(codes) > MAX_TRAVEL_PLACES:
        log.add("travel_too_large", sheet=TRAVEL_SHEET, places=len(codes), limit=MAX_TRAVEL_PLACES)
        return None
    places = _Places(tuple(sorted(set(codes))), log)
    if TRAVEL_SHEET in sheets:
        matrix = _read_long(sheets[TRAVEL_SHEET], places, log)
    else:
        metres, seconds = (_read_square(sheet, sheets[sheet], places, log) for sheet in squares)
        if metres is None or seconds is None:
            return None
        _check_agreement(metres, seconds, places, log)
        matrix = TravelMatrix(places.codes, metres, seconds)
    if matrix is None:
        return None
    np.fill_diagonal(matrix.metres, 0)
    np.fill_diagonal(matrix.seconds, 0)
    _tell_gaps(matrix, log)
    return matrix


def _tell_gaps(matrix: TravelMatrix, log: FindingLog) -> None:
    gaps = (matrix.metres == GAP) | (matrix.seconds == GAP)
    count = int(np.count_nonzero(gaps))
    if count:
        origin, destination = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
        log.add(
            "travel_gap",
            Severity.WARNING,
            sheet=TRAVEL_SHEET,
            count=count,
            pairs=gaps.size - len(matrix.codes),
            origin=matrix.codes[origin],
            destination=matrix.codes[destination],
        )
