"""The commands ``taavon admin``: keys given out and people let in, at the machine of the service."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.audit import Database
from api.console_table import print_table
from api.terminal import Lang, errors_in_words, out, say
from distribution.domain.enums import Language, Role
from distribution.messages import render_message

if TYPE_CHECKING:
    from distribution.store.tables.holders import Held

admin = typer.Typer(no_args_is_help=True, help="Keys of the API and people who log in, at the machine of the service.")


UnionCode = Annotated[str | None, typer.Option("--union", metavar="CODE", help="of the role union, or a crew of one")]
CooperativeCode = Annotated[
    str | None, typer.Option("--cooperative", metavar="CODE", help="of the role cooperative, or a crew of one")
]
Level = Annotated[str, typer.Option("--level", help="level at which an approver decides")]
Label = Annotated[str, typer.Option("--label", help="who holds it")]


@admin.command("key")
def add_key(
    role: Annotated[Role, typer.Argument(help="what the key is for")],
    union: UnionCode = None,
    cooperative: CooperativeCode = None,
    level: Level = "",
    label: Label = "",
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
    _print_holders("keys", [(key.prefix, key) for key in keys], lang)


@admin.command("person")
def let_in(
    name: Annotated[str, typer.Argument(help="what the person logs in with")],
    role: Annotated[Role, typer.Argument(help="what the person may do")],
    union: UnionCode = None,
    cooperative: CooperativeCode = None,
    level: Level = "",
    label: Label = "",
    database: Database = None,
    lang: Lang = Language.EN,
) -> None:
    """Let a person log in, and print the password to begin with; it is not shown again and has to be changed."""
    from api.database_option import opened_store
    from distribution.services.people import add_person
    from distribution.store.repositories.keys import KeyHolder

    with errors_in_words(lang), opened_store(database) as uow:
        password = add_person(uow, name, KeyHolder(role, union, cooperative, level, label))
    typer.echo(password)


@admin.command("people")
def list_them(database: Database = None, lang: Lang = Language.EN) -> None:
    """List the people who may log in, and those who may no more."""
    from api.database_option import opened_store
    from distribution.services.people import list_people

    with errors_in_words(lang), opened_store(database) as uow:
        people = list_people(uow)
    _print_holders("people", [(person.name, person) for person in people], lang)


@admin.command("password")
def give_password(
    name: Annotated[str, typer.Argument(help="what the person logs in with")],
    database: Database = None,
    lang: Lang = Language.EN,
) -> None:
    """Give a person a new password to begin with, print it, and end their sessions."""
    from api.database_option import opened_store
    from distribution.services.people import reset_password

    with errors_in_words(lang), opened_store(database) as uow:
        password = reset_password(uow, name)
    typer.echo(password)


@admin.command("revoke")
def revoke(
    who: Annotated[str, typer.Argument(help="what the key begins with, or @ and the name of a person")],
    database: Database = None,
    lang: Lang = Language.EN,
) -> None:
    """Revoke a key, or let a person log in no more, for good."""
    from api.database_option import opened_store
    from distribution.services.api_keys import PROGRAM, revoke_api_key
    from distribution.services.people import revoke_person

    with errors_in_words(lang), opened_store(database) as uow:
        if who.startswith("@"):
            revoke_person(uow, who[1:])
        else:
            revoke_api_key(uow, who, PROGRAM)
    say("admin.revoked_now", lang, who=who)


def _print_holders(title: str, holders: Sequence[tuple[str, Held]], lang: Language) -> None:
    """Print who may do what, and whether it still holds."""
    columns = ("name", "role", "of", "label", "state")
    header = tuple(render_message(f"admin.column.{name}", lang.locale) for name in columns)
    rows = [
        (
            name,
            render_message(f"enum.Role.{held.role.value}", lang.locale),
            held.union_code or held.cooperative_code or held.level,
            held.label,
            render_message("admin.in_force" if held.revoked_at is None else "admin.revoked", lang.locale),
        )
        for name, held in holders
    ]
    print_table(out, render_message(f"admin.{title}", lang.locale), [header, *rows])
