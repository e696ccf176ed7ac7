"""Keeps a job's lease alive, writes its progress down, and listens for the wish to stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Self

import structlog

from distribution.domain.errors import UnavailableError
from distribution.services.jobs import LeaseLostError, renew_lease
from distribution.services.progress import Phase
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import COST_SCALE

#: How often the row is written, s: a lease lasts many times as long.
BEAT_S = 1.5

#: Part of a job's progress at which each phase begins and ends.
SPANS: Mapping[Phase, tuple[float, float]] = MappingProxyType(
    {Phase.ALLOCATE: (0.0, 0.05), Phase.TAG: (0.05, 0.1), Phase.ROUTE: (0.1, 0.85), Phase.EXPORT: (0.85, 1.0)}
)

log = structlog.get_logger()


class JobReporter:
    """A reporter whose thread writes to the job's row, so that the work itself never waits for the database."""

    def __init__(self, uow: UnitOfWork, job_id: str, owner: str) -> None:
        self._uow = uow
        self._job_id = job_id
        self._owner = owner
        self._progress = 0.0
        self._phase = ""
        self._cost: int | None = None
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread."""
        self._done.set()
        self._thread.join()

    def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
        """Take note of how far the job is.

        Raises
        ------
        LeaseLostError
            If the job is another's by now: all further work would be for nothing.
        """
        if self._lost.is_set():
            raise LeaseLostError(self._job_id)
        start, end = SPANS[phase]
        self._phase = f"phase.{phase.value}"
        self._progress = start + (end - start) * fraction
        if cost is not None:
            self._cost = cost

    def should_stop(self) -> bool:
        """Tell whether somebody asked to stop and keep the best so far, or the job is another's."""
        return self._stop.is_set() or self._lost.is_set()

    def _beat(self) -> None:
        while True:
            try:
                best = None if self._cost is None else json.dumps({"cost": self._cost // COST_SCALE})
                if renew_lease(self._uow, self._job_id, self._owner, self._progress, self._phase, best_so_far=best):
                    self._stop.set()
            except LeaseLostError:
                self._lost.set()
                return
            except UnavailableError as error:  # the database is away for a moment; the lease outlasts that
                log.warning("heartbeat_missed", job=self._job_id, code=error.code)
            if self._done.wait(BEAT_S):
                return
