"""Where the data lie: an SQLite file, or PostgreSQL by URL."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from distribution.domain.errors import UnavailableError
from distribution.store.schema import upgrade
from distribution.store.transactions import BUSY_TIMEOUT_S, begin_sqlite, prepare_sqlite

__all__ = ["DATABASE_URL_VARIABLE", "create_database", "database_url", "upgrade"]

DATABASE_URL_VARIABLE = "TAAVON_DATABASE_URL"
DEFAULT_DATABASE = "taavon.db"

#: Connections kept, and most at once: a web server's threads and its jobs.
POOL_SIZE, POOL_OVERFLOW = 10, 40


def database_url(path_or_url: str | Path | None = None) -> URL:
    """Make the URL of a database from the path of an SQLite file or from a URL.

    Without either, ``TAAVON_DATABASE_URL`` is taken, else ``taavon.db`` in the working folder.

    Raises
    ------
    UnavailableError
        If it is a URL that nothing can be made of.
    """
    given = path_or_url or os.environ.get(DATABASE_URL_VARIABLE) or DEFAULT_DATABASE
    if isinstance(given, Path) or "://" not in given:
        return URL.create("sqlite", database=str(Path(given).absolute()))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise UnavailableError("database_url_unreadable") from error
    if url.drivername in {"postgres", "postgresql"}:  # the names hosting services give
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UnavailableError("database_unsupported", name=url.drivername)
    return url


def new_database(url: str) -> Path | None:
    """Return the path of the SQLite file that opening a database would make; None if it is there, or no file."""
    parts = database_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    path = Path(parts.database)
    return None if path.exists() else path


def create_database(url: str | URL) -> Engine:
    """Make the engine of a database; nothing is connected yet.

    Raises
    ------
    UnavailableError
        If the database's driver is not installed.
    """
    url = database_url(url) if isinstance(url, str) else url
    options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False, sort_keys=True)}
    if url.database and url.database != ":memory:":
        options |= {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, **options)
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10}, **options)
    except ImportError as error:
        raise UnavailableError("database_driver_missing", name=url.get_driver_name()) from error
