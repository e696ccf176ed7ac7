"""Read a whole input: a folder of CSV files or a workbook, to a dataset and every finding at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from distribution.domain.dataset import KEYS, SHEETS, Dataset, TravelMatrix
from distribution.domain.enums import OutletMode
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, has_errors
from distribution.domain.settings import NetworkSettings
from distribution.intake.csv_folder import find_sheets, iterate_csv
from distribution.intake.fields import (
    CATCHMENT_SHEETS,
    POLICY_PARTS,
    REQUIRED_SHEETS,
    SETTINGS_SHEET,
    TRAVEL_METRES_SHEET,
    TRAVEL_SECONDS_SHEET,
    TRAVEL_SHEET,
)
from distribution.intake.log import FindingLog
from distribution.intake.network_checks import run_network_checks
from distribution.intake.position_checks import check_positions
from distribution.intake.references import check_area_circles, check_keys, check_references, check_successions
from distribution.intake.row_checks import check_limits, check_methods, check_quotas, check_stock
from distribution.intake.rows import NumberedRow, ReadSheet, read_rows
from distribution.intake.settings_sheet import read_settings
from distribution.intake.travel import read_travel
from distribution.intake.workbook import open_sheets


class Purpose(StrEnum):
    """What a network is read for: a round, or to find out whom its outlets serve before anything is shared."""

    ROUND = "round"
    CATCHMENTS = "catchments"


Sources = Mapping[str, Callable[[], Iterable[NumberedRow]]]


@dataclass(frozen=True)
class ReadResult:
    """What was read: ``dataset`` is None if and only if a finding is an error."""

    dataset: Dataset | None
    findings: tuple[Finding, ...]


def _open(path: Path, log: FindingLog) -> Sources | None:
    """Find the sheets of an input, each with a way to iterate over its rows; None if there is no input."""
    try:
        if path.is_dir():
            files = find_sheets(path, log)
            if not files:
                log.add("folder_without_sheets", value=path.name)
                return None
            return {sheet: partial(iterate_csv, sheet, file, log) for sheet, file in files.items()}
        if not path.is_file():
            log.add("file_unreadable" if path.exists() else "file_missing", value=path.name)
            return None
    except (OSError, ValueError):
        log.add("file_unreadable", value=path.name)
        return None
    book = open_sheets(path, log)
    if book is None:
        return None
    return {sheet: partial(book.iterate, sheet, log) for sheet in book.sheets}


def _read_sheets(sources: Sources, purpose: Purpose, log: FindingLog) -> dict[str, ReadSheet]:
    sheets: dict[str, ReadSheet] = {}
    for sheet in SHEETS:
        if sheet in sources:
            sheets[sheet] = read_rows(sheet, sources[sheet](), log)
            if log.was_cut_short(sheet) or not sheets[sheet].codes:
                sheets[sheet].codes = None
    needed = list(REQUIRED_SHEETS if purpose is Purpose.ROUND else CATCHMENT_SHEETS)
    modes = {row.values.get("mode", OutletMode.DELIVERED) for row in _rows(sheets, "outlets")}
    if purpose is Purpose.ROUND and OutletMode.DELIVERED in modes:
        needed.append("vehicles")
    if any(_rows(sheets, sheet) for sheet in POLICY_PARTS):
        needed.append("policies")
    for sheet in needed:
        if sheet not in sheets:
            log.add("sheet_missing", sheet=sheet)
        elif not sheets[sheet].rows and not log.has_error_in(sheet):
            log.add("sheet_empty", sheet=sheet)
    return sheets


def _rows(sheets: Mapping[str, ReadSheet], sheet: str) -> list[Any]:
    return sheets[sheet].rows if sheet in sheets else []


def _check_sheets(sheets: Mapping[str, ReadSheet], log: FindingLog) -> None:
    check_keys(sheets, log)
    check_references(sheets, log)
    check_area_circles(sheets, log)
    check_successions(sheets, log)
    check_positions(sheets, log)
    check_stock(sheets, log)
    if "quotas" in sheets:
        check_quotas(sheets["quotas"], log)
    if "limits" in sheets:
        check_limits(sheets["limits"], log)
    if "policies" in sheets:
        check_methods(sheets["policies"], log)


def _sorted_nouns(sheet: str, rows: Iterable[Any]) -> tuple[Any, ...]:
    keys = KEYS[sheet]
    nouns = [row.noun for row in rows if row.noun is not None]
    return tuple(sorted(nouns, key=lambda noun: tuple(str(getattr(noun, key) or "") for key in keys)))


def _read_travel(sources: Sources, sheets: Mapping[str, ReadSheet], log: FindingLog) -> TravelMatrix | None:
    given = {s: sources[s]() for s in (TRAVEL_SHEET, TRAVEL_METRES_SHEET, TRAVEL_SECONDS_SHEET) if s in sources}
    places = [sheets[sheet].codes if sheet in sheets else None for sheet in ("outlets", "warehouses")]
    if None in places:  # every place would be unknown; the error is told already
        return None
    return read_travel(given, [code for codes in places for code in codes or {}], log)


def read_dataset(path: Path, purpose: Purpose = Purpose.ROUND) -> ReadResult:
    """Read a folder of CSV files or an XLSX workbook.

    For catchments no goods, warehouses and trucks are needed, and people may be missing: these are what is looked for.
    Nothing is raised for wrong input: every finding is returned, in the order of sheets and rows.
    """
    log = FindingLog()
    sources = _open(path, log)
    if sources is None:
        return ReadResult(None, log.findings())
    sheets = _read_sheets(sources, purpose, log)
    _check_sheets(sheets, log)
    settings = read_settings(sources[SETTINGS_SHEET](), log) if SETTINGS_SHEET in sources else NetworkSettings()
    travel = _read_travel(sources, sheets, log)
    nouns = {sheet: _sorted_nouns(sheet, read.rows) for sheet, read in sheets.items()}
    dataset = Dataset(**nouns, settings=settings, travel=travel)
    flawed = {sheet for sheet in SHEETS if log.has_error_in(sheet)}
    row_of = {
        (sheet, *(str(row.values.get(part) or "") for part in KEYS[sheet])): row.number
        for sheet, read in sheets.items()
        for row in read.rows
    }
    if purpose is Purpose.ROUND:
        run_network_checks(dataset, row_of, flawed, log)
    findings = log.findings()
    return ReadResult(None if has_errors(findings) else dataset, findings)


def require_dataset(path: Path) -> Dataset:
    """Read a folder of CSV files or an XLSX workbook that must be free of errors.

    Raises
    ------
    InputError
        With every finding, if any is an error.
    """
    result = read_dataset(path)
    if result.dataset is None:
        raise InputError(result.findings)
    return result.dataset
