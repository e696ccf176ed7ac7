"""Tables at a terminal of any width: words wrap, numbers never lose a digit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Rows = Sequence[Sequence[str]]

EDGES = 3  # a column's border and the space on both its sides; the last border is one more
WIDEST_WORD = 24  # a longer one in the first column is folded


def print_table(console: Console, heading: str, rows: Rows, keys: int = 1) -> None:
    """Print a table; columns that do not fit go into a further table below, beside the first ones again.

    The first of the rows is the header if there are more than two columns. ``keys`` is how many of the first columns it
    takes to tell the rows apart.
    """
    for number, columns in enumerate(_split_columns(rows, console.width, keys)):
        chosen = [[row[column] for column in columns] for row in rows]
        table = _build_table(chosen, console.width, with_header=len(rows[0]) > 2)
        if number == 0:
            table.title = escape(heading)
        console.print(table, soft_wrap=False)


def _split_columns(rows: Rows, width: int, keys: int) -> list[list[int]]:
    least = [_least_width(rows, column) + EDGES for column in range(len(rows[0]))]
    parts = [[*range(keys)]]
    for column in range(keys, len(least)):
        if len(parts[-1]) > keys and sum(least[c] for c in [*parts[-1], column]) + 1 > width:
            parts.append([*range(keys)])
        parts[-1].append(column)
    return parts


def _build_table(rows: Rows, width: int, *, with_header: bool) -> Table:
    table = Table(title_justify="left", show_header=with_header, title_style="bold")
    columns = range(len(rows[0]))
    widths = [_least_width(rows, column) for column in columns]
    spare = width - sum(widths) - EDGES * len(widths) - 1
    for column in columns:
        wished = max(cell_len(row[column]) for row in rows) - widths[column]
        given = max(0, min(spare, wished))
        widths[column] += given
        spare -= given
        head = escape(rows[0][column]) if with_header else ""
        table.add_column(head, justify="right" if column else "left", overflow="fold", width=widths[column])
    for row in rows[1:] if with_header else rows:
        table.add_row(*map(escape, row))
    return table


def _least_width(rows: Rows, column: int) -> int:
    """Return the width that a column needs: its longest word, and unless it is the first its longest cell."""
    has_header = len(rows[0]) > 2
    if column and not has_header:
        return _longest(row[column] for row in rows)
    words = _longest(word for row in rows for word in row[column].split())
    if column == 0:
        return min(words, WIDEST_WORD)
    return max(words, _longest(row[column] for row in rows[1:]))


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
