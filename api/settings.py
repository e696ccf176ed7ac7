"""What the service is told by its surroundings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from distribution.domain.enums import Language
from distribution.domain.errors import UnavailableError
from distribution.intake.limits import MAX_FILE_BYTES
from distribution.messages import Locale
from distribution.store.engine import DATABASE_URL_VARIABLE, database_url

BROKER_URL_VARIABLE = "TAAVON_BROKER_URL"
LOCALE_VARIABLE = "TAAVON_LOCALE"
JOBS_VARIABLE = "TAAVON_JOBS"
SOLVER_WORKERS_VARIABLE = "TAAVON_SOLVER_WORKERS"
MAX_UPLOAD_VARIABLE = "TAAVON_MAX_UPLOAD_MB"
ROADS_VARIABLE = "TAAVON_ROADS"
REQUESTS_VARIABLE = "TAAVON_REQUESTS_PER_MINUTE"
#: Requests that one key or person may make in a minute.
REQUESTS_PER_MINUTE = 3_000

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the API and its jobs.

    Attributes
    ----------
    database_url
        Where the data lie, password included.
    broker_url
        Redis or RabbitMQ, whose workers run the jobs; None: they run in child processes of the service.
    locale
        Language of whoever asks for none.
    jobs
        Jobs at a time in child processes of the service.
    solver_workers
        Processes that solve one job; None: one per core.
    max_upload_bytes
        Largest file that is taken in.
    roads
        Road engine whose roads the trips of rounds are drawn along where ways were measured, e.g. ``valhalla:roads``;
        None: they are drawn in straight lines.
    requests_per_minute
        Requests that one key or person may make in a minute.
    """

    database_url: str
    broker_url: str | None = None
    locale: Locale = "fa"
    jobs: int = 1
    solver_workers: int | None = None
    max_upload_bytes: int = MAX_FILE_BYTES
    roads: str | None = None
    requests_per_minute: int = REQUESTS_PER_MINUTE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; what is not given has the defaults above.

        Raises
        ------
        UnavailableError
            ``setting_unreadable`` if a value makes no sense.
        """
        database = database_url(environment.get(DATABASE_URL_VARIABLE))
        return cls(
            database_url=database.render_as_string(hide_password=False),
            broker_url=environment.get(BROKER_URL_VARIABLE) or None,
            locale=_language(environment.get(LOCALE_VARIABLE) or "fa"),
            jobs=_number(environment, JOBS_VARIABLE) or 1,
            solver_workers=_number(environment, SOLVER_WORKERS_VARIABLE),
            max_upload_bytes=(_number(environment, MAX_UPLOAD_VARIABLE) or MAX_FILE_BYTES // MEGABYTE) * MEGABYTE,
            roads=environment.get(ROADS_VARIABLE) or None,
            requests_per_minute=_number(environment, REQUESTS_VARIABLE) or REQUESTS_PER_MINUTE,
        )

    def to_environment(self) -> dict[str, str]:
        """Return the variables that a job's process needs to read the same settings."""
        variables = {DATABASE_URL_VARIABLE: self.database_url, LOCALE_VARIABLE: self.locale}
        if self.solver_workers is not None:
            variables[SOLVER_WORKERS_VARIABLE] = str(self.solver_workers)
        if self.roads is not None:
            variables[ROADS_VARIABLE] = self.roads
        return variables


def _language(text: str) -> Locale:
    try:
        return Language(text).value
    except ValueError as error:
        raise UnavailableError("setting_unreadable", name=LOCALE_VARIABLE, value=text) from error


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UnavailableError("setting_unreadable", name=name, value=text)
    return int(text)
