"""The command ``taavon apportion``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.terminal import Lang, err, errors_in_words, whole_number
from distribution.allocation.grid import MAX_PACKS
from distribution.domain.enums import ApportionmentMethod, Language


def apportion(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="columns name, weight and, if wanted, min, max and debt")
    ],
    seats: Annotated[
        int,
        typer.Option(
            "--seats", parser=whole_number(0, MAX_PACKS), metavar="INTEGER", help="seats or packs to share, at least 0"
        ),
    ],
    method: Annotated[
        ApportionmentMethod, typer.Option("--method", help="cumulative reads the column debt; the others may not")
    ] = ApportionmentMethod.WEBSTER,
    lang: Lang = Language.EN,
) -> None:
    """Share seats or packs by weight: CSV on standard output, the divisor or the level on standard error."""
    from distribution.services.apportion_file import apportion_file

    with errors_in_words(lang):
        result = apportion_file(file, seats, method)
    print_findings(err, result.findings, lang.locale)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("name", "packs"), *zip(result.names, result.packs, strict=True)])
    typer.echo(table.getvalue(), nl=False)
    err.print(result.sentence(lang.locale), highlight=False, markup=False)
