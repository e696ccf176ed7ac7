"""One use case, one transaction: repositories that commit together or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from distribution.domain.errors import StaleError, UnavailableError
from distribution.store.repositories.attachments import AttachmentRepository
from distribution.store.repositories.audit import AuditRepository
from distribution.store.repositories.datasets import DatasetRepository
from distribution.store.repositories.dealings import DealingsRepository
from distribution.store.repositories.files import FileRepository
from distribution.store.repositories.jobs import JobRepository
from distribution.store.repositories.keys import KeyRepository
from distribution.store.repositories.ledger import LedgerRepository
from distribution.store.repositories.monitoring import MonitoringRepository
from distribution.store.repositories.people import PeopleRepository
from distribution.store.repositories.plans import PlanRepository
from distribution.store.repositories.receipts import ReceiptRepository, StockAccountRepository
from distribution.store.repositories.rounds import RoundRepository
from distribution.store.repositories.stock_use import StockUseRepository
from distribution.store.repositories.voice import VoiceRepository
from distribution.store.repositories.waiting import WaitingRepository
from distribution.store.repositories.webhooks import WebhookRepository
from distribution.store.transactions import describe_database, reading, unavailable_code, writing

Clock = Callable[[], dt.datetime]


class Transaction:
    """The repositories of one transaction; what they return may still be read when it is over."""

    def __init__(self, session: Session, clock: Clock | None) -> None:
        self.session = session
        self.announcements: list[Callable[[], None]] = []
        self._clock = clock
        self.datasets = DatasetRepository(session, self.now)
        self.rounds = RoundRepository(session, self.now)
        self.ledger = LedgerRepository(session, self.now)
        self.waiting = WaitingRepository(session)
        self.stock_use = StockUseRepository(session)
        self.plans = PlanRepository(session, self.now)
        self.files = FileRepository(session)
        self.jobs = JobRepository(session, self.now)
        self.receipts = ReceiptRepository(session)
        self.outlet_stock = StockAccountRepository(session)
        self.webhooks = WebhookRepository(session)
        self.voice = VoiceRepository(session)
        self.dealings = DealingsRepository(session)
        self.monitoring = MonitoringRepository(session)
        self.audit = AuditRepository(session, self.now)
        self.attachments = AttachmentRepository(session, self.now)
        self.keys = KeyRepository(session, self.now)
        self.people = PeopleRepository(session, self.now)

    def now(self) -> dt.datetime:
        """Return the time, UTC.

        Of PostgreSQL's clock, because workers on several machines compare leases by it.
        """
        if self._clock is not None:
            return self._clock()
        if self.session.get_bind().dialect.name == "postgresql":
            moment: dt.datetime = self.session.execute(select(func.clock_timestamp())).scalar_one()
            return moment.astimezone(dt.UTC)
        return dt.datetime.now(dt.UTC)

    def after_commit(self, announce: Callable[[], None]) -> None:
        """Call something once the transaction is committed; never if it is rolled back."""
        self.announcements.append(announce)


class UnitOfWork:
    """Opens transactions on a database; safe to share between threads.

    Parameters
    ----------
    engine
        From :func:`distribution.store.engine.create_database`.
    clock
        Stands in for the database's clock, in tests.
    """

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self.engine = engine
        self._reading = reading(engine)
        self._writing = writing(engine)
        self._clock = clock

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that commits at the end of the block, or rolls back on any error.

        Raises
        ------
        StaleError
            If a row was changed by somebody else since it was read.
        UnavailableError
            If the database cannot be reached or stays busy.
        """
        with self._translated(), Session(self._writing, expire_on_commit=False) as session:
            transaction = Transaction(session, self._clock)
            with session.begin():
                yield transaction
        for announce in transaction.announcements:
            announce()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one moment of the data and keeps nothing.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        with self._translated(), Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield Transaction(session, self._clock)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except StaleDataError as error:
            raise StaleError("changed_meanwhile") from error
        except PoolTimeoutError as error:
            raise UnavailableError("database_busy", name=describe_database(self.engine)) from error
        except DBAPIError as error:
            code = unavailable_code(error)
            if code is None:
                raise
            raise UnavailableError(code, name=describe_database(self.engine)) from error
