"""Working days and holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlmodel import Field, SQLModel

from distribution.domain.enums import Weekday

WEEKDAYS = tuple(Weekday)  # indexed by date.weekday(): Monday first


class CalendarDay(SQLModel):
    """An exception to, or a rule of, the working week."""

    day: str = Field(description="a date, or a weekday name (mon ... sun) that holds for every week")
    working: bool = Field(description="yes if trucks drive on it")
    note: str = Field(default="", max_length=200, description="why, e.g. the holiday's name")


def weekday_of(day: dt.date) -> Weekday:
    """Return the weekday of a date."""
    return WEEKDAYS[day.weekday()]


def working_days(start: dt.date, end: dt.date, calendar: Iterable[CalendarDay]) -> tuple[dt.date, ...]:
    """List the working days from start to end, both included.

    A dated row beats a weekday row; without any row, every day but Friday is a working day.
    """
    rules = {row.day: row.working for row in calendar}
    if not any(day in rules for day in WEEKDAYS):
        rules[Weekday.FRI] = False
    days = (start + dt.timedelta(days=n) for n in range((end - start).days + 1))
    return tuple(day for day in days if rules.get(day.isoformat(), rules.get(weekday_of(day), True)))
