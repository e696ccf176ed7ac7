"""Every position at which a delivery could be put into a plan, with what it would add at least and exactly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from optimizer.plan import Trip
from optimizer.search.model import Model
from optimizer.search.schedule import cost_day, legs_of, schedule_day
from optimizer.suggestion import Obstacle, TruckDay
from optimizer.travel import IntArray

#: The deliveries of the trips of one truck-day, in order.
_Trips = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A position in the order of ties; ``further`` is 0 on a trip of the plan, 1 for a trip, 2 for a truck more.

    ``halt`` is the same for positions before, among and after deliveries in a row for the delivery's own place.
    """

    truck_day: TruckDay
    trip: int
    further: int
    position: int
    halt: int = field(default=0, compare=False)


class Positions:
    """The trips of a plan without a delivery, and the positions for it there.

    Attributes
    ----------
    model
        The problem's arrays.
    keeps_day
        Whether the truck that brings it in the plan could keep its day without it: where a detour is shorter than the
        straight way, it may not.
    obstacles
        What stood in the way at positions that are none, counted as they are looked at.
    """

    def __init__(self, model: Model, trips: Iterable[Trip], delivery: int) -> None:
        self.model = model
        self.obstacles: Counter[Obstacle] = Counter()
        self._delivery = delivery
        self._days: dict[TruckDay, _Trips] = {}
        self._kept: dict[TruckDay, tuple[Trip, ...]] = {}
        by_truck = sorted(trips, key=lambda t: (t.day, t.vehicle_type, t.vehicle, t.trip))
        for key, group in groupby(by_truck, key=lambda t: (t.day, t.vehicle_type, t.vehicle)):
            self._kept[key] = tuple(group)
            self._days[key] = tuple(tuple(stop.delivery for stop in trip.stops) for trip in self._kept[key])
        self.keeps_day = self._take_out()
        self._stock = self._stock_left()

    def kept(self, truck_day: TruckDay | None = None) -> Iterator[Trip]:
        """Yield the trips without the delivery, but for those of one truck-day."""
        for key, trips in self._kept.items():
            if key != truck_day:
                yield from trips

    def candidates(self) -> Iterator[tuple[Position, int]]:
        """Yield every position that times aside is one, with a lower bound of the cost it adds."""
        delivery = self.model.problem.deliveries[self._delivery]
        if not delivery.days:
            self.obstacles[Obstacle.NO_DAY] += 1
        if not self._has_storage():
            self.obstacles[Obstacle.STORAGE_FULL] += 1
            return
        units: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for day, kind_index, vehicle in self._days:
            units[day, kind_index].append(vehicle)
        for day in delivery.days:
            for k, kind in enumerate(self.model.kinds):
                if not self.model.kind_ok[self._delivery, k]:
                    self.obstacles[Obstacle.TRUCK_UNFIT] += 1
                elif (self.model.packs[self._delivery] > self._stock[kind.depot, :, day]).any():
                    self.obstacles[Obstacle.STOCK_SHORT] += 1
                else:
                    for vehicle in units[day, k]:
                        yield from self._on_truck((day, k, vehicle))
                    idle = next((v for v in range(self.model.trucks[k, day]) if v not in units[day, k]), None)
                    if idle is not None:
                        yield from self._further((day, k, idle), 0, 2)

    def _with(self, position: Position) -> _Trips:
        """Return the trips of a truck's day with the delivery at a position."""
        trips = list(self._days.get(position.truck_day, ()))
        if position.further:
            trips.insert(position.trip, (self._delivery,))
        else:
            trip, at = trips[position.trip], position.position
            trips[position.trip] = (*trip[:at], self._delivery, *trip[at:])
        return tuple(trips)

    def added_cost(self, position: Position) -> int | None:
        """Return what the delivery adds there, in 1/COST_SCALE; None where times or limits of the day do not allow it."""
        kind = self.model.kinds[position.truck_day[1]]
        cost = cost_day(self.model, kind, self._with(position))
        in_use = position.truck_day in self._days
        return None if cost is None else cost - self._way_cost(position.truck_day) - (kind.fixed_cost if in_use else 0)

    def _take_out(self) -> bool:
        """Take the delivery off its trip; tell whether the rest of the truck's day can be kept."""
        for key, trips in self._days.items():
            if any(self._delivery in trip for trip in trips):
                left = tuple(rest for trip in trips if (rest := tuple(i for i in trip if i != self._delivery)))
                del self._days[key], self._kept[key]
                if left:
                    timed = self._timed(key, left)
                    if timed is None:
                        return False
                    self._days[key], self._kept[key] = left, timed
                break
        return True

    def timed(self, position: Position) -> tuple[Trip, ...] | None:
        """Return the trips of the truck's day with the delivery at a position."""
        return self._timed(position.truck_day, self._with(position))

    def _timed(self, truck_day: TruckDay, trips: _Trips) -> tuple[Trip, ...] | None:
        day, kind, vehicle = truck_day
        times = schedule_day(self.model, self.model.kinds[kind], trips)
        if times is None:
            return None
        depot = self.model.kinds[kind].depot
        return tuple(
            Trip(day, depot, kind, vehicle, n, t.start_s, t.departure_s, t.end_s, t.metres, t.stops)
            for n, t in enumerate(times)
        )

    def _stock_left(self) -> IntArray:
        """Return the packs that may leave each depot on a day, later days being served as planned, shape (depots, c, d)."""
        left = self.model.stock.copy()
        for trip in self.kept():
            for stop in trip.stops:
                left[trip.depot, :, trip.day :] -= self.model.packs[stop.delivery][:, None]
        return np.minimum.accumulate(left[:, :, ::-1], axis=2)[:, :, ::-1]

    def _has_storage(self) -> bool:
        delivery = self.model.problem.deliveries[self._delivery]
        room_g = self.model.problem.storage_g.get((delivery.place, delivery.storage_class))
        if room_g is None:
            return True
        drop = delivery.place, delivery.storage_class, delivery.drop
        others = (self.model.problem.deliveries[stop.delivery] for trip in self.kept() for stop in trip.stops)
        filled_g = sum(d.weight_g for d in others if (d.place, d.storage_class, d.drop) == drop)
        return filled_g + delivery.weight_g <= room_g

    def _on_truck(self, truck_day: TruckDay) -> Iterator[tuple[Position, int]]:
        trips = self._days[truck_day]
        for number, trip in enumerate(trips):
            if not self._fits(truck_day[1], trip):
                self.obstacles[Obstacle.LOAD_FULL] += 1
                continue
            bounds = self._least(truck_day) + self._detours(truck_day[1], trip)
            for position, (bound, halt) in enumerate(zip(bounds.tolist(), self._halts(trip), strict=True)):
                yield Position(truck_day, number, 0, position, halt), bound
        if len(trips) < self.model.kinds[truck_day[1]].trips_per_day:
            for number in range(len(trips) + 1):
                yield from self._further(truck_day, number, 1)

    def _halts(self, trip: tuple[int, ...]) -> Iterator[int]:
        """Yield the halt of each position: its number, or the first one's of those about the same halt."""
        halt = 0
        for position in range(len(trip) + 1):
            if position == 0 or self.model.place[trip[position - 1]] != self.model.place[self._delivery]:
                halt = position
            yield halt

    def _further(self, truck_day: TruckDay, number: int, further: int) -> Iterator[tuple[Position, int]]:
        kind = self.model.kinds[truck_day[1]]
        cost = self._least_trip(truck_day[1], (self._delivery,)) + (kind.fixed_cost if further == 2 else 0)
        yield Position(truck_day, number, further, 0), self._least(truck_day) + cost

    def _fits(self, kind_index: int, trip: tuple[int, ...]) -> bool:
        model, kind = self.model, self.model.kinds[kind_index]
        loads = [*trip, self._delivery]
        if model.weight_g[loads].sum() > kind.capacity_g or model.volume_ml[loads].sum() > kind.capacity_ml:
            return False
        if kind.class_capacity_g is None:
            return True
        filled_g = np.bincount(model.class_of[loads], model.weight_g[loads], len(kind.class_capacity_g))
        return bool((filled_g <= np.array(kind.class_capacity_g)).all())

    def _least(self, truck_day: TruckDay) -> int:
        """Return the cost of a truck's trips without any wait, less what they cost in the plan: never above 0."""
        least = sum(self._least_trip(truck_day[1], trip) for trip in self._days.get(truck_day, ()))
        return least - self._way_cost(truck_day)

    def _way_cost(self, truck_day: TruckDay) -> int:
        kind = self.model.kinds[truck_day[1]]
        trips = self._kept.get(truck_day, ())
        return sum(t.metres * kind.metre_cost + (t.end_s - t.start_s) * kind.second_cost for t in trips)

    def _least_trip(self, kind_index: int, trip: tuple[int, ...]) -> int:
        kind = self.model.kinds[kind_index]
        metres, seconds = legs_of(self.model, kind, trip)
        worked_s = kind.loading_s + sum(seconds) + sum(self.model.service_s[i] for i in trip)
        return sum(metres) * kind.metre_cost + worked_s * kind.second_cost

    def _detours(self, kind_index: int, trip: tuple[int, ...]) -> IntArray:
        """Return what road, driving and service cost more with the delivery at each position, shape (stops + 1,)."""
        model, kind = self.model, self.model.kinds[kind_index]
        there_m, there_s, here_m, here_s = model.legs.around(model.place[self._delivery])
        stops = [model.place[i] for i in trip]
        before, metres, seconds = [kind.depot_place, *stops], *map(np.array, legs_of(model, kind, trip))
        after_m, after_s = np.zeros(len(before), np.int64), np.zeros(len(before), np.int64)
        after = stops if kind.end_place is None else [*stops, kind.end_place]
        after_m[: len(after)], after_s[: len(after)] = there_m[after], there_s[after]
        more_m = here_m[before] + after_m - metres
        more_s = here_s[before] + after_s - seconds + model.service_s[self._delivery]
        detours: IntArray = more_m * kind.metre_cost + more_s * kind.second_cost
        return detours
