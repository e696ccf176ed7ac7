"""The command ``taavon costs``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import Lang, errors_in_words, out, require_day, say
from distribution.domain.enums import Language


def costs(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    truck: Annotated[
        str | None,
        typer.Argument(metavar="TRUCK", help="one truck, with its stops, e.g. V-MASHHAD-T6-2 [default: all trucks]"),
    ] = None,
    day: Annotated[str | None, typer.Option("--day", help="one day: 2024-04-24 or 1403/02/05 [default: all]")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print exact costs as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Explain what the routes cost: fixed, road and time of each trip; of one truck also what each stop bears of it."""
    from distribution.services.explain_costs import explain_costs, list_tables, to_document

    with errors_in_words(lang):
        on = None if day is None else require_day("--day", day)
        report = explain_costs(folder, round_code=round_code, truck=truck, day=on)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows, keys in list_tables(report, lang.locale):
        print_table(out, heading, rows, keys)
    say("costs.rule" if report.of_one_truck else "costs.hint", lang)
