"""Counts work and time, asks whether to stop, and keeps back the time that the end will need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from optimizer.plan import Limits, Status

#: Moves that one iteration stands for.
MOVES_PER_ITERATION = 1_000
#: Rounds into which a limit is cut.
_ROUNDS = 60
#: Most moves of a task in a round.
_MOST = 150_000
#: Longest round of a time limit, s.
_ROUND_S = 1.0
#: Moves per second and core before any was measured, and of a task in the round that measures: it may be a tenth.
_SPEED = 50_000.0
_MEASURED = 3_000
#: Share of a time limit that the first layouts may take.
_LAYOUT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is: part of its limit used, cost of the plan in 1/COST_SCALE, deliveries in it and not."""

    fraction: float
    scaled_cost: int
    served: int
    waiting: int


class Watch:
    """The limits of one solve.

    Parameters
    ----------
    limits, on_progress, should_stop
        As of ``solve``.
    deliveries
        How many there are.
    workers
        How many tasks are worked on at once.
    """

    def __init__(
        self,
        limits: Limits,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
        deliveries: int,
        workers: int,
    ) -> None:
        self._limits = limits
        self._deliveries = deliveries
        self._workers = workers
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._began = time.monotonic()
        self._speed = _SPEED
        self._most = _MEASURED
        self._search_began_s = 0.0
        self._reserve_s = 0.0
        self._stopped = False
        self._moves = 0

    @property
    def iterations(self) -> int:
        """Tell how many iterations are done in full."""
        return self._moves // MOVES_PER_ITERATION

    @property
    def reserve_s(self) -> float:
        """Tell how much time is kept back for the end of the search."""
        return self._reserve_s

    def elapsed_s(self) -> float:
        """Return the time since the call."""
        return time.monotonic() - self._began

    def layout(self) -> bool:
        """Tell whether another layout may be tried; nothing is in the plan yet."""
        self.tell(0, 0, self._deliveries)
        seconds = self._limits.seconds
        return not self._is_stopped() and (seconds is None or self.elapsed_s() < _LAYOUT_SHARE * seconds)

    def go_on(self) -> bool:
        """Tell whether there is time for something short."""
        seconds = self._limits.seconds
        return not self._is_stopped() and (seconds is None or self.elapsed_s() + self._reserve_s < seconds)

    def begin_search(self) -> None:
        """Note that the rounds begin."""
        self._search_began_s = self.elapsed_s()

    def fraction(self) -> float:
        """Return which part of the search is over, from 0 to 1."""
        iterations, seconds = self._limits.iterations, self._limits.seconds
        parts = [0.0]
        if iterations is not None:
            parts.append(self._moves / (iterations * MOVES_PER_ITERATION) if iterations else 1.0)
        if seconds is not None:
            whole = seconds - self._reserve_s - self._search_began_s
            parts.append((self.elapsed_s() - self._search_began_s) / whole if whole > 0 else 1.0)
        return min(1.0, max(parts))

    def next_round(self, tasks: int, fewest: int) -> tuple[int, float]:
        """Return how many moves each task may make now, and the fraction reached by then; 0 at the end.

        ``fewest`` are worth the making of a round, as long as there is time and work for them.
        """
        if self._is_stopped() or self.fraction() >= 1.0:
            return 0, 1.0
        iterations, seconds = self._limits.iterations, self._limits.seconds
        moves = _MOST
        ahead = 1.0
        if iterations is not None:
            whole = iterations * MOVES_PER_ITERATION
            moves = min(_MOST, max(fewest, whole // (_ROUNDS * tasks)))
            left = -(-(whole - self._moves) // tasks)
            moves = min(moves, left)
            ahead = moves * tasks / whole
        if seconds is not None:
            left_s = seconds - self._reserve_s - self.elapsed_s()
            turns = -(-tasks // self._workers)
            round_s = min(_ROUND_S, seconds / _ROUNDS)
            by_time = max(int(self._speed * round_s / turns), min(fewest, int(self._speed * left_s / turns)))
            if by_time < 1:
                return 0, 1.0
            moves = min(moves, by_time, self._most)
            whole_s = seconds - self._reserve_s - self._search_began_s
            by_clock = moves * turns / self._speed / max(whole_s, 1e-9)
            ahead = by_clock if iterations is None else max(ahead, by_clock)
        return moves, min(1.0, self.fraction() + ahead)

    def count(self, moves: int, tasks: int, took_s: float) -> None:
        """Note a round that is done."""
        self._moves += moves * tasks
        self._most = _MOST
        if took_s > 0:
            turns = -(-tasks // self._workers)
            self._speed = max(1.0, moves * turns / took_s)

    def keep_back(self, seconds: float) -> None:
        """Keep back time for the end of the search."""
        self._reserve_s = max(self._reserve_s, seconds)

    def tell(self, scaled_cost: int, served: int, waiting: int) -> None:
        """Report the progress."""
        if self._on_progress is not None:
            seconds = self._limits.seconds
            by_time = 0.0 if seconds is None else self.elapsed_s() / seconds if seconds else 1.0
            iterations = self._limits.iterations
            by_work = 0.0
            if iterations is not None:
                by_work = self._moves / (iterations * MOVES_PER_ITERATION) if iterations else 1.0
            self._on_progress(Progress(min(1.0, max(by_time, by_work)), scaled_cost, served, waiting))

    def status(self) -> Status:
        """Return how the search ended."""
        if self._stopped:
            return Status.STOPPED
        iterations = self._limits.iterations
        if iterations is not None and (self.iterations >= iterations or self._limits.seconds is None):
            return Status.ITERATION_LIMIT
        return Status.TIME_LIMIT

    def _is_stopped(self) -> bool:
        if not self._stopped and self._should_stop is not None:
            self._stopped = self._should_stop()
        return self._stopped
