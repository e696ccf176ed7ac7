"""Dates in cells: ISO and Jalali texts, and the date cells of a workbook."""

from __future__ import annotations

import datetime as dt

from distribution.domain import jalali
from distribution.domain.jalali import format_date

__all__ = ["format_date", "parse_date"]


def parse_date(value: object) -> dt.date:
    """Read a cell as a date.

    A date cell with a time of day other than midnight is refused: the day may not be what was meant.

    Raises
    ------
    ValueError
        If the cell holds no date.
    """
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise ValueError("date")
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        return jalali.parse_date(value)
    raise ValueError("date")
