"""A CSV file of names and weights that share seats or packs, checked as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from distribution.domain.apportionment import WeightedName
from distribution.domain.enums import ApportionmentMethod, Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, has_errors
from distribution.intake.csv_folder import iterate_csv
from distribution.intake.fields import APPORTION_SHEET
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadSheet, read_rows


def read_weighted_names(
    file: Path, packs: int, method: ApportionmentMethod
) -> tuple[list[WeightedName], tuple[Finding, ...]]:
    """Read the names of a file in its order, and what is worth knowing about it.

    Raises
    ------
    InputError
        With every finding, if the file cannot be read, a row is wrong, or the bounds leave no apportionment.
    """
    log = FindingLog()
    if file.exists():
        sheet = read_rows(APPORTION_SHEET, iterate_csv(APPORTION_SHEET, file, log), log)
        _check_rows(sheet, method, log)
    else:
        sheet = ReadSheet(APPORTION_SHEET)
        log.add("file_missing", value=file.name)
    if packs > method.most_packs:
        log.add(
            "apportion_beyond_method", sheet=APPORTION_SHEET, value=packs,
            method=method, packs=packs, most=method.most_packs,
        )  # fmt: skip
    names = [row.noun for row in sheet.rows if isinstance(row.noun, WeightedName)]
    if not log.has_error_in(APPORTION_SHEET, ""):
        _check_sums(names, packs, log)
    findings = tuple(_graver(finding) for finding in log.findings())
    if has_errors(findings):
        raise InputError(findings)
    return names, findings


def _graver(finding: Finding) -> Finding:
    """Refuse a column that would be left out elsewhere: a bound under a misspelt header must not be lost."""
    if finding.code != "column_unknown":
        return finding
    return replace(finding, severity=Severity.ERROR, code="apportion_column_unknown")


def _check_rows(sheet: ReadSheet, method: ApportionmentMethod, log: FindingLog) -> None:
    if not sheet.rows and not log.has_error_in(APPORTION_SHEET):
        log.add("sheet_empty", sheet=APPORTION_SHEET)
    if "debt" in sheet.columns and not method.carries_debt:
        log.add("apportion_debt_unused", sheet=APPORTION_SHEET, column="debt", value=method)
    row_of: dict[str, int] = {}
    for row in sheet.rows:
        name, least, most = (row.values.get(column) for column in ("name", "min", "max"))
        if name is not None and row_of.setdefault(name, row.number) != row.number:
            where = {"row": row.number, "column": "name", "value": name}
            log.add("duplicate_key", sheet=APPORTION_SHEET, **where, first_row=row_of[name])
        if least is not None and most is not None and least > most:
            where = {"row": row.number, "column": "min", "value": least}
            log.add("apportion_min_above_max", sheet=APPORTION_SHEET, **where, least=least, most=most)


def _check_sums(names: list[WeightedName], packs: int, log: FindingLog) -> None:
    least = sum(one.min for one in names)
    if packs < least:
        log.add("apportion_below_min", sheet=APPORTION_SHEET, column="min", value=packs, packs=packs, least=least)
    most = sum(one.min if one.weight == 0 else packs if one.max is None else min(one.max, packs) for one in names)
    if packs > most:
        log.add("apportion_above_max", sheet=APPORTION_SHEET, column="max", value=packs, packs=packs, most=most)
