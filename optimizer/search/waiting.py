"""Serve those who wait, in the order of rank, whenever room has come free."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from optimizer.search.admission import in_rank_order
from optimizer.search.insertion import Inserter, build_table, find_spot
from optimizer.search.model import Model
from optimizer.search.state import Board, TruckDay

#: Truck-days tried, nearest first, to make room for one who waits.
_TRIED = 40

Drop = tuple[int, str, int]


class Storage:
    """Room left at each place for each storage class and drop; places without a limit have any amount."""

    def __init__(self, model: Model, plan: Sequence[Board] | Sequence[TruckDay]) -> None:
        self._model = model
        self._filled: defaultdict[Drop, int] = defaultdict(int)
        for part in plan:
            for i in part.deliveries():
                self.fill(i)

    def fill(self, delivery: int, sign: int = 1) -> None:
        """Put a delivery into the room of its drop, or with sign -1 take it out."""
        self._filled[self._drop(delivery)] += sign * int(self._model.weight_g[delivery])

    def left_g(self, delivery: int) -> int | None:
        """Return the room left in the drop of a delivery that is not in it; None without a limit."""
        place, storage_class, _ = drop = self._drop(delivery)
        room = self._model.problem.storage_g.get((place, storage_class))
        return None if room is None else room - self._filled[drop]

    def holds(self, delivery: int) -> bool:
        """Tell whether a delivery fits beside what is there."""
        left = self.left_g(delivery)
        return left is None or left >= int(self._model.weight_g[delivery])

    def _drop(self, delivery: int) -> Drop:
        one = self._model.problem.deliveries[delivery]
        return one.place, one.storage_class, one.drop


def readmit(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[int]:
    """Insert those who wait where they fit, in the order of rank; return those who still wait."""
    if not waiting:
        return []
    storage = Storage(model, boards)
    inserters: dict[int, Inserter] = {}
    still = []
    for i in in_rank_order(model, waiting):
        board = boards[model.depot[i]]
        spot = None
        if storage.holds(i):
            if board.depot not in inserters:
                inserters[board.depot] = Inserter(board)
            spot = inserters[board.depot].find(i)
        if spot is None:
            still.append(i)
        else:
            inserters[board.depot].insert(i, spot)
            storage.fill(i)
    return still


def displace(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[int]:
    """Let those who wait take the place of deliveries of higher rank on one truck-day; return those who wait then.

    Improvement frees room that the earlier decision did not know of; this keeps its promise that nobody waits for one
    of higher rank. Those who lost their place are put back where they still fit, in the order of rank.
    """
    storage = Storage(model, boards)
    inserters: dict[int, Inserter] = {}
    carried: dict[int, _Carried] = {}
    queue = [(model.order[i], i) for i in waiting]
    heapq.heapify(queue)
    still = []
    while queue:
        _, i = heapq.heappop(queue)
        board = boards[model.depot[i]]
        if board.depot not in carried:
            carried[board.depot] = _Carried(board)
        for truck_day in carried[board.depot].near(i):
            lost = _take_place(model, board, storage, truck_day, i)
            if lost:
                break
        else:
            still.append(i)
            continue
        del carried[board.depot]
        if board.depot not in inserters:
            inserters[board.depot] = Inserter(board)
        inserter = inserters[board.depot]
        inserter.refresh(truck_day)
        for j in in_rank_order(model, lost):
            # Consolidation may have moved a delivery here from the depot it is tagged to: it goes back to that one.
            spot = inserter.find(j) if storage.holds(j) and model.depot[j] == board.depot else None
            if spot is None:
                heapq.heappush(queue, (model.order[j], j))
            else:
                inserter.insert(j, spot)
                storage.fill(j)
    return in_rank_order(model, still)


class _Carried:
    """Who is on which truck-day of a depot, as arrays."""

    def __init__(self, board: Board) -> None:
        self._model = model = board.model
        self._days = list(board.truck_days)
        stops = [(n, i) for n, truck_day in enumerate(self._days) for i in truck_day.deliveries()]
        self._number = np.array([n for n, _ in stops], dtype=np.int64)
        self._place = np.array([model.place[i] for _, i in stops], dtype=np.int64)
        self._order = np.array([model.order[i] for _, i in stops], dtype=np.int64)
        self._kind = np.array([self._days[n].kind for n, _ in stops], dtype=np.int64)
        self._day = np.array([self._days[n].day for n, _ in stops], dtype=np.int64)

    def near(self, delivery: int) -> list[TruckDay]:
        """Return truck-days that may serve a delivery and carry some of higher rank, nearest of these first."""
        model = self._model
        _, out_s, _, back_s = model.legs.around(model.place[delivery])
        juniors = (
            (self._order > model.order[delivery])
            & model.kind_ok[delivery][self._kind]
            & model.day_ok[delivery][self._day]
        )
        place, number = self._place[juniors], self._number[juniors]
        first = np.lexsort((number, (out_s + back_s)[place]))
        return [self._days[n] for n in list(dict.fromkeys(number[first].tolist()))[:_TRIED]]


def _take_place(model: Model, board: Board, storage: Storage, truck_day: TruckDay, delivery: int) -> list[int] | None:
    """Put a delivery on a truck-day without those of higher rank and return these; None when it does not fit."""
    rank = model.order[delivery]
    juniors = [j for j in truck_day.deliveries() if model.order[j] > rank]
    if not juniors:
        return None
    left = [[j for j in trip if model.order[j] < rank] for trip in truck_day.trips]
    trial = TruckDay(truck_day.kind, truck_day.day, [trip for trip in left if trip])
    for j in juniors:
        storage.fill(j, -1)
    board.give_back(juniors, truck_day.day)
    days = model.day_ok[delivery] & board.stock_days(delivery)
    board.take(juniors, truck_day.day)
    spot = None
    if storage.holds(delivery) and days[truck_day.day]:
        table = build_table(model, trial)
        spot = find_spot(model, delivery, days & _only(len(days), truck_day.day), table, [trial])
    if spot is None:
        for j in juniors:
            storage.fill(j)
        return None
    board.change(truck_day, spot.put(delivery, trial.trips))
    storage.fill(delivery)
    return juniors


def _only(n_days: int, day: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(n_days, dtype=np.bool_)
    mask[day] = True
    return mask
