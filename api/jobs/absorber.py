"""A thread of the service that absorbs rounds near their deadline, where their network wants that to happen by itself."""

from __future__ import annotations

import threading

import structlog

from distribution.domain.errors import TaavonError
from distribution.services.lifts import absorb_due
from distribution.store.unit_of_work import UnitOfWork

#: How often it looks, s: days are what counts.
LOOK_S = 600.0

log = structlog.get_logger()


class Absorber:
    """Looks for rounds whose days have come; several services on one database absorb each commodity once."""

    def __init__(self, uow: UnitOfWork, look_s: float = LOOK_S) -> None:
        self._uow = uow
        self._look_s = look_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="absorber", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End when what is being absorbed is absorbed."""
        self._stop.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for code in absorb_due(self._uow):
                    log.info("round_absorbed", round=code)
            except TaavonError as error:  # the database is away, or a report is wrong; it is looked again
                log.warning("round_not_absorbed", code=error.code)
            except Exception:  # whatever it is, the next look may do better
                log.exception("round_not_absorbed")
            self._stop.wait(self._look_s)
