from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.domain.numerals import format_number
from distribution.domain.types import TimeWindow
from distribution.intake.cells import CellError, FlawedCell, is_blank, parse_cell, parse_number
from distribution.intake.fields import field_specs


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234", "1234"), ("۱۲۳۴", "1234"), ("١٢٣٤", "1234"), ("1,234,567.5", "1234567.5"), ("۱٬۲۳۴٫۵", "1234.5"),
        ("1 234", "1234"), ("1\u202f234\u202f567", "1234567"), ("-5", "-5"), ("\u22125", "-5"), ("+5", "5"), (".5", "0.5"),
        ("5.", "5"), ("1E+05", "100000"), (12.3, "12.3"), (0.1 + 0.2, "0.3"), (7, "7"), (5.0, "5"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_every_usual_form(cell: str | float, number: str) -> None:
    assert parse_number(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "abc",
        "1,23",
        "1234,5",
        "12/5",
        "1.2.3",
        "1,234,56",
        "nan",
        "inf",
        "۱۲ کیلو",
        True,
        "1e999",
        "--5",
        "1,234 567",
    ],
)
def test_what_could_be_misread_as_a_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_number(cell)
    assert caught.value.code == "value_not_number"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_formatted_for_a_reader_reads_back(number: Decimal) -> None:
    assert parse_number(format_number(number, "en")) == number
    assert parse_number(format_number(number, "fa")) == number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("yes", True),
        ("TRUE", True),
        ("بله", True),
        ("بلی", True),
        (1.0, True),
        ("۱", True),
        ("خير", False),
        ("No", False),
        (0, False),
        (False, False),
    ],
)
def test_yes_and_no_are_read_in_both_languages(cell: str | float, value: bool) -> None:
    assert parse_cell(cell, field_specs("calendar")["working"]) is value


@pytest.mark.parametrize("cell", ["sat;sun", "شنبه؛یکشنبه", "Saturday, Sunday", "شنبه، يك شنبه", "sun;sat"])
def test_weekdays_are_read_in_both_languages(cell: str) -> None:
    assert set(parse_cell(cell, field_specs("outlets")["receiving_days"])) == {"sat", "sun"}


@pytest.mark.parametrize("cell", ["frozen", "منجمد", "Frozen", " FROZEN "])
def test_choices_are_read_by_code_and_label(cell: str) -> None:
    assert parse_cell(cell, field_specs("commodities")["storage_class"]) == "frozen"


@pytest.mark.parametrize(
    "cell",
    [
        "08:00-13:00;16:00-18:00",
        "۰۸:۰۰ - ۱۳:۰۰؛ ۱۶:۰۰–۱۸:۰۰",
        "08:00 تا 13:00, 16:00 تا 18:00",
        "8:00-13:00\n16:00-18:00",
    ],
)
def test_hours_are_read_in_every_usual_form(cell: str) -> None:
    assert parse_cell(cell, field_specs("outlets")["receiving_windows"]) == (
        TimeWindow(28800, 46800),
        TimeWindow(57600, 64800),
    )


@pytest.mark.parametrize("cell", ["08:00", "13:00-25:00", "morning", 8.5, "8-13", ";"])
def test_what_is_no_span_of_hours_is_refused(cell: str | float) -> None:
    with pytest.raises(CellError, match="value_not_windows"):
        parse_cell(cell, field_specs("outlets")["receiving_windows"])


def test_a_shift_has_one_span() -> None:
    with pytest.raises(CellError, match="value_not_single_window"):
        parse_cell("06:00-10:00;12:00-16:00", field_specs("vehicles")["shift"])


@pytest.mark.parametrize(
    "cell", ["1399/02/06", "2020-04-25", dt.date(2020, 4, 25), dt.datetime.combine(dt.date(2020, 4, 25), dt.time())]
)
def test_dates_are_read_as_text_and_as_date_cells(cell: str | dt.date) -> None:
    assert parse_cell(cell, field_specs("quotas")["period_start"]) == dt.date(2020, 4, 25)


@pytest.mark.parametrize(
    "cell", [43946.0, "25/04/2020", dt.datetime.combine(dt.date(2020, 4, 25), dt.time(3, 4)), dt.time(8, 0), True]
)
def test_what_is_no_day_is_refused(cell: object) -> None:
    with pytest.raises(CellError, match="value_not_date"):
        parse_cell(cell, field_specs("quotas")["period_start"])


@pytest.mark.parametrize("cell", ["0001-01-01", "2999-01-01"])
def test_a_day_far_from_our_times_is_out_of_range(cell: str) -> None:
    with pytest.raises(CellError, match="value_out_of_range"):
        parse_cell(cell, field_specs("quotas")["period_start"])


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("fri", "fri"),
        ("جمعه", "fri"),
        ("پنج\u200cشنبه", "thu"),
        ("1399/03/04", "2020-05-24"),
        (dt.date(2020, 5, 24), "2020-05-24"),
    ],
)
def test_a_day_of_the_calendar_is_a_weekday_or_a_date(cell: str | dt.date, day: str) -> None:
    assert parse_cell(cell, field_specs("calendar")["day"]) == day


@pytest.mark.parametrize(
    ("cell", "code"), [(101.0, "101"), ("۱۰۱", "101"), ("0101", "0101"), ("KR-09.1_a", "KR-09.1_a")]
)
def test_codes_are_read_as_text(cell: str | float, code: str) -> None:
    assert parse_cell(cell, field_specs("outlets")["code"]) == code


@pytest.mark.parametrize("cell", ["مشهد", "a b", "-a", "1E+05", "a/b", "é"])
def test_a_code_with_other_signs_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="value_bad_code"):
        parse_cell(cell, field_specs("outlets")["code"])


def test_a_whole_number_has_no_decimals() -> None:
    spec = field_specs("stock")["packs"]
    assert parse_cell("12.0", spec) == 12
    with pytest.raises(CellError, match="value_not_integer"):
        parse_cell("12.5", spec)


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", " #DIV/0! "])
def test_error_values_are_told_as_such(cell: str) -> None:
    with pytest.raises(CellError, match="error_cell"):
        parse_cell(cell, field_specs("areas")["name_fa"])
    with pytest.raises(CellError, match="formula_cell"):
        parse_cell(FlawedCell("formula_cell", "2"), field_specs("stock")["packs"])


@pytest.mark.parametrize("cell", [None, "", "  ", "\u200c", "\u200f\t", "\u00a0"])
def test_what_the_eye_does_not_see_is_blank(cell: str | None) -> None:
    assert is_blank(cell)
    assert not is_blank(0)
    assert not is_blank(False)


@given(
    st.one_of(
        st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas()
    )
)
def test_no_cell_ever_breaks_a_reader(cell: object) -> None:
    for sheet in ("areas", "outlets", "vehicles", "quotas", "calendar", "successions", "settings"):
        for spec in field_specs(sheet).values():
            with contextlib.suppress(CellError):
                parse_cell(cell, spec)
