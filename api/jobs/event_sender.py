"""A thread of the service that sends events to the addresses that want them."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog
import urllib3

from distribution.domain.errors import UnavailableError
from distribution.services.webhooks import send_due
from distribution.store.unit_of_work import UnitOfWork

#: How often it looks, s.
LOOK_S = 2.0
_TIMEOUT = urllib3.Timeout(connect=5, read=10)

log = structlog.get_logger()


class EventSender:
    """Looks for events that have not been sent; several services on one database do not send the same."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._stop = threading.Event()
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)
        self._thread = threading.Thread(target=self._run, name="event-sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End when what is being sent is sent."""
        self._stop.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                send_due(self._uow, self._post)
            except UnavailableError as error:  # the database is away; it is looked for again
                log.warning("events_not_sent", code=error.code)
            except Exception:  # whatever it is, the next look may do better
                log.exception("events_not_sent")

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            answer = self._pool.request("POST", url, body=body, headers=dict(headers), redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise OSError(str(error)) from error
        return int(answer.status)
