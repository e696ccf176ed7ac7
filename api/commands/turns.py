"""The command ``taavon turns``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import Lang, errors_in_words, exact_number, out
from distribution.domain.enums import Language


def turns(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    bound: Annotated[
        Fraction | None,
        typer.Option(
            "--bound",
            parser=exact_number(0, 1),
            metavar="NUMBER",
            help="greatest spread of mean turns, from 0 to 1, to see its price",
        ),
    ] = None,
    iterations: Annotated[
        int, typer.Option(min=0, help="solver work of each of the two plans that show the price")
    ] = 10,
    seed: Annotated[int, typer.Option(min=0, help="seed of every random choice")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="cores [default: all]")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Measure how early outlets are served over the rounds, and what it costs to bound how far their means spread."""
    from distribution.services.measure_turns import measure_turns, to_document
    from distribution.services.plan_deliveries import SearchOptions
    from distribution.services.progress import SilentReporter
    from distribution.services.turn_words import list_notes, list_tables
    from optimizer.plan import Limits

    with errors_in_words(lang):
        report = measure_turns(
            folder,
            SilentReporter(),
            round_code=round_code,
            bound=bound,
            options=SearchOptions(Limits(iterations=iterations), seed, workers),
        )
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows in list_tables(report, lang.locale):
        print_table(out, heading, rows)
    for note in list_notes(report, lang.locale):
        out.print(note, highlight=False, markup=False)
