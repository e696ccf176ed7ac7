"""Dates at the edges: Gregorian inside, Jalali (Solar Hijri) where Persian is read or written.

The conversion is that of persiantools, exact for the official calendar of Iran.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from persiantools.jdatetime import JalaliDate

from distribution.domain.numerals import to_ascii_digits, to_persian_digits

#: A year below this is a Jalali one: Jalali 1700 is Gregorian 2321, Gregorian 1700 is before any quota.
FIRST_GREGORIAN_YEAR = 1700
_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")

_PERIOD = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?")


def to_jalali(day: dt.date) -> tuple[int, int, int]:
    """Return the Jalali year, month and day of a date.

    Raises
    ------
    ValueError
        If the date lies before the Jalali calendar (22 March 622).
    """
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]  # persiantools' constructor carries no types
    return jalali.year, jalali.month, jalali.day


def from_jalali(year: int, month: int, day: int) -> dt.date:
    """Return the date of a Jalali year, month and day.

    Raises
    ------
    ValueError
        If there is no such day.
    """
    jalali = JalaliDate(year, month, day)  # type: ignore[no-untyped-call]  # persiantools' constructor carries no types
    gregorian: dt.date = jalali.to_gregorian()
    return gregorian


def parse_date(text: str) -> dt.date:
    """Read a date: ISO ``2020-04-25``, or Jalali ``1399/02/06`` or ``1399-02-06``, in any digits.

    A year below 1700 is Jalali. A time of midnight after the date, which spreadsheets add, is dropped.

    Raises
    ------
    ValueError
        If the text is no such date.
    """
    match = _DATE.fullmatch(to_ascii_digits(text).strip())
    if not match:
        raise ValueError("date")
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    return from_jalali(year, month, day) if year < FIRST_GREGORIAN_YEAR else dt.date(year, month, day)


def parse_period(text: str) -> tuple[dt.date, dt.date]:
    """Read a year, a month or a day: ``1403``, ``1403-07``, ``1403/07/15``, ``2024``, ``2024-10``, in any digits.

    A year below 1700 is Jalali.

    Returns
    -------
    tuple[datetime.date, datetime.date]
        Its first day and its last.

    Raises
    ------
    ValueError
        If the text is no such period.
    """
    match = _PERIOD.fullmatch(to_ascii_digits(text).strip())
    if not match:
        day = parse_date(text)
        return day, day
    year, month = int(match[1]), None if match[2] is None else int(match[2])
    to_day = from_jalali if year < FIRST_GREGORIAN_YEAR else dt.date
    if month is not None:
        after = to_day(year + month // 12, month % 12 + 1, 1)
        return to_day(year, month, 1), after - dt.timedelta(days=1)
    return to_day(year, 1, 1), to_day(year + 1, 1, 1) - dt.timedelta(days=1)


def format_date(day: dt.date, locale: Literal["fa", "en"], *, ascii_digits: bool = False) -> str:
    """Write a date: Jalali ``۱۳۹۹/۰۲/۰۶`` for fa (or with ASCII digits), ISO ``2020-04-25`` for en."""
    if locale == "en":
        return day.isoformat()
    text = "{:04d}/{:02d}/{:02d}".format(*to_jalali(day))
    return text if ascii_digits else to_persian_digits(text)
