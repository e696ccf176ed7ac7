"""What a running service has in hand: its settings, its database and its doorbell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.jobs.absorber import Absorber
from api.jobs.dispatcher import EmbeddedDispatcher
from api.jobs.doorbell import Doorbell
from api.jobs.event_sender import EventSender
from api.settings import Settings
from distribution.store.engine import create_database
from distribution.store.schema import upgrade
from distribution.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Runtime:
    """Shared by all requests."""

    settings: Settings
    uow: UnitOfWork
    doorbell: Doorbell


@contextmanager
def open_database(settings: Settings) -> Iterator[UnitOfWork]:
    """Open the database, at the newest schema.

    Raises
    ------
    UnavailableError
        If it cannot be reached or is not ours.
    """
    engine = create_database(settings.database_url)
    try:
        upgrade(engine)
        yield UnitOfWork(engine)
    finally:
        engine.dispose()


@contextmanager
def open_runtime(settings: Settings) -> Iterator[Runtime]:
    """Open the database and start the dispatcher of jobs, and stop it at the end.

    Raises
    ------
    UnavailableError
        If the database or the broker's driver is missing.
    """
    with open_database(settings) as uow:
        doorbell = make_doorbell(uow, settings)
        sender, absorber = EventSender(uow), Absorber(uow)
        doorbell.start()
        sender.start()
        absorber.start()
        try:
            yield Runtime(settings, uow, doorbell)
        finally:
            absorber.stop()
            sender.stop()
            doorbell.stop()


def make_doorbell(uow: UnitOfWork, settings: Settings) -> Doorbell:
    """Make the doorbell that the settings name: workers behind a broker, else child processes of this one.

    Raises
    ------
    UnavailableError
        ``celery_missing`` if there is a broker but Celery is not installed.
    """
    if settings.broker_url is None:
        return EmbeddedDispatcher(uow, settings)
    from api.jobs.broker import BrokerDoorbell  # noqa: PLC0415 - Celery is an optional extra

    return BrokerDoorbell(uow, settings.broker_url)
