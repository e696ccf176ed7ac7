from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.numerals import format_number, to_ascii_digits, to_persian_digits


def test_numbers_are_grouped_in_both_languages() -> None:
    assert format_number(1234567, "en") == "1,234,567"
    assert format_number(1234567, "fa") == "۱٬۲۳۴٬۵۶۷"
    assert format_number(Decimal("1234.50"), "fa") == "۱٬۲۳۴٫۵"
    assert format_number(0, "en") == "0"


def test_a_negative_number_keeps_its_sign_on_the_left() -> None:
    assert format_number(-5, "en") == "-5"
    assert format_number(-5, "fa") == "\u200e\u2212۵"


def test_places_round_half_to_even() -> None:
    assert format_number(Decimal("2.345"), "en", 2) == "2.34"
    assert format_number(2.0, "en", 2) == "2.00"
    assert format_number(Decimal("-0.001"), "en", 2) == "0.00"


@given(st.integers())
def test_a_formatted_integer_reads_back(number: int) -> None:
    assert int(format_number(number, "en").replace(",", "")) == number
    persian = to_ascii_digits(format_number(number, "fa")).replace("٬", "").replace("\u200e\u2212", "-")
    assert int(persian) == number


@given(st.text())
def test_digits_change_script_and_come_back(text: str) -> None:
    assert to_ascii_digits(to_persian_digits(text)) == to_ascii_digits(text)
    assert not set(to_persian_digits(text)) & set("0123456789٠١٢٣٤٥٦٧٨٩")
