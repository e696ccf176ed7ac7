from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.intake.persian import header_key, normalise_code, normalise_text, search_key

PERSIAN_TEXT = st.text(
    alphabet=st.sampled_from("اآأإبپيىیكکگهةۀؤئ‌ـ\u064b\u0651\u0654\u0653\u200e\u200f\u00a0 \tA1۲٣ﻻﷲﮎ\u200b")
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي", "علی"),
        ("كرمان", "کرمان"),
        ("موسى", "موسی"),
        ("  تربت   حيدريه ", "تربت حیدریه"),
        ("\u200fمشهد\u200e", "مشهد"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("\u200cسر و ته\u200c", "سر و ته"),
        ("می\u200c \u200cرود", "می رود"),
        ("\u200c\u200cمی\u200c\u200cرود", "می\u200cرود"),
        ("ﻣﺸﻬﺪ", "مشهد"),
        ("ا\u0653ب", "آب"),
        ("مسي\u0654ول", "مسئول"),
        ("a\u00a0b\nc", "a b c"),
        ("x\x00y\x07", "xy"),
    ],
)
def test_the_storage_form_has_persian_letters_and_no_steering_marks(typed: str, stored: str) -> None:
    assert normalise_text(typed) == stored


@given(st.one_of(st.text(), PERSIAN_TEXT))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نیم\u200cفاصله", "نیم فاصله"),
        ("مسؤول", "مسوول"),
        ("آب", "اب"),
        ("خانهٔ ما", "خانه ما"),
        ("ۀ", "ه"),
        ("فاطمة", "فاطمه"),
        ("کتـــاب", "كتاب"),
        ("مُحَمَّد", "محمد"),
        ("دوره ۳", "دوره 3"),
        ("Café", "CAFE"),
        ("هیئت", "هيیت"),
    ],
)
def test_spellings_of_one_word_have_one_search_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@given(st.one_of(st.text(), PERSIAN_TEXT))
def test_the_search_key_is_that_of_the_storage_form(text: str) -> None:
    assert search_key(normalise_text(text)) == search_key(text)


def test_different_words_keep_different_search_keys() -> None:
    assert search_key("نیشابور") != search_key("سبزوار")
    assert search_key("کالا") != search_key("گالا")


def test_codes_get_ascii_digits_and_lose_non_joiners() -> None:
    assert normalise_code(" KR-\u06f0\u06f9\u06f1\u06f6 ") == "KR-0916"
    assert normalise_code("A\u200c1") == "A1"


def test_a_header_is_known_whatever_its_spaces_case_and_signs() -> None:
    assert header_key("Population_Source *") == header_key("population source")
    assert header_key("انبار خشک (كيلوگرم)") == header_key("انبار خشک(کیلوگرم)")
