"""Does independent pieces of work here or on several cores, with results in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Applies a function to items; where and in what order it happens never shows in the results."""

    @property
    def workers(self) -> int:
        """Tell how many items are worked on at once."""
        ...

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return ``[function(item) for item in items]``; the first failing item's exception is raised."""
        ...


class SerialExecutor:
    """Does everything in this thread, one item after the other."""

    workers = 1

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return ``[function(item) for item in items]``."""
        return [function(item) for item in items]


class ThreadExecutor:
    """Shares items among threads; use it as a context manager, from one thread.

    For functions that work without the interpreter's lock, as the compiled search does: threads start at once and share
    the travel matrices, where processes would each need seconds and a copy.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = count_available_cpus() if workers is None else workers
        if self.workers < 1:
            raise ValueError("at least one worker is needed")
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="search")

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return ``[function(item) for item in items]``, worked out by the threads, the first while more are made."""
        futures: list[Future[R]] = []
        try:
            futures.extend(self._pool.submit(function, item) for item in items)
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def close(self) -> None:
        """Let the threads finish what they are at and end them."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def count_available_cpus() -> int:
    """Count the processors this process may run on, which a container or ``taskset`` may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
