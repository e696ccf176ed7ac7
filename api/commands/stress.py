"""The command ``taavon stress``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.console_table import print_table
from api.terminal import Lang, err, errors_in_words, finite, out, say
from distribution.domain.enums import Language
from distribution.domain.errors import InputError, UnavailableError
from distribution.messages import render_message


def stress(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    round_code: Annotated[str | None, typer.Option("--round", help="round to stress [default: the earliest]")] = None,
    policy: Annotated[str | None, typer.Option(help="code of the policy to share by [default: none]")] = None,
    growth_spread: Annotated[
        float,
        typer.Option(min=0, max=20, callback=finite, help="spread of the areas' growth, percent per year (one sigma)"),
    ] = 1.5,
    draws: Annotated[int, typer.Option(min=1, max=100_000, help="how many populations are drawn")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="seed of the draws")] = 1,
    age: Annotated[
        float | None, typer.Option(min=0, max=200, callback=finite, help="years since the counts that have no date")
    ] = None,
    file: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="CSV of every area and outlet")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Test how fair a round stays if areas have grown unevenly since they were counted; which to recount first."""
    from distribution.intake.reading import read_dataset
    from distribution.services.stress_populations import StressOptions, stress_populations
    from distribution.services.stress_tables import describe_stress, list_tables, render_stress_csv

    locale = lang.locale
    with errors_in_words(lang):
        result = read_dataset(source)
        if result.dataset is None:
            raise InputError(result.findings)
        print_findings(err, result.findings, locale)
        options = StressOptions(growth_spread, draws, seed, age)
        with err.status(render_message("stress.running", locale)):
            report = stress_populations(result.dataset, options, round_code=round_code, policy_code=policy)
        if file is not None:
            try:
                file.write_bytes(render_stress_csv(report))
            except OSError as error:
                raise UnavailableError(
                    "file_unwritable", file=str(file), reason=error.strerror or str(error)
                ) from error
    for heading, rows in list_tables(report, locale):
        print_table(out, heading, rows)
    out.print(describe_stress(report, locale), highlight=False, markup=False)
    if file is not None:
        say("stress.written", lang, file=file)
