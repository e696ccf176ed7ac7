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
from optimizer.search.lay_out import lay_out
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
        Asked between layouts, and while one searches for room; once false, the rest is decided by plain insertion,
        which is fast.

    Returns
    -------
    tuple[list[Board], list[int]]
        A board per depot, and those who wait in the order of rank.
    """
    kept = screen(model, deliveries)
    boards, failed = _lay_out_all(model, kept, go_on)
    if not _waits_in_order(model, kept, failed):
        boards = []
        for depot in range(len(model.problem.depots)):
            boards.append(_admit_depot(model, depot, [i for i in kept if model.depot[i] == depot], go_on))
    served = {i for board in boards for i in board.deliveries()}
    return boards, in_rank_order(model, (i for i in deliveries if i not in served))


def _lay_out_all(model: Model, kept: Sequence[int], go_on: Callable[[], bool]) -> tuple[list[Board], list[int]]:
    """Lay out with the ranks ignored; those that did not fit go first the next time.

    That is "squeaky wheel" optimisation (Joslin & Clements 1999); at last, room is searched for them.
    """
    urgent: list[int] = []
    for _ in range(_LAYOUTS):
        boards, failed = lay_out(model, kept, urgent, squeeze=None)
        if not failed:
            return boards, failed
        if not go_on():
            break
        urgent = failed + [i for i in urgent if i not in set(failed)]
    return lay_out(model, kept, urgent, squeeze=go_on) if go_on() else (boards, failed)


def _waits_in_order(model: Model, kept: Sequence[int], failed: Sequence[int]) -> bool:
    """Tell whether nobody is served before one of lower rank who waits."""
    if not failed:
        return True
    rank = {i: model.problem.deliveries[i].rank for i in kept}
    late = set(failed)
    return min(rank[i] for i in failed) >= max((rank[i] for i in kept if i not in late), default=0)


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


def _admit_depot(model: Model, depot: int, deliveries: list[int], go_on: Callable[[], bool]) -> Board:
    board, admitted, waiting = Board(model, depot), list[int](), list[int]()
    size = max(1, -(-len(deliveries) // _CHUNKS))
    for first in range(0, len(deliveries), size):
        chunk = deliveries[first : first + size]
        clustered = go_on()
        if clustered:
            trial, failed = _lay_out_at(model, depot, [*admitted, *chunk], go_on)
            if not failed:
                board = trial
                admitted += chunk
                continue
        late = insert_in_order(board, chunk)
        admitted += [i for i in chunk if i not in set(late)]
        waiting += late
        if late and clustered:
            trial, failed = _lay_out_at(model, depot, admitted, go_on)
            if not failed and trial.cost() < board.cost():
                board = trial
                still = insert_in_order(board, waiting)
                admitted += [i for i in waiting if i not in set(still)]
                waiting = still
    return board


def _lay_out_at(
    model: Model, depot: int, deliveries: Sequence[int], go_on: Callable[[], bool]
) -> tuple[Board, list[int]]:
    boards, failed = lay_out(model, deliveries, depot=depot, squeeze=go_on)
    return boards[depot], failed


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
