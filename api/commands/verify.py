"""The command ``taavon verify``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import Lang, err, errors_in_words, fail, say
from distribution.domain.enums import Language
from distribution.messages import render_message
from distribution.services.sentences import spell_numbers


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE.zip", help="frozen round")],
    expect: Annotated[
        str | None, typer.Option(metavar="HASH", help="root hash that stands on paper, or its first 16 digits")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="BUNDLE.zip", help="bundle of the round before, to check the link to it")
    ] = None,
    resolve: Annotated[bool, typer.Option("--resolve", help="search for the plan again and compare")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Verify a frozen round offline: every byte, every share, every constraint; exit code 0 only if all hold."""
    from distribution.services.verify_bundle import BundleRequest, verify_bundle

    with errors_in_words(lang):
        check = verify_bundle(BundleRequest(bundle, expect, previous, resolve), lang.locale)
    for note in check.notes:
        err.print(note, style="yellow", highlight=False, markup=False)
    for fault in check.faults:
        err.print(fault, style="red", highlight=False, markup=False)
    if check.faults:
        bad = spell_numbers({"file": bundle, "count": len(check.faults)}, lang.locale)
        fail(render_message("bundle.bad", lang.locale, bad))
    say("bundle.ok", lang, file=bundle, round=check.round_code, allotments=check.allotments, trips=check.trips)
    say("bundle.policy", lang, policy=check.policy)
    say("bundle.root", lang, root=check.root)
    if check.previous is None:
        say("bundle.first", lang)
    else:
        say("bundle.previous", lang, previous=check.previous)
