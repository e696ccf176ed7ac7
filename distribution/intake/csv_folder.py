"""A folder of CSV files as numbered rows, whatever program wrote them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from distribution.domain.enums import Severity
from distribution.intake.labels import sheet_lookup, suggest
from distribution.intake.limits import MAX_FILE_BYTES, MAX_ROWS, MEGABYTE
from distribution.intake.log import FindingLog
from distribution.intake.persian import header_key
from distribution.intake.rows import NumberedRow, ReadSheet, read_rows

DELIMITERS = ",;\t"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_C0_LETTERS = frozenset(range(0x20)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A}


def find_sheets(folder: Path, log: FindingLog) -> dict[str, Path]:
    """Map sheets to the folder's CSV files by name (code or Persian label); note the files that are none.

    Raises
    ------
    OSError
        If the folder cannot be listed.
    """
    lookup = sheet_lookup()
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() != ".csv" or file.name.startswith("."):
            continue
        sheet = lookup.get(header_key(file.stem))
        if sheet is None:
            log.add("sheet_unknown", Severity.WARNING, value=file.name, suggestion=suggest(file.stem, lookup.values()))
        elif sheet in found:
            log.add("sheet_twice", sheet=sheet, value=file.name, first=found[sheet].name)
        else:
            found[sheet] = file
    return found


def _read_bytes(sheet: str, file: Path, log: FindingLog) -> bytes | None:
    try:
        if not file.is_file():
            log.add("file_unreadable", sheet=sheet, value=file.name)
            return None
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            log.add(
                "file_too_large",
                sheet=sheet,
                value=file.name,
                megabytes=-(-size // MEGABYTE),
                limit=MAX_FILE_BYTES // MEGABYTE,
            )
            return None
        return file.read_bytes()
    except OSError:
        log.add("file_unreadable", sheet=sheet, value=file.name)
        return None


def _decode(sheet: str, file: Path, content: bytes, log: FindingLog) -> str | None:
    if content.startswith(_UTF16_MARKS):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            log.add("file_not_text", sheet=sheet, value=file.name)
            return None
    head = content[:65_536]
    if b"\0" in content or any(byte in _C0_LETTERS for byte in head):
        log.add("file_not_text", sheet=sheet, value=file.name)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        log.add("encoding_windows_1256", Severity.NOTE, sheet=sheet, value=file.name)
        return content.decode("cp1256")


def find_delimiter(text: str) -> str:
    """Return the separator used most in the header line, outside quotes; a comma if none is."""
    for line in io.StringIO(text[:1_000_000]):
        if line.strip() and not line.lstrip().startswith("#"):
            bare = "".join(line.split('"')[::2])
            return max(DELIMITERS, key=bare.count)
    return ","


def _numbered(sheet: str, file: Path, text: str, log: FindingLog) -> Iterator[NumberedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MAX_ROWS:
                log.add("too_many_rows", sheet=sheet, value=file.name, limit=MAX_ROWS)
                return
            yield number, cells
    except csv.Error:
        log.add("csv_malformed", sheet=sheet, row=number + 1, value=file.name)


def iterate_csv(sheet: str, file: Path, log: FindingLog) -> Iterator[NumberedRow]:
    """Yield the rows of a CSV file with the numbers a spreadsheet shows; nothing but findings if it cannot be read.

    UTF-8 with or without mark, UTF-16 with mark, else windows-1256; comma, semicolon or tab.
    """
    content = _read_bytes(sheet, file, log)
    text = None if content is None else _decode(sheet, file, content, log)
    if text is not None:
        yield from _numbered(sheet, file, text, log)


def read_csv_alone(sheet: str, file: Path, log: FindingLog) -> ReadSheet:
    """Read a sheet that is no part of a network from a file of its own; one that says nothing is told."""
    if not file.exists():
        log.add("file_missing", value=file.name)
        return ReadSheet(sheet)
    read = read_rows(sheet, iterate_csv(sheet, file, log), log)
    if not read.columns and not log.has_error_in(sheet):
        log.add("sheet_empty", sheet=sheet)
    return read
