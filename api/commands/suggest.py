"""The command ``taavon suggest``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import FAILED, Lang, errors_in_words, out, require_packs, whole_number
from distribution.domain.enums import Language


def suggest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    name: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="a delivery of the plan, or an outlet that has only one")
    ],
    k: Annotated[
        int,
        typer.Option("--k", parser=whole_number(1, 1000), metavar="INTEGER", help="how many positions, 1 to 1000"),
    ] = 5,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add", metavar="COMMODITY=PACKS", help="a new delivery of these packs; DELIVERY is then an outlet"
        ),
    ] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print exact costs as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Suggest where a delivery fits best into a plan: the cheapest positions, every rule kept; exit code 1 if none."""
    from distribution.services.suggest_run import suggest_run
    from distribution.services.suggest_words import describe_delivery, list_notes, list_tables, to_document

    with errors_in_words(lang):
        packs = require_packs("--add", add or [])
        report = suggest_run(folder, name, k, packs=packs, round_code=round_code)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
    else:
        out.print(describe_delivery(report, lang.locale), highlight=False, markup=False)
        for heading, rows in list_tables(report, lang.locale):
            print_table(out, heading, rows)
        for note in list_notes(report, lang.locale, k):
            out.print(note, highlight=False, markup=False)
    if not report.found.best:
        raise typer.Exit(FAILED)
