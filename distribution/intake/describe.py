"""Describe the input's sheets as Markdown tables, from the nouns themselves.

``python -m distribution.intake.describe`` prints them; with the path of a document it brings the tables
between the document's ``<!-- sheet:NAME -->`` and ``<!-- end -->`` marks up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from distribution.domain.dataset import KEYS, SHEETS
from distribution.domain.types import format_decimal
from distribution.intake.export import write_cell
from distribution.intake.fields import SETTINGS_SHEET, FieldSpec, Kind, field_specs
from distribution.messages import render_message

_MARKED = re.compile(r"(<!-- sheet:(\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_KIND_TEXT = {
    Kind.TEXT: "text",
    Kind.CODE: "code",
    Kind.INTEGER: "whole number",
    Kind.DECIMAL: "decimal",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes / no",
    Kind.DATE: "date",
    Kind.DAY: "date or weekday",
    Kind.CHOICE: "one of",
    Kind.CHOICES: "some of",
    Kind.ORDERED_CHOICES: "in order, some of",
    Kind.CODES: "codes",
    Kind.WINDOWS: "hours",
}


def _holds(spec: FieldSpec) -> str:
    text = _KIND_TEXT[spec.kind]
    if spec.choices:
        return text + " " + ", ".join(f"`{choice}`" for choice in spec.choices)
    if spec.references:
        return f"{text} of {' or '.join(spec.references)}"
    if spec.minimum is not None and spec.maximum is not None:
        text += f", {format_decimal(spec.minimum)} to {format_decimal(spec.maximum)}"
    if spec.kind is Kind.DECIMAL:
        text += f", {spec.places} decimals"
    if spec.kind is Kind.TEXT and spec.max_length:
        text += f", at most {spec.max_length} characters"
    return text + (", one span" if spec.single_window else "")


def _need(spec: FieldSpec) -> str:
    if spec.required:
        return "**required**"
    default = write_cell(spec.default)
    return f"`{default}`" if default else "blank"


def describe_sheet(sheet: str) -> str:
    """Render the table of one sheet."""
    settings = sheet == SETTINGS_SHEET
    lines = [
        f"| {'key' if settings else 'column'} | Persian label | holds | default | meaning |",
        "|---|---|---|---|---|",
    ]
    keys = () if settings else KEYS[sheet]
    for spec in field_specs(sheet).values():
        mark = " (key)" if spec.name in keys else ""
        label = render_message(f"column.{sheet}.{spec.name}", "fa")
        lines.append(f"| `{spec.name}`{mark} | {label} | {_holds(spec)} | {_need(spec)} | {spec.description} |")
    return "\n".join(lines) + "\n"


def update_document(text: str) -> str:
    """Bring the tables of a document up to date."""
    return _MARKED.sub(lambda match: match[1] + describe_sheet(match[2]) + match[3], text)


def main(arguments: Sequence[str]) -> None:
    """Print every table, or update the document named."""
    if arguments:
        document = Path(arguments[0])
        document.write_text(update_document(document.read_text(encoding="utf-8")), encoding="utf-8")
        return
    for sheet in (*SHEETS, SETTINGS_SHEET):
        sys.stdout.write(f"## {sheet}\n\n{describe_sheet(sheet)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
