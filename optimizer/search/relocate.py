"""Move what one truck-day carries to where it is cheapest in the whole depot: all of it, a trip, a single stop.

The pieces of ``decompose`` see a few neighbouring trips at a time; this sees every trip and every idle truck of the
depot, and so finds the truck that need not drive at all on a day (ejection of routes, Nagata & Braysy 2009, without
their chains).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from optimizer.search.insertion import Inserter
from optimizer.search.model import Model
from optimizer.search.state import Board, TruckDay
from optimizer.search.trial import Trial


def relocate(model: Model, boards: Sequence[Board], go_on: Callable[[], bool]) -> int:
    """Try once for each truck-day to carry its load, a trip of it or a stop of it elsewhere, and keep what is cheaper.

    What is taken off is put back one by one at its cheapest positions, the heaviest first, on any of its days; who is
    served and from which depot stays as it is.

    Returns
    -------
    int
        What it saves, in 1/COST_SCALE of the currency.
    """
    inserters: dict[int, Inserter] = {}
    saved = 0
    for board in boards:
        for truck_day in list(board.truck_days):
            if not go_on():
                return saved
            for group in _groups(truck_day):
                if group <= set(truck_day.deliveries()):
                    saved += _move(Trial(model, boards, inserters), board, truck_day, group)
    return saved


def _groups(truck_day: TruckDay) -> Iterator[frozenset[int]]:
    """Yield what is tried together, each set once: the whole day, each trip, each stop."""
    groups = [frozenset(truck_day.deliveries()), *map(frozenset, truck_day.trips)]
    groups += [frozenset((i,)) for i in truck_day.deliveries()]
    yield from dict.fromkeys(groups)


def _move(trial: Trial, board: Board, truck_day: TruckDay, group: frozenset[int]) -> int:
    model = board.model
    heaviest_first = sorted(group, key=lambda i: (-int(model.weight_g[i]), model.order[i]))
    if trial.take_off(set(group), board, truck_day) and trial.put_in(heaviest_first, board.depot):
        saving = trial.saving()
        if saving > 0:
            return saving
    trial.take_back()
    return 0
