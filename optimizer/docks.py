"""At most so many trucks load at a depot at once: fits a plan to its docks."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from optimizer.explain import static_reason
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Reason, Status, Trip, Unserved
from optimizer.problem import Problem
from optimizer.search.dock_times import (
    LEAST_WORK,
    MOST_WORK,
    Span,
    drive_from,
    fit_loading,
    load_in_turn,
    lone_trip,
    most_at_once,
)
from optimizer.search.model import Kind, Model, build_model
from optimizer.search.report import boards_from, build_plan, explain_all
from optimizer.search.schedule import TripTimes, schedule_day
from optimizer.search.search_routes import search_routes
from optimizer.search.stagger import stagger_trucks
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import Storage, readmit
from optimizer.waiting_weight import is_better
from optimizer.watch import Progress

#: Share of the time limit that the first of two searches gets, and the least that is kept back for the last fitting.
_FIRST, _KEPT_BACK = 0.45, 0.07
#: Depot and day.
Spot = tuple[int, int]


def keep_docks(problem: Problem, plan: Plan) -> Plan:
    """Return a plan in which no more trucks load at once than ``Depot.docks``.

    Trips of a depot and day first load earlier or later, at the least cost of waiting. Where they cannot all load in time,
    stops of the highest ranks are left out until they can, and go on other days, where there is room and a dock, or wait:
    ``docks_full`` where a truck stands idle for them. What is left of a route stays in its order.

    Parameters
    ----------
    problem
        The problem.
    plan
        A plan that keeps every rule of it but the docks.

    Returns
    -------
    Plan
        The same plan if it keeps them already.
    """
    if all(most_at_once(spans) <= docks for _, docks, spans in _loading(problem, plan.trips)):
        return plan
    return _fit(problem, plan)


def search_with_docks(
    problem: Problem,
    limits: Limits,
    seed: int,
    *,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool] | None,
    executor: Executor,
    start: Plan | None = None,
) -> Plan:
    """Plan so that no more trucks load at once than there are docks.

    Plans as if there were no such limit and fits the plan to the docks. Where it keeps them already, or there is a plan
    to start from, the search goes on from there; else it plans again with trucks that begin their day in turns. What
    leaves less waiting, rank by rank, or else is cheaper, is kept.

    Parameters and answer are those of ``optimizer.solve.solve``; each of the two searches gets half of the iterations,
    the second what is left of the time.
    """
    began = time.monotonic()
    half = None if limits.iterations is None else limits.iterations // 2
    parts = _Parts(on_progress)
    search = partial(search_routes, should_stop=should_stop, executor=executor)
    first = Limits(None if limits.seconds is None else _FIRST * limits.seconds, half)
    plan = search(problem, first, seed, on_progress=parts.tell(0), start=start)
    fitting_began = time.monotonic()
    best = keep_docks(problem, plan)
    if start is not None and is_better(problem, start, best):
        best = replace(start, status=plan.status, iterations=plan.iterations, seed=seed)
    took_s = time.monotonic() - fitting_began
    left_s = None
    if limits.seconds is not None:
        left_s = limits.seconds - (time.monotonic() - began) - max(3 * took_s, _KEPT_BACK * limits.seconds)
    if plan.status is Status.STOPPED or (left_s is not None and left_s <= 0):
        return best
    rest = Limits(left_s, None if limits.iterations is None or half is None else limits.iterations - half)
    if best is plan or start is not None:
        plan = search(problem, rest, seed, on_progress=parts.tell(1), start=best)
        other = keep_docks(problem, plan)
    else:
        in_turns = stagger_trucks(problem)
        plan = search(in_turns.problem, rest, seed, on_progress=parts.tell(1), shared=in_turns.shared)
        # Trucks of the turns of a type need numbers of their own; they are numbered anew in the end.
        numbers = {(t.vehicle_type, t.vehicle): n for n, t in enumerate(plan.trips)}
        trips = (
            replace(t, vehicle_type=in_turns.original[t.vehicle_type], vehicle=numbers[t.vehicle_type, t.vehicle])
            for t in plan.trips
        )
        other = _fit(problem, replace(plan, trips=tuple(trips)))
    chosen = other if is_better(problem, other, best) else best
    return replace(chosen, status=plan.status, iterations=best.iterations + plan.iterations)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Tells of two searches as of one."""

    on_progress: Callable[[Progress], None] | None

    def tell(self, part: int) -> Callable[[Progress], None] | None:
        told = self.on_progress
        if told is None:
            return None
        return lambda progress: told(replace(progress, fraction=(part + progress.fraction) / 2))


def _fit(problem: Problem, plan: Plan) -> Plan:
    model = build_model(problem)
    waiting = [one.delivery for one in plan.unserved]
    never = [i for i in waiting if static_reason(problem, i) is not None]
    fitting = _Fitting(model, boards_from(model, plan), [i for i in waiting if i not in never], never)
    fitting.run()
    return fitting.build(plan)


def _loading(problem: Problem, trips: Sequence[Trip]) -> Iterator[tuple[Spot, int, list[Span]]]:
    """Yield each depot with docks and day with its docks and the times of loading."""
    for index, depot in enumerate(problem.depots):
        if depot.docks is not None:
            for day in range(len(problem.days)):
                yield (
                    (index, day),
                    depot.docks,
                    [(t.start_s, t.departure_s) for t in trips if (t.depot, t.day) == (index, day)],
                )


@dataclass(eq=False)
class _Fitting:
    """The plan while it is fitted; ``full`` are depots and days that take no more trips."""

    model: Model
    boards: list[Board]
    waiting: list[int]
    never: list[int]  # not to be served even alone
    full: set[Spot] = field(default_factory=set)
    times: dict[int, list[TripTimes]] = field(default_factory=dict)  # by the identity of a truck-day

    def run(self) -> None:
        """Drop what cannot load in time, put it on other days, until there is no more to do; then use what is left."""
        self._fit()
        while self._readmit():
            self._fit()
        self._exchange()
        self._fill()

    def _fit(self) -> None:
        """Schedule every depot and day, dropping trips where they cannot all load in time."""
        for board in self.boards:
            docks = self.model.problem.depots[board.depot].docks
            for day in range(len(self.model.problem.days)):
                truck_days = [one for one in board.truck_days if one.day == day]
                usual = [schedule_day(self.model, self.model.kinds[t.kind], t.trips) for t in truck_days]
                known = {id(t): times for t, times in zip(truck_days, usual, strict=True) if times is not None}
                spans = [(one.start_s, one.departure_s) for times in known.values() for one in times]
                if len(known) == len(truck_days) and (docks is None or most_at_once(spans) <= docks):
                    self.times |= known
                else:
                    self._fit_day(board, day, docks or len(truck_days), truck_days)

    def _fit_day(self, board: Board, day: int, docks: int, truck_days: Sequence[TruckDay]) -> None:
        times = self._schedule(docks, truck_days, [t.trips for t in truck_days])
        if times is None:
            self.full.add((board.depot, day))
            for truck_day, trips in zip(truck_days, self._keep(docks, truck_days), strict=True):
                stay = {i for trip in trips for i in trip}
                self.waiting += [i for i in truck_day.deliveries() if i not in stay]
                board.change(truck_day, trips)
            truck_days = [t for t in truck_days if t.trips]
            times = self._schedule(docks, truck_days, [t.trips for t in truck_days])
        if times is None:
            raise RuntimeError(f"trips that could load in time cannot: {[t.trips for t in truck_days]}")
        self.times |= {id(t): one for t, one in zip(truck_days, times, strict=True)}

    def _schedule(
        self, docks: int, truck_days: Sequence[TruckDay], trips: Sequence[list[list[int]]]
    ) -> list[list[TripTimes]] | None:
        return self._fit_loading(
            docks, [(self.model.kinds[t.kind], own) for t, own in zip(truck_days, trips, strict=True)]
        )

    def _fit_loading(
        self, docks: int, trucks: Sequence[tuple[Kind, Sequence[Sequence[int]]]]
    ) -> list[list[TripTimes]] | None:
        """Schedule one depot and day, with its share of the work that may go into all of them."""
        at_docks = sum(depot.docks is not None for depot in self.model.problem.depots)
        share = MOST_WORK / max(1, at_docks * len(self.model.problem.days))
        return fit_loading(self.model, docks, trucks, max(LEAST_WORK, share))

    def _can_load(self, docks: int, truck_days: Sequence[TruckDay], trips: Sequence[list[list[int]]]) -> bool:
        trucks = [(self.model.kinds[t.kind], own) for t, own in zip(truck_days, trips, strict=True)]
        return load_in_turn(self.model, docks, trucks) is not None or self._fit_loading(docks, trucks) is not None

    def _keep(self, docks: int, truck_days: Sequence[TruckDay]) -> list[list[list[int]]]:
        """Choose what stays: trip after trip, by the lowest rank on board, with as many of its stops as can be.

        Of a trip that cannot load in time with all its stops, those of the highest ranks are left out.
        """
        order = self.model.order
        kept: list[list[list[int]]] = [[[] for _ in t.trips] for t in truck_days]
        every = [(n, m, trip) for n, t in enumerate(truck_days) for m, trip in enumerate(t.trips)]
        for n, m, trip in sorted(every, key=lambda one: min(order[i] for i in one[2])):
            by_rank = sorted(trip, key=order.__getitem__)

            def fits(stops: int, n: int = n, m: int = m, trip: list[int] = trip, by_rank: list[int] = by_rank) -> bool:
                kept[n][m] = [i for i in trip if i in by_rank[:stops]]
                return self._can_load(docks, truck_days, [[one for one in own if one] for own in kept])

            most, too_many = (len(trip), len(trip) + 1) if fits(len(trip)) else (0, len(trip))
            while too_many - most > 1:
                middle = (most + too_many) // 2
                most, too_many = (middle, too_many) if fits(middle) else (most, middle)
            kept[n][m] = [i for i in trip if i in by_rank[:most]]
        return kept

    def _readmit(self) -> bool:
        """Insert those who wait on depots and days that are not full; tell whether any was."""
        day_ok = self.model.day_ok.copy()
        for depot, day in self.full:
            day_ok[np.array(self.model.depot) == depot, day] = False
        open_days = replace(self.model, day_ok=day_ok)
        boards = [Board(open_days, board.depot, board.truck_days) for board in self.boards]
        still = readmit(open_days, boards, self.waiting)
        placed = len(still) < len(self.waiting)
        self.boards = [Board(self.model, board.depot, board.truck_days) for board in boards]
        self.waiting = still
        return placed

    def _exchange(self) -> None:
        """Give the stop of a delivery to one of lower rank that waits and asks for no more at the same place."""
        queue = [(self.model.order[i], i) for i in self.waiting]
        heapq.heapify(queue)
        self.waiting = []
        while queue:
            _, i = heapq.heappop(queue)
            board = self.boards[self.model.depot[i]]
            taken = next((j for t in board.truck_days if (j := self._take_stop(board, t, i)) is not None), None)
            if taken is None:
                self.waiting.append(i)
            else:
                heapq.heappush(queue, (self.model.order[taken], taken))

    def _take_stop(self, board: Board, truck_day: TruckDay, i: int) -> int | None:
        """Put one who waits in the place of one of higher rank on a truck-day, at the same hours; return who lost it."""
        model, times = self.model, self.times[id(truck_day)]
        if not (model.kind_ok[i, truck_day.kind] and model.day_ok[i, truck_day.day]):
            return None
        for n, trip in enumerate(truck_day.trips):
            for j in trip:
                if not _asks_no_more(model, i, j):
                    continue
                swapped = [i if stop == j else stop for stop in trip]
                one = drive_from(model, model.kinds[truck_day.kind], swapped, times[n].start_s)
                if one is not None and one.end_s <= times[n].end_s and model.release_s[i] <= one.start_s:
                    times[n] = one
                    board.change(truck_day, [*truck_day.trips[:n], swapped, *truck_day.trips[n + 1 :]])
                    return j
        return None

    def _fill(self) -> None:
        """Bring those who still wait by trips of their own, by rank, while a truck and a dock are free in time."""
        storage = Storage(self.model, self.boards)
        still = []
        for i in sorted(self.waiting, key=self.model.order.__getitem__):
            board = self.boards[self.model.depot[i]]
            found = [
                (one.cost(self.model.kinds[k]) + self.model.kinds[k].fixed_cost, k, day, one)
                for k, day in (self._idle(board, i) if storage.holds(i) else ())
                if (one := self._lone_trip(board, i, k, day)) is not None
            ]
            if not found:
                still.append(i)
                continue
            _, kind, day, one = min(found, key=lambda option: option[:3])
            truck_day = TruckDay(kind, day, [[i]])
            board.open(truck_day)
            self.times[id(truck_day)] = [one]
            storage.fill(i)
        self.waiting = still

    def _idle(self, board: Board, i: int) -> list[tuple[int, int]]:
        """List the vehicle types and days of which a truck stands idle that could bring a delivery, docks aside."""
        days = np.flatnonzero(self.model.day_ok[i] & board.stock_days(i))
        free = board.free
        return [
            (int(k), int(day))
            for k in np.flatnonzero(self.model.kind_ok[i])
            for day in days
            if free[k, day] > 0 and schedule_day(self.model, self.model.kinds[k], [[i]]) is not None
        ]

    def _lone_trip(self, board: Board, i: int, kind: int, day: int) -> TripTimes | None:
        docks = self.model.problem.depots[board.depot].docks
        return lone_trip(self.model, self.model.kinds[kind], i, self._spans(board, day), docks)

    def _spans(self, board: Board, day: int) -> list[Span]:
        of_day = (self.times[id(t)] for t in board.truck_days if t.day == day)
        return [(one.start_s, one.departure_s) for times in of_day for one in times]

    def build(self, plan: Plan) -> Plan:
        """Build the plan, with a reason for all who wait."""
        waiting = [*self.never, *self.waiting]
        unserved = [self._reason(one) for one in explain_all(self.model, self.boards, waiting)]
        return build_plan(
            self.model, self.boards, unserved, plan.status, plan.iterations, plan.seed, lambda t: self.times[id(t)]
        )

    def _reason(self, one: Unserved) -> Unserved:
        board = self.boards[self.model.depot[one.delivery]]
        idle = self._idle(board, one.delivery) if one.reason is Reason.FLEET_USED_UP else []
        if not idle:
            return one
        numbers = {
            "needs_g": int(self.model.weight_g[one.delivery]),
            "docks": self.model.problem.depots[board.depot].docks or 0,
            "trips": sum(len(self._spans(board, day)) for day in {day for _, day in idle}),
        }
        return Unserved(one.delivery, Reason.DOCKS_FULL, numbers)


def _asks_no_more(model: Model, i: int, j: int) -> bool:
    """Tell whether a delivery is of lower rank than another at its place and no larger in any respect but time."""
    mine, theirs = model.problem.deliveries[i], model.problem.deliveries[j]
    return (
        mine.rank < theirs.rank
        and (mine.place, mine.storage_class, mine.drop) == (theirs.place, theirs.storage_class, theirs.drop)
        and mine.weight_g <= theirs.weight_g
        and mine.volume_ml <= theirs.volume_ml
        and all(a <= b for a, b in zip(mine.packs, theirs.packs, strict=True))
    )
