"""Field types shared by the nouns: exact decimals, code lists, weekdays and time windows.

Each type reads the text a person types into a cell, and is stored as that same text,
so that SQLite and PostgreSQL keep it exactly alike.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, PlainSerializer
from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from distribution.domain.enums import ApportionmentMethod, CooperativeKind, StorageClass, Weekday

SECONDS_PER_DAY = 24 * 3600
CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"
_CODE = re.compile(CODE_PATTERN)


class TimeWindow(NamedTuple):
    """A half-open span of a day, in seconds after midnight."""

    start_s: int
    end_s: int


def format_clock(seconds: int) -> str:
    """Write seconds after midnight as HH:MM."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def parse_clock(text: str) -> int:
    """Read HH:MM as seconds after midnight.

    Raises
    ------
    ValueError
        If the text is no time of day between 00:00 and 24:00.
    """
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", text.strip())
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match else -1
    if not match or int(match[2]) > 59 or not 0 <= seconds <= SECONDS_PER_DAY:
        raise ValueError("clock")
    return seconds


def parse_windows(value: object) -> object:
    """Read ``08:00-13:00;16:00-18:00`` as a tuple of time windows, in order."""
    if not isinstance(value, str):
        return value
    windows = []
    for part in filter(None, (piece.strip() for piece in value.split(";"))):
        start, separator, end = part.partition("-")
        if not separator:
            raise ValueError("windows")
        windows.append(TimeWindow(parse_clock(start), parse_clock(end)))
    return tuple(windows)


def format_windows(windows: tuple[TimeWindow, ...]) -> str:
    """Write time windows the way :func:`parse_windows` reads them."""
    return ";".join(f"{format_clock(w[0])}-{format_clock(w[1])}" for w in windows)


def _check_windows(windows: tuple[TimeWindow, ...]) -> tuple[TimeWindow, ...]:
    ordered = tuple(TimeWindow(*w) for w in sorted(windows))
    if any(w.start_s >= w.end_s for w in ordered):
        raise ValueError("windows_empty")
    if any(a.end_s > b.start_s for a, b in itertools.pairwise(ordered)):
        raise ValueError("windows_overlap")
    return ordered


def _check_code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("bad_code")
    return value


def _split_codes(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part for part in (p.strip() for p in re.split(r"[;,؛،]", value)) if part)


def _sorted_unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(set(values)))


class _TextType(TypeDecorator[Any]):
    """A value stored as its canonical text."""

    impl = String
    cache_ok = True
    read: Callable[[str], Any]
    write: Callable[[Any], str]

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else type(self).write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else type(self).read(value)


def format_decimal(value: Decimal) -> str:
    """Write a decimal in plain notation without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class DecimalText(_TextType):
    """Exact decimal, stored as text."""

    cache_ok = True
    read = staticmethod(Decimal)
    write = staticmethod(lambda value: format_decimal(Decimal(value)))


class CodesText(_TextType):
    """List of codes, stored joined by semicolons."""

    cache_ok = True
    read = staticmethod(_split_codes)
    write = staticmethod(lambda value: ";".join(map(str, value)))


class WindowsText(_TextType):
    """Time windows, stored as ``HH:MM-HH:MM;...``."""

    cache_ok = True
    read = staticmethod(parse_windows)
    write = staticmethod(format_windows)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC; SQLite, which knows no time zones, gets it back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware moment into UTC.

        Raises
        ------
        ValueError
            If the moment names no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Mark a stored moment as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def enum_text(enum: type[StrEnum]) -> type[_TextType]:
    """Make the column type that stores an enumeration by its values, as text.

    A native ENUM would hold the members' Python names and need a migration for every new member.
    """
    members = {
        "__doc__": f"{enum.__name__}, stored as its value.",
        "__module__": __name__,
        "cache_ok": True,
        "read": staticmethod(enum),
        "write": staticmethod(lambda value: enum(value).value),
    }
    return type(f"{enum.__name__}Text", (_TextType,), members)


ExactDecimal = Annotated[Decimal, PlainSerializer(format_decimal, return_type=str, when_used="json")]
#: A code: ASCII letters, digits, dots, dashes and underscores. (SQLModel's ``regex`` is not enforced, so it stands here.)
Code = Annotated[str, AfterValidator(_check_code)]
#: Degrees to the seventh decimal (1 cm), so that a position is the same number in every file it is written to.
Degrees = Annotated[float, AfterValidator(lambda value: round(value, 7))]
Codes = Annotated[tuple[str, ...], BeforeValidator(_split_codes), AfterValidator(_sorted_unique)]
Levels = Annotated[
    tuple[str, ...], BeforeValidator(_split_codes), AfterValidator(lambda codes: tuple(dict.fromkeys(codes)))
]
Weekdays = Annotated[tuple[Weekday, ...], BeforeValidator(_split_codes), AfterValidator(_sorted_unique)]
StorageClasses = Annotated[tuple[StorageClass, ...], BeforeValidator(_split_codes), AfterValidator(_sorted_unique)]
CooperativeKinds = Annotated[tuple[CooperativeKind, ...], BeforeValidator(_split_codes), AfterValidator(_sorted_unique)]
#: Methods of the levels, from the top: their order counts, and one may stand twice.
Methods = Annotated[tuple[ApportionmentMethod, ...], BeforeValidator(_split_codes)]
TimeWindows = Annotated[
    tuple[TimeWindow, ...],
    BeforeValidator(parse_windows),
    AfterValidator(_check_windows),
    PlainSerializer(format_windows, return_type=str, when_used="json"),
]
