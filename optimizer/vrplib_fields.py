"""The fields of a VRPLIB instance as arrays, by location and by vehicle; what is wrong is gathered, not raised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.travel import IntArray
from optimizer.vrplib_fault import Fault, FaultCode
from optimizer.vrplib_text import Section, VrplibText, parse_number
from optimizer.vrplib_travel import Rounding

FloatArray = NDArray[np.float64]

#: Faults told of one section: the others are likely the same.
_FAULTS_TOLD = 5


class Fields:
    """Reads fields; after a fault it answers with zeros of the right shape, so that the next faults are found too.

    Parameters
    ----------
    text
        The file taken apart.
    rounding
        How its numbers become whole.
    n_locations, n_depots, n_vehicles
        As many as the file has; the first locations are the depots.
    faults
        Where faults are added.
    """

    def __init__(
        self,
        text: VrplibText,
        rounding: Rounding,
        n_locations: int,
        n_depots: int,
        n_vehicles: int,
        faults: list[Fault],
    ) -> None:
        self._text = text
        self._rounding = rounding
        self._n_locations = n_locations
        self._n_depots = n_depots
        self._n_vehicles = n_vehicles
        self._faults = faults

    def has(self, key: str) -> bool:
        """Tell whether the file has a field, of one line or as a section."""
        return key in self._text.lines or key in self._text.sections

    def by_location(self, key: str) -> IntArray:
        """Return a whole number for each location, shape (locations,); a single one of the file is the clients'."""
        if key in self._text.lines:
            values = np.zeros(self._n_locations)
            values[self._n_depots :] = self._one(key)
        else:
            values = self._table(key, self._n_locations, 1)[:, 0]
        return self._whole(key, values)

    def windows(self, key: str) -> IntArray | None:
        """Return start and end for each location, shape (locations, 2); None if the file has none."""
        if not self.has(key):
            return None
        before = len(self._faults)
        windows = self._whole(key, self._table(key, self._n_locations, 2))
        if len(self._faults) > before:
            return windows
        # A depot must be open for some time.
        least = np.where(np.arange(self._n_locations) < self._n_depots, 1, 0)
        for row in np.flatnonzero(windows[:, 1] - windows[:, 0] < least)[:_FAULTS_TOLD].tolist():
            start, end = windows[row].tolist()
            self._tell(FaultCode.WINDOW_BACKWARDS, key, row, start=start, end=end)
        return windows

    def by_vehicle(self, key: str, default: float) -> FloatArray:
        """Return a number for each vehicle as it stands in the file, shape (vehicles,)."""
        if key in self._text.lines:
            return np.full(self._n_vehicles, self._one(key))
        return self._table(key, self._n_vehicles, 1)[:, 0] if self.has(key) else np.full(self._n_vehicles, default)

    def whole_by_vehicle(self, key: str) -> list[int] | None:
        """Return a whole number for each vehicle; None if the file has none."""
        return self._whole(key, self.by_vehicle(key, 0)).tolist() if self.has(key) else None

    def vehicles_depots(self, key: str) -> list[int]:
        """Return the depot of each vehicle, counted from 0."""
        depots = self._as_indices(self.by_vehicle(key, 1)) if self._n_depots else [0] * self._n_vehicles
        for row, depot in enumerate(depots):
            if not 0 <= depot < self._n_depots:
                self._tell(FaultCode.NO_SUCH_DEPOT, key, row, found=depot + 1)
                depots[row] = 0
        return depots

    def lists(self, key: str) -> list[tuple[int, ...]] | None:
        """Return locations, counted from 0, for each vehicle; None if the file has none."""
        section = self._text.sections.get(key)
        if section is None:
            if key in self._text.lines:
                self._tell_must_be_section(key)
            return None
        rows = self._indexed(key, section, self._n_vehicles)
        lists = [tuple(self._as_indices(row)) for row in rows] or [()] * self._n_vehicles
        for row, locations in enumerate(lists):
            wrong = next((i for i in locations if not 0 <= i < self._n_locations), None)
            if wrong is not None:
                self._tell(FaultCode.NO_SUCH_LOCATION, key, row, found=wrong + 1)
        return lists

    def points(self) -> FloatArray:
        """Return the coordinates of the locations, shape (locations, 2); zeros if the file has none."""
        key = "NODE_COORD"
        if not self.has(key):
            return np.zeros((self._n_locations, 2))
        return self._table(key, self._n_locations, 2, negative=True)

    def edge_weights(self, layout: str) -> IntArray:
        """Return the distances of the file, shape (locations, locations), as EDGE_WEIGHT_FORMAT lays them out."""
        n, key = self._n_locations, "EDGE_WEIGHT"
        stream = np.array(self._text.sections[key].flat(), dtype=np.float64)
        distances = np.zeros((n, n))
        if layout == "FULL_MATRIX":
            cells = np.indices((n, n)).reshape(2, -1)
        elif layout in {"LOWER_ROW", "LOWER_DIAG_ROW"}:
            cells = np.array(np.tril_indices(n, k=0 if "DIAG" in layout else -1))
        elif layout in {"UPPER_ROW", "UPPER_DIAG_ROW"}:
            cells = np.array(np.triu_indices(n, k=0 if "DIAG" in layout else 1))
        else:
            self._faults.append(Fault(FaultCode.UNSUPPORTED_VALUE, "EDGE_WEIGHT_FORMAT", params={"text": layout}))
            return distances.astype(np.int64)
        if stream.size != cells.shape[1]:
            numbers = {"found": stream.size, "expected": cells.shape[1]}
            self._faults.append(Fault(FaultCode.WRONG_COLUMNS, "EDGE_WEIGHT_SECTION", params=numbers))
            return distances.astype(np.int64)
        distances[cells[0], cells[1]] = stream
        if layout != "FULL_MATRIX":
            distances[cells[1], cells[0]] = stream
        if (distances < 0).any():
            text = f"{distances.min():g}"
            self._faults.append(Fault(FaultCode.NEGATIVE, "EDGE_WEIGHT_SECTION", params={"text": text}))
        np.fill_diagonal(distances, 0)
        return self._whole(key, distances)

    def _one(self, key: str) -> float:
        line = self._text.lines[key]
        value = parse_number(line.text)
        if value is None or value < 0:
            code = FaultCode.NOT_A_NUMBER if value is None else FaultCode.NEGATIVE
            self._faults.append(Fault(code, key, line.number, {"text": line.text}))
            return 0.0
        return value

    def _table(self, key: str, n_rows: int, width: int, *, negative: bool = False) -> FloatArray:
        """Return the numbers of a section without its first column, shape (n_rows, width)."""
        section = self._text.sections.get(key)
        if section is None:
            if key in self._text.lines:
                self._tell_must_be_section(key)
            return np.zeros((n_rows, width))
        rows = self._indexed(key, section, n_rows)
        for row in [row for row, values in enumerate(rows) if len(values) != width][:_FAULTS_TOLD]:
            self._tell(FaultCode.WRONG_COLUMNS, key, row, found=len(rows[row]), expected=width)
        if not rows or any(len(values) != width for values in rows):
            return np.zeros((n_rows, width))
        table = np.array(rows, dtype=np.float64)
        if not negative:
            for row in np.flatnonzero((table < 0).any(axis=1))[:_FAULTS_TOLD].tolist():
                self._tell(FaultCode.NEGATIVE, key, row, text=f"{table[row].min():g}")
        return table

    def _indexed(self, key: str, section: Section, n_rows: int) -> list[tuple[float, ...]]:
        """Return the rows without the number each begins with, which is its position; nothing if there is a fault."""
        if len(section.rows) != n_rows:
            numbers = {"found": len(section.rows), "expected": n_rows}
            self._faults.append(Fault(FaultCode.WRONG_ROWS, f"{key}_SECTION", section.number, numbers))
            return []
        wrong = [row for row, values in enumerate(section.rows) if values[0] != row + 1]
        for row in wrong[:_FAULTS_TOLD]:
            self._tell(FaultCode.WRONG_INDEX, key, row, found=f"{section.rows[row][0]:g}", expected=row + 1)
        return [] if wrong else [values[1:] for values in section.rows]

    def _whole(self, key: str, values: ArrayLike) -> IntArray:
        numbers = np.asarray(values, dtype=np.float64)
        whole = self._rounding.apply(numbers)
        if self._rounding is Rounding.NONE and (whole != numbers).any():
            text = f"{numbers[whole != numbers].flat[0]:g}"
            self._faults.append(Fault(FaultCode.NOT_WHOLE, key, params={"text": text}))
        return whole

    @staticmethod
    def _as_indices(values: Sequence[float] | FloatArray) -> list[int]:
        # What is no whole number is no location either.
        return [int(value) - 1 if value == int(value) else -1 for value in np.asarray(values).tolist()]

    def _tell_must_be_section(self, key: str) -> None:
        line = self._text.lines[key]
        self._faults.append(Fault(FaultCode.UNSUPPORTED_VALUE, key, line.number, {"text": line.text}))

    def _tell(self, code: FaultCode, key: str, row: int, **params: str | int) -> None:
        section = self._text.sections.get(key)
        if section is None:
            line = self._text.lines.get(key)
            self._faults.append(Fault(code, key, None if line is None else line.number, params))
        else:
            self._faults.append(Fault(code, f"{key}_SECTION", section.row_lines[row], params))
