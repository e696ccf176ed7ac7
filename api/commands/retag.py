"""The command ``taavon retag``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import Lang, errors_in_words, finite, out
from distribution.domain.enums import Language


def retag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    most: Annotated[
        int | None, typer.Option(min=0, help="outlets that may be changed [default: as many as pay]")
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0, callback=finite, help="solver time of all plans [default: 30, or no limit with --iterations]"
        ),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="solver work of all plans; without --seconds the same on any machine")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="seed of every random choice")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="cores [default: all]")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print exact costs as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Show what each outlet served from another warehouse than its own would save, from none to as many as pay."""
    from distribution.services.plan_deliveries import SearchOptions
    from distribution.services.retag_run import list_notes, list_tables, retag_run, to_document
    from optimizer.plan import Limits

    limits = Limits(30.0 if seconds is None and iterations is None else seconds, iterations)
    with errors_in_words(lang):
        report = retag_run(folder, SearchOptions(limits, seed, workers), round_code, most)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows in list_tables(report, lang.locale):
        print_table(out, heading, rows)
    for note in list_notes(report, lang.locale):
        out.print(note, highlight=False, markup=False)
