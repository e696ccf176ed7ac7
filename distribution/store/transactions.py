"""How transactions begin: those that write queue at once, those that read see one moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

#: How long a writer waits for another before it gives up, s.
BUSY_TIMEOUT_S = 30

#: Execution option of an engine whose transactions are going to write.
WRITES = "taavon_writes"

#: PostgreSQL: lock not available, deadlock, serialisation failure.
_BUSY_STATES = frozenset({"55P03", "40P01", "40001"})
#: SQLite: wrong SQL, a broken constraint, a wrong type or call.
_PROGRAM_FAULTS = ("SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_MISUSE", "SQLITE_RANGE")


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up a new SQLite connection: write-ahead log, foreign keys, patience, and transactions begun by us."""
    # The driver must not begin transactions by itself: it would begin them deferred, and a transaction that
    # reads before it writes then fails or loses updates when another writer comes between.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction, with the write lock if it is going to write."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def writing(engine: Engine) -> Engine:
    """Return the engine for transactions that write: on SQLite they queue for the write lock at once."""
    return engine.execution_options(**{WRITES: True})


def reading(engine: Engine) -> Engine:
    """Return the engine for transactions that only read, all from one moment."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def lock_key(session: Session, owner: str, key: str) -> None:
    """Let others who use the same idempotency key wait for the end of the transaction, if it is one that writes.

    On SQLite those that write wait for each other anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(owner), func.hashtext(key))))


def describe_database(engine: Engine) -> str:
    """Name a database without its password, for messages."""
    return engine.url.render_as_string(hide_password=True)


def unavailable_code(error: DBAPIError) -> str | None:
    """Return the code of the error a person sees; None for a fault of the program, which must not hide as one."""
    sqlite = getattr(error.orig, "sqlite_errorname", "")
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlite.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or sqlstate in _BUSY_STATES:
        return "database_busy"
    if sqlite.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return "database_unreadable"
    if sqlite:
        return None if sqlite.startswith(_PROGRAM_FAULTS) else "database_unreachable"
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return "database_unreachable"
    return None
