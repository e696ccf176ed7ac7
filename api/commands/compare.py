"""The command ``taavon compare``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console_table import print_table
from api.terminal import Lang, errors_in_words, out, say
from distribution.domain.enums import Language


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR DIR...", help="folders of runs, the baseline first")],
    out_folder: Annotated[Path | None, typer.Option("--out", help="folder for compare.xlsx and compare.csv")] = None,
    round_code: Annotated[
        str | None, typer.Option("--round", help="round to compare [default: the latest of the first run]")
    ] = None,
    lang: Lang = Language.EN,
) -> None:
    """Compare runs of one round side by side: who gains, who loses, how fair it is and what it costs."""
    from distribution.services.compare_rounds import compare_rounds
    from distribution.services.comparison_files import write_comparison
    from distribution.services.comparison_tables import list_notes, list_tables

    with errors_in_words(lang):
        comparison = compare_rounds(folders, round_code)
        if out_folder is not None:
            write_comparison(comparison, out_folder, lang.locale)
    for heading, rows in list_tables(comparison, lang.locale):
        print_table(out, heading, rows)
    for note in list_notes(comparison, lang.locale):
        out.print(note, highlight=False, markup=False)
    if out_folder is None:
        say("compare.all_measures", lang)
    else:
        say("compare.written", lang, folder=out_folder)
