"""The parts of a workbook's zip, unpacked under limits before any other reader sees them."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from distribution.intake.limits import MAX_FILE_BYTES, MAX_PACK_RATIO, MAX_SHEET_CELLS, MAX_UNPACKED_BYTES, MEGABYTE
from distribution.intake.log import FindingLog

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_NEEDED = re.compile(r"(?!xl/(?:media|drawings|charts|embeddings)/).*\.(?:xml|rels)", re.IGNORECASE)
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br=["\'](\d+)["\']')
_COLUMN = re.compile(rb'\br=["\']([A-Z]{1,3})\d+["\']')
_VALUED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br=["\']([A-Z]{1,3})(\d+)["\'][^>]*(?<!/)>')
_FLAWED = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>(\s*<(?:\w+:)?f\b)?")
_REFERENCE = re.compile(rb'\br=["\']([A-Z]{1,3})(\d+)["\']')
_ERROR_TYPE = re.compile(rb'\bt=["\']e["\']')


@dataclass(frozen=True)
class WorkbookParts:
    """The XML parts by name, and each worksheet's part by the sheet's name."""

    parts: Mapping[str, bytes]
    part_of_sheet: Mapping[str, str]

    def repack(self) -> io.BytesIO:
        """Pack the parts anew: the next reader gets exactly what was checked here."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        target.seek(0)
        return target


def _within_limits(archive: zipfile.ZipFile, name: str, log: FindingLog) -> bool:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked <= MAX_UNPACKED_BYTES and unpacked <= MAX_PACK_RATIO * packed:
        return True
    log.add(
        "zip_bomb",
        value=name,
        megabytes=-(-unpacked // MEGABYTE),
        ratio=unpacked // packed,
        limit=MAX_UNPACKED_BYTES // MEGABYTE,
        ratio_limit=MAX_PACK_RATIO,
    )
    return False


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    # zipfile reads no more of an entry than its directory declares, so the limits above hold here too.
    parts = {name: archive.read(name) for name in dict.fromkeys(archive.namelist()) if _NEEDED.fullmatch(name)}
    # A zero byte means UTF-16, which no spreadsheet program writes and which would hide a formula from the search.
    if any(sign in content for content in parts.values() for sign in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
        raise ValueError("not a plain XML part")
    return parts


def _relations(parts: Mapping[str, bytes]) -> dict[str, str]:
    root = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314  # no document types, see _unpack
    found = {}
    for relation in root.iter():
        if relation.tag.endswith("}Relationship"):
            target = relation.get("Target", "")
            found[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _sheets(parts: Mapping[str, bytes]) -> dict[str, str]:
    relations = _relations(parts)
    root = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314  # no document types, see _unpack
    found = {}
    for element in root.iter():
        if element.tag.endswith("}sheet"):
            target = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            part = relations.get(target, "")
            if part in parts:
                found[element.get("name", "")] = part
    return found


def open_workbook(path: Path, log: FindingLog) -> WorkbookParts | None:
    """Unpack a workbook; None with a finding if it is none, is broken, or would burst memory."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            log.add("file_too_large", value=path.name, megabytes=-(-size // MEGABYTE), limit=MAX_FILE_BYTES // MEGABYTE)
            return None
        if not zipfile.is_zipfile(path):
            log.add("not_a_workbook", value=path.name)
            return None
        with zipfile.ZipFile(path) as archive:
            if not _within_limits(archive, path.name, log):
                return None
            if "xl/workbook.xml" not in archive.namelist():
                log.add("not_a_workbook", value=path.name)
                return None
            parts = _unpack(archive)
        return WorkbookParts(parts, _sheets(parts))
    except (*_BROKEN, KeyError, ET.ParseError):
        log.add("workbook_broken", value=path.name)
        return None


def column_number(letters: str) -> int:
    """Return the position of a column, A = 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def fits_in_memory(content: bytes) -> bool:
    """Tell whether a worksheet's used area is small enough: a reader holds every cell of it, used or not."""
    rows = max(map(int, _ROW.findall(content)), default=0)
    columns = max((column_number(c.decode()) + 1 for c in set(_COLUMN.findall(content))), default=0)
    if rows * columns <= MAX_SHEET_CELLS:
        return True
    # Formatting alone may reach the last row; only cells with a value count.
    valued = [(column_number(c.decode()) + 1, int(r)) for c, r in _VALUED.findall(content)]
    return max((r for _, r in valued), default=0) * max((c for c, _ in valued), default=0) <= MAX_SHEET_CELLS


def find_flaws(content: bytes) -> tuple[dict[tuple[int, int], str], int]:
    """Find a worksheet's formulas and error values.

    Returns
    -------
    tuple
        (row number, column position) -> ``formula_cell`` or ``error_cell``; and how many have no position.
    """
    flaws: dict[tuple[int, int], str] = {}
    unplaced = 0
    if b"<f" not in content and b":f" not in content and not _ERROR_TYPE.search(content):
        return flaws, unplaced
    for match in _FLAWED.finditer(content):
        attributes, formula = match.groups()
        if not formula and not _ERROR_TYPE.search(attributes):
            continue
        place = _REFERENCE.search(attributes)
        if place is None:
            unplaced += 1
            continue
        flaws[int(place[2]), column_number(place[1].decode())] = "formula_cell" if formula else "error_cell"
    return flaws, unplaced
