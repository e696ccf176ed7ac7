"""A measured travel matrix over every place of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from distribution.domain.dataset import TravelMatrix
from distribution.domain.enums import Severity
from distribution.intake.fields import TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET, TRAVEL_SHEET
from distribution.intake.limits import MAX_TRAVEL_PLACES
from distribution.intake.log import FindingLog
from distribution.intake.rows import NumberedRow
from distribution.intake.travel_cells import GAP, Places
from distribution.intake.travel_long import read_long
from distribution.intake.travel_square import read_squares


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
    places = Places(tuple(sorted(set(codes))), log)
    if TRAVEL_SHEET in sheets:
        matrix = read_long(sheets[TRAVEL_SHEET], places, log)
    else:
        matrix = read_squares(sheets[TRAVEL_METRES_SHEET], sheets[TRAVEL_SECONDS_SHEET], places, log)
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
