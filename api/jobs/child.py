"""The process of one job: ``python -m api.jobs.child JOB_ID OWNER``, started by the embedded dispatcher."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Sequence

from api.jobs.runner import run_leased
from api.logs import configure_logs
from api.settings import Settings
from distribution.domain.errors import TaavonError
from distribution.services.jobs import release_job
from distribution.store.engine import create_database
from distribution.store.unit_of_work import UnitOfWork

#: Exit code of a child that gave its job back.
GAVE_BACK = 3


def main(arguments: Sequence[str]) -> None:
    """Run a job that the dispatcher has leased for this process."""
    job_id, owner = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the service too, which then closes the pipe
    configure_logs()
    settings = Settings.from_environment()
    uow = UnitOfWork(create_database(settings.database_url))
    threading.Thread(target=_leave_with_parent, args=(uow, job_id, owner), name="lifeline", daemon=True).start()
    run_leased(uow, job_id, owner, settings)


def _leave_with_parent(uow: UnitOfWork, job_id: str, owner: str) -> None:
    """Give the job back and end when the service ends, however it ends: its side of the pipe closes."""
    while os.read(0, 1024):
        pass
    with contextlib.suppress(TaavonError):  # it has ended just now, or the lease runs out by itself
        release_job(uow, job_id, owner)
    os._exit(GAVE_BACK)


if __name__ == "__main__":
    main(sys.argv[1:])
