"""The command ``taavon receipts``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.console_table import print_table
from api.terminal import Lang, err, errors_in_words, out
from distribution.domain.enums import Language


def receipts(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    forms: Annotated[
        list[Path], typer.Argument(metavar="FORM.csv...", help="receipt forms of the crews' packs, filled in")
    ],
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Read receipt forms back and set what was accepted beside what was to come; nothing is kept."""
    from distribution.services.read_receipts import list_notes, list_tables, read_forms, to_document

    with errors_in_words(lang):
        report = read_forms(folder, forms, round_code)
    print_findings(err, report.findings, lang.locale)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows in list_tables(report, lang.locale):
        print_table(out, heading, rows)
    for note in list_notes(report, lang.locale):
        out.print(note, highlight=False, markup=False)
