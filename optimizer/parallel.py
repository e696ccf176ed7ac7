"""Does independent pieces of work here or in several local processes, with results in order."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

from optimizer.lifeline import guard_worker

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Applies a function to items; where and in what order it happens never shows in the results."""

    @property
    def workers(self) -> int:
        """Tell how many items are worked on at once."""
        ...

    def prepare(self, function: Callable[[T], R]) -> None:
        """Make ready for a function that will be mapped later, without waiting until that is done."""
        ...

    def map(self, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Return ``[function(item) for item in items]``; the first failing item's exception is raised."""
        ...


class SerialExecutor:
    """Does everything in this process, one item after the other."""

    workers = 1

    def prepare(self, function: Callable[[T], R]) -> None:
        """Do nothing: the function is here already."""

    def map(self, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Return ``[function(item) for item in items]``."""
        return [function(item) for item in items]


class ProcessExecutor:
    """Shares items among local processes; use it as a context manager, from one thread.

    ``function`` must be importable by name, items and results picklable. The workers are fresh interpreters (spawn):
    no lock, thread or open file of this process is copied into them. They ignore SIGINT and die with this process.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = count_available_cpus() if workers is None else workers
        if self.workers < 1:
            raise ValueError("at least one worker is needed")
        self._pool = ProcessPoolExecutor(
            self.workers, mp_context=multiprocessing.get_context("spawn"), initializer=guard_worker
        )

    def prepare(self, function: Callable[[T], R]) -> None:
        """Start the workers and let each import the function's module, which takes a second, meanwhile."""
        for _ in range(self.workers):
            self._pool.submit(_receive, function)

    def map(self, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Return ``[function(item) for item in items]``, worked out by the workers.

        Raises
        ------
        concurrent.futures.process.BrokenProcessPool
            If a worker was killed (out of memory, for one).
        """
        futures = [self._pool.submit(function, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def close(self) -> None:
        """Let the workers finish what they are at and end them."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _receive(function: Callable[[T], R]) -> None:
    """Do nothing: who has received a function has imported its module."""


def count_available_cpus() -> int:
    """Count the processors this process may run on, which a container or ``taskset`` may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
