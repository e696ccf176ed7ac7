"""The command ``taavon audit verify``."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import Lang, errors_in_words, fail, say
from distribution.domain.enums import Language
from distribution.messages import render_message
from distribution.services.sentences import spell_numbers

audit = typer.Typer(no_args_is_help=True, help="The log of all that was done over the API.")

Database = Annotated[Path | None, typer.Option("--db", help="SQLite file [default: TAAVON_DATABASE_URL]")]


@audit.command()
def verify(
    database: Database = None,
    head: Annotated[
        str | None, typer.Option(metavar="SHA256", help="hash of the last event, as noted before: it must be there")
    ] = None,
    lang: Lang = Language.EN,
) -> None:
    """Work out every hash of the log anew; exit code 0 only if nothing was changed, moved or left out."""
    from api.database_option import opened_store
    from distribution.services.audit import check_audit

    with errors_in_words(lang), opened_store(database) as uow:
        check = check_audit(uow, None if head is None else head.strip().lower())
    if check.broken_at is not None:
        fail(render_message("audit.broken", lang.locale, spell_numbers({"number": check.broken_at}, lang.locale)))
    if not check.head_found:
        fail(render_message("audit.head_missing", lang.locale, {"head": head or ""}))
    say("audit.whole", lang, events=check.events, head=check.head)
