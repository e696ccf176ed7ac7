"""Put a delivery at its cheapest feasible position among all trips of a depot.

Whether a stop fits between two others is known in O(1) from the earliest departure of the one before and the latest
arrival at the one after (forward time slack, Savelsbergh 1992), kept over the whole chain of trips of a truck-day;
so one numpy pass judges every position of a depot at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.search.model import BoolArray, Model, Windows
from optimizer.search.schedule import cost_day, first_start, last_start, legs_of
from optimizer.search.state import Board, TruckDay
from optimizer.travel import IntArray

#: Rows of a position table.
(_PRED, _SUCC, _LEG_M, _LEG_S, _EARLY_DEPARTURE, _LATE_DEPARTURE, _EARLY_NEXT, _LATE_NEXT, _ROOM_G, _ROOM_ML, _OPEN_COST,
 _KIND, _DAY, _TRIP, _POSITION, _TRUCK_DAY) = range(16)  # fmt: skip
_ROWS = 16
_NEVER = 1 << 40
#: The end of an open route; as an index it means the last column, which is added for it.
_NOWHERE = -1
#: Positions tried, cheapest first, where a table does not tell whether everything holds.
_TRIED = 30


@dataclass(frozen=True, slots=True)
class Spot:
    """A feasible position: truck-day (index in the inserter), trip, place in the trip, estimated cost."""

    truck_day: int
    trip: int
    position: int
    cost: int

    def put(self, delivery: int, trips: list[list[int]]) -> list[list[int]]:
        """Return the trips with a delivery put in at this position."""
        changed = [list(trip) for trip in trips]
        if self.trip == len(changed):
            changed.append([])
        changed[self.trip].insert(self.position, delivery)
        return changed


def build_table(model: Model, truck_day: TruckDay) -> IntArray:
    """Build the table of positions of a truck-day: before every stop, at the end of every trip, and a next trip.

    Returns
    -------
    IntArray
        Shape (16, positions); empty when not even the present trips keep their times.
    """
    kind = model.kinds[truck_day.kind]
    depot = kind.depot_place
    trips: list[list[int]] = truck_day.trips
    if len(trips) < kind.trips_per_day:
        trips = [*trips, []]
    end = _NOWHERE if kind.end_place is None else kind.end_place
    paths = [[depot, *(model.place[i] for i in trip), end] for trip in trips]
    legs = [legs_of(model, kind, trip) if trip else ([0], [0]) for trip in trips]
    early: list[list[int]] = []  # departure from the depot, then service starts, then return
    clock = kind.opens_s
    for trip, (_, seconds) in zip(trips, legs, strict=True):
        clock = max(clock, *(model.release_s[i] for i in trip), 0) + kind.loading_s
        if trip and clock > kind.leaves_by_s:
            return np.empty((_ROWS, 0), dtype=np.int64)
        times = [clock]
        for i, leg in zip(trip, seconds, strict=False):
            start = first_start(model.windows[i], clock + leg)
            if start is None:
                return np.empty((_ROWS, 0), dtype=np.int64)
            times.append(start)
            clock = start + model.service_s[i]
        clock += seconds[-1]
        times.append(clock)
        early.append(times)
    if clock > kind.closes_s:
        # Only the trip that might be added does not fit any more, or the truck-day itself is wrong.
        trips, paths, legs, early = trips[:-1], paths[:-1], legs[:-1], early[:-1]
        if not trips or len(trips) < len(truck_day.trips) or early[-1][-1] > kind.closes_s:
            return np.empty((_ROWS, 0), dtype=np.int64)
    late: list[list[int]] = []
    deadline = kind.closes_s
    for trip, (_, seconds) in zip(reversed(trips), reversed(legs), strict=True):
        times = [deadline]
        for position in range(len(trip) - 1, -1, -1):
            i = trip[position]
            latest = last_start(model.windows[i], deadline - seconds[position + 1] - model.service_s[i])
            deadline = -_NEVER if latest is None else latest
            times.append(deadline)
        deadline = min(deadline - seconds[0], kind.leaves_by_s)
        times.append(deadline)  # departure from the depot
        late.append(times[::-1])
        if trip:
            deadline -= kind.loading_s
        else:
            deadline = kind.closes_s  # a trip that is not there holds nobody up
    late.reverse()
    columns: list[tuple[int, ...]] = []
    for t, trip in enumerate(trips):
        room_g = kind.capacity_g - sum(int(model.weight_g[i]) for i in trip)
        room_ml = kind.capacity_ml - sum(int(model.volume_ml[i]) for i in trip)
        open_cost = 0 if trip else kind.loading_s * kind.second_cost + (kind.fixed_cost if t == 0 else 0)
        path, metres, seconds = paths[t], *legs[t]
        for position in range(len(trip) + 1):
            service = model.service_s[trip[position - 1]] if position else 0
            columns.append(
                (
                    path[position], path[position + 1], metres[position], seconds[position],
                    early[t][position] + service, late[t][position] + service,
                    early[t][position + 1] if position < len(trip) else 0, late[t][position + 1],
                    room_g, room_ml, open_cost, truck_day.kind, truck_day.day, t, position, 0,
                )
            )  # fmt: skip
    return np.array(columns, dtype=np.int64).T.copy()


class Inserter:
    """The positions of one depot, kept up to date while deliveries are put in."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._model = board.model
        self._truck_days = list(board.truck_days)
        self._n_open = len(self._truck_days)
        for kind, day in zip(*np.nonzero(board.free > 0), strict=True):
            self._truck_days.append(TruckDay(int(kind), int(day), []))
        self._opened = [i < self._n_open for i in range(len(self._truck_days))]
        self._tables = [build_table(self._model, truck_day) for truck_day in self._truck_days]
        self._flat: IntArray | None = None

    def find(self, delivery: int) -> Spot | None:
        """Return the cheapest feasible position of a delivery in the depot."""
        days = self._model.day_ok[delivery] & self._board.stock_days(delivery)
        return find_spot(self._model, delivery, days, self._positions(), self._truck_days) if days.any() else None

    def insert(self, delivery: int, spot: Spot) -> TruckDay:
        """Put a delivery at a position that ``find`` gave; return its truck-day."""
        truck_day = self._truck_days[spot.truck_day]
        trips = spot.put(delivery, truck_day.trips)
        if self._opened[spot.truck_day]:
            self._board.change(truck_day, trips)
        else:
            truck_day.trips = trips
            self._board.open(truck_day)
            self._opened[spot.truck_day] = True
            free = self._board.free
            if free[truck_day.kind, truck_day.day] > 0:
                self._append(TruckDay(truck_day.kind, truck_day.day, []))
            self._withdraw_idle(free)
        self._tables[spot.truck_day] = build_table(self._model, truck_day)
        self._flat = None
        return truck_day

    def at(self, spot: Spot) -> TruckDay:
        """Return the truck-day of a position; its trips are empty if the truck is still idle."""
        return self._truck_days[spot.truck_day]

    def refresh(self, truck_day: TruckDay) -> None:
        """Take note that somebody else has changed a truck-day of the board, or has put it into use or out of it."""
        self._flat = None
        number = next((i for i, one in enumerate(self._truck_days) if one is truck_day), len(self._truck_days))
        if number == len(self._truck_days):
            self._append(truck_day)
        self._opened[number] = bool(truck_day.trips)
        self._tables[number] = build_table(self._model, truck_day)
        # Exactly one idle truck of each type and day is offered while there is any.
        place = truck_day.kind, truck_day.day
        idle = [i for i, one in enumerate(self._truck_days) if not one.trips and (one.kind, one.day) == place]
        for i in idle:
            self._tables[i] = np.empty((_ROWS, 0), dtype=np.int64)
        free = self._board.free
        if free[place] > 0:
            if not idle:
                self._append(TruckDay(*place, []))
            else:
                self._tables[idle[0]] = build_table(self._model, self._truck_days[idle[0]])
        self._withdraw_idle(free)

    def _withdraw_idle(self, free: IntArray) -> None:
        """Offer no idle truck of a type that, for a limit it shares with others, is free no more."""
        if len(self._model.shared):
            for number, (one, opened) in enumerate(zip(self._truck_days, self._opened, strict=True)):
                if not opened and free[one.kind, one.day] <= 0:
                    self._tables[number] = np.empty((_ROWS, 0), dtype=np.int64)

    def _append(self, truck_day: TruckDay) -> None:
        self._truck_days.append(truck_day)
        self._opened.append(False)
        self._tables.append(build_table(self._model, truck_day))

    def _positions(self) -> IntArray:
        if self._flat is None:
            flat = np.concatenate(self._tables, axis=1) if self._tables else np.empty((_ROWS, 0), dtype=np.int64)
            flat[_TRUCK_DAY] = np.repeat(np.arange(len(self._tables)), [table.shape[1] for table in self._tables])
            self._flat = flat
        return self._flat


def find_spot(
    model: Model, delivery: int, days: BoolArray, positions: IntArray, truck_days: Sequence[TruckDay]
) -> Spot | None:
    """Return the cheapest feasible position in a table; among equals the earliest day, then the oldest truck-day.

    Waiting that the position forces is costed by a lower bound.

    Parameters
    ----------
    model
        The problem's arrays.
    delivery
        The delivery to put in.
    days
        Days on which it may leave, stock considered, shape (d,).
    positions
        As of ``build_table``, of one or many truck-days.
    truck_days
        The truck-days that the positions number.
    """
    fits = (
        days[positions[_DAY]]
        & model.kind_ok[delivery][positions[_KIND]]
        & (positions[_ROOM_G] >= model.weight_g[delivery])
        & (positions[_ROOM_ML] >= model.volume_ml[delivery])
    )
    candidates = positions[:, fits]
    metres_out, seconds_out, metres_in, seconds_in = model.legs.around(model.place[delivery])
    metres_out, seconds_out = np.append(metres_out, 0), np.append(seconds_out, 0)
    windows = model.windows[delivery]
    pred, succ = candidates[_PRED], candidates[_SUCC]
    start = _first_starts(windows, candidates[_EARLY_DEPARTURE] + seconds_in[pred])
    away = model.service_s[delivery] + seconds_out[succ]
    in_time = np.flatnonzero(start + away <= candidates[_LATE_NEXT])
    if not len(in_time):
        return None
    candidates = candidates[:, in_time]
    pred, succ, away, start = pred[in_time], succ[in_time], away[in_time], start[in_time]
    waits = np.maximum(0, start - candidates[_LATE_DEPARTURE] - seconds_in[pred])
    if windows:
        waits += np.maximum(0, candidates[_EARLY_NEXT] - windows[-1][1] - away)
    kind = candidates[_KIND]
    cost = (
        (metres_in[pred] + metres_out[succ] - candidates[_LEG_M]) * model.metre_cost[kind]
        + (seconds_in[pred] + away - candidates[_LEG_S] + waits) * model.second_cost[kind]
        + candidates[_OPEN_COST]
    )
    order = np.lexsort((candidates[_DAY], cost))
    for best in order[:_TRIED]:
        truck_day, trip, position = candidates[[_TRUCK_DAY, _TRIP, _POSITION], best].tolist()
        spot = Spot(truck_day, trip, position, int(cost[best]))
        if not model.has_further_rules or _keeps_rules(model, truck_days[truck_day], spot, delivery):
            return spot
    return None


def _keeps_rules(model: Model, truck_day: TruckDay, spot: Spot, delivery: int) -> bool:
    """Tell whether a truck-day with a delivery put in keeps what the table does not tell of."""
    kind = model.kinds[truck_day.kind]
    trips = spot.put(delivery, truck_day.trips)
    if kind.class_capacity_g is not None:
        for trip in trips:
            filled = np.bincount(model.class_of[trip], model.weight_g[trip], len(kind.class_capacity_g))
            if (filled > kind.class_capacity_g).any():
                return False
    return cost_day(model, kind, trips) is not None


def _first_starts(windows: Windows, arrival: IntArray) -> IntArray:
    """Return ``first_start`` of many arrivals; far in the future where every window is past."""
    if not windows:
        return arrival
    start = np.full(len(arrival), _NEVER, dtype=np.int64)
    for start_s, end_s in reversed(windows):
        start = np.where(arrival <= end_s, np.maximum(arrival, start_s), start)
    return start
