"""``taavon absorb``: what is not lifted shortly before the absorption deadline goes to who is owed most and has room."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.console_table import print_table
from api.terminal import Lang, err, errors_in_words, out, require_day, say
from distribution.domain.absorption import DEFAULT_DAYS, MoveReason, Unreported
from distribution.domain.enums import Language
from distribution.domain.jalali import format_date


def absorb(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    report: Annotated[
        Path,
        typer.Argument(
            metavar="LIFTED.csv", help="columns outlet_code, commodity_code, lifted_packs and, if wanted, kept_packs"
        ),
    ],
    on: Annotated[str, typer.Option("--on", help="day on which the report holds: 2024-04-24 or 1403/02/05")],
    days: Annotated[
        int, typer.Option("--days", min=0, max=3650, help="days before its deadline from which a commodity is moved")
    ] = DEFAULT_DAYS,
    missing: Annotated[
        Unreported | None,
        typer.Option(
            "--missing", help="what outlets that are not in the report have lifted: zero or all [default: an error]"
        ),
    ] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round to absorb [default: the latest]")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Move what was not lifted to outlets by shortfall, then debt, then free capacity; every move is logged."""
    from distribution.services.absorb import AbsorbOptions, absorb_folder

    with errors_in_words(lang):
        done = absorb_folder(folder, report, AbsorbOptions(require_day("--on", on), days, missing, round_code))
    print_findings(err, done.findings, lang.locale)
    for left in done.left_out:
        out.print(left.sentence(lang.locale), style="yellow", highlight=False, markup=False)
    for heading, rows in done.tables(lang.locale):
        print_table(out, heading, rows)
    day = format_date(done.day, lang.locale)
    if done.path is None:
        say("absorption.nothing", lang, round=done.round_code, day=day)
        return
    say(
        "absorption.done",
        lang,
        round=done.round_code,
        day=day,
        moved=done.moved_packs,
        returned=done.packs_by(MoveReason.RETURNED),
        lapsed=done.packs_by(MoveReason.LAPSED),
        file=folder / done.path,
    )
