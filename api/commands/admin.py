"""The commands ``taavon admin``: keys, given out at the machine of the service."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.audit import Database
from api.console_table import print_table
from api.terminal import Lang, errors_in_words, out, say
from distribution.domain.enums import Language, Role
from distribution.messages import render_message

admin = typer.Typer(no_args_is_help=True, help="Keys of the API, given out at the machine of the service.")


@admin.command("key")
def add_key(
    role: Annotated[Role, typer.Argument(help="what the key is for")],
    union: Annotated[str | None, typer.Option(metavar="CODE", help="of the role union, or a crew of one union")] = None,
    cooperative: Annotated[
        str | None, typer.Option(metavar="CODE", help="of the role cooperative, or a crew of one")
    ] = None,
    level: Annotated[str, typer.Option(help="level at which an approver decides")] = "",
    label: Annotated[str, typer.Option(help="who holds it; not a person's name")] = "",
    database: Database = None,
    lang: Lang = Language.EN,
) -> None:
    """Make a key and print it; it is not shown again."""
    from api.database_option import opened_store
    from distribution.services.api_keys import create_api_key
    from distribution.store.repositories.keys import KeyHolder

    with errors_in_words(lang), opened_store(database) as uow:
        key = create_api_key(uow, KeyHolder(role, union, cooperative, level, label))
    typer.echo(key)


@admin.command("keys")
def list_keys(database: Database = None, lang: Lang = Language.EN) -> None:
    """List the keys, revoked ones included, without their secrets."""
    from api.database_option import opened_store
    from distribution.services.api_keys import list_api_keys

    with errors_in_words(lang), opened_store(database) as uow:
        keys = list_api_keys(uow)
    header = tuple(
        render_message(f"admin.column.{name}", lang.locale) for name in ("prefix", "role", "of", "label", "state")
    )
    rows = [
        (
            key.prefix,
            render_message(f"enum.Role.{key.role.value}", lang.locale),
            key.union_code or key.cooperative_code or key.level,
            key.label,
            render_message("admin.in_force" if key.revoked_at is None else "admin.revoked", lang.locale),
        )
        for key in keys
    ]
    print_table(out, render_message("admin.keys", lang.locale), [header, *rows])


@admin.command("revoke")
def revoke_key(
    prefix: Annotated[str, typer.Argument(help="what the key begins with")],
    database: Database = None,
    lang: Lang = Language.EN,
) -> None:
    """Revoke a key for good."""
    from api.database_option import opened_store
    from distribution.services.api_keys import PROGRAM, revoke_api_key

    with errors_in_words(lang), opened_store(database) as uow:
        revoke_api_key(uow, prefix, PROGRAM)
    say("admin.revoked_now", lang, prefix=prefix)
