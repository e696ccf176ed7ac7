"""The command ``taavon apportion``."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from api.console import print_findings
from api.terminal import Lang, err, errors_in_words
from distribution.allocation.grid import MAX_PACKS
from distribution.domain.enums import ApportionmentMethod, Language
from distribution.services.apportion_file import apportion_file


def apportion(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="columns name, weight and, if wanted, min, max and debt")
    ],
    seats: Annotated[int, typer.Option("--seats", min=0, max=MAX_PACKS, help="seats or packs to share")],
    method: Annotated[
        ApportionmentMethod, typer.Option("--method", help="cumulative reads the column debt; the others may not")
    ] = ApportionmentMethod.WEBSTER,
    lang: Lang = Language.EN,
) -> None:
    """Share seats or packs by weight: CSV on standard output, the divisor or the level on standard error."""
    with errors_in_words(lang):
        result = apportion_file(file, seats, method)
    print_findings(err, result.findings, lang.locale)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("name", "packs"), *zip(result.names, result.packs, strict=True)])
    typer.echo(table.getvalue(), nl=False)
    err.print(result.sentence(lang.locale), highlight=False, markup=False)
