"""Improve a plan by ruin and recreate on all cores.

A small plan is annealed as a whole, in two chains from different seeds. A large one is cut into regions that are
annealed at the same time and cut anew after every round, elsewhere (so every border moves); together they are one
annealing of the whole plan. What is done depends on the seed and the number of moves, never on who does it or when.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.parallel import Executor
from optimizer.search.kernel.load import Days
from optimizer.search.model import Model
from optimizer.search.piece import Answer, Piece, Task, build_piece, run_task
from optimizer.search.regions import cut_into_regions
from optimizer.search.state import Board, TruckDay
from optimizer.travel import IntArray

#: Up to so many deliveries are annealed as a whole.
WHOLE = 250
#: Deliveries in a region.
_REGION = 510
_CHAINS = 2
#: Temperature at the end and, with many moves for each delivery, at the start: in units of the way to a near neighbour.
COLD = 0.04
HOT = 4.0
#: Clients taken out on average, and the longest string (Christiaens & Vanden Berghe 2020).
_MEAN_REMOVED = 10.0
_LONGEST = 10.0

Chain = list[TruckDay]


def start_temperature(moves_per_delivery: float) -> float:
    """Return the first temperature that so many moves for each delivery can still cool down well."""
    return min(HOT, max(2 * COLD, COLD * (moves_per_delivery / 50) ** 0.8))


@dataclass(slots=True)
class Best:
    """The best plan seen."""

    cost: int
    days: list[TruckDay]


class Annealing:
    """The search: the present solution of each chain, and the best of all."""

    def __init__(self, model: Model, boards: Sequence[Board], seed: int) -> None:
        self._model = model
        self._boards = boards
        self._random = random.Random(seed)  # noqa: S311 - a search, not a secret
        start = [TruckDay(day.kind, day.day, day.trips) for board in boards for day in board.truck_days]
        self._n = sum(len(trip) for day in start for trip in day.trips)
        self.best = Best(sum(board.cost() for board in boards), start)
        self._whole: Piece | None = None
        if self._n <= WHOLE:
            self._whole = self._build(start, 0, 1)
            self._chains = [(self.best.cost, start)] * _CHAINS
        else:
            self._chains = [(self.best.cost, start)]

    @property
    def tasks(self) -> int:
        """Tell into how many tasks a round is cut, about."""
        return _CHAINS if self._whole else max(2, -(-self._n // _REGION))

    def round(self, executor: Executor, moves: int, hot: float, cold: float) -> None:
        """Anneal every chain, with so many moves for each task, between two temperatures (in near-neighbour ways)."""
        if self._whole is not None:
            self._round_of_chains(self._whole, executor, moves, hot, cold)
        else:
            self._round_of_regions(executor, moves, hot, cold)

    def _round_of_chains(self, piece: Piece, executor: Executor, moves: int, hot: float, cold: float) -> None:
        tasks = [self._task(piece, _to_piece(piece, days), moves, hot, cold) for _, days in self._chains]
        answers = executor.map(run_task, tasks)
        for number, answer in enumerate(answers):
            self._chains[number] = answer.cost, _from_piece(piece, answer.days)
            if answer.best_cost < self.best.cost:
                self.best = Best(answer.best_cost, _from_piece(piece, answer.best_days))

    def _round_of_regions(self, executor: Executor, moves: int, hot: float, cold: float) -> None:
        cost, days = self._chains[0]
        angle = self._random.uniform(0, math.pi)
        sizes = [sum(map(len, day.trips)) for day in days]
        parts = cut_into_regions(self._centres(days), sizes, min(_REGION, self._n // 2 + 30), angle)
        tasks, pieces = [], []
        for number, part in enumerate(parts):
            own = [days[i] for i in part]
            piece = self._build(own, number, len(parts))
            pieces.append(piece)
            tasks.append(self._task(piece, _to_piece(piece, own), moves, hot, cold))
        answers = executor.map(run_task, tasks)
        after = [day for piece, answer in zip(pieces, answers, strict=True) for day in _from_piece(piece, answer.days)]
        cost = sum(answer.cost for answer in answers)
        self._chains[0] = cost, after
        if cost < self.best.cost:
            self.best = Best(cost, after)

    def restart_from_best(self) -> None:
        """Let every chain go on from the best plan."""
        self._chains = [(self.best.cost, self.best.days)] * len(self._chains)

    def _task(self, piece: Piece, days: Days, moves: int, hot: float, cold: float) -> Task:
        return Task(
            piece.data,
            piece.stock,
            days,
            moves,
            hot * piece.leg_cost,
            cold * piece.leg_cost,
            _MEAN_REMOVED,
            _LONGEST,
            self._random.getrandbits(48),
        )

    def _centres(self, days: Sequence[TruckDay]) -> NDArray[np.float64]:
        """Return the middle of the stops of each truck-day, shape (days, 2), in units of latitude."""
        position = self._model.position
        return np.array([position[[self._model.place[i] for i in day.deliveries()]].mean(axis=0) for day in days])

    def _build(self, days: Sequence[TruckDay], number: int, parts: int) -> Piece:
        """Build a piece of truck-days, with a share of the idle trucks and of the stock that is left."""
        model = self._model
        clients = sorted(i for day in days for i in day.deliveries())
        counts: dict[tuple[int, int], int] = {}
        for day in days:
            counts[day.kind, day.day] = counts.get((day.kind, day.day), 0) + 1
        useful_days = model.day_ok[clients].any(axis=0)
        useful_kinds = model.kind_ok[clients].any(axis=0)
        free = self._free(parts, number)
        for kind, day in zip(*np.nonzero(free), strict=True):
            if useful_kinds[kind] and useful_days[day]:
                place = int(kind), int(day)
                counts[place] = counts.get(place, 0) + min(int(free[place]), len(clients))
        groups = sorted(counts)
        return build_piece(model, clients, groups, [counts[g] for g in groups], self._stock(days, parts))

    def _free(self, parts: int, number: int) -> IntArray:
        """Return the idle trucks by type and day that one of several parts may use, shape (t, d)."""
        model = self._model
        free = np.repeat(np.array([[kind.count] for kind in model.kinds], dtype=np.int64), len(model.problem.days), axis=1)
        for day in self._chains[0][1] if hasattr(self, "_chains") else self.best.days:
            free[day.kind, day.day] -= 1
        return free // parts + (free % parts > number)

    def _stock(self, days: Sequence[TruckDay], parts: int) -> IntArray:
        """Return the packs that a part may take by the end of each day, shape (depots, c, d)."""
        model = self._model
        used = np.zeros_like(model.stock)
        own = np.zeros_like(model.stock)
        everyone = self._chains[0][1] if hasattr(self, "_chains") else self.best.days
        for chosen, table in ((everyone, used), (days, own)):
            for day in chosen:
                table[model.kinds[day.kind].depot, :, day.day :] += model.packs[list(day.deliveries())].sum(axis=0)[:, None]
        left = np.minimum.accumulate((model.stock - used)[:, :, ::-1], axis=2)[:, :, ::-1]
        share: IntArray = own + left // parts
        return share


def _to_piece(piece: Piece, days: Sequence[TruckDay]) -> Days:
    number = {i: n for n, i in enumerate(piece.clients)}
    group = {g: n for n, g in enumerate(piece.groups)}
    return [(group[day.kind, day.day], [[number[i] for i in trip] for trip in day.trips]) for day in days]


def _from_piece(piece: Piece, days: Days) -> list[TruckDay]:
    return [TruckDay(*piece.groups[g], [[piece.clients[n] for n in trip] for trip in trips]) for g, trips in days]
