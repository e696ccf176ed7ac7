"""Plan the deliveries of a whole period: ``solve(problem, limits, seed) -> Plan``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.engines.ortools_routing import solve_subproblem
from optimizer.explain import static_reason
from optimizer.parallel import Executor, SerialExecutor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.search.admission import admit
from optimizer.search.calendar import bring_forward
from optimizer.search.consolidate import consolidate
from optimizer.search.decompose import Pieces, apply_answer
from optimizer.search.model import Model, build_model
from optimizer.search.relocate import relocate
from optimizer.search.report import build_plan, explain_waiting
from optimizer.search.state import Board
from optimizer.search.waiting import displace, readmit

#: Pieces solved at a time. Fixed, so that the plan does not depend on the number of workers.
_BATCH = 8
#: Deliveries are relocated within the whole of their depot, and those who wait tried again, after one piece for so many
#: trips: each trip has been in two or three of them by then.
_TRIPS_PER_PIECE = 4
#: Places are consolidated before the first piece, after so many, and each time after four times as many.
_CONSOLIDATION = 64
#: Workers take about this long to start, s; below it they are not worth it.
_START_S = 1.0
#: Share of a time limit that the first layouts may take.
_LAYOUT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is: part of its limit used, cost of the plan in 1/COST_SCALE, deliveries in it and not."""

    fraction: float
    scaled_cost: int
    served: int
    waiting: int


class _Watch:
    """Counts work and time, asks whether to stop, and keeps back the time that the end will need."""

    def __init__(
        self,
        limits: Limits,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
        deliveries: int,
    ) -> None:
        self._limits = limits
        self._deliveries = deliveries
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._began = time.monotonic()
        self._batch_s = 1.0 if limits.seconds is None else min(1.0, limits.seconds / 10)
        self._reserve_s = 0.0
        self._stopped = False
        self.done = 0

    def elapsed_s(self) -> float:
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

    def next_batch(self) -> int:
        """Return how many pieces may be solved now; 0 when the limit is reached or a stop was asked for."""
        iterations, seconds = self._limits.iterations, self._limits.seconds
        if self._is_stopped():
            return 0
        if seconds is not None and self.elapsed_s() + self._batch_s + self._reserve_s > seconds:
            return 0
        return _BATCH if iterations is None else min(_BATCH, iterations - self.done)

    def count(self, pieces: int, took_s: float) -> None:
        """Note a batch that is done."""
        self.done += pieces
        self._batch_s = max(0.9 * self._batch_s, took_s)

    def keep_back(self, seconds: float) -> None:
        """Keep back time for the end of the search."""
        self._reserve_s = max(self._reserve_s, seconds)

    def tell(self, scaled_cost: int, served: int, waiting: int) -> None:
        """Report the progress."""
        if self._on_progress is not None:
            iterations, seconds = self._limits.iterations, self._limits.seconds
            used = [self.done / iterations if iterations else 1.0] if iterations is not None else []
            if seconds is not None:
                used.append(self.elapsed_s() / seconds if seconds else 1.0)
            self._on_progress(Progress(min(1.0, max(used)), scaled_cost, served, waiting))

    def status(self) -> Status:
        """Return how the search ended."""
        if self._stopped:
            return Status.STOPPED
        iterations = self._limits.iterations
        if iterations is not None and (self.done >= iterations or self._limits.seconds is None):
            return Status.ITERATION_LIMIT
        return Status.TIME_LIMIT

    def _is_stopped(self) -> bool:
        if not self._stopped and self._should_stop is not None:
            self._stopped = self._should_stop()
        return self._stopped


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Plan the deliveries: decide who waits by rank, then make the plan of the served cheaper piece by piece.

    Parameters
    ----------
    problem
        The problem.
    limits
        ``iterations`` counts pieces solved, exactly; with it alone the same problem and seed give the same plan,
        whatever the machine's load and the executor's workers. ``seconds`` counts from the call; the first layouts,
        which every plan needs, are made even if they take longer.
    seed
        Which pieces are chosen.
    on_progress
        Called between layouts, while nothing is in the plan yet, and after every batch of pieces.
    should_stop
        Asked between batches; once true, the best plan so far is returned.
    executor
        Solves the pieces of a batch; in this process if not given.

    Returns
    -------
    Plan
        Feasible at any limit, with a typed reason for everything that waits.
    """
    watch = _Watch(limits, on_progress, should_stop, len(problem.deliveries))
    executor = executor or SerialExecutor()
    if limits.iterations != 0 and (limits.seconds is None or limits.seconds > _START_S):
        executor.prepare(solve_subproblem)
    model = build_model(problem)
    reasons = [static_reason(problem, i) for i in range(len(problem.deliveries))]
    never = [reason for reason in reasons if reason is not None]
    able = [i for i, reason in enumerate(reasons) if reason is None]
    boards, waiting = admit(model, able, watch.layout)
    if watch.go_on():
        began = watch.elapsed_s()
        waiting = _settle(model, boards, waiting)
        watch.keep_back(1.5 * (watch.elapsed_s() - began))
    waiting = _improve(model, boards, waiting, Pieces(model, seed), watch, executor, len(never))
    waiting = _settle(model, boards, waiting)
    unserved = [*never, *explain_waiting(model, boards, waiting)]
    plan = build_plan(model, boards, unserved, watch.status(), watch.done, seed)
    watch.tell(plan.scaled_cost, len(problem.deliveries) - len(unserved), len(unserved))
    return plan


def _settle(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[int]:
    """Use the room there is: for those who wait, by rank, then for earlier days."""
    still = readmit(model, boards, waiting)
    still = displace(model, boards, still)
    for board in boards:
        bring_forward(board)
    return readmit(model, boards, still)


def _improve(
    model: Model,
    boards: list[Board],
    waiting: list[int],
    pieces: Pieces,
    watch: _Watch,
    executor: Executor,
    n_never: int,
) -> list[int]:
    """Solve batch after batch until the limit; return those who still wait."""
    cost = sum(board.cost() for board in boards)
    n = len(model.problem.deliveries)
    next_consolidation, next_relocation = 0, _count_trips(boards) // _TRIPS_PER_PIECE
    improved = True
    while watch.next_batch():
        if watch.done >= next_consolidation:
            cost -= consolidate(model, boards, watch.go_on)
            next_consolidation = max(_CONSOLIDATION, 4 * next_consolidation)
        if improved and watch.done >= next_relocation:
            cost -= relocate(model, boards, watch.go_on)
            if waiting:
                waiting = _settle(model, boards, waiting)
                cost = sum(board.cost() for board in boards)
            improved = False
            next_relocation = watch.done + _count_trips(boards) // _TRIPS_PER_PIECE
        began = watch.elapsed_s()
        # Asked again: what came before has taken its time.
        batch = pieces.choose(boards, watch.next_batch())
        if not batch:
            break
        answers = executor.map(solve_subproblem, [piece.subproblem for piece in batch])
        for piece, routes in zip(batch, answers, strict=True):
            saving = apply_answer(model, piece, routes)
            pieces.learn(piece, improved=saving > 0)
            cost -= saving
            improved = improved or saving > 0
        watch.count(len(batch), watch.elapsed_s() - began)
        watch.tell(cost, n - n_never - len(waiting), n_never + len(waiting))
    return waiting


def _count_trips(boards: Sequence[Board]) -> int:
    return sum(len(truck_day.trips) for board in boards for truck_day in board.truck_days)
