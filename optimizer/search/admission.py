"""Who is served and who waits, decided by rank before any route is improved, and never by distance.

First everything is laid out with the ranks ignored: if all of it fits, nobody waits and ranks do not matter. Otherwise
deliveries are admitted in the order of rank, in chunks: a chunk that can be laid out together with all those before it
is admitted whole; else its deliveries are put one by one, in the order of rank, into what room the earlier ones left,
and those that fit nowhere wait. An admitted delivery is never taken out again for one of higher rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from optimizer.search.insertion import Inserter
from optimizer.search.model import Model
from optimizer.search.state import Board

_CHUNKS = 8
_LAYOUTS = 4


def admit(model: Model, deliveries: Sequence[int], go_on: Callable[[], bool]) -> tuple[list[Board], list[int]]:
    """Lay out as many deliveries as fit, in the order of rank.

    Parameters
    ----------
    model
        The problem's arrays.
    deliveries
        Those that could be served at all.
    go_on
        Asked between layouts; once false, the rest is decided by plain insertion, which is fast.

    Returns
    -------
    tuple[list[Board], list[int]]
        A board per depot, and those who wait in the order of rank.
    """
    kept = screen(model, deliveries)
    boards = []
    served: set[int] = set()
    for depot in range(len(model.problem.depots)):
        board = _admit_depot(model, depot, [i for i in kept if model.depot[i] == depot], go_on)
        boards.append(board)
        served.update(board.deliveries())
    waiting = in_rank_order(model, (i for i in deliveries if i not in served))
    return boards, waiting


def in_rank_order(model: Model, deliveries: Iterable[int]) -> list[int]:
    """Return deliveries in the order of rank, ties by name."""
    return sorted(deliveries, key=model.order.__getitem__)


def screen(model: Model, deliveries: Sequence[int]) -> list[int]:
    """Return, in the order of rank, the deliveries that storage and stock can give to beside all those kept before.

    Stock is judged with everybody served on the last of his days, the easiest case: who fails here cannot be served in
    any plan that serves all those of lower rank.
    """
    kept = []
    used = np.zeros_like(model.stock)
    filled: dict[tuple[int, str, int], int] = defaultdict(int)
    for i in in_rank_order(model, deliveries):
        delivery = model.problem.deliveries[i]
        depot, last = delivery.depot, delivery.days[-1]
        room = model.problem.storage_g.get((delivery.place, delivery.storage_class))
        drop = (delivery.place, delivery.storage_class, delivery.drop)
        if room is not None and filled[drop] + delivery.weight_g > room:
            continue
        packs = model.packs[i][:, None]
        if ((used[depot, :, last:] + packs > model.stock[depot, :, last:]) & (packs > 0)).any():
            continue
        used[depot, :, last:] += packs
        filled[drop] += delivery.weight_g
        kept.append(i)
    return kept


def lay_out(model: Model, depot: int, deliveries: Sequence[int], urgent: Sequence[int] = ()) -> tuple[Board, list[int]]:
    """Put deliveries into an empty board, the urgent ones first, then the farthest; return it and what did not fit.

    Farthest first opens the long trips early and lets the near stops fill them up.
    """
    board = Board(model, depot)
    inserter = Inserter(board)
    _, out_s, _, back_s = model.legs.around(model.depot_place[depot])
    first = {i: n for n, i in enumerate(urgent)}
    failed = []
    for i in sorted(
        deliveries,
        key=lambda i: (first.get(i, len(first)), -int(out_s[model.place[i]] + back_s[model.place[i]]), model.order[i]),
    ):
        spot = inserter.find(i)
        if spot is None:
            failed.append(i)
        else:
            inserter.insert(i, spot)
    return board, failed


def _admit_depot(model: Model, depot: int, deliveries: list[int], go_on: Callable[[], bool]) -> Board:
    urgent: list[int] = []
    for _ in range(_LAYOUTS):
        # Those that did not fit go first the next time ("squeaky wheel" optimisation, Joslin & Clements 1999).
        board, failed = lay_out(model, depot, deliveries, urgent)
        if not failed:
            return board
        urgent = failed + [i for i in urgent if i not in set(failed)]
        if not go_on():
            break
    board, admitted, waiting = Board(model, depot), list[int](), list[int]()
    size = max(1, -(-len(deliveries) // _CHUNKS))
    for first in range(0, len(deliveries), size):
        chunk = deliveries[first : first + size]
        clustered = go_on()
        if clustered:
            trial, failed = lay_out(model, depot, [*admitted, *chunk])
            if not failed:
                board = trial
                admitted += chunk
                continue
        late = insert_in_order(board, chunk)
        admitted += [i for i in chunk if i not in set(late)]
        waiting += late
        if late and clustered:
            trial, failed = lay_out(model, depot, admitted)
            if not failed and trial.cost() < board.cost():
                board = trial
                still = insert_in_order(board, waiting)
                admitted += [i for i in waiting if i not in set(still)]
                waiting = still
    return board


def insert_in_order(board: Board, deliveries: Sequence[int]) -> list[int]:
    """Put deliveries in one by one; return those that fit nowhere."""
    inserter = Inserter(board)
    failed = []
    for i in deliveries:
        spot = inserter.find(i)
        if spot is None:
            failed.append(i)
        else:
            inserter.insert(i, spot)
    return failed
