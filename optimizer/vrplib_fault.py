"""What is wrong with a VRPLIB file: typed records, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class FaultCode(StrEnum):
    """What is wrong; in brackets the parameters of the fault."""

    NOT_VRPLIB = "not_vrplib"  # neither KEY : VALUE nor a row of a section (text)
    NOT_A_NUMBER = "not_a_number"  # (text)
    NOT_WHOLE = "not_whole"  # a number with decimals where none may be (text)
    NEGATIVE = "negative"  # (text)
    TWICE = "twice"  # a field is given again
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"  # to leave it out might change the problem
    UNSUPPORTED_FIELD = "unsupported_field"  # known, but the problem has no words for it
    UNSUPPORTED_VALUE = "unsupported_value"  # (text)
    WRONG_ROWS = "wrong_rows"  # (found, expected)
    WRONG_INDEX = "wrong_index"  # the first number of a row is not its position (found, expected)
    WRONG_COLUMNS = "wrong_columns"  # (found, expected)
    NO_SUCH_LOCATION = "no_such_location"  # (found)
    NO_SUCH_DEPOT = "no_such_depot"  # (found)
    DEPOT_NOT_FIRST = "depot_not_first"
    NO_CLIENTS = "no_clients"
    WINDOW_BACKWARDS = "window_backwards"  # (start, end)
    RELOADS_ELSEWHERE = "reloads_elsewhere"  # (depot, home)
    RELOADS_WITH_DURATION = "reloads_with_duration"  # the file counts waiting between trips, the problem does not
    RELOADS_WITHOUT_RETURN = "reloads_without_return"
    COST_TOO_FINE = "cost_too_fine"  # more than three decimals (text)
    TOO_FAR_APART = "too_far_apart"  # distances too long for the search (found, most)
    ROUNDING_NEEDED = "rounding_needed"  # straight distances are not whole
    TOO_MANY_ROUTES = "too_many_routes"  # (found, vehicles)
    NO_ROUTES = "no_routes"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which field (blank: the file), on which line if on one, with its parameters."""

    code: FaultCode
    key: str = ""
    line: int | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the fault as one line for a log."""
        where = [self.key, *(() if self.line is None else (f"line {self.line}",))]
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{' '.join(where).strip()}: {self.code.value}" + (f" ({details})" if details else "")


class VrplibError(ValueError):
    """A file that cannot be read as it is; ``faults`` name every reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))
