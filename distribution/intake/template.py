"""The empty workbook that people fill in: right to left, with notes, lists and bounds in every sheet."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from distribution.domain.dataset import SHEETS
from distribution.domain.types import format_decimal
from distribution.intake.cells import EARLIEST_DAY, LATEST_DAY
from distribution.intake.export import write_cell
from distribution.intake.fields import (
    REQUIRED_SHEETS,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
    TRAVEL_COLUMNS,
    TRAVEL_SHEET,
    FieldSpec,
    Kind,
    field_specs,
)
from distribution.intake.workbook import GUIDE_SHEET
from distribution.messages import LOCALES, Locale, has_message, name_choices, render_message

_HEADER_ROW = 0
_NOTES_ROW = 1
_FIRST_ROW = 2
#: Lists and bounds are laid on this many rows.
_LAST_ROW = 20_000
_GUIDE_LINES = ("order", "headers", "codes", "numbers", "formulas", "travel")
#: Only what a spreadsheet can compare is bounded there; a Jalali date is text to it.
_MAX_LIST_CHARACTERS = 255
_BOOLEAN = ("yes", "no")
_CHOICE_KEYS = {
    Kind.CHOICE: "template.one_of",
    Kind.CHOICES: "template.some_of",
    Kind.ORDERED_CHOICES: "template.some_in_order",
}
_WIDE = {"name_fa", "name_en", "population_source", "source", "note", "title_fa", "title_en"}


def _choices(spec: FieldSpec) -> tuple[tuple[str, ...], str]:
    """Return the codes of a closed list and the catalogue's prefix of their labels."""
    return (_BOOLEAN, "template.") if spec.kind is Kind.BOOLEAN else (spec.choices, spec.choice_prefix)


def _describe_choices(spec: FieldSpec, locale: Locale) -> str:
    codes, prefix = _choices(spec)
    if locale == "fa":
        return name_choices(codes, prefix, locale)
    return ", ".join(
        f"{code} ({label})" if (label := render_message(prefix + code, locale)) != code else code for code in codes
    )


def describe_field(spec: FieldSpec, locale: Locale) -> str:
    """Say what a column holds: meaning, whether required, choices or bounds, default."""
    parts = [render_message(f"meaning.{spec.sheet}.{spec.name}", locale)]
    if spec.required:
        parts.append(render_message("template.required", locale))
    if spec.choices:
        parts.append(render_message(_CHOICE_KEYS[spec.kind], locale, {"choices": _describe_choices(spec, locale)}))
    if spec.kind is Kind.BOOLEAN:
        parts.append(render_message("template.one_of", locale, {"choices": _describe_choices(spec, locale)}))
    if spec.references:
        parts.append(render_message("template.code_of", locale, {"sheets": ", ".join(spec.references)}))
    if spec.minimum is not None and spec.maximum is not None:
        bounds = {"minimum": format_decimal(spec.minimum), "maximum": format_decimal(spec.maximum)}
        parts.append(render_message("template.range", locale, bounds))
    if default := write_cell(spec.default):
        parts.append(render_message("template.default", locale, {"default": default}))
    return "; ".join(parts) if locale == "en" else "؛ ".join(parts)


class _TemplateWriter:
    """The workbook under construction and its formats."""

    def __init__(self, target: io.BytesIO) -> None:
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book: Any = xlsxwriter.Workbook(target, options)
        # Fixed, so that the same version gives the same bytes.
        self.book.set_properties({"title": "taavon", "created": dt.datetime(2020, 1, 1)})  # noqa: DTZ001  # Excel's times have no zone
        self.header = self.book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        self.required = self.book.add_format({"bold": True, "bg_color": "#F8CBAD", "border": 1})
        self.notes = self.book.add_format(
            {"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "top", "font_size": 9}
        )
        # The guide is in two languages, each written in its own direction over the whole width.
        order = {"fa": {"reading_order": 2, "align": "right"}, "en": {"reading_order": 1, "align": "left"}}
        self.title = {key: self.book.add_format({"bold": True, "font_size": 14} | order[key]) for key in LOCALES}
        self.guide = {key: self.book.add_format({"text_wrap": True, "valign": "top"} | order[key]) for key in LOCALES}
        self.text = self.book.add_format({"num_format": "@"})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def add_sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.right_to_left()
        return sheet

    def add_guide(self) -> None:
        sheet = self.add_sheet(GUIDE_SHEET)
        sheet.set_column(0, 2, 36)
        row = 0
        for locale in LOCALES:
            sheet.merge_range(row, 0, row, 2, render_message("template.guide_title", locale), self.title[locale])
            for line in _GUIDE_LINES:
                row += 1
                sheet.merge_range(row, 0, row, 2, render_message(f"template.guide_{line}", locale), self.guide[locale])
                sheet.set_row(row, 32)
            row += 2
        heads = ("guide_sheet", "guide_meaning", "guide_need")
        titles = [" / ".join(render_message(f"template.{head}", locale) for locale in LOCALES) for head in heads]
        sheet.write_row(row, 0, titles, self.header)
        for name in (*SHEETS, SETTINGS_SHEET, TRAVEL_SHEET):
            row += 1
            need = "yes" if name in REQUIRED_SHEETS or name == "vehicles" else "no"
            labels = " / ".join(render_message(f"sheet.{name}", locale) for locale in LOCALES)
            needs = " / ".join(render_message(f"template.{need}", locale) for locale in LOCALES)
            sheet.write_row(row, 0, [name, labels, needs])

    def add_column(self, sheet: Any, at: int, sheet_name: str, name: str, spec: FieldSpec | None) -> None:
        """Write a header with its comment and the note below it."""
        required = spec is None or spec.required
        sheet.write_string(_HEADER_ROW, at, name, self.required if required else self.header)
        if spec is not None:
            notes = [describe_field(spec, locale) for locale in LOCALES]
        else:
            notes = [render_message(f"meaning.{sheet_name}.{name}", locale) for locale in LOCALES]
        label_key = f"column.{sheet_name}.{name}"
        labels = " / ".join(render_message(label_key, loc) for loc in LOCALES if has_message(label_key, loc))
        sheet.write_comment(_HEADER_ROW, at, "\n".join([labels, *notes]), {"x_scale": 2, "y_scale": 1.5})
        mark = "# " if at == 0 else ""
        sheet.write_string(_NOTES_ROW, at, mark + "\n".join(notes), self.notes)

    def add_noun_sheet(self, name: str) -> None:
        sheet = self.add_sheet(name)
        sheet.freeze_panes(_FIRST_ROW, 1)
        sheet.set_row(_NOTES_ROW, 90)
        for at, spec in enumerate(field_specs(name).values()):
            self.add_column(sheet, at, name, spec.name, spec)
            width = 30 if spec.name in _WIDE else 18
            sheet.set_column(at, at, width, self._format_of(spec))
            rule = _validation(spec)
            if rule:
                sheet.data_validation(_FIRST_ROW, at, _LAST_ROW, at, rule)

    def _format_of(self, spec: FieldSpec) -> Any:
        if spec.kind is Kind.DATE:
            return self.date
        return None if spec.kind.is_numeric else self.text  # as text, a code keeps its leading zeros

    def add_settings(self) -> None:
        sheet = self.add_sheet(SETTINGS_SHEET)
        sheet.freeze_panes(_FIRST_ROW, 1)
        for at, name in enumerate(SETTINGS_COLUMNS):
            self.add_column(sheet, at, SETTINGS_SHEET, name, None)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 60)
        for row, spec in enumerate(field_specs(SETTINGS_SHEET).values(), start=_FIRST_ROW):
            sheet.write_string(row, 0, spec.name)
            notes = "\n".join(describe_field(spec, locale) for locale in LOCALES)
            sheet.write_comment(row, 0, notes, {"x_scale": 2})
            if spec.kind.is_numeric:
                sheet.write_number(row, 1, spec.default)
            else:
                sheet.write_string(row, 1, write_cell(spec.default))
            rule = _validation(spec)
            if rule:
                sheet.data_validation(row, 1, row, 1, rule)

    def add_travel(self) -> None:
        sheet = self.add_sheet(TRAVEL_SHEET)
        sheet.freeze_panes(_FIRST_ROW, 0)
        sheet.set_column(0, len(TRAVEL_COLUMNS) - 1, 22)
        for at, name in enumerate(TRAVEL_COLUMNS):
            self.add_column(sheet, at, TRAVEL_SHEET, name, None)


def _validation(spec: FieldSpec) -> dict[str, Any] | None:
    """Build a column's rule; all but closed lists only warn, for Persian digits and labels are right as well."""
    if spec.kind in {Kind.CHOICE, Kind.BOOLEAN}:
        codes, prefix = _choices(spec)
        if len(",".join(codes)) > _MAX_LIST_CHARACTERS:
            return None
        rule: dict[str, Any] = {"validate": "list", "source": list(codes), "error_type": "warning"}
        labels = name_choices(codes, prefix, "fa")  # shown beside a chosen cell; the list itself keeps the codes
        return rule | ({"input_message": labels} if len(labels) <= _MAX_LIST_CHARACTERS else {})
    if spec.kind is Kind.CODE and len(spec.references) == 1:
        target = spec.references[0]
        letter = xl_col_to_name(list(field_specs(target)).index("code"))
        source_range = f"={target}!${letter}${_FIRST_ROW + 1}:${letter}${_LAST_ROW}"
        return {"validate": "list", "source": source_range, "error_type": "warning"}
    if spec.kind is Kind.DATE:
        rule = {"validate": "date", "criteria": "between", "minimum": EARLIEST_DAY, "maximum": LATEST_DAY}
        return rule | {"error_type": "information"}
    if spec.kind.is_numeric and spec.minimum is not None and spec.maximum is not None:
        kind = "integer" if spec.kind is Kind.INTEGER else "decimal"
        bounds = {"minimum": float(spec.minimum), "maximum": float(spec.maximum)}
        if spec.kind is Kind.INTEGER:
            bounds = {name: int(value) for name, value in bounds.items()}
        return {"validate": kind, "criteria": "between", "error_type": "warning"} | bounds
    return None


def render_template() -> bytes:
    """Render the empty workbook.

    One sheet per noun in order, ``settings`` with the defaults filled in, ``travel``, and a guide in Persian and
    English before them. Row 1 holds the fields' names, row 2 a note on each (a comment to :func:`read_dataset`).
    """
    target = io.BytesIO()
    writer = _TemplateWriter(target)
    writer.add_guide()
    for name in SHEETS:
        writer.add_noun_sheet(name)
    writer.add_settings()
    writer.add_travel()
    writer.book.close()
    return target.getvalue()
