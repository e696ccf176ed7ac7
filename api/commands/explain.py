"""The command ``taavon explain``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.terminal import Lang, errors_in_words, out, say
from distribution.domain.enums import Language


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run")],
    outlet_code: Annotated[str, typer.Argument(metavar="OUTLET", help="code of an outlet")],
    commodity_code: Annotated[str | None, typer.Option("--commodity", help="one commodity [default: all]")] = None,
    round_code: Annotated[str | None, typer.Option("--round", help="round [default: the latest]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the certificates as JSON, and nothing else")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Explain why an outlet is allotted what it is: every term, added up anew."""
    from distribution.services.explain_run import explain_run

    with errors_in_words(lang):
        explained = explain_run(folder, outlet_code, lang.locale, round_code=round_code, commodity_code=commodity_code)
    if as_json:
        documents = [each.certificate.to_document() for each in explained]
        typer.echo(json.dumps(documents, ensure_ascii=False, sort_keys=True, indent=2))
        return
    for each in explained:
        names, line = each.allotment, each.allotment.line
        say(
            "explain.heading",
            lang,
            outlet=names.outlet.name(lang.locale),
            commodity=names.commodity.name(lang.locale),
            round=each.certificate.round,
            policy=each.policy_name,
            packs=line.packs,
        )
        for term in each.terms:
            out.print(f"  {term.sentence}", highlight=False, markup=False)
