"""CSV as phones and spreadsheets open it: UTF-8 with a byte-order mark, CRLF, quotes where needed (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A text that begins so is run as a formula by spreadsheets (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class PlainNumber(str):
    """A number written out by the caller, which is no formula whatever it begins with."""

    __slots__ = ()


def render_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Render a table; None is empty.

    A text that a spreadsheet would run as a formula gets a leading apostrophe; numbers are left as they are.

    Raises
    ------
    ValueError
        If a row is not as wide as the header.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_safe(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, the header {len(header)}")
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: object) -> object:
    is_text = isinstance(cell, str) and not isinstance(cell, PlainNumber)
    return f"'{cell}" if is_text and str(cell).startswith(FORMULA_STARTS) else cell
