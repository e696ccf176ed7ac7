"""Checks between rows: keys that occur twice, codes that lead nowhere, circles."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from distribution.domain.dataset import KEYS
from distribution.domain.enums import NeedBasis
from distribution.domain.findings import Several
from distribution.domain.types import format_decimal
from distribution.intake.fields import REFERENCES
from distribution.intake.labels import suggest
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadRow, ReadSheet

Sheets = Mapping[str, ReadSheet]


def check_keys(sheets: Sheets, log: FindingLog) -> None:
    """Find rows with the key of an earlier row, and outlets with the code of a warehouse."""
    for sheet in sheets.values():
        key_columns = KEYS[sheet.sheet]
        first: dict[tuple[str | dt.date | None, ...], int] = {}
        for row in sheet.rows:
            key = tuple(row.values.get(column) for column in key_columns)
            if row.values.get(key_columns[0]) is None or (row.noun is None and None in key):
                continue
            if key in first:
                log.add(
                    "duplicate_key",
                    sheet=sheet.sheet,
                    row=row.number,
                    column=key_columns[0],
                    value=Several(tuple(part for part in key if part is not None)),
                    first_row=first[key],
                )
            first.setdefault(key, row.number)
    _check_places(sheets, log)


def _check_places(sheets: Sheets, log: FindingLog) -> None:
    """Stock and travel name places by code alone, so outlets and warehouses share one set of codes."""
    if "outlets" not in sheets or "warehouses" not in sheets:
        return
    outlets = sheets["outlets"].codes or {}
    for code, row in (sheets["warehouses"].codes or {}).items():
        if code in outlets:
            log.add(
                "code_in_two_sheets",
                sheet="warehouses",
                row=row,
                column="code",
                value=code,
                other_sheet="outlets",
                other_row=outlets[code],
            )


def check_references(sheets: Sheets, log: FindingLog) -> None:
    """Find codes that no row of the sheet they lead to has; a sheet whose codes are unknown is not searched.

    Where rows of that sheet have no right code of their own, as many unknown codes may be theirs: they are not
    told before those rows are repaired, for any hint would lead astray.
    """
    for (sheet, column), targets in REFERENCES.items():
        if sheet in sheets:
            _check_column(sheets, sheet, column, targets, sheets[sheet].rows, log)
    if "need_weights" in sheets:
        by_area = [row for row in sheets["need_weights"].rows if row.values.get("basis") == NeedBasis.AREA]
        _check_column(sheets, "need_weights", "key", ("areas",), by_area, log)


def _check_column(
    sheets: Sheets, sheet: str, column: str, targets: tuple[str, ...], rows: Iterable[ReadRow], log: FindingLog
) -> None:
    if any(t not in sheets or sheets[t].codes is None for t in targets):
        return
    known = {code: None for target in targets for code in sheets[target].codes or {}}
    unknown = [
        (row.number, code) for row in rows for code in _codes_in(row.values.get(column, ())) if code not in known
    ]
    if len({code for _, code in unknown}) <= sum(sheets[target].refused_codes for target in targets):
        return
    suggestions = {code: suggest(code, known) for code in dict.fromkeys(code for _, code in unknown)}
    for number, code in unknown:
        log.add(
            "unknown_reference",
            sheet=sheet,
            row=number,
            column=column,
            value=code,
            target_sheet=", ".join(targets),
            suggestion=suggestions[code],
        )


def _codes_in(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def check_area_circles(sheets: Sheets, log: FindingLog) -> None:
    """Find areas that contain themselves; one finding per circle, at its first row."""
    if "areas" not in sheets:
        return
    rows: dict[str, ReadRow] = {}
    for row in sheets["areas"].rows:
        if "code" in row.values:
            rows.setdefault(row.values["code"], row)
    parent = {code: row.values.get("parent_code") for code, row in rows.items()}
    done: set[str] = set()
    for start in parent:
        path: dict[str, None] = {}
        step: str | None = start
        while step in parent and step not in done and step not in path:
            path[step] = None
            step = parent[step]
        if step in path:
            circle = list(path)[list(path).index(step) :]
            head = min(circle, key=lambda code: rows[code].number)
            turned = circle[circle.index(head) :] + circle[: circle.index(head)]
            shown = " -> ".join([*turned[:8], *(["..."] if len(turned) > 8 else []), head])
            log.add(
                "cycle_in_areas",
                sheet="areas",
                row=rows[head].number,
                column="parent_code",
                value=parent[head],
                circle=shown,
            )
        done |= path.keys()


def check_successions(sheets: Sheets, log: FindingLog) -> None:
    """Check that successors exist, that ended codes are gone and that the parts of each add up to one."""
    if "successions" not in sheets:
        return
    shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows: dict[tuple[str, str], int] = {}
    incomplete: set[tuple[str, str]] = set()
    for row in sheets["successions"].rows:
        target, old, new = (row.values.get(name, "") for name in ("sheet", "old_code", "new_code"))
        if target and old:
            rows.setdefault((target, old), row.number)
            if row.noun is None:
                incomplete.add((target, old))
            shares[target, old] += row.values.get("share", Decimal(1))
        if target not in sheets or (codes := sheets[target].codes) is None:
            continue
        if new and new not in codes and not sheets[target].refused_codes:
            log.add(
                "succession_unknown",
                sheet="successions",
                row=row.number,
                column="new_code",
                value=new,
                target_sheet=target,
                suggestion=suggest(new, codes),
            )
        if old and old in codes:
            log.add(
                "succession_not_ended",
                sheet="successions",
                row=row.number,
                column="old_code",
                value=old,
                target_sheet=target,
                other_row=codes[old],
            )
    for (target, old), total in shares.items():
        if total != 1 and (target, old) not in incomplete:
            log.add(
                "succession_shares_not_one",
                sheet="successions",
                row=rows[target, old],
                column="share",
                value=old,
                total=Decimal(format_decimal(total)),
            )
