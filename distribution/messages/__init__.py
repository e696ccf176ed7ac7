"""The sentences a person reads, in Persian and English, by key.

Every ``catalogue/<locale>/*.toml`` file is one flat table of ``key = "sentence with {placeholders}"``
(quoted keys with dots, or nested tables). The two locales hold the same keys with the same placeholders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Locale = Literal["fa", "en"]
LOCALES: tuple[Locale, ...] = ("fa", "en")


def _flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


@cache
def load_catalogue(locale: Locale) -> Mapping[str, str]:
    """Load every sentence of a locale.

    Raises
    ------
    ValueError
        If two files define the same key.
    """
    sentences: dict[str, str] = {}
    folder = files(__package__) / "catalogue" / locale
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        part = _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
        if twice := sentences.keys() & part.keys():
            raise ValueError(f"{file.name} defines again: {', '.join(sorted(twice))}")
        sentences |= part
    return sentences


def has_message(key: str, locale: Locale) -> bool:
    """Tell whether a catalogue holds a key."""
    return key in load_catalogue(locale)


def render_message(key: str, locale: Locale, params: Mapping[str, object] | None = None) -> str:
    """Render the sentence of a key.

    Raises
    ------
    KeyError
        If the catalogue lacks the key, or the sentence names a parameter that is not given.
    """
    return load_catalogue(locale)[key].format_map(dict(params or {}))


def name_choices(codes: Iterable[str], prefix: str, locale: Locale) -> str:
    """List the codes of a vocabulary as a reader may write them: ``کارگری (workers)؛ ...``, in English the codes.

    Raises
    ------
    KeyError
        If the catalogue lacks the label of a code.
    """
    if locale == "en":
        return "; ".join(codes)
    return "؛ ".join(f"{render_message(prefix + code, locale)} ({code})" for code in codes)
