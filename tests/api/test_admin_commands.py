"""``taavon admin`` and ``taavon audit``: keys given out at the machine, and the log verified there."""

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from api.cli import app
from distribution.domain.errors import UnauthorizedError
from distribution.services.import_dataset import import_dataset
from distribution.services.sessions import log_in
from distribution.store.engine import create_database, database_url
from distribution.store.unit_of_work import UnitOfWork
from tests.support.networks import small_network
from tests.support.service import open_store, settings_for


def run(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, [*map(str, arguments)])


@pytest.fixture
def database(tmp_path):
    uow = open_store(settings_for(tmp_path))
    import_dataset(uow, small_network(), "test")
    uow.engine.dispose()
    return tmp_path / "taavon.db"


def test_keys_are_made_listed_and_revoked(database):
    made = run("admin", "key", "union", "--union", "U1", "--label", "clerk", "--db", database)
    assert made.exit_code == 0, made.stderr
    prefix = made.stdout.partition(".")[0]
    assert run("admin", "key", "approver", "--level", "chamber", "--db", database).exit_code == 0
    listed = run("admin", "keys", "--db", database)
    assert prefix in listed.stdout
    assert "clerk" in listed.stdout
    assert made.stdout.strip() not in listed.stdout
    assert "revoked" not in listed.stdout
    assert run("admin", "revoke", prefix, "--db", database).exit_code == 0
    assert "باطل" in run("admin", "keys", "--db", database, "--lang", "fa").stdout


def test_people_are_let_in_listed_given_another_password_and_let_in_no_more(database):
    made = run("admin", "person", "sara", "union", "--union", "U1", "--label", "clerk", "--db", database)
    assert made.exit_code == 0, made.stderr
    first = made.stdout.strip()
    uow = UnitOfWork(create_database(database_url(database)))
    assert log_in(uow, "sara", first)[1].principal.union_code == "U1"
    again = run("admin", "person", "sara", "planner", "--db", database, "--lang", "fa")
    assert again.exit_code != 0
    assert "sara" in again.stderr
    assert run("admin", "person", "سارا", "planner", "--db", database).exit_code != 0
    second = run("admin", "password", "sara", "--db", database).stdout.strip()
    assert second not in {"", first}
    with pytest.raises(UnauthorizedError):
        log_in(uow, "sara", first)
    assert log_in(uow, "sara", second)
    listed = run("admin", "people", "--db", database)
    assert "sara" in listed.stdout
    assert "clerk" in listed.stdout
    assert second not in listed.stdout
    assert run("admin", "revoke", "@sara", "--db", database).exit_code == 0
    assert run("admin", "revoke", "@nobody", "--db", database).exit_code != 0
    assert "باطل" in run("admin", "people", "--db", database, "--lang", "fa").stdout
    with pytest.raises(UnauthorizedError):
        log_in(uow, "sara", second)
    uow.engine.dispose()


@pytest.mark.parametrize("wrong", [["union"], ["union", "--union", "U9"], ["planner", "--union", "U1"]])
def test_a_key_that_is_bound_wrongly_is_refused(database, wrong):
    done = run("admin", "key", *wrong, "--db", database)
    assert done.exit_code != 0
    assert done.stdout == ""


def test_the_log_is_verified_and_a_change_is_found(database):
    assert run("admin", "key", "auditor", "--db", database).exit_code == 0
    whole = run("audit", "verify", "--db", database)
    assert whole.exit_code == 0
    head = whole.stdout.split()[-1]
    assert len(head) == 64
    assert run("audit", "verify", "--db", database, "--head", head).exit_code == 0
    assert run("audit", "verify", "--db", database, "--head", "1" * 64).exit_code == 1
    with create_engine(f"sqlite:///{database}").begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("UPDATE audit_event SET details = '{}' WHERE number = 1"))
    broken = run("audit", "verify", "--db", database, "--lang", "fa")
    assert broken.exit_code == 1
    assert "۱" in broken.stderr


def test_a_slip_in_the_path_makes_no_database(tmp_path):
    done = run("audit", "verify", "--db", tmp_path / "slip.db")
    assert done.exit_code != 0
    assert "slip.db" in done.stderr
    assert not (tmp_path / "slip.db").exists()
