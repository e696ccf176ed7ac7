"""The ``settings`` sheet: one key and one value a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from distribution.domain.enums import Severity
from distribution.domain.settings import NetworkSettings
from distribution.intake.cells import CellError, RawCell, cell_text, is_blank, parse_cell
from distribution.intake.fields import SETTINGS_COLUMNS, SETTINGS_SHEET, field_specs
from distribution.intake.labels import settings_lookup, suggest
from distribution.intake.log import FindingLog
from distribution.intake.persian import header_key
from distribution.intake.rows import (
    BlankHeaders,
    NumberedRow,
    check_width,
    find_columns,
    is_skipped,
    split_header,
    validate_noun,
)


def read_settings(rows: Iterable[NumberedRow], log: FindingLog) -> NetworkSettings:
    """Read the settings; what is absent, blank or wrong keeps its default."""
    sheet = SETTINGS_SHEET
    header, body = split_header(rows)
    if header is None:
        return NetworkSettings()
    columns = {name: at for at, name in find_columns(sheet, header, SETTINGS_COLUMNS, log).items()}
    if len(columns) < len(SETTINGS_COLUMNS):
        return NetworkSettings()
    specs = field_specs(sheet)
    values: dict[str, Any] = {}
    seen: dict[str, tuple[int, RawCell]] = {}
    width = len(header[1])
    blank_headers = BlankHeaders(sheet, header[1], log)
    for number, cells in body:
        if is_skipped(cells):
            continue
        blank_headers.check(number, cells)
        if not check_width(sheet, number, cells, width, log):
            continue
        key, value = (cells[columns[n]] if columns[n] < len(cells) else None for n in SETTINGS_COLUMNS)
        if is_blank(key):
            log.add("value_missing", sheet=sheet, row=number, column="key")
            continue
        name = settings_lookup().get(header_key(cell_text(key)))
        if name is None:
            log.add(
                "key_settings_unknown",
                Severity.WARNING,
                sheet=sheet,
                row=number,
                column="key",
                value=cell_text(key),
                suggestion=suggest(cell_text(key), specs),
            )
        elif name in seen:
            log.add("duplicate_key", sheet=sheet, row=number, column="key", value=name, first_row=seen[name][0])
        else:
            seen[name] = number, value
            if not is_blank(value):
                try:
                    values[name] = parse_cell(value, specs[name])
                except CellError as error:
                    log.add_cell(error, sheet=sheet, row=number, column="value", cell=value)
    settings, errors = validate_noun(NetworkSettings, values, specs)
    for name, refusal in errors.items():
        number, value = seen[name]
        log.add_cell(refusal, sheet=sheet, row=number, column="value", cell=value)
    return settings if isinstance(settings, NetworkSettings) else NetworkSettings()
