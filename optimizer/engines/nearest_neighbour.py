"""Fill a truck by nearest neighbour: always on to the nearest that still fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.search.legs import FAR
from optimizer.search.model import Model
from optimizer.search.schedule import schedule_day
from optimizer.search.state import TruckDay
from optimizer.travel import IntArray

#: Later than any time of a day.
_NEVER = 1 << 60


class NearestNeighbour:
    """The nearest neighbour heuristic (Rosenkrantz, Stearns & Lewis 1977), within every limit of a truck-day.

    From the depot, and then from each stop, the truck goes on to the nearest delivery by road that it can still serve
    and be back in time, even if it waits there; of equals to that which can begin soonest, of these to the first in
    rank. When none fits any more it comes back, and loads for its next trip those whose goods are there by then.

    Parameters
    ----------
    model
        The problem's arrays.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._place = np.array(model.place, dtype=np.int64)
        self._service_s = np.array(model.service_s, dtype=np.int64)
        self._release_s = np.array(model.release_s, dtype=np.int64)
        self._order = np.array(model.order, dtype=np.int64)
        most = max((len(windows) for windows in model.windows), default=0)
        anytime = ((-_NEVER, _NEVER),)
        padded = [[*(w or anytime), *[(_NEVER, -_NEVER)] * most][: max(most, 1)] for w in model.windows]
        self._windows = np.array(padded, dtype=np.int64).reshape(len(model.place), max(most, 1), 2)

    def fill(self, kind: int, day: int, deliveries: Sequence[int]) -> TruckDay | None:
        """Fill one idle truck for a day.

        Parameters
        ----------
        kind, day
            Which truck, and when.
        deliveries
            Those that it may bring on that day, stock and storage included.

        Returns
        -------
        TruckDay | None
            None if it cannot serve any.
        """
        trips: list[list[int]] = []
        left = np.array(deliveries, dtype=np.int64)
        while len(left) and len(trips) < self._model.kinds[kind].trips_per_day:
            trip = self._fill_trip(kind, trips, left)
            if not trip:
                break
            trips.append(trip)
            left = left[~np.isin(left, trip)]
        return TruckDay(kind, day, trips) if trips else None

    def _fill_trip(self, kind_index: int, trips: list[list[int]], left: IntArray) -> list[int]:
        model, kind = self._model, self._model.kinds[kind_index]
        before = schedule_day(model, kind, trips) or []
        ready = max(before[-1].end_s if before else 0, kind.opens_s)
        rooms = [kind.capacity_g, kind.capacity_ml, *(kind.class_capacity_g or ())]
        loads = [model.weight_g, model.volume_ml]
        loads += [np.where(model.class_of == c, model.weight_g, 0) for c in range(len(rooms) - 2)]
        begins = np.maximum(ready, self._release_s[left])  # of loading, with that one as the first stop
        clock: int | IntArray = begins + kind.loading_s
        at = kind.depot_place
        trip: list[int] = []
        while len(left):
            found = self._nearest(kind_index, [*trips, trip], left, at, clock)
            if found is None:
                break
            position, start = found
            chosen = int(left[position])
            if not trip:
                left = left[self._release_s[left] <= begins[position]]
            trip.append(chosen)
            at, clock = model.place[chosen], start + model.service_s[chosen]
            rooms = [room - int(load[chosen]) for room, load in zip(rooms, loads, strict=True)]
            fits = left != chosen
            for room, load in zip(rooms, loads, strict=True):
                fits &= load[left] <= room
            left = left[fits]
        return trip

    def _nearest(
        self, kind_index: int, trips: list[list[int]], left: IntArray, at: int, clock: int | IntArray
    ) -> tuple[int, int] | None:
        """Return the position in ``left`` of the one to go on to from a place, and when its service begins.

        ``clock`` is when the truck can leave the place; for each one's own if the trip is yet to be loaded: then those
        come first whose goods are there first.
        """
        model, kind = self._model, self._model.kinds[kind_index]
        metres, seconds, _, _ = model.legs.around(at)
        there = self._place[left]
        start = self._first_starts(left, clock + seconds[there])
        ends = start + self._service_s[left]
        is_road = metres[there] < FAR
        if kind.end_place is not None:
            _, _, metres_home, seconds_home = model.legs.around(kind.end_place)
            ends = ends + seconds_home[there]
            is_road &= metres_home[there] < FAR
        order = np.lexsort((self._order[left], start, metres[there], np.broadcast_to(clock, left.shape)))
        for position in order[((ends <= kind.closes_s) & is_road)[order]].tolist():
            *driven, trip = trips
            # What is left to judge are limits of the day's road and work, where there are any.
            if schedule_day(model, kind, [*driven, [*trip, int(left[position])]]) is not None:
                return position, int(start[position])
        return None

    def _first_starts(self, deliveries: IntArray, arrival_s: IntArray) -> IntArray:
        opens, closes = self._windows[deliveries, :, 0], self._windows[deliveries, :, 1]
        arrival = arrival_s[:, None]
        first: IntArray = np.where(arrival <= closes, np.maximum(arrival, opens), _NEVER).min(axis=1)
        return first
