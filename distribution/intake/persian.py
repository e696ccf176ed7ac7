"""Persian text as typed on many keyboards: one storage form, and a search key that forgives spelling.

The storage form is NFC with Persian letters, without marks that only steer the direction of the line;
it keeps the zero-width non-joiner, which is part of the spelling of a name.
"""

from __future__ import annotations

import re
import unicodedata

from distribution.domain.numerals import to_ascii_digits

ZWNJ = "\u200c"
TATWEEL = "\u0640"

_LETTERS = {"\u064a": "ی", "\u0649": "ی", "\u0643": "ک"}  # Arabic yeh, alef maksura and kaf
_INVISIBLE = (
    [0x00AD, 0x061C, 0x180E, 0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
    + [c for c in range(0x20) if chr(c) not in "\t\n\v\f\r"]
    + list(range(0x7F, 0x85))
    + list(range(0x86, 0xA0))
)
_STORAGE_TABLE = str.maketrans(_LETTERS | {chr(c): "" for c in _INVISIBLE})
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_LOOSE_ZWNJ = re.compile(f"(?:(?<=\\s)|^){ZWNJ}+|{ZWNJ}+(?=\\s|$)|{ZWNJ}(?={ZWNJ})")
_SEARCH_LETTERS = str.maketrans({"ة": "ه", "\u06d5": "ه", "ي": "ی", ZWNJ: "", TATWEEL: ""})


def normalise_text(text: str) -> str:
    """Bring a text to its storage form.

    NFC; Persian yeh and kaf; presentation forms (of old PDF files) as plain letters; direction marks,
    zero-width spaces and control characters out; every run of white space one space.
    """
    if text.isascii():
        return " ".join(text.translate(_STORAGE_TABLE).split())
    text = _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    # Composed before the letters are mapped (Arabic yeh + hamza is one letter) and again after: a mark taken out
    # may have stood between a letter and its accent.
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_STORAGE_TABLE))
    text = " ".join(text.split())
    return " ".join(_LOOSE_ZWNJ.sub("", text).split())


def normalise_code(text: str) -> str:
    """Bring a code to its storage form: as a text, with ASCII digits and without non-joiners."""
    return normalise_text(to_ascii_digits(text).replace(ZWNJ, ""))


def search_key(text: str) -> str:
    """Fold a text to what a person means by it, for comparing and finding.

    Case, spaces, non-joiners, tatweel, diacritics, digits of any script, and the hamza on alef, vav, yeh
    and heh do not count.
    """
    folded = unicodedata.normalize("NFD", to_ascii_digits(normalise_text(text)).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c) and not c.isspace())
    return bare.translate(_SEARCH_LETTERS)


def header_key(text: str) -> str:
    """Fold a column header or sheet name: as a search key, with letters and digits only."""
    return "".join(c for c in search_key(text) if c.isalnum())
