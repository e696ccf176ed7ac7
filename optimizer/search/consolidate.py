"""Serve a place from one depot instead of several, where stock allows it and the routes get cheaper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from optimizer.search.insertion import Inserter
from optimizer.search.model import Model
from optimizer.search.schedule import cost_day
from optimizer.search.state import Board, TruckDay, require_cost


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
    for place, depots in sorted(_shared_places(model, boards).items()):
        if not go_on():
            break
        for depot in sorted(depots):
            guests = [i for other in sorted(depots) if other != depot for i in depots[other]]
            if any((model.packs[i] > boards[depot].slack()[:, -1]).any() for i in guests):
                continue
            gain = _Trial(model, boards, inserters, place).gather(guests, depot)
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


class _Trial:
    """A change of several truck-days that is kept or taken back as a whole."""

    def __init__(self, model: Model, boards: Sequence[Board], inserters: dict[int, Inserter], place: int) -> None:
        self._model = model
        self._boards = boards
        self._inserters = inserters
        self._place = place
        self._before: dict[int, tuple[Board, TruckDay, list[list[int]], int]] = {}

    def gather(self, guests: Sequence[int], depot: int) -> int:
        """Move the guests to a depot; return the saving, 0 if the change was taken back."""
        if self._take_off(set(guests), depot) and self._put_in(guests, depot):
            after = [
                cost_day(self._model, self._model.kinds[day.kind], day.trips) for _, day, _, _ in self._before.values()
            ]
            saving = sum(cost for *_, cost in self._before.values()) - sum(cost or 0 for cost in after)
            if None not in after and saving > 0:
                return saving
        self._take_back()
        return 0

    def _take_off(self, guests: set[int], depot: int) -> bool:
        for board in self._boards:
            if board.depot == depot:
                continue
            for truck_day in list(board.truck_days):
                if guests.isdisjoint(truck_day.deliveries()):
                    continue
                self._remember(board, truck_day)
                trips = [[i for i in trip if i not in guests] for trip in truck_day.trips]
                board.change(truck_day, trips)
                if cost_day(self._model, self._model.kinds[truck_day.kind], truck_day.trips) is None:
                    return False  # without the stop the way is longer: roads need not keep the triangle inequality
                self._refresh(board, truck_day)
        return True

    def _put_in(self, guests: Sequence[int], depot: int) -> bool:
        board = self._boards[depot]
        if depot not in self._inserters:
            self._inserters[depot] = Inserter(board)
        inserter = self._inserters[depot]
        for i in guests:
            spot = inserter.find(i)
            if spot is None:
                return False
            self._remember(board, inserter.at(spot))
            inserter.insert(i, spot)
        return True

    def _remember(self, board: Board, truck_day: TruckDay) -> None:
        if id(truck_day) not in self._before:
            cost = require_cost(self._model, truck_day)
            self._before[id(truck_day)] = board, truck_day, [list(trip) for trip in truck_day.trips], cost

    def _take_back(self) -> None:
        for board, truck_day, trips, _ in self._before.values():
            if truck_day.trips:
                board.change(truck_day, trips)
            elif trips:
                truck_day.trips = trips
                board.open(truck_day)
            self._refresh(board, truck_day)

    def _refresh(self, board: Board, truck_day: TruckDay) -> None:
        if board.depot in self._inserters:
            self._inserters[board.depot].refresh(truck_day)
