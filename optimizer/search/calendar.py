"""Give the early days to those of low rank, where it costs nothing.

Roads and times are the same on every day, so a truck's day can change places with another day of a like truck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.search.model import BoolArray, Model
from optimizer.search.state import Board, TruckDay
from optimizer.travel import IntArray

_PASSES = 4
_TRIED = 4


@dataclass(slots=True, eq=False)
class _Load:
    """What moves with a truck-day: the days all its deliveries may use, its packs, its mean place in the order."""

    truck_day: TruckDay
    days: BoolArray
    packs: IntArray
    mean_order: float


def bring_forward(board: Board) -> None:
    """Move truck-days to earlier days with an idle truck, and exchange those of low mean rank with later ones.

    Every delivery's days and the stock of every day are kept, and the cost stays the same.
    """
    model = board.model
    loads = [_load(model, truck_day) for truck_day in board.truck_days]
    loads.sort(key=lambda load: load.mean_order)
    for _ in range(_PASSES):
        moved = False
        for load in loads:
            for day in range(load.truck_day.day):
                if load.days[day] and (_move(board, load, day) or _exchange(board, load, day, loads)):
                    moved = True
                    break
        if not moved:
            return


def _load(model: Model, truck_day: TruckDay) -> _Load:
    deliveries = list(truck_day.deliveries())
    days: BoolArray = np.logical_and.reduce(model.day_ok[deliveries], axis=0)
    return _Load(
        truck_day,
        days,
        model.packs[deliveries].sum(axis=0),
        sum(model.order[i] for i in deliveries) / len(deliveries),
    )


def _move(board: Board, load: _Load, day: int) -> bool:
    truck_day = load.truck_day
    if board.free[truck_day.kind, day] <= 0 or not _try_stock(board, load.packs, day, truck_day.day):
        return False
    board.in_use[truck_day.kind, day] += 1
    board.in_use[truck_day.kind, truck_day.day] -= 1
    truck_day.day = day
    return True


def _exchange(board: Board, load: _Load, day: int, loads: list[_Load]) -> bool:
    truck_day = load.truck_day
    others = [
        other
        for other in reversed(loads)
        if other.truck_day.day == day
        and other.truck_day.kind == truck_day.kind
        and other.mean_order > load.mean_order
        and other.days[truck_day.day]
    ]
    for other in others[:_TRIED]:
        if _try_stock(board, load.packs - other.packs, day, truck_day.day):
            other.truck_day.day, truck_day.day = truck_day.day, day
            return True
    return False


def _try_stock(board: Board, packs: IntArray, day: int, later: int) -> bool:
    """Take packs on a day instead of a later one, if the stock of the days between allows it."""
    between = board.used[:, day:later] + packs[:, None]
    if (between > board.model.stock[board.depot][:, day:later]).any():
        return False
    board.used[:, day:later] = between
    return True
