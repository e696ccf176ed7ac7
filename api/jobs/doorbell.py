"""The doorbell of the job queue: it says that there is work; the work itself is a row."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

import structlog

from distribution.domain.errors import TaavonError
from distribution.store.unit_of_work import UnitOfWork

log = structlog.get_logger()


class Doorbell(ABC):
    """A thread that is woken when a job was asked for, and looks round by itself now and then.

    Looking round finds the jobs whose ring was lost and those whose worker has died.
    """

    #: How long it waits for a ring before it looks by itself, s.
    patience_s: float

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._woken = threading.Event()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def ring(self, job_id: str) -> None:
        """Say that a job was asked for; never fails and never waits."""
        log.info("job_asked_for", job=job_id)
        self._woken.set()

    def stop(self) -> None:
        """Stop looking, and leave nothing running behind."""
        self._leaving.set()
        self._woken.set()
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Tell whether somebody listens."""
        return self._thread.is_alive()

    @abstractmethod
    def look(self) -> None:
        """Do what there is to do."""

    @abstractmethod
    def leave(self) -> None:
        """Clear up at the end."""

    def _run(self) -> None:
        try:
            while not self._leaving.is_set():
                self._woken.clear()
                try:
                    self.look()
                except TaavonError as error:  # the database is away: it is asked again
                    log.warning("doorbell_unavailable", code=error.code, params=error.params)
                except Exception:
                    log.exception("doorbell_failed")  # a doorbell that falls silent would leave every job waiting
                self._woken.wait(self.patience_s)
        finally:
            self.leave()
