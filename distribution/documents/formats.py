"""Numbers, dates and texts as documents print them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number, to_persian_digits
from distribution.domain.types import format_clock
from distribution.messages import Locale, has_message, render_message

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
ZERO_WIDTH_SPACE = "\u200b"
NOTHING = "–"


def render_labels(topic: str, keys: Iterable[str], locale: Locale) -> dict[str, str]:
    """Render the sentences ``document.<topic>.<key>`` that need no parameter."""
    return {key: render_message(f"document.{topic}.{key}", locale) for key in keys}


def isolate(text: str) -> str:
    """Keep a text's direction from mixing with the sentence around it (Unicode UAX 9, isolates)."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def breakable(text: str, longest: int = 24) -> str:
    """Allow a line break inside words longer than a column: after punctuation, else anywhere."""

    def cut(match: re.Match[str]) -> str:
        word = re.sub(r"([_./\-])(?=.)", rf"\1{ZERO_WIDTH_SPACE}", match[0])
        return re.sub(rf"([^{ZERO_WIDTH_SPACE}]{{{longest}}})(?=[^{ZERO_WIDTH_SPACE}])", rf"\1{ZERO_WIDTH_SPACE}", word)

    return re.sub(rf"\S{{{longest + 1},}}", cut, text)


def kilograms(weight_g: int) -> Decimal:
    """Return grams as an exact number of kilograms."""
    return Decimal(weight_g) / 1000


def format_kg(weight_g: int, locale: Locale) -> str:
    """Write a mass as a number of kilograms, without the unit."""
    return format_number(kilograms(weight_g), locale)


def format_packs(packs: int, locale: Locale) -> str:
    """Write a number of packs; a dash for none, so that an empty cell is not taken for a forgotten one."""
    return format_number(packs, locale) if packs else NOTHING


def format_km(distance_m: int, locale: Locale) -> str:
    """Write a distance in km, to 100 m."""
    value = format_number(Decimal(distance_m) / 1000, locale, places=1)
    return render_message("document.common.km", locale, {"value": value})


def format_mass(weight_g: int, locale: Locale) -> str:
    """Write a mass with its unit, in grams below one kilogram."""
    if 0 < weight_g < 1000:
        return render_message("document.common.g", locale, {"value": format_number(weight_g, locale)})
    return render_message("document.common.kg", locale, {"value": format_kg(weight_g, locale)})


def format_pack(pack_g: int, locale: Locale) -> str:
    """Name a pack by its mass."""
    return render_message("document.common.pack", locale, {"mass": format_mass(pack_g, locale)})


def format_currency(currency: str, locale: Locale) -> str:
    """Name a currency in the reader's language, else by its code."""
    key = f"document.currency.{currency}"
    return render_message(key, locale) if has_message(key, locale) else currency


def format_amount(amount: int, currency: str, locale: Locale) -> str:
    """Write an amount of money with its currency."""
    params = {"value": format_number(amount, locale), "currency": format_currency(currency, locale)}
    return render_message("document.common.amount", locale, params)


def format_time(seconds: int, locale: Locale) -> str:
    """Write seconds after midnight as HH:MM in the reader's digits."""
    clock = format_clock(seconds)
    return to_persian_digits(clock) if locale == "fa" else clock


def format_jalali(day: dt.date, locale: Locale) -> str:
    """Write a date in the Jalali calendar, in the reader's digits."""
    return format_date(day, "fa", ascii_digits=locale != "fa")


def format_both_dates(day: dt.date, locale: Locale) -> str:
    """Write a date in the Jalali and the Gregorian calendar."""
    params = {"jalali": isolate(format_jalali(day, locale)), "gregorian": isolate(day.isoformat())}
    return render_message("document.common.both_dates", locale, params)
