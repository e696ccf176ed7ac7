"""The command ``taavon frontier``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from api.console_findings import print_findings
from api.console_table import print_table
from api.terminal import Lang, err, errors_in_words, out, say
from distribution.domain.enums import Language
from distribution.domain.errors import InputError, StateError, UnavailableError
from distribution.domain.frontier import DEFAULT_BOUNDS
from distribution.domain.numerals import to_ascii_digits

DEFAULT = ",".join(str(bound) for bound in DEFAULT_BOUNDS)


def frontier(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="folder of CSV files, or an XLSX workbook")],
    round_code: Annotated[str | None, typer.Option("--round", help="round to look at [default: the earliest]")] = None,
    policy: Annotated[str | None, typer.Option(help="code of the policy to share by")] = None,
    eps: Annotated[str, typer.Option(help="deviation bounds, parts of one, with commas between them")] = DEFAULT,
    spare_full: Annotated[
        bool | None,
        typer.Option(
            "--spare-full/--hold-full",
            help="whether an outlet filled to its capacity may fall below the bound [default: as the policy says]",
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="CSV of every point")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Show what fairness costs: the packs delivered under tighter and tighter bounds, and whose room holds them back."""
    from distribution.intake.reading import read_dataset
    from distribution.services.frontier_tables import describe_frontier, list_tables, render_frontier_csv
    from distribution.services.price_of_fairness import trace_frontier

    locale = lang.locale
    with errors_in_words(lang):
        bounds = _parse_bounds(eps)
        result = read_dataset(source)
        if result.dataset is None:
            raise InputError(result.findings)
        print_findings(err, result.findings, locale)
        traced = trace_frontier(
            result.dataset, bounds, round_code=round_code, policy_code=policy, spare_full=spare_full
        )
        if file is not None:
            try:
                file.write_bytes(render_frontier_csv(traced))
            except OSError as error:
                raise UnavailableError(
                    "file_unwritable", file=str(file), reason=error.strerror or str(error)
                ) from error
    for heading, rows in list_tables(traced, locale):
        print_table(out, heading, rows)
    for sentence in describe_frontier(traced, locale):
        out.print(sentence, highlight=False, markup=False)
    if file is not None:
        say("frontier.written", lang, file=file)


def _parse_bounds(text: str) -> tuple[Decimal, ...]:
    """Read bounds with commas between them, in ASCII or Persian digits."""
    plain = to_ascii_digits(text).replace("٫", ".").replace("،", ",")
    try:
        bounds = tuple(Decimal(part.strip()) for part in plain.split(",") if part.strip())
    except InvalidOperation:
        bounds = ()
    if not bounds or not all(bound.is_finite() for bound in bounds):
        raise StateError("bounds_not_numbers", text=text)
    return bounds
