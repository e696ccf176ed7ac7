"""The language of an answer."""

import pytest

from api.language import choose_language


@pytest.mark.parametrize(
    ("lang", "header", "language"),
    [
        (None, None, "fa"),
        ("en", "fa", "en"),
        ("fa", "en", "fa"),
        ("xx", "en", "en"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de, en;q=0.5, fa;q=0.8", "fa"),
        (None, "en;q=0.8, fa;q=0.5", "en"),
        (None, "de-DE, fr;q=0.3", "fa"),
        (None, "en;q=0", "fa"),
        (None, "en;q=high", "fa"),
        (None, ";;,,", "fa"),
    ],
)
def test_the_language_asked_for_by_name_comes_before_the_best_accepted_one(
    lang: str | None, header: str | None, language: str
) -> None:
    assert choose_language(lang, header, "fa") == language
