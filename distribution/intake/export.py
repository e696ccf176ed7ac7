"""Write a dataset as the folder of CSV files that :func:`read_dataset` reads."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from distribution.domain.dataset import SHEETS, Dataset, TravelMatrix
from distribution.domain.types import TimeWindow, format_decimal, format_windows
from distribution.intake.fields import (
    REQUIRED_SHEETS,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
    TRAVEL_COLUMNS,
    TRAVEL_METRES_SHEET,
    TRAVEL_SECONDS_SHEET,
    TRAVEL_SHEET,
    field_specs,
)

#: A matrix of more places is written as two squares, which take far fewer bytes a pair.
MAX_LONG_FORM_PLACES = 1000


def write_cell(value: Any) -> str:
    """Write a value the way its column reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, float):
        return np.format_float_positional(value, trim="-")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        windows = bool(value) and isinstance(value[0], TimeWindow)
        return format_windows(value) if windows else ";".join(map(str, value))
    return str(value)


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    # With the mark, Excel opens the file as UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_travel(matrix: TravelMatrix, folder: Path) -> None:
    codes = matrix.codes
    if len(codes) > MAX_LONG_FORM_PLACES:
        for sheet, values in ((TRAVEL_METRES_SHEET, matrix.metres), (TRAVEL_SECONDS_SHEET, matrix.seconds)):
            cells = (
                [code, *("" if v < 0 else v for v in row.tolist())] for code, row in zip(codes, values, strict=True)
            )
            _write(folder / f"{sheet}.csv", ["", *codes], cells)
        return
    known = np.argwhere((matrix.metres >= 0) & (matrix.seconds >= 0))
    pairs = ([codes[i], codes[j], matrix.metres[i, j], matrix.seconds[i, j]] for i, j in known.tolist() if i != j)
    _write(folder / f"{TRAVEL_SHEET}.csv", TRAVEL_COLUMNS, pairs)


def write_csv_folder(dataset: Dataset, folder: Path) -> None:
    """Write every sheet of a dataset to ``<sheet>.csv`` (UTF-8 with mark); optional sheets without rows are left out.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        nouns = getattr(dataset, sheet)
        if not nouns and sheet not in REQUIRED_SHEETS:
            continue
        names = list(field_specs(sheet))
        _write(folder / f"{sheet}.csv", names, ([write_cell(getattr(n, name)) for name in names] for n in nouns))
    settings = ((name, write_cell(getattr(dataset.settings, name))) for name in field_specs(SETTINGS_SHEET))
    _write(folder / f"{SETTINGS_SHEET}.csv", SETTINGS_COLUMNS, settings)
    if dataset.travel is not None:
        _write_travel(dataset.travel, folder)
