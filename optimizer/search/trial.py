"""A change of several truck-days that is kept or taken back as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.search.insertion import Inserter
from optimizer.search.model import Model
from optimizer.search.schedule import cost_day
from optimizer.search.state import Board, TruckDay, require_cost


class Trial:
    """Takes deliveries off their trips, puts them in elsewhere, and tells what that saves.

    Parameters
    ----------
    model
        The problem's arrays.
    boards
        One of each depot.
    inserters
        Positions by depot, kept up to date from trial to trial; those that are missing are added.
    """

    def __init__(self, model: Model, boards: Sequence[Board], inserters: dict[int, Inserter]) -> None:
        self._model = model
        self._boards = boards
        self._inserters = inserters
        self._before: dict[int, tuple[Board, TruckDay, list[list[int]], int]] = {}

    def take_off(self, guests: set[int], board: Board, truck_day: TruckDay) -> bool:
        """Take deliveries off a truck-day; tell whether it still keeps its times."""
        self._remember(board, truck_day)
        board.change(truck_day, [[i for i in trip if i not in guests] for trip in truck_day.trips])
        if cost_day(self._model, self._model.kinds[truck_day.kind], truck_day.trips) is None:
            return False  # without the stop the way is longer: roads need not keep the triangle inequality
        self._refresh(board, truck_day)
        return True

    def put_in(self, guests: Sequence[int], depot: int) -> bool:
        """Put deliveries, one after the other, at their cheapest positions in a depot.

        Returns
        -------
        bool
            Whether all found one and the positions, by their estimates, cost less than taking them off has saved.
        """
        left = self.saving()
        board = self._boards[depot]
        if depot not in self._inserters:
            self._inserters[depot] = Inserter(board)
        inserter = self._inserters[depot]
        for i in guests:
            spot = inserter.find(i)
            if spot is None or spot.cost >= left:
                return False
            left -= spot.cost
            self._remember(board, inserter.at(spot))
            inserter.insert(i, spot)
        return True

    def saving(self) -> int:
        """Return what the change saves so far, in 1/COST_SCALE; not positive too when a truck-day breaks its times."""
        after = [
            cost_day(self._model, self._model.kinds[day.kind], day.trips) for _, day, _, _ in self._before.values()
        ]
        return (
            0 if None in after else sum(cost for *_, cost in self._before.values()) - sum(cost or 0 for cost in after)
        )

    def take_back(self) -> None:
        """Make everything as it was."""
        for board, truck_day, trips, _ in self._before.values():
            if truck_day.trips:
                board.change(truck_day, trips)
            elif trips:
                truck_day.trips = trips
                board.open(truck_day)
            self._refresh(board, truck_day)

    def _remember(self, board: Board, truck_day: TruckDay) -> None:
        if id(truck_day) not in self._before:
            cost = require_cost(self._model, truck_day)
            self._before[id(truck_day)] = board, truck_day, [list(trip) for trip in truck_day.trips], cost

    def _refresh(self, board: Board, truck_day: TruckDay) -> None:
        if board.depot in self._inserters:
            self._inserters[board.depot].refresh(truck_day)
