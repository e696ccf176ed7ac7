"""Both languages say the same things about the same parameters, and nothing a person reads is missing."""

from __future__ import annotations

import re
import string
import tomllib
from enum import StrEnum
from pathlib import Path

import pytest

from distribution import messages
from distribution.domain import enums
from distribution.domain.dataset import SHEETS
from distribution.intake.fields import ALL_SHEETS, SETTINGS_COLUMNS, SETTINGS_SHEET, TRAVEL_COLUMNS, field_specs
from distribution.intake.persian import header_key, normalise_text
from distribution.messages import LOCALES, Locale, load_catalogue

FOLDER = Path(messages.__file__).parent / "catalogue"
PERSIAN = re.compile("[\u0600-\u06ff]")
#: Names that are the same in both languages.
SAME_IN_BOTH = re.compile(r"document\.currency\.|.*\.(fa|en)$")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def all_enums() -> list[type[StrEnum]]:
    return [e for e in vars(enums).values() if isinstance(e, type) and issubclass(e, StrEnum) and e is not StrEnum]


def test_both_languages_have_the_same_files() -> None:
    assert [f.name for f in sorted((FOLDER / "fa").iterdir())] == [f.name for f in sorted((FOLDER / "en").iterdir())]


def test_both_languages_have_the_same_keys() -> None:
    assert load_catalogue("fa").keys() == load_catalogue("en").keys()


def test_both_languages_name_the_same_parameters() -> None:
    fa, en = load_catalogue("fa"), load_catalogue("en")
    assert {key: placeholders(fa[key]) for key in fa} == {key: placeholders(en[key]) for key in en}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_blank_or_keeps_arabic_letters(locale: Locale) -> None:
    for key, sentence in load_catalogue(locale).items():
        assert sentence.strip(), key
        assert not set("يىك٠١٢٣٤٥٦٧٨٩") & set(sentence), key


def test_no_english_sentence_holds_persian_words() -> None:
    assert not [
        key for key, text in load_catalogue("en").items() if PERSIAN.search(text) and not SAME_IN_BOTH.match(key)
    ]


def test_every_file_is_valid_toml_with_tables_only() -> None:
    for file in FOLDER.rglob("*.toml"):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        assert table, file.name


@pytest.mark.parametrize("locale", LOCALES)
def test_every_finding_has_a_repair(locale: Locale) -> None:
    keys = load_catalogue(locale)
    codes = {key.removeprefix("fix.") for key in keys if key.startswith("fix.")}
    assert codes <= {key.removeprefix("finding.") for key in keys if key.startswith("finding.")}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sheet_and_column_has_a_label_and_a_meaning(locale: Locale) -> None:
    keys = load_catalogue(locale)
    for sheet in ALL_SHEETS:
        assert f"sheet.{sheet}" in keys
    columns = {sheet: list(field_specs(sheet)) for sheet in (*SHEETS, SETTINGS_SHEET)}
    columns[SETTINGS_SHEET] += SETTINGS_COLUMNS
    columns["travel"] = list(TRAVEL_COLUMNS)
    for sheet, names in columns.items():
        for name in names:
            assert f"column.{sheet}.{name}" in keys
            assert f"meaning.{sheet}.{name}" in keys


def test_the_english_meanings_are_those_of_the_fields() -> None:
    keys = load_catalogue("en")
    for sheet in (*SHEETS, SETTINGS_SHEET):
        for name, spec in field_specs(sheet).items():
            assert keys[f"meaning.{sheet}.{name}"] == spec.description


def test_labels_of_one_sheet_are_told_apart_in_every_language() -> None:
    for sheet in (*SHEETS, "travel"):
        names = TRAVEL_COLUMNS if sheet == "travel" else field_specs(sheet)
        owners: dict[str, str] = {}
        for name in names:
            for label in (name, *(load_catalogue(locale)[f"column.{sheet}.{name}"] for locale in LOCALES)):
                assert owners.setdefault(header_key(label), name) == name


@pytest.mark.parametrize("enum", all_enums(), ids=lambda e: e.__name__)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_value_of_a_vocabulary_has_a_label_of_its_own(enum: type[StrEnum], locale: Locale) -> None:
    labels = [load_catalogue(locale)[f"enum.{enum.__name__}.{value}"] for value in enum]
    assert len({header_key(label) for label in labels}) == len(labels)


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_are_written_in_storage_form(locale: Locale) -> None:
    for key, text in load_catalogue(locale).items():
        if key.startswith(("sheet.", "column.", "enum.")):
            assert text == normalise_text(text), key
