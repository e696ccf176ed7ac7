"""One cell to one value, or the reason why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from distribution.domain.findings import Choices, Param
from distribution.domain.numerals import to_ascii_digits
from distribution.domain.types import CODE_PATTERN, TimeWindow, format_decimal, parse_windows
from distribution.intake.dates import parse_date
from distribution.intake.fields import FieldSpec, Kind
from distribution.intake.labels import BOOLEAN_BY_KEY, find_choice, weekday_lookup
from distribution.intake.persian import header_key, normalise_code, normalise_text, search_key


@dataclass(frozen=True, slots=True)
class FlawedCell:
    """A cell that must not be read: a formula, or an error value of the spreadsheet."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


RawCell = str | int | float | bool | dt.date | dt.time | dt.timedelta | FlawedCell | None

#: What spreadsheets write where a formula failed.
ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})

EARLIEST_DAY: Final = dt.date(1900, 1, 1)
LATEST_DAY: Final = dt.date(2199, 12, 31)

_CODE = re.compile(CODE_PATTERN)
_MAX_CODE_LENGTH = 64
_SPACES = "\u0020\u00a0\u2009\u202f"
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}(?:([,٬'{_SPACES}])\d{{3}})(?:\1\d{{3}})*(?:[.٫]\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.٫]\d*)?|[.٫]\d+)(?:[eE][+-]?\d{1,2})?")
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_WINDOW_SEPARATORS = str.maketrans(
    {"؛": ";", "،": ";", ",": ";", "\n": ";", "\u2013": "-", "\u2014": "-", "\u2212": "-"}
)


class CellError(ValueError):
    """A cell cannot be read; ``code`` and ``params`` are those of the finding."""

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def is_blank(raw: RawCell) -> bool:
    """Tell whether a cell is empty to the eye."""
    return raw is None or (isinstance(raw, str) and (not raw or raw.isspace() or not normalise_text(raw)))


def cell_text(raw: RawCell) -> str:
    """Write a cell as a person sees it: whole numbers without a point."""
    if isinstance(raw, float):
        return f"{raw:.15g}"
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return "" if raw is None else str(raw)


def parse_number(raw: RawCell) -> Decimal:
    """Read a number with digits of any script; thousands may be grouped by ``, ٬ '`` or a space.

    Raises
    ------
    CellError
        ``value_not_number``.
    """
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise CellError("value_not_number")
    if isinstance(raw, str):
        text = to_ascii_digits(raw.strip()).translate(_MINUS)
        if text and (ord(text[0]) in (0x200E, 0x200F)):
            text = text[1:]
        if _GROUPED.fullmatch(text):
            text = re.sub(rf"[,٬'{_SPACES}]", "", text)
        elif not _PLAIN.fullmatch(text):
            raise CellError("value_not_number")
        text = text.replace("٫", ".")
    else:
        # Spreadsheets hold 15 digits; beyond them 12.3 would read 12.300000000000001.
        text = str(raw) if isinstance(raw, int) else f"{raw:.15g}"
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellError("value_not_number") from None
    if not number.is_finite():
        raise CellError("value_not_number")
    return number


def _integer(raw: RawCell) -> int:
    number = parse_number(raw)
    if number != number.to_integral_value():
        raise CellError("value_not_integer")
    return int(number)


def _decimal(raw: RawCell) -> Decimal:
    return Decimal(format_decimal(parse_number(raw)))  # plain: 1E+1 and 10.0 are both 10


def _number(raw: RawCell) -> float:
    return float(parse_number(raw))


def _boolean(raw: RawCell) -> bool:
    found = raw if isinstance(raw, bool) else BOOLEAN_BY_KEY.get(search_key(cell_text(raw)))
    if found is None:
        raise CellError("value_not_choice", choices=Choices(("yes", "no"), "template."))
    return found


def _date(raw: RawCell) -> dt.date:
    try:
        day = parse_date(normalise_text(raw) if isinstance(raw, str) else raw)
    except ValueError:
        raise CellError("value_not_date") from None
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise CellError("value_out_of_range", minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    return day


def _day(raw: RawCell) -> str:
    if isinstance(raw, str) and (weekday := weekday_lookup().get(header_key(raw))):
        return weekday
    try:
        return _date(raw).isoformat()
    except CellError as error:
        raise CellError("value_not_day") if error.code == "value_not_date" else error from None


def _text(raw: RawCell) -> str:
    return normalise_text(cell_text(raw))


def parse_code(raw: RawCell) -> str:
    """Read a code: ASCII letters, digits, ``_``, ``.`` and ``-``, beginning with a letter or digit.

    Raises
    ------
    CellError
        ``value_bad_code`` or ``value_too_long``.
    """
    code = normalise_code(cell_text(raw))
    if len(code) > _MAX_CODE_LENGTH:
        raise CellError("value_too_long", maximum=_MAX_CODE_LENGTH, length=len(code))
    if not _CODE.fullmatch(code):
        raise CellError("value_bad_code")
    return code


def _split(raw: RawCell) -> list[str]:
    return [part for part in (p.strip() for p in re.split(r"[;,؛،\n|]", cell_text(raw))) if part]


def _codes(raw: RawCell) -> tuple[str, ...]:
    return tuple(parse_code(part) for part in _split(raw))


def _choice(raw: RawCell, spec: FieldSpec) -> str:
    found = find_choice(cell_text(raw), spec)
    if found is None:
        raise CellError("value_not_choice", choices=Choices(spec.choices, spec.choice_prefix))
    return found


def _choices(raw: RawCell, spec: FieldSpec) -> tuple[str, ...]:
    return tuple(_choice(part, spec) for part in _split(raw))


def _windows(raw: RawCell, spec: FieldSpec) -> tuple[TimeWindow, ...]:
    if not isinstance(raw, str):
        raise CellError("value_not_windows")
    text = to_ascii_digits(normalise_text(raw.replace("\n", ";"))).translate(_WINDOW_SEPARATORS)
    text = re.sub(r"\s*(?:تا|to|-)\s*", "-", text)
    try:
        windows = parse_windows(text)
    except ValueError:
        raise CellError("value_not_windows") from None
    if not isinstance(windows, tuple) or not windows:
        raise CellError("value_not_windows")
    if spec.single_window and len(windows) > 1:
        raise CellError("value_not_single_window")
    return windows


_BY_KIND: Mapping[Kind, Callable[[RawCell], object]] = {
    Kind.TEXT: _text,
    Kind.CODE: parse_code,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DAY: _day,
    Kind.CODES: _codes,
}
_BY_SPEC: Mapping[Kind, Callable[[RawCell, FieldSpec], object]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.ORDERED_CHOICES: _choices,
    Kind.WINDOWS: _windows,
}


def parse_cell(raw: RawCell, spec: FieldSpec) -> object:
    """Read a cell that is not blank as the kind its column holds; bounds are left to the noun.

    Raises
    ------
    CellError
        With the code of the finding.
    """
    if isinstance(raw, FlawedCell):
        raise CellError(raw.code)
    if isinstance(raw, str) and raw.strip() in ERROR_VALUES:
        raise CellError("error_cell")
    if spec.kind in _BY_SPEC:
        return _BY_SPEC[spec.kind](raw, spec)
    return _BY_KIND[spec.kind](raw)
