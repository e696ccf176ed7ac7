"""Settings come from the environment and are refused if they make no sense."""

from __future__ import annotations

import pytest

from api.bootstrap import first_key
from api.settings import Settings
from distribution.domain.enums import Role
from distribution.domain.errors import UnavailableError
from distribution.services.api_keys import PROGRAM, authenticate, revoke_api_key
from tests.support.service import Service


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "TAAVON_DATABASE_URL": "postgres://user:word@server/db",
            "TAAVON_BROKER_URL": "redis://server/1",
            "TAAVON_LOCALE": "en",
            "TAAVON_JOBS": "3",
            "TAAVON_SOLVER_WORKERS": "2",
            "TAAVON_MAX_UPLOAD_MB": "5",
            "TAAVON_ROADS": "valhalla:roads",
        }
    )
    assert settings == Settings(
        "postgresql+psycopg://user:word@server/db", "redis://server/1", "en", 3, 2, 5_000_000, "valhalla:roads"
    )


def test_what_is_not_set_has_a_default() -> None:
    settings = Settings.from_environment({"TAAVON_BROKER_URL": "", "TAAVON_DATABASE_URL": "sqlite:///x.db"})
    assert settings == Settings("sqlite:///x.db")
    assert settings.broker_url is None


def test_a_jobs_process_reads_the_settings_of_the_service() -> None:
    settings = Settings("sqlite:///x.db", locale="en", solver_workers=2, roads="osrm:http://localhost:5000")
    assert Settings.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("name", "value"), [("TAAVON_LOCALE", "de"), ("TAAVON_JOBS", "0"), ("TAAVON_JOBS", "-1"), ("TAAVON_JOBS", "two")]
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(UnavailableError) as error:
        Settings.from_environment({name: value})
    assert (error.value.code, error.value.params) == ("setting_unreadable", {"name": name, "value": value})


def test_the_first_start_makes_one_key_and_no_second(empty_service: Service) -> None:
    uow = empty_service.uow
    assert first_key(uow) is None  # the test's own administrator holds one
    with uow.read() as tx:
        held = next(key for key in tx.keys.list() if key.role is Role.ADMIN)
    revoke_api_key(uow, held.prefix, PROGRAM)
    key = first_key(uow)
    assert key is not None
    assert authenticate(uow, key).role is Role.ADMIN
    assert first_key(uow) is None
