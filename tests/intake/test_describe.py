from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from distribution.domain.dataset import SHEETS
from distribution.intake.describe import describe_sheet, update_document
from distribution.intake.fields import SETTINGS_SHEET, field_specs

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-format.md"


def test_the_tables_of_the_document_are_those_of_the_fields() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert update_document(text) == text, "run: python -m distribution.intake.describe docs/data-format.md"


def test_the_document_has_a_table_of_every_sheet() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for sheet in (*SHEETS, SETTINGS_SHEET):
        assert f"<!-- sheet:{sheet} -->" in text
        assert describe_sheet(sheet) in text


def test_a_table_has_a_row_for_every_column() -> None:
    for sheet in (*SHEETS, SETTINGS_SHEET):
        lines = describe_sheet(sheet).splitlines()
        assert len(lines) == 2 + len(field_specs(sheet))
        assert all(line.count("|") == 6 for line in lines)


def test_an_outdated_table_is_replaced_and_the_rest_left_alone() -> None:
    text = "before\n<!-- sheet:unions -->\nold\n<!-- end -->\nafter\n"
    assert update_document(text) == f"before\n<!-- sheet:unions -->\n{describe_sheet('unions')}<!-- end -->\nafter\n"


def test_the_command_prints_every_table() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "distribution.intake.describe"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert run.stdout.count("## ") == len(SHEETS) + 1
    assert run.stderr == ""
