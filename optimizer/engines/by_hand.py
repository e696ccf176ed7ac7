"""Plan as a careful clerk would without a computer: the baseline that the search is measured against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.engines.closing import close_plan
from optimizer.engines.nearest_neighbour import NearestNeighbour
from optimizer.explain import static_reason
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.search.admission import in_rank_order
from optimizer.search.model import Model, build_model
from optimizer.search.schedule import schedule_day
from optimizer.search.state import Board
from optimizer.search.waiting import Storage
from optimizer.tagging import release_days
from optimizer.travel import IntArray
from optimizer.watch import Progress


def solve(
    problem: Problem,
    limits: Limits,  # noqa: ARG001  # it ends by itself
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,  # noqa: ARG001  # it is over in seconds
    should_stop: Callable[[], bool] | None = None,  # noqa: ARG001
    executor: Executor | None = None,  # noqa: ARG001
) -> Plan:
    """Serve each delivery from the nearest warehouse that still has stock, by nearest neighbour on every truck.

    In the order of rank, ties by name, each delivery is booked at the nearest warehouse, by road, that has a truck for
    it and stock by its last day, and is given the first day from which it may leave without taking a pack from those
    booked before it. Then each warehouse fills its trucks (see ``NearestNeighbour``); what finds no truck there is
    booked at the next nearest. Those left at last are put in wherever their tagged warehouse has room, those of lower
    rank before those of higher, and the rest wait.

    Parameters
    ----------
    problem
        As for ``optimizer.solve.solve``; deliveries that no truck of their tagged warehouse can serve wait here too.
    limits, on_progress, should_stop, executor
        Not used.
    seed
        Noted in the plan; nothing here is drawn by lot.

    Returns
    -------
    Plan
        Every constraint kept, with a reason for each that waits; always the same for a problem.
    """
    model = build_model(problem)
    never = [one for i in range(len(problem.deliveries)) if (one := static_reason(problem, i)) is not None]
    late = {one.delivery for one in never}
    boards = [Board(model, depot) for depot in range(len(problem.depots))]
    waiting = _serve(model, boards, [i for i in range(len(problem.deliveries)) if i not in late])
    return close_plan(model, boards, waiting, never, Status.ITERATION_LIMIT, 0, seed)


def _serve(model: Model, boards: Sequence[Board], deliveries: Sequence[int]) -> list[int]:
    """Book and load until nothing more can be; return those who wait."""
    storage = Storage(model, boards)
    choices: dict[int, list[int]] = {}
    full = []
    for i in in_rank_order(model, deliveries):
        if storage.holds(i):
            storage.fill(i)
            choices[i] = _depots_by_distance(model, i)
        else:
            full.append(i)
    while True:
        booked = _book(model, boards, choices)
        if not any(booked):
            return in_rank_order(model, [*full, *choices])
        for board, chosen in zip(boards, booked, strict=True):
            refused = _load(model, board, chosen)
            for i in chosen:
                if i in refused:
                    choices[i].remove(board.depot)
                else:
                    del choices[i]


def _depots_by_distance(model: Model, delivery: int) -> list[int]:
    """Return the depots with a truck that can serve a delivery, the nearest by road first."""
    able = set()
    for k in np.flatnonzero(model.kind_ok[delivery]).tolist():
        kind = model.kinds[k]
        if model.trucks[k].any() and kind.depot not in able and schedule_day(model, kind, [[delivery]]) is not None:
            able.add(kind.depot)
    _, _, metres_in, _ = model.legs.around(model.place[delivery])
    return sorted(able, key=lambda depot: (int(metres_in[model.depot_place[depot]]), depot))


def _book(model: Model, boards: Sequence[Board], choices: dict[int, list[int]]) -> list[list[int]]:
    """Book each who waits, in the order given, at the first of its depots with stock by its last day."""
    left = [board.slack() for board in boards]
    booked: list[list[int]] = [[] for _ in boards]
    for i, depots in choices.items():
        last = int(np.flatnonzero(model.day_ok[i])[-1])
        packs = model.packs[i][:, None]
        for depot in depots:
            if not ((packs > left[depot][:, last:]) & (packs > 0)).any():
                left[depot][:, last:] -= packs
                booked[depot].append(i)
                break
    return booked


def _load(model: Model, board: Board, chosen: Sequence[int]) -> set[int]:
    """Fill the trucks of a depot, day by day, the largest first; return those that found none."""
    if not chosen:
        return set()
    first = _first_days(model, board, chosen)
    left = list(chosen)
    kinds = [k for k, kind in enumerate(model.kinds) if kind.depot == board.depot]
    kinds.sort(key=lambda k: -model.kinds[k].capacity_g)
    filler = NearestNeighbour(model)
    for day in range(len(model.problem.days)):
        for k in kinds:
            while board.free[k, day] > 0:
                ready = [i for i in left if first[i] <= day and model.day_ok[i, day] and model.kind_ok[i, k]]
                truck_day = filler.fill(k, day, ready)
                if truck_day is None:
                    break
                board.open(truck_day)
                taken = set(truck_day.deliveries())
                left = [i for i in left if i not in taken]
    return set(left)


def _first_days(model: Model, board: Board, chosen: Sequence[int]) -> dict[int, int]:
    """Return from which day on each may leave, whatever the others do."""
    columns: IntArray = np.arange(model.day_ok.shape[1])
    last_day = np.where(model.day_ok[list(chosen)], columns, -1).max(axis=1)
    days = release_days(
        np.zeros(len(chosen), dtype=np.int64),
        model.packs[list(chosen)],
        np.array([model.order[i] for i in chosen], dtype=np.int64),
        board.slack()[None],
        last_day,
    )
    return dict(zip(chosen, days.tolist(), strict=True))
