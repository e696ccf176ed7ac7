"""The embedded dispatcher: jobs run in child processes of the service."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from uuid import uuid4

import structlog

from api.jobs.doorbell import Doorbell
from api.settings import Settings
from distribution.services.jobs import abandon_job, lease_job
from distribution.store.unit_of_work import UnitOfWork

#: How long it waits for a ring before it looks by itself, s: idle, and while a child runs that may end.
IDLE_S, BUSY_S = 2.0, 0.3
#: How long a child may take to give its job back when the service stops, s.
LEAVE_S = 20.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Child:
    """A process and the job it holds."""

    job_id: str
    owner: str
    process: subprocess.Popen[bytes]

    def hang_up(self) -> None:
        """Close the pipe, which tells the child to leave."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):  # it may be gone already
                self.process.stdin.close()


class EmbeddedDispatcher(Doorbell):
    """Starts a child process for each job, at most so many at a time.

    A child's standard input is a pipe that ends with this process, however it ends: the child then gives its job back.
    """

    def __init__(self, uow: UnitOfWork, settings: Settings) -> None:
        super().__init__(uow)
        self._settings = settings
        self._children: list[Child] = []

    @property
    def patience_s(self) -> float:  # type: ignore[override] # a property stands in for the attribute
        """Return how long to wait for a ring."""
        return BUSY_S if self._children else IDLE_S

    def look(self) -> None:
        """Let go of the jobs of dead children, and start children for jobs that nobody holds."""
        for child in [c for c in self._children if c.process.poll() is not None]:
            self._bury(child)
        while len(self._children) < self._settings.jobs:
            owner = f"embedded-{uuid4().hex}"
            job = lease_job(self.uow, owner)
            if job is None:
                return
            self._children.append(Child(job.id, owner, self._start(job.id, owner)))

    def leave(self) -> None:
        """Ask the children to give their jobs back, and see them end."""
        for child in self._children:
            child.hang_up()
        for child in list(self._children):
            try:
                child.process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            self._bury(child)

    def _start(self, job_id: str, owner: str) -> subprocess.Popen[bytes]:
        log.info("job_started", job=job_id)
        return subprocess.Popen(  # noqa: S603 - our own module, arguments made here
            [sys.executable, "-m", "api.jobs.child", job_id, owner],
            stdin=subprocess.PIPE,
            env=os.environ | self._settings.to_environment(),
        )

    def _bury(self, child: Child) -> None:
        child.hang_up()
        self._children.remove(child)
        if abandon_job(self.uow, child.job_id, child.owner):
            log.error("job_process_died", job=child.job_id, exit_code=child.process.returncode)
