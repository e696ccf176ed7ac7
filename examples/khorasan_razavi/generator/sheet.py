"""Sheets of rows, written as CSV files that state what is made up in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str | int | float]


def render_sheet(rows: Sequence[Row], note: str) -> bytes:
    """Write rows as CSV, UTF-8 with a BOM for spreadsheets; row 2 is a note that readers skip."""
    columns = list(rows[0])
    if any(list(row) != columns for row in rows):
        raise ValueError(f"the rows do not all have the columns {columns}")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerow([f"# {note}"] + [""] * (len(columns) - 1))
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def export_sheets(sheets: dict[str, tuple[Sequence[Row], str]], folder: Path) -> list[Path]:
    """Write every sheet (rows, note) as ``<name>.csv`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (rows, note) in sheets.items():
        path = folder / f"{name}.csv"
        path.write_bytes(render_sheet(rows, note))
        written.append(path)
    return written
