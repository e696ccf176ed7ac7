"""Digits and numbers the way a Persian or an English reader writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from distribution.domain.types import format_decimal

_EXACT = Context(prec=400)
_ASCII = "0123456789"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_TO_PERSIAN = str.maketrans(_ASCII + _ARABIC, _PERSIAN * 2)
_TO_ASCII = str.maketrans(_PERSIAN + _ARABIC, _ASCII * 2)
_SEPARATORS_FA = str.maketrans(",.", "٬٫")
#: A left-to-right mark keeps the sign on the left of the digits inside a Persian line, as CLDR writes it.
_MINUS_FA = "\u200e\u2212"


def to_persian_digits(text: str) -> str:
    """Turn the ASCII and Arabic digits of a text into Persian ones."""
    return text.translate(_TO_PERSIAN)


def to_ascii_digits(text: str) -> str:
    """Turn the Persian and Arabic digits of a text into ASCII ones."""
    return text.translate(_TO_ASCII)


def format_number(value: Decimal | float, locale: Literal["fa", "en"], places: int | None = None) -> str:
    """Write a number with grouped thousands: ``1,234.5`` or ``۱٬۲۳۴٫۵``.

    Parameters
    ----------
    value
        An integer, a decimal, or a reported measure.
    places
        Digits after the point, rounded half to even; None keeps a decimal's own without trailing zeros.
    """
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT)
    sign = "-" if number < 0 else ""
    size = number.copy_abs()  # abs() would round to the context's 28 digits
    whole, point, fraction = (f"{size:f}" if places is not None else format_decimal(size)).partition(".")
    text = f"{int(whole):,}{point}{fraction}"
    if locale == "en":
        return sign + text
    return (_MINUS_FA if sign else "") + to_persian_digits(text.translate(_SEPARATORS_FA))
