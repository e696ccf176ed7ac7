"""The plan while it is being made: the truck-days of a depot, its free trucks and its stock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer.search.model import BoolArray, Model
from optimizer.search.schedule import cost_day
from optimizer.travel import IntArray


@dataclass(slots=True, eq=False)
class TruckDay:
    """One truck on one day: its vehicle type and its trips, each a list of deliveries, none empty."""

    kind: int
    day: int
    trips: list[list[int]]

    def deliveries(self) -> Iterator[int]:
        """Yield the deliveries in the order of the stops."""
        for trip in self.trips:
            yield from trip


@dataclass(eq=False)
class Board:
    """What one depot does in the period.

    Attributes
    ----------
    truck_days
        Truck-days in use, in the order in which they were opened.
    trucks, in_use
        Trucks there are and those in use, by vehicle type and day, shape (t, d); none of the types of other depots.
    used
        Packs that have left by the end of each day, shape (c, d).
    """

    model: Model
    depot: int
    truck_days: list[TruckDay] = field(default_factory=list)
    trucks: IntArray = field(init=False)
    in_use: IntArray = field(init=False)
    used: IntArray = field(init=False)

    def __post_init__(self) -> None:
        """Start with every truck free and no pack taken, then count the truck-days given."""
        self.trucks = self.model.trucks.copy()
        self.trucks[[kind.depot != self.depot for kind in self.model.kinds]] = 0
        self.in_use = np.zeros_like(self.trucks)
        self.used = np.zeros(self.model.stock.shape[1:], dtype=np.int64)
        for truck_day in self.truck_days:
            self.in_use[truck_day.kind, truck_day.day] += 1
            self.take(truck_day.deliveries(), truck_day.day)

    @property
    def free(self) -> IntArray:
        """Trucks left by vehicle type and day, shape (t, d)."""
        return self.model.free_trucks(self.trucks, self.in_use)

    def take(self, deliveries: Iterable[int], day: int) -> None:
        """Take the packs of deliveries that leave on a day."""
        self.used[:, day:] += self.model.packs[list(deliveries)].sum(axis=0)[:, None]

    def give_back(self, deliveries: Iterable[int], day: int) -> None:
        """Give back the packs of deliveries that no longer leave on a day."""
        self.used[:, day:] -= self.model.packs[list(deliveries)].sum(axis=0)[:, None]

    def open(self, truck_day: TruckDay) -> None:
        """Put a truck-day, with its trips, into use."""
        self.truck_days.append(truck_day)
        self.in_use[truck_day.kind, truck_day.day] += 1
        self.take(truck_day.deliveries(), truck_day.day)

    def change(self, truck_day: TruckDay, trips: list[list[int]]) -> None:
        """Give a truck-day other trips; without any it is free again."""
        self.give_back(truck_day.deliveries(), truck_day.day)
        truck_day.trips = [trip for trip in trips if trip]
        self.take(truck_day.deliveries(), truck_day.day)
        if not truck_day.trips:
            self.truck_days.remove(truck_day)
            self.in_use[truck_day.kind, truck_day.day] -= 1

    def slack(self) -> IntArray:
        """Return how many more packs may leave on each day so that every later day still holds, shape (c, d)."""
        left = self.model.stock[self.depot] - self.used
        return np.minimum.accumulate(left[:, ::-1], axis=1)[:, ::-1]

    def stock_days(self, delivery: int) -> BoolArray:
        """Return on which days the stock still holds if this delivery leaves too, shape (d,)."""
        packs = self.model.packs[delivery]
        wanted = packs > 0
        enough: BoolArray = (self.slack()[wanted] >= packs[wanted][:, None]).all(axis=0)
        return enough

    def stock_holds(self) -> bool:
        """Tell whether no day takes more than the stock."""
        return bool((self.used <= self.model.stock[self.depot]).all())

    def deliveries(self) -> Iterator[int]:
        """Yield every delivery served from this depot."""
        for truck_day in self.truck_days:
            yield from truck_day.deliveries()

    def cost(self) -> int:
        """Return the exact cost in 1/COST_SCALE.

        Raises
        ------
        RuntimeError
            When a truck-day does not keep its times: the search itself is at fault.
        """
        return sum(require_cost(self.model, truck_day) for truck_day in self.truck_days)


def require_cost(model: Model, truck_day: TruckDay) -> int:
    """Return the exact cost of a truck-day that must be feasible.

    Raises
    ------
    RuntimeError
        When it is not.
    """
    cost = cost_day(model, model.kinds[truck_day.kind], truck_day.trips)
    if cost is None:
        raise RuntimeError(f"a truck-day of the search breaks its times: {truck_day.trips}")
    return cost
