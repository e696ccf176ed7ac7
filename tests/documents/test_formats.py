"""Numbers, dates and texts as documents print them."""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from distribution.documents.formats import (
    ZERO_WIDTH_SPACE,
    breakable,
    format_amount,
    format_both_dates,
    format_km,
    format_pack,
    format_packs,
    format_time,
)
from distribution.messages import load_catalogue


@given(st.text(st.characters(codec="utf-8", exclude_characters=ZERO_WIDTH_SPACE)), st.integers(1, 30))
def test_a_breakable_text_has_no_long_word_and_loses_no_letter(text, longest):
    broken = breakable(text, longest)
    assert broken.replace(ZERO_WIDTH_SPACE, "") == text
    assert all(len(word) <= longest for piece in broken.split() for word in piece.split(ZERO_WIDTH_SPACE))


def test_ordinary_words_are_left_alone():
    assert breakable("فروشگاه تعاونی مصرف کارگران") == "فروشگاه تعاونی مصرف کارگران"


def test_readers_get_their_own_digits_units_and_dates():
    day = dt.date(2020, 4, 25)
    assert format_both_dates(day, "en").translate({0x2068: None, 0x2069: None}) == "2020-04-25 (Jalali 1399/02/06)"
    assert format_both_dates(day, "fa").translate({0x2068: None, 0x2069: None}) == "۱۳۹۹/۰۲/۰۶ (2020-04-25)"
    assert format_time(27_000, "fa") == "۰۷:۳۰"
    assert format_km(124_350, "en") == "124.4 km"
    assert format_pack(16_200, "fa") == "بسته ۱۶٫۲ کیلوگرمی"
    assert format_pack(900, "en") == "900 g pack"
    assert format_packs(0, "fa") == "–"


def test_a_currency_without_a_name_is_shown_by_its_code():
    assert format_amount(10**6, "IRR", "fa") == "۱٬۰۰۰٬۰۰۰ ریال"
    assert format_amount(10**6, "AFN", "fa") == "۱٬۰۰۰٬۰۰۰ AFN"


def test_both_languages_have_the_same_sentences_with_the_same_parameters():
    def flatten(table: dict, prefix: str = "") -> dict[str, str]:
        flat = {}
        for key, value in table.items():
            flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        return flat

    fa, en = (
        flatten(
            tomllib.loads((files("distribution.messages") / "catalogue" / locale / "documents.toml").read_text("utf-8"))
        )
        for locale in ("fa", "en")
    )
    assert fa.keys() == en.keys()
    assert fa.items() <= load_catalogue("fa").items()
    for key, sentence in fa.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (sentence, en[key])]
        assert names[0] == names[1], key
