"""Workbooks as a user would send them."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import xlsxwriter

from distribution.domain.dataset import Dataset
from tests.support.networks import write_csv


def workbook_bytes(dataset: Dataset, **replaced: list[list[str]]) -> bytes:
    """Write a network as an XLSX workbook; keyword arguments replace rows of a sheet, header included."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(dataset, folder)
        path = folder / "network.xlsx"
        book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
        for file in sorted(folder.glob("*.csv")):
            with file.open(encoding="utf-8-sig", newline="") as stream:
                rows = replaced.get(file.stem) or list(csv.reader(stream))
            sheet = book.add_worksheet(file.stem)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return path.read_bytes()
