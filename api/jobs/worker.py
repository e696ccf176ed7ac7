"""The worker behind a broker: runs the same job rows as the embedded dispatcher."""

from __future__ import annotations

from api.logs import configure_logs
from api.runtime import open_database
from api.settings import BROKER_URL_VARIABLE, Settings
from distribution.domain.errors import UnavailableError


def main(concurrency: int) -> None:
    """Run jobs until told to stop; returns or leaves by ``SystemExit``.

    Raises
    ------
    UnavailableError
        ``broker_missing`` or ``celery_missing``, or if the database cannot be reached.
    """
    configure_logs()
    settings = Settings.from_environment()
    if settings.broker_url is None:
        raise UnavailableError("broker_missing", variable=BROKER_URL_VARIABLE)
    from api.jobs.celery_app import QUEUE, build_celery  # noqa: PLC0415 - Celery is an optional extra

    with open_database(settings):
        pass  # brings the schema up to date; every job opens its own, for a connection must not cross a fork
    build_celery(settings.broker_url).worker_main(
        [
            "worker", "--pool=prefork", f"--concurrency={concurrency}", f"--queues={QUEUE}", "--loglevel=INFO",
            "--without-gossip", "--without-mingle",
        ]
    )  # fmt: skip
