"""The rows of one sheet: columns found by header, cells read, nouns validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlmodel import SQLModel

from distribution.domain.enums import Severity
from distribution.domain.types import format_decimal
from distribution.intake.cells import ERROR_VALUES, CellError, RawCell, cell_text, is_blank, parse_cell
from distribution.intake.fields import FieldSpec, Kind, field_specs, noun_of
from distribution.intake.labels import column_lookup, suggest
from distribution.intake.log import FindingLog, show_value
from distribution.intake.need_keys import parse_need_key
from distribution.intake.persian import header_key, normalise_code

NumberedRow = tuple[int, Sequence[RawCell]]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as read: the cells that could be read, and the noun if all could."""

    number: int
    values: Mapping[str, Any]
    noun: SQLModel | None


@dataclass
class ReadSheet:
    """One sheet as read.

    ``codes`` are those that other sheets may refer to, also of rows that have other mistakes,
    so that one mistake is not told twice; None if they cannot be known. ``refused_codes`` counts the rows
    whose own code is blank or wrong: any code may have been meant there.
    """

    sheet: str
    rows: list[ReadRow] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    codes: dict[str, int] | None = None
    refused_codes: int = 0


def split_header(rows: Iterable[NumberedRow]) -> tuple[tuple[int, tuple[RawCell, ...]] | None, Iterable[NumberedRow]]:
    """Take the first row that is neither blank nor a comment; return it and the rows that follow."""
    iterator = iter(rows)
    for number, cells in iterator:
        if not is_skipped(cells):
            return (number, tuple(cells)), iterator
    return None, iterator


def is_skipped(cells: Sequence[RawCell]) -> bool:
    """Tell whether a row is blank or a comment (its first cell begins with ``#``)."""
    first = cells[0] if cells else None
    if isinstance(first, str) and first.lstrip("\ufeff \t").startswith("#"):
        return first.strip() not in ERROR_VALUES
    return all(is_blank(cell) for cell in cells)


def find_columns(
    sheet: str, header: tuple[int, tuple[RawCell, ...]], required: Iterable[str], log: FindingLog
) -> dict[int, str]:
    """Map the positions of a header's cells to the fields they name, with findings for the rest."""
    number, cells = header
    lookup = column_lookup(sheet)
    found: dict[int, str] = {}
    for position, cell in enumerate(cells):
        if is_blank(cell):
            continue
        shown = show_value(cell_text(cell))
        name = lookup.get(header_key(cell_text(cell)))
        if name is None:
            log.add(
                "column_unknown",
                Severity.WARNING,
                sheet=sheet,
                row=number,
                column=shown,
                value=shown,
                suggestion=suggest(shown, dict.fromkeys(lookup.values())),
            )
        elif name in found.values():
            log.add("column_twice", sheet=sheet, row=number, column=name, value=shown)
        else:
            found[position] = name
    for name in required:
        if name not in found.values():
            log.add("column_missing", sheet=sheet, row=number, column=name)
    return found


def check_width(sheet: str, number: int, cells: Sequence[RawCell], width: int, log: FindingLog) -> bool:
    """Tell whether no value stands beyond the header: a stray separator shifts every cell after it."""
    if len(cells) <= width:
        return True
    extra = next((cell for cell in cells[width:] if not is_blank(cell)), None)
    if extra is None:
        return True
    log.add("row_longer_than_header", sheet=sheet, row=number, value=cell_text(extra), columns=width)
    return False


def column_letters(position: int) -> str:
    """Name a column as a spreadsheet does, 0 = A."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class BlankHeaders:
    """The columns of a sheet with a blank header, which must be blank all the way down: else their values are lost.

    Each is told once, at its first value.
    """

    def __init__(self, sheet: str, header: Sequence[RawCell], log: FindingLog) -> None:
        self._sheet = sheet
        self._log = log
        self._positions = [position for position, cell in enumerate(header) if is_blank(cell)]

    def __bool__(self) -> bool:
        """Tell whether any such column is left to watch."""
        return bool(self._positions)

    def check(self, number: int, cells: Sequence[RawCell]) -> None:
        """Tell of the first value under each blank header; there is nothing to do where no header is blank."""
        for position in [p for p in self._positions if p < len(cells) and not is_blank(cells[p])]:
            self._positions.remove(position)
            self._log.add(
                "column_without_header",
                sheet=self._sheet,
                row=number,
                column=column_letters(position),
                value=cell_text(cells[position]),
            )


def _bound_error(spec: FieldSpec) -> CellError:
    minimum, maximum = (
        "…" if bound is None else Decimal(format_decimal(bound)) for bound in (spec.minimum, spec.maximum)
    )
    return CellError("value_out_of_range", minimum=minimum, maximum=maximum)


def explain_rejection(error: ErrorDetails, spec: FieldSpec, values: Mapping[str, Any]) -> CellError:
    """Translate why a noun refused a value."""
    kind = error["type"]
    if spec.name == "lat" and abs(values["lat"]) <= 180 and abs(values.get("lon", 180)) <= 90:
        return CellError("lonlat_swapped")
    if kind.startswith(("less_than", "greater_than")) or kind in {"decimal_max_digits", "decimal_whole_digits"}:
        return _bound_error(spec)
    if kind == "decimal_max_places":
        return CellError("value_too_many_decimals", places=spec.places or 0)
    if kind == "string_too_long":
        return CellError("value_too_long", maximum=spec.max_length or 0, length=len(str(error["input"])))
    if kind == "value_error" and spec.kind is Kind.WINDOWS:
        return CellError("value_not_windows")
    return CellError("value_rejected")


def validate_noun(
    model: type[SQLModel], values: Mapping[str, Any], specs: Mapping[str, FieldSpec]
) -> tuple[SQLModel | None, dict[str, CellError]]:
    """Build a noun; return it, or why each field was refused."""
    try:
        return model.model_validate(values), {}
    except ValidationError as rejection:
        errors: dict[str, CellError] = {}
        for error in rejection.errors(include_url=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            if name in values and name not in errors:
                errors[name] = explain_rejection(error, specs[name], values)
        return None, errors


def _parse(spec: FieldSpec, raw: Mapping[str, RawCell]) -> object:
    """Read a cell, in one sheet by what stands beside it."""
    if (spec.sheet, spec.name) == ("need_weights", "key"):
        return parse_need_key(raw["key"], raw.get("basis"))
    return parse_cell(raw[spec.name], spec)


def _read_row(sheet: str, number: int, raw: Mapping[str, RawCell], log: FindingLog) -> ReadRow:
    specs = field_specs(sheet)
    values: dict[str, Any] = {}
    flawed = False
    for name, cell in raw.items():
        spec = specs[name]
        if is_blank(cell):
            if spec.required:
                log.add("value_missing", sheet=sheet, row=number, column=name)
                flawed = True
            continue
        try:
            values[name] = _parse(spec, raw)
        except CellError as error:
            log.add_cell(error, sheet=sheet, row=number, column=name, cell=cell)
            flawed = True
    noun, errors = validate_noun(noun_of(sheet), values, specs)
    for name, refusal in errors.items():
        log.add_cell(refusal, sheet=sheet, row=number, column=name, cell=raw[name])
        del values[name]
    return ReadRow(number, values, None if flawed else noun)


def read_rows(sheet: str, rows: Iterable[NumberedRow], log: FindingLog) -> ReadSheet:
    """Read a sheet of nouns."""
    header, body = split_header(rows)
    result = ReadSheet(sheet)
    if header is None:
        return result
    required = [name for name, spec in field_specs(sheet).items() if spec.required]
    columns = find_columns(sheet, header, required, log)
    result.columns = frozenset(columns.values())
    if "code" in result.columns:
        result.codes = {}
    width = len(header[1])
    blank_headers = BlankHeaders(sheet, header[1], log)
    for number, cells in body:
        if is_skipped(cells):
            continue
        blank_headers.check(number, cells)
        raw = {name: cells[position] if position < len(cells) else None for position, name in columns.items()}
        if result.codes is not None and (code := normalise_code(cell_text(raw["code"]))):
            result.codes.setdefault(code, number)
        if check_width(sheet, number, cells, width, log):
            row = _read_row(sheet, number, raw, log)
            result.rows.append(row)
            result.refused_codes += "code" not in row.values
    return result
