"""The tables and the migrations say the same, and a wrong database is refused with a clear code."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Engine, Integer, inspect, text

from distribution.domain.dataset import KEYS, SHEETS
from distribution.domain.errors import UnavailableError
from distribution.store import schema
from distribution.store.engine import DATABASE_URL_VARIABLE, create_database, database_url, upgrade
from distribution.store.tables import METADATA, ROW_TABLES


def test_migrations_lead_to_exactly_the_tables_of_the_program(engine: Engine) -> None:
    assert schema.find_differences(engine) == []


def test_a_forgotten_migration_would_be_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE area RENAME COLUMN need_weight TO need"))
    try:
        assert schema.find_differences(engine) != []
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE area RENAME COLUMN need TO need_weight"))


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    assert schema.find_differences(engine) == []


def test_the_last_step_can_be_taken_back_and_taken_again(engine: Engine) -> None:
    with schema._exclusive(engine) as connection:
        config = schema.migration_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert schema.find_differences(engine) == []


def test_foreign_keys_hold_again_after_an_upgrade(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_every_sheet_has_a_table_with_its_fields() -> None:
    assert ROW_TABLES.keys() == SHEETS.keys() == KEYS.keys()
    for sheet, noun in SHEETS.items():
        assert noun.model_fields.keys() <= ROW_TABLES[sheet].model_fields.keys()


def test_every_whole_number_fits_its_column() -> None:
    too_small = []
    for sheet, noun in SHEETS.items():
        columns = METADATA.tables[str(ROW_TABLES[sheet].__tablename__)].columns
        for name, field in noun.model_fields.items():
            highest = max((bound.le for bound in field.metadata if hasattr(bound, "le")), default=None)
            kind = columns[name].type
            if isinstance(kind, Integer) and not isinstance(kind, BigInteger):
                assert highest is not None, f"{sheet}.{name} has no upper bound"
                if highest > 2**31 - 1:
                    too_small.append(f"{sheet}.{name}")
    assert too_small == []


def test_a_database_of_a_newer_program_is_refused(engine: Engine) -> None:
    head = ScriptDirectory.from_config(schema.migration_config()).get_current_head()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(UnavailableError, match="database_newer"):
            upgrade(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE vehicle (plate TEXT)")
    connection.close()
    _assert_refused(tmp_path / "other.db", "database_foreign")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"Dear planner, " * 100)
    _assert_refused(tmp_path / "letter.db", "database_unreadable")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    _assert_refused(tmp_path / "nowhere" / "taavon.db", "database_unreachable")


def _assert_refused(path: Path, code: str) -> None:
    engine = create_database(database_url(path))
    with pytest.raises(UnavailableError) as caught:
        upgrade(engine)
    engine.dispose()
    assert caught.value.code == code
    assert path.name in str(caught.value.params["name"])


def test_an_unreachable_server_is_a_clear_error_that_hides_the_password() -> None:
    engine = create_database("postgresql://planner:secret@127.0.0.1:1/taavon")
    with pytest.raises(UnavailableError) as caught:
        upgrade(engine)
    assert caught.value.code == "database_unreachable"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "driver", "database"),
    [
        ("postgresql://me@db/taavon", "postgresql+psycopg", "taavon"),
        ("postgres://me@db/taavon", "postgresql+psycopg", "taavon"),
        ("postgresql+psycopg://me@db/taavon", "postgresql+psycopg", "taavon"),
        ("/data/a?b%20c.db", "sqlite", "/data/a?b%20c.db"),
        (Path("/data/taavon.db"), "sqlite", "/data/taavon.db"),
    ],
)
def test_paths_and_urls_name_a_database(given: str | Path, driver: str, database: str) -> None:
    url = database_url(given)
    assert (url.drivername, url.database) == (driver, database)


def test_the_setting_names_the_database_when_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_URL_VARIABLE, "postgresql://me@db/taavon")
    assert database_url().host == "db"
    monkeypatch.delenv(DATABASE_URL_VARIABLE)
    assert str(database_url().database).endswith("taavon.db")


@pytest.mark.parametrize("given", ["mysql://db/taavon", "://", "postgresql://db:port/taavon"])
def test_an_address_that_leads_nowhere_is_refused(given: str) -> None:
    with pytest.raises(UnavailableError):
        database_url(given)
