"""Solves in a child process and stays in charge of it: progress, stop, Ctrl-C, and no orphan."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from optimizer.child import DEFAULT_SOLVER, Request
from optimizer.pipe import receive_message, send_message
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem

if TYPE_CHECKING:
    # A service that only launches need not load OR-Tools.
    from optimizer.solve import Progress

#: How often the caller is asked whether to stop, s.
TICK_S = 0.2
_GRACE_S = 10.0
_STDERR_BYTES = 8_000


class SolverCrash(RuntimeError):  # noqa: N818  # a crash of another process, not an error of this one
    """The child ended without a plan.

    ``exit_code`` is negative for a signal (-9: killed, by the system for want of memory or by hand);
    ``last_lines`` are the end of what it wrote to standard error.
    """

    def __init__(self, exit_code: int, last_lines: str) -> None:
        super().__init__(f"solver ended with {exit_code}: {last_lines}")
        self.exit_code = exit_code
        self.last_lines = last_lines


def solve_in_child(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_tick: Callable[[], None] | None = None,
    solver: str = DEFAULT_SOLVER,
) -> Plan:
    """Solve a problem in a child process and return its plan.

    The caller's functions run in the caller's thread, about every 0.2 s; if one raises, the child is killed and the
    exception passes on. One Ctrl-C asks the child to stop, and the best plan so far is returned; a second one kills
    the child and raises KeyboardInterrupt.

    Parameters
    ----------
    problem, limits, seed
        As for ``solve``; the problem's travel must be picklable.
    workers
        Threads to search with; None for one on each processor available. The plan does not depend on it.
    on_progress
        Told how far the search is.
    should_stop
        Asked whether to stop early and keep the best.
    on_tick
        Called whatever happens, to renew a lease for example.
    solver
        The function that solves, as ``module:function``.

    Raises
    ------
    SolverCrash
        If the child ends without a plan.
    """
    began_s = time.monotonic()
    with tempfile.TemporaryFile() as stderr:
        child = subprocess.Popen(
            # -P: a folder called "optimizer" where the user happens to be must not be run
            [sys.executable, "-P", "-m", "optimizer.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,  # so that the terminal's Ctrl-C reaches this process only
        )
        try:
            calls = _Calls(on_progress, should_stop, on_tick)
            request = Request(problem, limits, seed, workers, began_s, solver)
            plan = _Conversation(child, request, calls).hold()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_S)  # it is closing its workers' semaphores
        finally:
            _end(child)
        if plan is None:
            raise SolverCrash(child.returncode, _read_end(stderr))
        return plan


@dataclass(frozen=True)
class _Calls:
    on_progress: Callable[[Progress], None] | None
    should_stop: Callable[[], bool] | None
    on_tick: Callable[[], None] | None


class _Conversation:
    """One child's messages, and the commands it is given."""

    def __init__(self, child: subprocess.Popen[bytes], request: Request, calls: _Calls) -> None:
        if child.stdin is None or child.stdout is None:
            raise ValueError("the child must be started with pipes")
        self._commands, self._answers = child.stdin, child.stdout
        self._request = request
        self._calls = calls
        self._messages: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._asked = False
        self._stopping = False
        self._interrupted = False
        self._next_tick = 0.0

    def hold(self) -> Plan | None:
        """Send the request and hear the child out; None if it ends without a plan."""
        threading.Thread(target=self._listen, name="solver-messages", daemon=True).start()
        threading.Thread(target=self._ask, name="solver-request", daemon=True).start()
        with _hear_ctrl_c(lambda: self._messages.put(("interrupt", None))):
            return self._hear_out()

    def _hear_out(self) -> Plan | None:
        while True:
            self._tick()
            try:
                kind, content = self._messages.get(timeout=TICK_S)
            except queue.Empty:
                continue
            if kind == "progress" and self._calls.on_progress is not None:
                self._calls.on_progress(content)
            elif kind == "asked":
                self._asked = True
                if self._stopping:
                    self._stop()
            elif kind == "interrupt":
                if self._interrupted:
                    raise KeyboardInterrupt
                self._interrupted = True
                self._stop()
            elif kind == "plan":
                plan: Plan = content
                return plan
            elif kind == "end":
                return None

    def _ask(self) -> None:
        # In a thread of its own: a child that does not read must not keep the caller from its ticks.
        with contextlib.suppress(BrokenPipeError):
            send_message(self._commands, [folder for folder in sys.path if folder])
            send_message(self._commands, self._request)
        self._messages.put(("asked", None))

    def _listen(self) -> None:
        try:
            while True:
                self._messages.put(receive_message(self._answers))
        except (EOFError, OSError, ValueError):  # ended; or closed by the caller while reading
            self._messages.put(("end", None))

    def _tick(self) -> None:
        now = time.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + TICK_S
        if self._calls.on_tick is not None:
            self._calls.on_tick()
        if not self._stopping and self._calls.should_stop is not None and self._calls.should_stop():
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        if not self._asked:
            return  # the request is still on its way: the byte must come after it
        with contextlib.suppress(BrokenPipeError):
            self._commands.write(b"s")
            self._commands.flush()


@contextlib.contextmanager
def _hear_ctrl_c(tell: Callable[[], None]) -> Iterator[None]:
    """Tell of each Ctrl-C by a function that may be called at any moment, instead of an exception anywhere.

    Only the main thread hears it; where the program had its own way to take Ctrl-C, that stays.
    """
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: tell())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child, if it has not ended, and leave no zombie; its workers die with it."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _read_end(stderr: IO[bytes]) -> str:
    size = stderr.seek(0, os.SEEK_END)
    stderr.seek(max(0, size - _STDERR_BYTES))
    return stderr.read().decode("utf-8", "replace").strip()
