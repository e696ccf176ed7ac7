"""A plan, or the part of it around one delivery, into which what waits is put."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.explain import static_reason
from optimizer.plan import Plan, Reason, Trip
from optimizer.problem import Problem
from optimizer.remedies.change import Change, apply_changes
from optimizer.search.insertion import build_table, find_spot
from optimizer.search.model import Kind, Model, build_model
from optimizer.search.schedule import cost_day, schedule_day
from optimizer.search.state import TruckDay
from optimizer.travel import IntArray

#: A truck on a day: day, vehicle type, vehicle.
Key = tuple[int, int, int]
Trips = tuple[tuple[int, ...], ...]

#: Truck-days of a depot, those with a stop nearest to a delivery, that it is tried on.
NEAREST = 16


@dataclass(frozen=True)
class Spot:
    """Where a delivery fits: the truck-day with it, the cost it adds (1/COST_SCALE), and the truck-day's times."""

    key: Key
    trips: Trips
    added: int
    start_s: int
    departure_s: int
    end_s: int
    working_s: int
    metres: int


@dataclass(frozen=True)
class Case:
    """A problem and a plan of it.

    Attributes
    ----------
    problem
        The problem, or a part of it: all but the deliveries that matter here.
    truck_days
        Truck-days that may be changed, by their deliveries as the problem numbers them.
    costs
        What the plan says that they cost, in 1/COST_SCALE.
    busy
        All trucks in use, these and others.
    used
        Packs that have left by the end of each day, shape (depots, commodities, days of the plan).
    stored
        Mass in g at each place, of each storage class, in each drop.
    """

    problem: Problem
    truck_days: Mapping[Key, Trips]
    costs: Mapping[Key, int]
    busy: Collection[Key]
    used: IntArray
    stored: Mapping[tuple[int, str, int], int]

    def changed(self, changes: Sequence[Change]) -> Case:
        """Return the same plan for the problem after changes."""
        return replace(self, problem=apply_changes(self.problem, changes))

    def has_room(self, delivery: int) -> bool:
        """Tell whether its place has room for a delivery beside what the plan brings."""
        return self.short_g(delivery) <= 0

    def short_g(self, delivery: int) -> int:
        """Return how much room is missing for a delivery; not above 0 if none is."""
        one = self.problem.deliveries[delivery]
        room_g = self.problem.storage_g.get((one.place, one.storage_class))
        if room_g is None:
            return 0
        return self.stored.get((one.place, one.storage_class, one.drop), 0) + one.weight_g - room_g

    def left(self, depot: int) -> IntArray:
        """Return what of the stock of a depot that has come by each day is not taken, shape (commodities, days)."""
        shape = len(self.problem.commodities), len(self.problem.days)
        stock = np.array(self.problem.depots[depot].stock, dtype=np.int64).reshape(shape)
        used = self.used[depot]
        left: IntArray = stock - np.pad(used, ((0, 0), (0, shape[1] - used.shape[1])), mode="edge")
        return left

    def slack(self, depot: int) -> IntArray:
        """Return how many more packs may leave a depot on each day, shape (commodities, days)."""
        return np.minimum.accumulate(self.left(depot)[:, ::-1], axis=1)[:, ::-1]

    def stock_days(self, delivery: int) -> list[int]:
        """Return those of its days on which the stock holds for a delivery too."""
        one = self.problem.deliveries[delivery]
        packs = np.array(one.packs, dtype=np.int64)
        enough = (self.slack(one.depot) >= packs[:, None]) | (packs[:, None] == 0)
        return [day for day in one.days if enough[:, day].all()]

    def obstacle(self, delivery: int) -> Reason | None:
        """Return what keeps a delivery that is not in the plan from being served; None if nothing does."""
        alone = static_reason(self.problem, delivery)
        if alone is not None:
            return alone.reason
        if not self.has_room(delivery):
            return Reason.STORAGE_FULL
        if not self.stock_days(delivery):
            return Reason.STOCK_SHORT
        return Reason.FLEET_USED_UP if self.find(delivery) is None else None

    def find(self, delivery: int) -> Spot | None:
        """Return the cheapest place for a delivery, by exact cost; of equals the first in day, type and truck."""
        days = self.stock_days(delivery) if self.has_room(delivery) else []
        if not days:
            return None
        kinds = self._kinds(delivery)
        keys = [key for key in self.truck_days if key[0] in days and key[1] in kinds]
        keys += [key for k in kinds if (key := self._idle(k, days)) is not None]
        model, local = self._model(delivery, keys)
        spots = [spot for key in keys if (spot := self._try(model, local, delivery, key)) is not None]
        return min(spots, key=lambda spot: (spot.added, spot.key), default=None)

    def put(self, spot: Spot) -> Case:
        """Return the plan with a delivery at a place that was found for it."""
        return self.driving({spot.key: spot.trips}, {spot.key: self.costs.get(spot.key, 0) + spot.added})

    def driving(self, truck_days: Mapping[Key, Trips], costs: Mapping[Key, int]) -> Case:
        """Return the plan with truck-days that carry what they did and more, and their costs."""
        later = len(self.problem.days) - self.used.shape[2]
        used = np.pad(self.used, ((0, 0), (0, 0), (0, later)), mode="edge")  # a copy
        stored = dict(self.stored)
        for key, trips in truck_days.items():
            had = {i for trip in self.truck_days.get(key, ()) for i in trip}
            for one in (self.problem.deliveries[i] for trip in trips for i in trip if i not in had):
                used[self.problem.vehicle_types[key[1]].depot, :, key[0] :] += np.array(one.packs)[:, None]
                where = one.place, one.storage_class, one.drop
                stored[where] = stored.get(where, 0) + one.weight_g
        return replace(
            self,
            truck_days={**self.truck_days, **truck_days},
            costs={**self.costs, **costs},
            busy={*self.busy, *truck_days},
            used=used,
            stored=stored,
        )

    def serve(self, deliveries: Sequence[int]) -> tuple[Case, int | None]:
        """Put deliveries in, one after another, each where it is cheapest; return also the first that does not fit."""
        case = self
        for delivery in deliveries:
            spot = case.find(delivery)
            if spot is None:
                return case, delivery
            case = case.put(spot)
        return case, None

    def _kinds(self, delivery: int) -> list[int]:
        one = self.problem.deliveries[delivery]
        return [
            k
            for k, v in enumerate(self.problem.vehicle_types)
            if v.depot == one.depot and v.count and (one.vehicle_types is None or k in one.vehicle_types)
        ]

    def _idle(self, kind: int, days: Sequence[int]) -> Key | None:
        """Return an idle truck of a type on the first day there is one: it costs the same on any."""
        vehicle = self.problem.vehicle_types[kind]
        keys = ((day, kind, n) for day in days for n in range(vehicle.trucks_on(day)))
        return next((key for key in keys if key not in self.busy), None)

    def _model(self, delivery: int, keys: Sequence[Key]) -> tuple[Model, dict[int, int]]:
        """Build the search's arrays of the deliveries of some truck-days and one more."""
        on_board = {i for key in keys for trip in self.truck_days.get(key, ()) for i in trip}
        ids = sorted(on_board | {delivery})
        part = replace(self.problem, deliveries=tuple(self.problem.deliveries[i] for i in ids))
        return build_model(part), {i: n for n, i in enumerate(ids)}

    def _try(self, model: Model, local: Mapping[int, int], delivery: int, key: Key) -> Spot | None:
        day, kind, _ = key
        trips = [[local[i] for i in trip] for trip in self.truck_days.get(key, ())]
        truck_day = TruckDay(kind, day, trips)
        one = local[delivery]
        days = np.zeros(len(self.problem.days), dtype=np.bool_)
        days[day] = True
        spot = find_spot(model, one, days, build_table(model, truck_day), [truck_day])
        if spot is None:
            return None
        names = sorted(local)
        trips = spot.put(one, trips)
        return _spot_of(model, model.kinds[kind], key, trips, names, self.costs.get(key, 0))


def _spot_of(
    model: Model, kind: Kind, key: Key, trips: Sequence[Sequence[int]], names: Sequence[int], cost_before: int
) -> Spot | None:
    times = schedule_day(model, kind, trips)
    cost = cost_day(model, kind, trips)
    if times is None or cost is None:
        return None
    return Spot(
        key,
        tuple(tuple(names[i] for i in trip) for trip in trips),
        cost - cost_before,
        min(one.start_s for one in times),
        max(one.departure_s for one in times),
        max(one.end_s for one in times),
        sum(one.end_s - one.start_s for one in times),
        sum(one.metres for one in times),
    )


def key_of(trip: Trip) -> Key:
    """Return the truck and day of a trip."""
    return trip.day, trip.vehicle_type, trip.vehicle


def case_of(problem: Problem, plan: Plan) -> Case:
    """Take a whole plan."""
    used = np.zeros((len(problem.depots), len(problem.commodities), len(problem.days)), dtype=np.int64)
    return Case(problem, {}, {}, frozenset(), used, {}).driving(*truck_days_of(problem, plan.trips))


def truck_days_of(problem: Problem, trips: Iterable[Trip]) -> tuple[dict[Key, Trips], Counter[Key]]:
    """Put trips together to truck-days, and add up what each is said to cost, in 1/COST_SCALE."""
    truck_days: dict[Key, Trips] = {}
    costs: Counter[Key] = Counter()
    for trip in sorted(trips, key=lambda t: (*key_of(t), t.trip)):
        key = key_of(trip)
        truck_days[key] = (*truck_days.get(key, ()), tuple(stop.delivery for stop in trip.stops))
        costs[key] += trip.scaled_cost(problem.vehicle_types[trip.vehicle_type])
    return truck_days, costs


@dataclass(frozen=True)
class BlockTravel:
    """The travel among some places, asked for once."""

    number: Mapping[int, int]
    metres: IntArray
    seconds: IntArray

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road."""
        block = np.ix_([self.number[int(i)] for i in origins], [self.number[int(i)] for i in destinations])
        return self.metres[block], self.seconds[block]


def _block_of(problem: Problem) -> BlockTravel:
    places = sorted({d.place for d in problem.deliveries} | {depot.place for depot in problem.depots})
    return BlockTravel({place: n for n, place in enumerate(places)}, *problem.travel.matrix(places, places))


def near(case: Case, delivery: int, depots: Collection[int]) -> tuple[Case, tuple[int, ...]]:
    """Cut a plan down to a delivery, which comes first, and the truck-days of some depots that come nearest to it.

    Returns
    -------
    Case
        With its own numbers for the deliveries.
    tuple of int
        For each of its deliveries, the number in the whole.
    """
    problem = case.problem
    here = problem.places[problem.deliveries[delivery].place]

    def away(key: Key) -> float:
        stops = (problem.places[problem.deliveries[i].place] for trip in case.truck_days[key] for i in trip)
        return min((p.lon - here.lon) ** 2 + (p.lat - here.lat) ** 2 for p in stops)

    chosen: list[Key] = []
    for depot in depots:
        keys = [key for key in case.truck_days if problem.vehicle_types[key[1]].depot == depot]
        chosen += sorted(keys, key=lambda key: (away(key), key))[:NEAREST]
    ids = (delivery, *(i for key in chosen for trip in case.truck_days[key] for i in trip))
    number = {i: n for n, i in enumerate(ids)}
    local = replace(problem, deliveries=tuple(problem.deliveries[i] for i in ids))
    part = replace(
        case,
        problem=replace(local, travel=_block_of(local)),
        truck_days={
            key: tuple(tuple(number[i] for i in trip) for trip in case.truck_days[key]) for key in sorted(chosen)
        },
        costs={key: case.costs[key] for key in chosen},
    )
    return part, ids


def trips_of(case: Case, keys: Collection[Key]) -> tuple[Trip, ...]:
    """Schedule truck-days of a plan."""
    ids = sorted({i for key in keys for trip in case.truck_days[key] for i in trip})
    number = {i: n for n, i in enumerate(ids)}
    model = build_model(replace(case.problem, deliveries=tuple(case.problem.deliveries[i] for i in ids)))
    trips = []
    for key in sorted(keys):
        day, kind, vehicle = key
        local = [[number[i] for i in trip] for trip in case.truck_days[key]]
        times = schedule_day(model, model.kinds[kind], local)
        if times is None:
            raise RuntimeError(f"a truck-day breaks its times: {case.truck_days[key]}")
        for n, one in enumerate(times):
            stops = tuple(replace(stop, delivery=ids[stop.delivery]) for stop in one.stops)
            depot = case.problem.vehicle_types[kind].depot
            trips.append(Trip(day, depot, kind, vehicle, n, one.start_s, one.departure_s, one.end_s, one.metres, stops))
    return tuple(trips)
