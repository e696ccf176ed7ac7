"""The truck-days that the search has lately seen, and the best plan that can be put together from them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from optimizer.recombine import Column, recombine
from optimizer.search.model import Model
from optimizer.search.schedule import cost_day
from optimizer.search.state import TruckDay

#: Stops of the truck-days remembered; of more, the latest: so a linear programme over them takes part of a second.
_REMEMBERED = 32_000
#: Plans of which they must be all, to be put together to a better one.
_PLANS = 5

_Key = tuple[int, int, tuple[tuple[int, ...], ...]]


class Pool:
    """Truck-days with their exact cost, latest last."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._cost: OrderedDict[_Key, int] = OrderedDict()
        self._stops = 0

    def knows_others(self, stops: int) -> bool:
        """Tell whether there is room for several plans of a number of stops."""
        return _PLANS * stops <= _REMEMBERED

    def add(self, days: Sequence[TruckDay]) -> None:
        """Remember truck-days."""
        for day in days:
            key = day.kind, day.day, tuple(tuple(trip) for trip in day.trips)
            if key in self._cost:
                self._cost.move_to_end(key)
                continue
            cost = cost_day(self._model, self._model.kinds[day.kind], day.trips)
            if cost is not None:
                self._cost[key] = cost
                self._stops += _count_stops(key)
        while self._stops > _REMEMBERED:
            oldest, _ = self._cost.popitem(last=False)
            self._stops -= _count_stops(oldest)

    def combine(self, plan: Sequence[TruckDay]) -> tuple[list[TruckDay], int]:
        """Return the best plan for the same deliveries that can be made of a plan and the pool, and its cost."""
        self.add(plan)
        served = {i for day in plan for i in day.deliveries()}
        keys = [key for key in self._cost if all(i in served for trip in key[2] for i in trip)]
        number = {key: n for n, key in enumerate(keys)}
        incumbent = [number[day.kind, day.day, tuple(tuple(trip) for trip in day.trips)] for day in plan]
        n_days = len(self._model.problem.days)
        columns = [self._column(key, n_days) for key in keys]
        counts = self._model.trucks.ravel().tolist()
        limits = [*self._model.stock.ravel().tolist(), *self._model.shared_trucks.ravel().tolist()]
        chosen = recombine(columns, incumbent, counts, limits)
        days = [TruckDay(keys[c][0], keys[c][1], [list(trip) for trip in keys[c][2]]) for c in chosen]
        return days, sum(columns[c].cost for c in chosen)

    def _column(self, key: _Key, n_days: int) -> Column:
        model = self._model
        kind, day, trips = key
        items = tuple(i for trip in trips for i in trip)
        packs = model.packs[list(items)].sum(axis=0)
        takes = []
        depot = model.kinds[kind].depot
        for commodity in np.flatnonzero(packs):
            for later in range(day, n_days):
                row = (depot * len(packs) + int(commodity)) * n_days + later
                takes.append((row, int(packs[commodity])))
        takes += [(model.stock.size + int(limit) * n_days + day, 1) for limit in np.flatnonzero(model.shared[:, kind])]
        return Column(items, self._cost[key], kind * n_days + day, tuple(takes))


def _count_stops(key: _Key) -> int:
    return sum(map(len, key[2]))
