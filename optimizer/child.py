"""Solves in a process of its own: ``python -m optimizer.child``, started by ``optimizer.launch`` and by no one else.

OR-Tools keeps the interpreter's lock while it solves, so no thread of a service could renew a lease meanwhile.
The child reads ``sys.path`` and one ``Request`` from its standard input and sends messages to its standard output:
``("progress", ...)`` as they come and ``("plan", plan)`` at the end. A byte on its input asks it to stop and keep the
best so far; when its input closes, or its parent dies, it is gone with all its workers.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import IO, Any

from optimizer.lifeline import die_with_parent
from optimizer.parallel import SerialExecutor, ThreadExecutor, count_available_cpus
from optimizer.pipe import receive_message, send_message
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem

DEFAULT_SOLVER = "optimizer.solve:solve"


@dataclass(frozen=True)
class Request:
    """What the child is to do.

    ``solver`` names the function as ``module:function``; ``workers`` is the number of threads, None for one on each
    processor available. ``began_s`` is when the caller asked, by the clock that all processes share (monotonic): the
    start of this one counts towards the limit of seconds.
    """

    problem: Problem
    limits: Limits
    seed: int
    workers: int | None
    began_s: float
    solver: str = DEFAULT_SOLVER

    def remaining(self) -> Limits:
        """Return the limits less the time that has passed since the caller asked."""
        if self.limits.seconds is None:
            return self.limits
        return replace(self.limits, seconds=max(0.0, self.limits.seconds - (time.monotonic() - self.began_s)))


def main() -> None:
    """Serve one request and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    answers = _take_over_stdout()
    # Unbuffered: a thread that waits in a buffer would hold its lock when this process ends.
    commands = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115  # closed by the end of the process
    for folder in receive_message(commands):
        if folder not in sys.path:
            sys.path.append(folder)
    request: Request = receive_message(commands)
    stop = threading.Event()
    threading.Thread(target=_obey, args=(commands, stop), name="commands", daemon=True).start()
    try:
        plan = _solve(request, stop, lambda progress: send_message(answers, ("progress", progress)))
        send_message(answers, ("plan", plan))
    except BrokenPipeError:
        os._exit(1)  # nobody is left to hear of it


def _take_over_stdout() -> IO[bytes]:
    """Keep the real output for messages alone; whatever a library prints goes to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _obey(commands: IO[bytes], stop: threading.Event) -> None:
    while commands.read(1):
        stop.set()
    os._exit(1)  # the parent has gone; the workers notice that this process has


def _solve(request: Request, stop: threading.Event, on_progress: Callable[[Any], None]) -> Plan:
    module, _, function = request.solver.partition(":")
    solve = getattr(importlib.import_module(module), function)
    workers = count_available_cpus() if request.workers is None else request.workers
    with ThreadExecutor(workers) if workers > 1 else nullcontext(SerialExecutor()) as executor:
        plan: Plan = solve(
            request.problem,
            request.remaining(),
            request.seed,
            on_progress=on_progress,
            should_stop=stop.is_set,
            executor=executor,
        )
    return plan


if __name__ == "__main__":
    main()
