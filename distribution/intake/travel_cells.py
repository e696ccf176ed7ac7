"""What the forms of a travel matrix share: its places and its measures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distribution.domain.enums import Severity
from distribution.intake.cells import ERROR_VALUES, CellError, FlawedCell, RawCell, cell_text, is_blank, parse_number
from distribution.intake.labels import suggest
from distribution.intake.log import FindingLog
from distribution.intake.persian import normalise_code

#: Stands where no road is known.
GAP = -1
#: Metres or seconds of the longest believable journey.
MAX_TRAVEL = 100_000_000


def parse_measure(raw: RawCell) -> int:
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
class Places:
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
                    suggestion=suggest(code, self.codes) if len(self._by_text) < 2 * len(self.codes) + 200 else "",
                )
        return found


def empty_matrix(n: int) -> NDArray[np.int32]:
    """Build a matrix of gaps."""
    return np.full((n, n), GAP, dtype=np.int32)


def measure_or_tell(raw: RawCell, sheet: str, row: int, column: str, log: FindingLog) -> int | None:
    """Read metres or seconds; None with a finding if that cannot be done."""
    try:
        return parse_measure(raw)
    except CellError as error:
        log.add_cell(error, sheet=sheet, row=row, column=column, cell=raw)
        return None
