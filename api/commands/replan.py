"""The command ``taavon replan``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import Lang, errors_in_words, finite, out, require_day, require_halts, require_moment
from distribution.domain.enums import Language


def replan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    at: Annotated[str, typer.Option("--at", metavar="DAY TIME", help='the moment, e.g. "1399/02/06 10:30"')],
    broken: Annotated[
        list[str] | None, typer.Option("--broken", metavar="TRUCK", help="a truck that cannot go on; may be repeated")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="last day without them [default: the rest of the period]")
    ] = None,
    made: Annotated[
        list[str] | None,
        typer.Option("--made", metavar="TRUCK=HALTS", help="halts it has made of its trip [default: by the plan]"),
    ] = None,
    back: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="day from which its load can leave again [default: the next working day]"),
    ] = None,
    closed: Annotated[
        list[str] | None,
        typer.Option("--closed", metavar="OUTLET", help="an outlet that takes nothing any more; may be repeated"),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0, callback=finite, help="search for the trips that others are put on [default: 10; 0: none]"),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="the same by work; without --seconds alike on any machine")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="search for every trip that has not begun")] = False,
    seed: Annotated[int, typer.Option(min=0, help="seed of every random choice")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="cores [default: all]")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="new folder for plan.json, changes.csv and summary.json")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print exact costs as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Plan what is left of a round when trucks break down or outlets close; what has begun stays as it is."""
    from distribution.services.plan_deliveries import SearchOptions
    from distribution.services.replan_run import Happened, replan_run
    from distribution.services.replan_words import list_notes, list_tables, to_document, write_replan
    from distribution.services.whole_folder import require_new_folder
    from optimizer.plan import Limits
    from optimizer.replan import Scope

    limits = Limits(10.0 if seconds is None and iterations is None else seconds, iterations)
    searched = 0 not in {limits.seconds, limits.iterations}
    scope = Scope.ALL if everything else Scope.TOUCHED
    with errors_in_words(lang):
        if out_folder is not None:
            require_new_folder(out_folder)
        day, second = require_moment("--at", at)
        happened = Happened(
            day,
            second,
            tuple(broken or ()),
            None if until is None else require_day("--until", until),
            require_halts("--made", made or []),
            None if back is None else require_day("--back", back),
            tuple(closed or ()),
        )
        options = SearchOptions(limits, seed, workers) if searched else None
        report = replan_run(folder, happened, options, round_code, scope)
        if out_folder is not None:
            write_replan(out_folder, report, lang.locale)
    if as_json:
        typer.echo(json.dumps(to_document(report), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for heading, rows in list_tables(report, lang.locale):
        print_table(out, heading, rows)
    for note in list_notes(report, lang.locale, scope if searched else None):
        out.print(note, highlight=False, markup=False)
