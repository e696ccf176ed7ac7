"""Improve a plan by ruin and recreate on all cores.

A small plan is annealed as a whole, in two chains from different seeds. A large one is cut into regions that are
annealed at the same time and cut anew after every round, elsewhere (so every border moves); together they are one
annealing of the whole plan. What is done depends on the seed and the number of moves, never on who does it or when.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.parallel import Executor
from optimizer.search.admission import in_rank_order
from optimizer.search.cooling import Cooling
from optimizer.search.kernel.load import Days
from optimizer.search.model import Model
from optimizer.search.piece import Piece, Task, build_piece, choose_groups, from_piece, is_timed, run_task, to_piece
from optimizer.search.pool import Pool
from optimizer.search.regions import cut_into_regions
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import Storage
from optimizer.travel import IntArray

#: Up to so many deliveries are annealed as a whole; fewer where times count, for then a move takes longer, more where
#: days share them, which a cut keeps apart.
_WHOLE, WHOLE_TIMED, _WHOLE_DAYS = 1_200, 500, 1_500
#: Deliveries in a region, and in one where times count.
_REGION, _REGION_TIMED = 800, 400
_CHAINS = 2
#: Fewest moves of a task in a round: of a chain, which is there already, of a region, which takes as long to build as some
#: thousands, and of one where times count, and moves take longer: the more rounds the oftener borders move.
_FEWEST, _FEWEST_IN_REGION, _FEWEST_TIMED = 1_000, 30_000, 5_000
#: Windows stand between a stop and most places near it: a search with times takes longer to find form, and needs heat to
#: the end.
_COOLING, _COOLING_TIMED = Cooling(4.0, 1.0, 0.06), Cooling(3.0, 1.5, 0.1)
#: Of those who wait, so many are given to a piece when ranks differ: each weighs twice the next one.
_GUESTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Truck-days, and who is on none of them: better with less ``waiting_weight``, then with less cost."""

    days: list[TruckDay]
    cost: int
    waiting: tuple[int, ...]
    waiting_weight: int

    def is_better_than(self, other: Found) -> bool:
        """Compare first who waits, then the cost."""
        return (self.waiting_weight, self.cost) < (other.waiting_weight, other.cost)


@dataclass(frozen=True, slots=True, eq=False)
class _Usage:
    """What truck-days use: ``trucks`` by type and day, shape (t, d); cumulative ``stock``, shape (depots, c, d)."""

    trucks: IntArray
    stock: IntArray


class Annealing:
    """The search: the present plan of each chain, and the best of all.

    Parameters
    ----------
    model
        The problem's arrays.
    boards, waiting
        The plan to start from, and who waits in it though it might be served, in the order of rank. Those are put in
        wherever room is found; nobody who is served is dropped for them, unless all are of one rank.
    seed
        Of every random choice.

    Attributes
    ----------
    best
        The best plan so far.
    """

    def __init__(self, model: Model, boards: Sequence[Board], waiting: Sequence[int], seed: int) -> None:
        self._model = model
        self._random = random.Random(seed)  # noqa: S311 - a search, not a secret
        days = [TruckDay(day.kind, day.day, day.trips) for board in boards for day in board.truck_days]
        self._able = frozenset(waiting).union(*(day.deliveries() for day in days))
        self._n = len(self._able)
        self._timed = is_timed(model, self._able, model.kinds)
        ranks = {model.problem.deliveries[i].rank for i in self._able}
        self._one_rank = len(ranks) <= 1
        # The weight of one who waits is more than that of all behind him together.
        self._weight = {i: 1 if self._one_rank else 1 << n for n, i in enumerate(reversed(waiting))}
        self.best = self._found(days, sum(board.cost() for board in boards))
        self._chains = [self.best]
        self._pool = Pool(model)
        self._recombines = self._pool.knows_others(self._n)
        self._whole: Piece | None = None
        if self._n <= self._largest_whole():
            self._whole = self._build(days, waiting, self._usage(days), 0, 1)
            self._chains = [self.best] * _CHAINS

    @property
    def cooling(self) -> Cooling:
        """Tell the temperatures of the search."""
        return _COOLING_TIMED if self._timed else _COOLING

    @property
    def tasks(self) -> int:
        """Tell into how many tasks a round is cut: an even number, for few cores are odd."""
        size = _REGION_TIMED if self._timed else _REGION
        return _CHAINS if self._whole else 2 * -(-self._n // (2 * size))

    @property
    def fewest_moves(self) -> int:
        """Tell how many moves of a task are worth a round."""
        if self._whole is not None:
            return _FEWEST
        return _FEWEST_TIMED if self._timed else _FEWEST_IN_REGION

    def round(self, executor: Executor, moves: int, hot: float, cold: float) -> None:
        """Anneal every chain, with so many moves for each task, between two temperatures (in near-neighbour ways)."""
        if self._whole is not None:
            self._round_of_chains(self._whole, executor, moves, hot, cold)
        else:
            self._round_of_regions(executor, moves, hot, cold)

    def _largest_whole(self) -> int:
        if len(self._model.problem.days) > 1:
            return _WHOLE_DAYS
        return WHOLE_TIMED if self._timed else _WHOLE

    def _round_of_chains(self, piece: Piece, executor: Executor, moves: int, hot: float, cold: float) -> None:
        tasks = [self._task(piece, to_piece(piece, found.days), moves, hot, cold) for found in self._chains]
        for number, answer in enumerate(executor.map(run_task, tasks)):
            self._chains[number] = self._found(from_piece(piece, answer.days), answer.cost)
            self._keep(self._found(from_piece(piece, answer.best_days), answer.best_cost))
            self._remember(self._chains[number].days)

    def _round_of_regions(self, executor: Executor, moves: int, hot: float, cold: float) -> None:
        now = self._chains[0]
        total = self._usage(now.days)
        sizes = [sum(map(len, day.trips)) for day in now.days]
        centres = self._centres(now.days)
        parts = cut_into_regions(centres, sizes, self.tasks, self._random.uniform(0, math.pi))
        guests = self._share_waiting(now, centres, parts)
        pieces = []

        def tasks() -> Iterator[Task]:
            for number, part in enumerate(parts):
                own = [now.days[i] for i in part]
                pieces.append(self._build(own, guests[number], total, number, len(parts)))
                yield self._task(pieces[-1], to_piece(pieces[-1], own), moves, hot, cold)

        answers = executor.map(run_task, tasks())
        both = list(zip(pieces, answers, strict=True))
        best_days = [day for piece, answer in both for day in from_piece(piece, answer.best_days)]
        self._keep(self._found(best_days, sum(answer.best_cost for answer in answers)))
        days = [day for piece, answer in both for day in from_piece(piece, answer.days)]
        self._chains[0] = self._found(days, sum(answer.cost for answer in answers))
        self._remember(days)

    def _remember(self, days: Sequence[TruckDay]) -> None:
        if self._recombines:
            self._pool.add(days)

    def recombine(self) -> None:
        """Put the best plan together from the truck-days lately seen; if it is better, go on from it."""
        if not self._recombines:
            return
        days, cost = self._pool.combine(self.best.days)
        found = self._found(days, cost)
        if found.is_better_than(self.best):
            self.best = found
            self._chains = [found] * len(self._chains)

    def _found(self, days: list[TruckDay], cost: int) -> Found:
        waiting = tuple(in_rank_order(self._model, self._able.difference(*(day.deliveries() for day in days))))
        return Found(days, cost, waiting, sum(self._weight.get(i, 1) for i in waiting))

    def _keep(self, found: Found) -> None:
        if found.is_better_than(self.best):
            self.best = found

    def _share_waiting(self, now: Found, centres: NDArray[np.float64], parts: list[list[int]]) -> list[list[int]]:
        """Give each who waits to the part with the nearest truck-day."""
        part_of = {day: number for number, part in enumerate(parts) for day in part}
        guests: list[list[int]] = [[] for _ in parts]
        for i in now.waiting:
            here = self._model.position[self._model.place[i]]
            guests[part_of[int(np.argmin(((centres - here) ** 2).sum(axis=1)))]].append(i)
        return guests

    def _task(self, piece: Piece, days: Days, moves: int, hot: float, cold: float) -> Task:
        return Task(piece, days, moves, hot, cold, self._random.getrandbits(48))

    def _centres(self, days: Sequence[TruckDay]) -> NDArray[np.float64]:
        """Return the middle of the stops of each truck-day, shape (days, 2)."""
        position = self._model.position
        return np.array([position[[self._model.place[i] for i in day.deliveries()]].mean(axis=0) for day in days])

    def _build(self, days: Sequence[TruckDay], waiting: Sequence[int], total: _Usage, number: int, parts: int) -> Piece:
        """Build a piece of truck-days, with a share of the trucks and of the stock that all parts together leave."""
        model, own = self._model, self._usage(days)
        served = sorted(i for day in days for i in day.deliveries())
        guests = self._guests(waiting)
        clients = [*served, *guests]
        free = _share(model.trucks - total.trucks, number, parts)
        groups, counts = choose_groups(model, clients, free, days)
        importance = None
        if not self._one_rank and guests:
            importance = np.full(len(clients), 1 << len(guests), dtype=np.int64)
            importance[len(served) :] = [1 << (len(guests) - 1 - n) for n in range(len(guests))]
        stock = own.stock + (model.stock - total.stock) // parts
        shared = model.shared @ own.trucks + _share(model.shared_trucks - model.shared @ total.trucks, number, parts)
        return build_piece(model, clients, groups, counts, stock, importance, shared)

    def _guests(self, waiting: Sequence[int]) -> list[int]:
        """Choose among those who wait whom the storage has room for, all together, beside everyone served."""
        guests: list[int] = []
        if not waiting:
            return guests
        storage = Storage(self._model, self._chains[0].days)
        for i in waiting:
            if storage.holds(i):
                storage.fill(i)
                guests.append(i)
        return guests if self._one_rank else guests[:_GUESTS]

    def _usage(self, days: Sequence[TruckDay]) -> _Usage:
        """Add up what truck-days use."""
        model = self._model
        trucks, stock = np.zeros_like(model.trucks), np.zeros_like(model.stock)
        for day in days:
            trucks[day.kind, day.day] += 1
            if model.stock.size:
                packs = model.packs[list(day.deliveries())].sum(axis=0)
                stock[model.kinds[day.kind].depot, :, day.day :] += packs[:, None]
        return _Usage(trucks, stock)


def _share(left: IntArray, number: int, parts: int) -> IntArray:
    """Return what one of several parts may have of what is left; the first ones have the odd pieces."""
    share: IntArray = left // parts + (left % parts > number)
    return share
