"""Tables of figures, dates and texts as CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from distribution.domain.types import format_decimal
from gis.export import table_csv

Cell = str | int | Decimal | dt.date | None


def render_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a header and rows as :func:`gis.export.table_csv.render_csv` does, dates in ISO 8601 and decimals plain.

    Give numbers as numbers: a text that looks like a formula, ``-5`` for one, gets a leading apostrophe.

    Raises
    ------
    ValueError
        If a row is not as wide as the header.
    """
    return table_csv.render_csv(header, ([_plain(cell) for cell in row] for row in rows))


def _plain(cell: Cell) -> str | int | table_csv.PlainNumber | None:
    if isinstance(cell, Decimal):
        return table_csv.PlainNumber(format_decimal(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else cell
