"""The option ``--db`` of commands that work on the database of a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.runtime import open_database
from api.settings import Settings
from distribution.domain.errors import NotFoundError
from distribution.store.engine import database_url, new_database
from distribution.store.unit_of_work import UnitOfWork


def read_settings(database: Path | None) -> Settings:
    """Read the settings; ``--db`` takes the place of the database that the environment names.

    Raises
    ------
    UnavailableError
        ``setting_unreadable``.
    """
    settings = Settings.from_environment()
    return settings if database is None else replace(settings, database_url=str(database_url(database)))


@contextmanager
def opened_store(database: Path | None) -> Iterator[UnitOfWork]:
    """Open the database of a service that is there already.

    Raises
    ------
    NotFoundError
        ``database_missing``: a slip in the path must not make an empty one.
    UnavailableError
        If it cannot be reached or is not ours.
    """
    settings = read_settings(database)
    if (path := new_database(settings.database_url)) is not None:
        raise NotFoundError("database_missing", path=str(path))
    with open_database(settings) as uow:
        yield uow
