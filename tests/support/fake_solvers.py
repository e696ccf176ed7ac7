"""Solvers that do what a test needs, run by ``optimizer.child`` in a process of its own."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Reason, Status, Unserved
from optimizer.problem import Problem
from optimizer.solve import Progress


def _empty_plan(problem: Problem, status: Status, iterations: int, seed: int) -> Plan:
    waiting = tuple(Unserved(i, Reason.FLEET_USED_UP) for i in range(len(problem.deliveries)))
    return Plan((), waiting, 0, status, iterations, seed)


def counts(
    problem: Problem,
    limits: Limits,
    seed: int,
    *,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    executor: Executor,
) -> Plan:
    """Count up to the limit of iterations, 20 a second, with the executor's help; stop when told."""
    done = 0
    while done < (limits.iterations or 0):
        if should_stop():
            return _empty_plan(problem, Status.STOPPED, done, seed)
        executor.map(time.sleep, [0.05] * executor.workers)
        done += 1
        on_progress(Progress(done / limits.iterations, 0, 0, len(problem.deliveries)))
    return _empty_plan(problem, Status.ITERATION_LIMIT, done, seed)


def prints(problem: Problem, limits: Limits, seed: int, **_: Any) -> Plan:
    """Write noise to standard output in every way a library might."""
    sys.stdout.write("noise\n")
    sys.stdout.flush()
    os.write(1, b"noise\n" * 100)
    sys.stdout.write("noise without an end")
    return _empty_plan(problem, Status.ITERATION_LIMIT, 0, seed)


def fails(problem: Problem, limits: Limits, seed: int, **_: Any) -> Plan:
    raise ZeroDivisionError("the solver has a defect")


def holds_the_lock(problem: Problem, limits: Limits, seed: int, **_: Any) -> Plan:
    """Keep the interpreter's lock for a minute, as OR-Tools does."""
    ctypes.PyDLL(None).sleep(60)
    return _empty_plan(problem, Status.ITERATION_LIMIT, 0, seed)


def tells_limits(problem: Problem, limits: Limits, seed: int, **_: Any) -> Plan:
    """Tell the seconds that are left, in thousandths, as the number of iterations."""
    return _empty_plan(problem, Status.TIME_LIMIT, int(1000 * (limits.seconds or 0)), seed)
