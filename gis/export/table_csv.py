"""Plain tables for phones and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A cell that starts with one of these is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Render a table as UTF-8 with a byte order mark (spreadsheets then read Persian), lines ended by CRLF (RFC 4180).

    A text that a spreadsheet would run as a formula gets a leading apostrophe; numbers are left as they are.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_safe(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
