"""The schema of a database and the way to the newest one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from distribution.domain.errors import UnavailableError
from distribution.store.tables import METADATA
from distribution.store.transactions import describe_database, unavailable_code, writing

#: Any number that no other program locks: two services that start together upgrade one after the other.
_UPGRADE_LOCK = 7_461_617


def upgrade(engine: Engine) -> None:
    """Bring a database to the newest schema, an empty one included; do nothing if it is there already.

    Raises
    ------
    UnavailableError
        If the database cannot be reached, is no database, or was made by a newer taavon or another program.
    """
    name = describe_database(engine)
    try:
        with _exclusive(engine) as connection:
            if (code := _refusal(connection)) is not None:
                raise UnavailableError(code, name=name)
            config = migration_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        code = unavailable_code(error)
        if code is None:
            raise
        raise UnavailableError(code, name=name) from error


def migration_config() -> Config:
    """Return Alembic's configuration; nothing of it lies on disk."""
    config = Config()
    config.set_main_option("script_location", "distribution.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def migration_options() -> dict[str, Any]:
    """Return how steps are applied and how the tables are compared with a database."""
    return {
        "target_metadata": METADATA,
        "render_as_batch": True,  # SQLite alters a table by making it anew
        "compare_type": True,
        "compare_server_default": True,
        "render_item": _render_item,
    }


def find_differences(engine: Engine) -> list[Any]:
    """List what separates the schema of a database from the tables of the program."""
    from_tables = {key: value for key, value in migration_options().items() if key != "render_item"}
    metadata = from_tables.pop("target_metadata")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=from_tables)
        return list(compare_metadata(context, metadata))


def _refusal(connection: Connection) -> str | None:
    """Return why a database cannot be upgraded; None if it can."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        foreign = METADATA.tables.keys() & set(inspect(connection).get_table_names())
        return "database_foreign" if foreign else None
    script = ScriptDirectory.from_config(migration_config())
    known = {step.revision for step in script.walk_revisions()}
    return None if revision in known else "database_newer"


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    with writing(engine).connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if sqlite and raw is not None:  # a table made anew would drag along the rows that refer to it
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                yield connection
        finally:
            if sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def _render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that no step depends on the program."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False
