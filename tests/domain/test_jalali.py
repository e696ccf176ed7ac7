from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.jalali import format_date, from_jalali, parse_date, parse_period, to_jalali

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


@pytest.mark.parametrize(
    ("gregorian", "jalali"),
    [
        (dt.date(2020, 4, 25), (1399, 2, 6)),
        (dt.date(2021, 3, 20), (1399, 12, 30)),  # 1399 is a leap year
        (dt.date(2021, 3, 21), (1400, 1, 1)),
        (dt.date(1979, 2, 11), (1357, 11, 22)),
        (dt.date(2025, 3, 20), (1403, 12, 30)),
        (dt.date(2025, 3, 21), (1404, 1, 1)),
    ],
)
def test_known_days_agree_with_the_calendar_of_iran(gregorian: dt.date, jalali: tuple[int, int, int]) -> None:
    assert to_jalali(gregorian) == jalali
    assert from_jalali(*jalali) == gregorian


@given(DAYS)
def test_a_date_written_in_either_language_reads_back(day: dt.date) -> None:
    for text in (format_date(day, "fa"), format_date(day, "fa", ascii_digits=True), format_date(day, "en")):
        assert parse_date(text) == day


def test_persian_dates_have_persian_digits_and_english_ones_are_iso() -> None:
    day = dt.date(2020, 4, 25)
    assert format_date(day, "fa") == "۱۳۹۹/۰۲/۰۶"
    assert format_date(day, "fa", ascii_digits=True) == "1399/02/06"
    assert format_date(day, "en") == "2020-04-25"


@pytest.mark.parametrize(
    "text", ["1399/02/06", "1399-2-6", "۱۳۹۹/۰۲/۰۶", "١٣٩٩.٠٢.٠٦", " 2020-04-25 ", "2020-04-25 00:00:00"]
)
def test_every_usual_spelling_is_read(text: str) -> None:
    assert parse_date(text) == dt.date(2020, 4, 25)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "99/02/06",
        "25/04/2020",
        "1400/12/30",
        "1399/13/01",
        "2021-02-29",
        "1399/02-06",
        "2020-04-25 10:30:00",
        "43946",
    ],
)
def test_what_is_no_date_or_may_mean_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_date(text)


@pytest.mark.parametrize(("text", "first", "last"), [
    ("1403", dt.date(2024, 3, 20), dt.date(2025, 3, 20)),  # a leap year
    ("۱۴۰۳/۷", dt.date(2024, 9, 22), dt.date(2024, 10, 21)),
    ("1403-12", dt.date(2025, 2, 19), dt.date(2025, 3, 20)),
    ("1403/07/15", dt.date(2024, 10, 6), dt.date(2024, 10, 6)),
    ("2024", dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
    ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
    ("2024.12", dt.date(2024, 12, 1), dt.date(2024, 12, 31)),
])  # fmt: skip
def test_a_year_a_month_or_a_day_is_a_period_in_either_calendar(text: str, first: dt.date, last: dt.date) -> None:
    assert parse_period(text) == (first, last)


@pytest.mark.parametrize("text", ["", "14", "1403-13", "1403-00", "2024-1-2-3", "spring", "0000", "9999"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        parse_period(text)
