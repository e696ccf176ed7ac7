"""A whole problem of one day for solvers of others, and their routes as a plan of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from optimizer.explain import static_reason
from optimizer.plan import Limits, Plan, Reason, Status, Unserved
from optimizer.problem import Problem
from optimizer.search.legs import FAR
from optimizer.search.model import BoolArray, Kind, Model, build_model
from optimizer.search.report import order_trips
from optimizer.search.schedule import schedule_loosely
from optimizer.travel import IntArray

#: Clock of a day that is never over.
NEVER = 1 << 40


@dataclass(frozen=True, eq=False)
class Whole:
    """A problem as routers of whole matrices want it; ``n`` deliveries, ``t`` kinds, ``p`` places, ``r`` rooms.

    Attributes
    ----------
    kinds
        Indices of the vehicle types that have trucks and a working day.
    load
        What each delivery takes of each room (weight, volume, compartments), shape (n, r).
    room
        How much there is of it in each of ``kinds``, shape (t, r).
    banned
        Which of ``kinds`` may not bring a delivery by a rule other than its load, shape (n, t).
    node_place
        Place of each node: first the depots' places, then those of the deliveries, where deliveries at one place that
        the same trucks may bring share a node.
    node
        Node of each delivery.
    """

    model: Model
    kinds: tuple[int, ...]
    load: IntArray
    room: IntArray
    banned: BoolArray
    node_place: tuple[int, ...]
    node: tuple[int, ...]

    def trucks(self, column: int) -> int:
        """Return how many trucks of a kind could be of use.

        Where nothing but the load ends a route, two routes that fit one truck are never better than the one, so that
        no more are needed than twice the load in full trucks, plus one.
        """
        kind = self.model.kinds[self.kinds[column]]
        most = min(int(self.model.trucks[self.kinds[column]].max(initial=0)), len(self.load))
        is_loose = kind.max_metres is None and kind.max_duration_s is None and kind.end_place == kind.depot_place
        if not is_loose or kind.closes_s < NEVER or any(self.model.windows) or any(self.model.release_s):
            return most
        mine = self.load[~self.banned[:, column]].sum(axis=0)
        full = max(
            (-(-int(all_) // int(one)) for all_, one in zip(mine, self.room[column], strict=True) if one), default=1
        )
        return min(most, 2 * full + 1)

    def has_open_routes(self) -> bool:
        """Tell whether there are trucks whose way ends at their last stop."""
        return any(self.model.kinds[k].end_place is None for k in self.kinds)

    def ends_of(self, kind: Kind) -> tuple[int, int]:
        """Return the nodes where the routes of a kind begin and end.

        Open ones end at a further node, after the others and next to every one of them.
        """
        start = self.node_place.index(kind.depot_place)
        return start, len(self.node_place) if kind.end_place is None else self.node_place.index(kind.end_place)

    def matrices(self, no_road: int) -> tuple[IntArray, IntArray]:
        """Return metres and seconds between all nodes, with a further node last if there are open routes."""
        metres, seconds = self.model.legs.block(self.node_place)
        for matrix in (metres, seconds):
            matrix[matrix >= FAR] = no_road
        if self.has_open_routes():
            return np.pad(metres, (0, 1)), np.pad(seconds, (0, 1))
        return metres, seconds

    def banned_nodes(self, column: int) -> IntArray:
        """Return the nodes whose deliveries a kind may not bring, ascending."""
        return np.unique(np.array(self.node, dtype=np.int64)[self.banned[:, column]])


def build_whole(problem: Problem) -> Whole:
    """Build the arrays of a problem of one day."""
    model = build_model(problem)
    kinds = tuple(k for k, kind in enumerate(model.kinds) if model.trucks[k].any() and kind.opens_s <= kind.closes_s)
    load, room = [model.weight_g], [[model.kinds[k].capacity_g for k in kinds]]
    if model.volume_ml.any():
        load.append(model.volume_ml)
        room.append([model.kinds[k].capacity_ml for k in kinds])
    compartments = [model.kinds[k].class_capacity_g for k in kinds]
    if any(rooms is not None for rooms in compartments):
        for number in range(int(model.class_of.max(initial=-1)) + 1):
            load.append(np.where(model.class_of == number, model.weight_g, 0))
            room.append(
                [
                    model.kinds[k].capacity_g if r is None else r[number]
                    for k, r in zip(kinds, compartments, strict=True)
                ]
            )
    loads = np.stack(load, axis=1)
    rooms = np.array(room, dtype=np.int64).T.reshape(len(kinds), len(load))
    fits = (loads[:, None, :] <= rooms[None, :, :]).all(axis=2)
    banned = fits & ~model.kind_ok[:, list(kinds)]
    return Whole(model, kinds, loads, rooms, banned, *_number_nodes(model, banned))


def _number_nodes(model: Model, banned: BoolArray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the place of each node and the node of each delivery."""
    places = sorted(set(model.depot_place))
    number: dict[tuple[int, bytes], int] = {}
    node = []
    for i, place in enumerate(model.place):
        key = place, banned[i].tobytes()
        if key not in number:
            number[key] = len(places)
            places.append(place)
        node.append(number[key])
    return tuple(places), tuple(node)


def common_unit(kinds: Iterable[Kind]) -> int:
    """Return the largest unit, in 1/COST_SCALE of the currency, in which all costs of the kinds are whole."""
    return gcd(*(cost for k in kinds for cost in (k.metre_cost, k.second_cost, k.fixed_cost))) or 1


class Deadline:
    """The end of a limit of seconds that runs from the making of this.

    Raises
    ------
    ValueError
        Without a limit of seconds.
    """

    def __init__(self, limits: Limits, should_stop: Callable[[], bool] | None) -> None:
        if limits.seconds is None:
            raise ValueError("this solver needs a limit of seconds")
        self._end_s = time.monotonic() + limits.seconds
        self._should_stop = should_stop
        self._stopped = False

    def left_s(self) -> float:
        """Return the seconds that are left, never less than none."""
        return max(0.0, self._end_s - time.monotonic())

    def is_over(self) -> bool:
        """Tell whether the time is up or someone asked to stop."""
        self._stopped = self._stopped or (self._should_stop is not None and self._should_stop())
        return self._stopped or self.left_s() <= 0

    def status(self) -> Status:
        """Return how the search ended."""
        return Status.STOPPED if self._stopped else Status.TIME_LIMIT


#: A truck-day of a solver: index of the vehicle type, and the deliveries of each of its trips in order.
TruckDay = tuple[int, Sequence[Sequence[int]]]


def build_plan(whole: Whole, truck_days: Iterable[TruckDay], status: Status, iterations: int, seed: int) -> Plan:
    """Build the plan of the routes that a solver found.

    Routes that break a rule are driven as they can be: it is for ``verify_plan`` to say so.

    Parameters
    ----------
    whole
        The problem.
    truck_days
        The routes; trucks of one type are numbered in this order.
    status, iterations, seed
        Of the search.
    """
    model = whole.model
    counts = [0] * len(model.kinds)
    trips = []
    for kind, routes in truck_days:
        driven = [route for route in routes if route]
        if driven:
            trips += schedule_loosely(model, kind, counts[kind], driven)
            counts[kind] += 1
    served = {stop.delivery for trip in trips for stop in trip.stops}
    late = [i for i in range(len(whole.load)) if i not in served]
    unserved = tuple(static_reason(model.problem, i) or Unserved(i, Reason.FLEET_USED_UP) for i in late)
    cost = sum(trip.scaled_cost(model.problem.vehicle_types[trip.vehicle_type]) for trip in trips)
    return Plan(order_trips(trips), unserved, cost, status, iterations, seed)
