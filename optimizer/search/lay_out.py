"""A first plan: deliveries put in one by one, the farthest first, by the compiled insertion."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from optimizer.search.kernel.anneal import insert_all
from optimizer.search.kernel.layout import (
    C_ABSENT_COST,
    C_REMOTENESS,
    G_DEPOT,
    I32,
    NONE,
    U8,
    empty_solution,
    workspace,
)
from optimizer.search.kernel.load import Days, read_days
from optimizer.search.model import Model
from optimizer.search.piece import Piece, Task, build_piece, choose_groups, from_piece, run_task
from optimizer.search.regions import cut_into_regions
from optimizer.search.state import Board, TruckDay
from optimizer.travel import IntArray

#: Deliveries put in at once: their travel matrix is kept.
_MOST = 4_000
#: Moves that may be spent, for each delivery, on those that found no room, and parts in which they are made.
_MOVES_PER_DELIVERY = 100
_STEPS = 40
_HOT, _COLD = 1.0, 0.04


def lay_out(
    model: Model,
    deliveries: Sequence[int],
    urgent: Sequence[int] = (),
    depot: int | None = None,
    *,
    squeeze: Callable[[], bool] | None,
) -> tuple[list[Board], list[int]]:
    """Put deliveries into an empty plan, the urgent ones first, then the farthest.

    Farthest first opens the long trips early and lets the near stops fill them up. Each is put into the trips of the
    depot it is tagged to, and if it fits nowhere there, of any.

    Parameters
    ----------
    model
        The problem's arrays.
    deliveries, urgent
        Whom to serve, and who of them comes first.
    depot
        The only depot to serve from; None for all.
    squeeze
        Asked from time to time whether to go on searching for room, by ruin and recreate, for those that found none;
        None for no such search.

    Returns
    -------
    tuple[list[Board], list[int]]
        A board per depot, and who did not fit.
    """
    days: list[TruckDay] = []
    if not deliveries or not model.kinds:
        return boards_of(model, days), list(deliveries)
    stock = model.stock.copy()
    free = model.trucks.copy()
    if depot is not None:
        free[[kind.depot != depot for kind in model.kinds]] = 0
    shared = model.shared_trucks.copy()
    failed: list[int] = []
    parts = _parts(model, deliveries)
    for number, part in enumerate(parts):
        left = len(parts) - number
        groups, counts = choose_groups(model, part, free // left + (free % left > 0))
        own_stock, own_shared = _share(model, stock, part, deliveries), shared // left + (shared % left > 0)
        piece = build_piece(model, part, groups, counts, own_stock, shared_trucks=own_shared)
        added = _fill(model, piece, urgent, depot is None, squeeze)
        for day in added:
            free[day.kind, day.day] -= 1
            shared[model.shared[:, day.kind], day.day] -= 1
            stock[model.kinds[day.kind].depot, :, day.day :] -= model.packs[list(day.deliveries())].sum(axis=0)[:, None]
        days += added
        served = {i for day in added for i in day.deliveries()}
        failed += [i for i in part if i not in served]
    return boards_of(model, days), failed


def boards_of(model: Model, days: Sequence[TruckDay]) -> list[Board]:
    """Return a board per depot with these truck-days."""
    depots = range(len(model.problem.depots))
    by_depot: list[list[TruckDay]] = [[] for _ in depots]
    for day in days:
        by_depot[model.kinds[day.kind].depot].append(day)
    return [Board(model, depot, by_depot[depot]) for depot in depots]


def _parts(model: Model, deliveries: Sequence[int]) -> list[list[int]]:
    if len(deliveries) <= _MOST:
        return [list(deliveries)]
    centres = model.position[[model.place[i] for i in deliveries]]
    regions = cut_into_regions(centres, [1] * len(deliveries), -(-len(deliveries) // _MOST), 0.0)
    return [[deliveries[n] for n in region] for region in regions]


def _share(model: Model, stock: IntArray, part: Sequence[int], deliveries: Sequence[int]) -> IntArray:
    """Return the stock a part may take: all that is left when it is the only one, else its share by packs."""
    if len(part) == len(deliveries):
        return stock
    total = model.packs[list(deliveries)].sum(axis=0)
    own = model.packs[list(part)].sum(axis=0)
    share: IntArray = np.maximum(0, stock) * own[None, :, None] // np.maximum(total, 1)[None, :, None]
    return share


def _fill(
    model: Model, piece: Piece, urgent: Sequence[int], any_depot: bool, squeeze: Callable[[], bool] | None
) -> list[TruckDay]:
    data = piece.data
    n = len(piece.clients)
    if not piece.groups:
        return []
    first = {i: number for number, i in enumerate(urgent)}
    remoteness = data.clients[:, C_REMOTENESS].tolist()
    order = sorted(
        range(n),
        key=lambda c: (first.get(piece.clients[c], len(first)), -remoteness[c], model.order[piece.clients[c]]),
    )
    tagged = np.array([model.depot[i] for i in piece.clients], dtype=np.int64)
    at_home = data.allowed * (data.groups[:, G_DEPOT][None, :] == tagged[:, None]).astype(np.uint8)
    home = data._replace(allowed=at_home, new_groups=_only_allowed(data.new_groups, at_home))
    solution = empty_solution(data, piece.stock, piece.shared)
    work = workspace(data, piece.stock, n)
    absent = insert_all(home, solution, work, np.array(order, dtype=np.int64), True)
    if absent and any_depot:
        rest = sorted(work.absent[:absent].tolist(), key=order.index)
        absent = insert_all(data, solution, work, np.array(rest, dtype=np.int64), True)
    days = read_days(solution)
    if absent and squeeze is not None:
        days = _search_room(piece, days, squeeze)
    return from_piece(piece, days)


def _search_room(piece: Piece, days: Days, go_on: Callable[[], bool]) -> Days:
    """Search for room for the absent until all have it, the work is done, or there is no time."""
    n = len(piece.clients)
    absent_cost = piece.data.clients[:, C_ABSENT_COST]
    temperatures = [_HOT * (_COLD / _HOT) ** (step / _STEPS) for step in range(_STEPS + 1)]
    best, least = days, math.inf
    for step, (hot, cold) in enumerate(pairwise(temperatures)):
        answer = run_task(Task(piece, days, -(-_MOVES_PER_DELIVERY * n // _STEPS), hot, cold, n + step))
        days = answer.days
        served = [c for _, trips in answer.best_days for trip in trips for c in trip]
        cost = answer.best_cost + int(absent_cost.sum()) - int(absent_cost[served].sum())
        if cost < least:
            best, least = answer.best_days, cost
        if len(served) == n or not go_on():
            break
    return best


def _only_allowed(new_groups: I32, allowed: U8) -> I32:
    """Return the groups of each client without those not allowed, the rest moved up."""
    ok = (new_groups >= 0) & (np.take_along_axis(allowed, np.maximum(new_groups, 0), axis=1) > 0)
    order = np.argsort(~ok, axis=1, kind="stable")
    kept: I32 = np.take_along_axis(np.where(ok, new_groups, NONE).astype(np.int32), order, axis=1)
    return np.ascontiguousarray(kept)
