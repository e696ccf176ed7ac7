"""Serve a place from one depot instead of several, where stock allows it and the routes get cheaper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from optimizer.search.insertion import Inserter
from optimizer.search.model import Model
from optimizer.search.state import Board
from optimizer.search.trial import Trial


def consolidate(model: Model, boards: Sequence[Board], go_on: Callable[[], bool]) -> int:
    """Try for each place served from several depots to serve it all from one of them.

    The deliveries from elsewhere are taken off their trips and put at their cheapest positions in the trips of the one
    depot; that is kept when the exact cost of all truck-days touched falls. Days, classes, access, windows and the
    cumulative stock of the depot hold as for any insertion.

    Returns
    -------
    int
        What it saves, in 1/COST_SCALE of the currency.
    """
    inserters: dict[int, Inserter] = {}
    saved = 0
    for _, depots in sorted(_shared_places(model, boards).items()):
        if not go_on():
            break
        for depot in sorted(depots):
            guests = [i for other in sorted(depots) if other != depot for i in depots[other]]
            if any((model.packs[i] > boards[depot].slack()[:, -1]).any() for i in guests):
                continue
            gain = _gather(Trial(model, boards, inserters), boards, guests, depot)
            saved += gain
            if gain:
                break
    return saved


def _shared_places(model: Model, boards: Sequence[Board]) -> dict[int, dict[int, list[int]]]:
    """Return the deliveries by place and depot, of the places served from several depots."""
    places: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
    for board in boards:
        for i in board.deliveries():
            places[model.place[i]].setdefault(board.depot, []).append(i)
    return {place: depots for place, depots in places.items() if len(depots) > 1}


def _gather(trial: Trial, boards: Sequence[Board], guests: Sequence[int], depot: int) -> int:
    """Move the guests to a depot; return the saving, 0 if the change was taken back."""
    moving = set(guests)
    homes = [
        (board, truck_day)
        for board in boards
        if board.depot != depot
        for truck_day in board.truck_days
        if not moving.isdisjoint(truck_day.deliveries())
    ]
    if all(trial.take_off(moving, *home) for home in homes) and trial.put_in(guests, depot):
        saving = trial.saving()
        if saving > 0:
            return saving
    trial.take_back()
    return 0
