"""The doorbell that rings for workers behind a broker."""

from __future__ import annotations

import time

import structlog

from api.jobs.celery_app import TASK, build_celery
from api.jobs.doorbell import Doorbell
from distribution.services.jobs import list_free_jobs
from distribution.store.unit_of_work import UnitOfWork

#: How often it looks for jobs whose message was lost or whose worker has died, s.
SWEEP_S = 5.0
#: How long a message is good, s: then it is thrown away unread and the job is announced again.
MESSAGE_S = 60.0
#: Most jobs announced in one look.
MOST_AT_ONCE = 1000

log = structlog.get_logger()


class BrokerDoorbell(Doorbell):
    """Announces every job that nobody holds, once a minute as long as nobody takes it."""

    patience_s = SWEEP_S

    def __init__(self, uow: UnitOfWork, broker_url: str) -> None:
        super().__init__(uow)
        self._celery = build_celery(broker_url)
        self._announced: dict[str, float] = {}

    def look(self) -> None:
        """Announce the jobs that are free."""
        free = list_free_jobs(self.uow, MOST_AT_ONCE)
        self._announced = {job_id: at for job_id, at in self._announced.items() if job_id in free}
        for job_id in free:
            if time.monotonic() - self._announced.get(job_id, -MESSAGE_S) >= MESSAGE_S:
                try:
                    self._celery.send_task(TASK, args=[job_id], expires=MESSAGE_S, retry=False)
                except self._connection_errors as error:
                    log.warning("broker_unreachable", error=str(error))
                    return
                self._announced[job_id] = time.monotonic()

    def leave(self) -> None:
        """Close the connections to the broker."""
        self._celery.close()

    @property
    def _connection_errors(self) -> tuple[type[BaseException], ...]:
        connection = self._celery.connection_for_write()
        return (*connection.connection_errors, *connection.channel_errors, OSError)
