"""What every command needs of the terminal: the two streams, sentences, and errors in words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from api.console_findings import print_findings
from distribution.domain.enums import Language, Severity
from distribution.domain.errors import InputError, TaavonError
from distribution.domain.findings import Finding, Where
from distribution.domain.jalali import parse_date
from distribution.domain.numerals import to_ascii_digits
from distribution.domain.types import parse_clock
from distribution.messages import render_message
from distribution.services.sentences import describe_error, spell_numbers

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

BAD_INPUT, FAILED = 2, 1
_MOST_HALTS = 1_000
MOST_PACKS = 10**9
INTERRUPTED = 130  # what shells expect after Ctrl-C: 128 + SIGINT

Lang = Annotated[Language, typer.Option("--lang", envvar="TAAVON_LOCALE", help="language of what is printed")]


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print a message in red and end."""
    err.print(message, style="red", highlight=False, markup=False)
    raise typer.Exit(code)


def finite(value: float | None) -> float | None:
    """Refuse a number that is no amount of time, such as ``nan`` or ``inf``."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value


def whole_number(lowest: int, highest: int) -> Callable[[str | int], int]:
    """Make a reader of an option that is a whole number in a range, in ASCII or Persian digits."""

    def read(text: str | int) -> int:
        try:
            number = int(to_ascii_digits(str(text)))  # a default is a number already
        except ValueError:
            raise typer.BadParameter(f"{text!r} is not a whole number.") from None
        if not lowest <= number <= highest:
            raise typer.BadParameter(f"{number} is not in the range {lowest} to {highest}.")
        return number

    return read


def exact_number(lowest: int, highest: int) -> Callable[[str], Fraction]:
    """Make a reader of an option that is an exact number in a range, in ASCII or Persian digits."""

    def read(text: str) -> Fraction:
        try:
            number = Fraction(Decimal(to_ascii_digits(text).replace("٫", ".")))
        except (ArithmeticError, ValueError):
            raise typer.BadParameter(f"{text!r} is not a number.") from None
        if not lowest <= number <= highest:
            raise typer.BadParameter(f"{text} is not in the range {lowest} to {highest}.")
        return number

    return read


def require_day(option: str, text: str) -> dt.date:
    """Read the day that an option names, Gregorian or Jalali.

    Raises
    ------
    InputError
        ``value_not_date``.
    """
    try:
        return parse_date(text)
    except ValueError:
        where = Where(column=option, value=text)
        raise InputError((Finding(Severity.ERROR, "value_not_date", where),)) from None


def require_moment(option: str, text: str) -> tuple[dt.date, int]:
    """Read a day and a time of that day, e.g. ``1399/02/06 10:30``; the time in seconds after midnight.

    Raises
    ------
    InputError
        ``value_not_moment``.
    """
    day, _, clock = to_ascii_digits(text).strip().rpartition(" ")
    try:
        return parse_date(day), parse_clock(clock)
    except ValueError:
        where = Where(column=option, value=text)
        raise InputError((Finding(Severity.ERROR, "value_not_moment", where),)) from None


def require_packs(option: str, texts: Sequence[str]) -> dict[str, int]:
    """Read ``COMMODITY=PACKS`` as often as an option is given.

    Raises
    ------
    InputError
        ``packs_malformed`` for each text that is none, that has no packs, or whose commodity was named before.
    """
    return _require_counts(option, texts, "packs_malformed", range(1, MOST_PACKS + 1))


def require_halts(option: str, texts: Sequence[str]) -> dict[str, int]:
    """Read ``TRUCK=HALTS`` as often as an option is given.

    Raises
    ------
    InputError
        ``halts_malformed`` for each text that is none, or whose truck was named before.
    """
    return _require_counts(option, texts, "halts_malformed", range(_MOST_HALTS + 1))


def _require_counts(option: str, texts: Sequence[str], malformed: str, allowed: range) -> dict[str, int]:
    counts: dict[str, int] = {}
    findings = []
    for text in texts:
        name, _, count = map(str.strip, to_ascii_digits(text).partition("="))
        if name and name not in counts and count.isdecimal() and int(count) in allowed:
            counts[name] = int(count)
        else:
            where = Where(column=option, value=text)
            findings.append(Finding(Severity.ERROR, malformed, where, {"most": allowed[-1]}))
    if findings:
        raise InputError(tuple(findings))
    return counts


@contextmanager
def errors_in_words(lang: Language) -> Iterator[None]:
    """End with a sentence, not a traceback, on every error that has a code, and on Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        fail(render_message("error.interrupted", lang.locale), INTERRUPTED)
    except TaavonError as error:
        if isinstance(error, InputError):
            print_findings(err, error.findings, lang.locale)
        params = {"code": error.code, "message": describe_error(error, lang.locale)}
        fail(render_message("cli.error", lang.locale, params), BAD_INPUT if error.status < 500 else FAILED)


def say(key: str, lang: Language, /, **params: object) -> None:
    """Print a sentence of the catalogue."""
    out.print(render_message(key, lang.locale, spell_numbers(params, lang.locale)), highlight=False, markup=False)
