"""Splits the cost of a plan into its parts, and shares each truck-day's cost among its stops, without a rest.

Sharing follows the alternative cost avoided method (Straffin & Heaney 1981, "Game theory and the Tennessee Valley
Authority"; for transport Frisk, Göthe-Lundgren, Jörnsten & Rönnqvist 2010): a halt bears what is saved by leaving it
out; the rest of the trip's cost of road and time goes by what each halt spares in not having a trip of its own. The
truck's fixed cost goes by weight over the halts of its day. What is saved is counted in road, driving and service,
leaving the clock aside: waiting and loading belong to the rest. Stops in a row at one place are one halt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from optimizer.consecutive import consecutive_legs
from optimizer.plan import COST_SCALE, Plan, Stop, Trip
from optimizer.problem import Problem
from optimizer.verify_trip import places_of


@dataclass(frozen=True, slots=True)
class HaltShare:
    """What one halt bears, in 1/COST_SCALE: ``way`` of its trip's road and time, ``fixed`` of its truck's day.

    ``saved`` of the way would not arise without it. ``stops`` are those of the trip that it is made of.
    """

    stops: tuple[Stop, ...]
    weight_g: int
    saved: int
    way: int
    fixed: int

    @property
    def total(self) -> int:
        """Return all that the halt bears."""
        return self.way + self.fixed


@dataclass(frozen=True, slots=True)
class TripCost:
    """The exact parts of a trip's cost, in 1/COST_SCALE, its seconds by use and its load against the truck's room.

    ``fixed + road + time`` is ``Trip.scaled_cost``, and the seconds add up to those from loading to return.
    """

    trip: Trip
    fixed: int
    road: int
    time: int
    loading_s: int
    driving_s: int
    waiting_s: int
    service_s: int
    load_factor: Fraction
    volume_factor: Fraction
    halts: tuple[HaltShare, ...]

    @property
    def total(self) -> int:
        """Return the trip's cost."""
        return self.fixed + self.road + self.time


@dataclass(frozen=True, slots=True)
class TruckDayCost:
    """The trips of one truck on one day, in order of time; the totals of its halts add up to its own."""

    trips: tuple[TripCost, ...]

    @property
    def total(self) -> int:
        """Return the cost of the truck's day."""
        return sum(trip.total for trip in self.trips)


def split_cost(problem: Problem, plan: Plan) -> tuple[TruckDayCost, ...]:
    """Split the cost of a plan by truck-day, trip, part and halt.

    Parameters
    ----------
    problem
        Its travel must know the roads past each halt, and from the depot to it and back; where one is missing, nothing
        is saved by leaving the halt out, or by its not having a trip of its own.
    plan
        A plan that ``verify_plan`` accepts.

    Returns
    -------
    tuple of TruckDayCost
        In the order of the plan; the totals add up to ``plan.scaled_cost``.
    """

    def truck_day(trip: Trip) -> tuple[int, int, int, int]:
        return trip.day, trip.depot, trip.vehicle_type, trip.vehicle

    return tuple(_split_day(problem, list(trips)) for _, trips in groupby(plan.trips, key=truck_day))


def share_exactly(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number in proportion to weights, none negative; equally where all are 0.

    Largest remainders are rounded up, of equal ones the first (Hamilton).
    """
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def _split_day(problem: Problem, trips: Sequence[Trip]) -> TruckDayCost:
    vehicle = problem.vehicle_types[trips[0].vehicle_type]
    ways = [_Way(problem, trip) for trip in trips]
    fixed = iter(share_exactly(vehicle.fixed_cost * COST_SCALE, [weight for way in ways for weight in way.weights_g]))
    return TruckDayCost(tuple(_split_trip(problem, way, [next(fixed) for _ in way.halts]) for way in ways))


def _split_trip(problem: Problem, way: _Way, fixed: Sequence[int]) -> TripCost:
    trip, vehicle = way.trip, way.vehicle
    road = trip.metres * vehicle.cost_per_km * 18
    time = (trip.end_s - trip.start_s) * vehicle.cost_per_hour * 5
    loading_s = trip.departure_s - trip.start_s
    waiting_s = sum(stop.start_s - stop.arrival_s for stop in trip.stops)
    service_s = sum(way.services_s)
    saved = way.saved()
    shares = zip(way.halts, way.weights_g, saved, _share_way(road + time, saved, way.alone()), fixed, strict=True)
    volume_ml = sum(problem.deliveries[stop.delivery].volume_ml for stop in trip.stops)
    return TripCost(
        trip=trip,
        fixed=vehicle.fixed_cost * COST_SCALE if trip.trip == 0 else 0,
        road=road,
        time=time,
        loading_s=loading_s,
        driving_s=trip.end_s - trip.start_s - loading_s - waiting_s - service_s,
        waiting_s=waiting_s,
        service_s=service_s,
        load_factor=Fraction(sum(way.weights_g), max(vehicle.capacity_g, 1)),
        volume_factor=Fraction(volume_ml, max(vehicle.capacity_ml, 1)),
        halts=tuple(HaltShare(*share) for share in shares),
    )


def _share_way(cost: int, saved: Sequence[int], alone: Sequence[int]) -> list[int]:
    """Share a trip's road and time; where the savings make more than all of it, in proportion to them."""
    rest = cost - sum(saved)
    if rest < 0:
        return share_exactly(cost, saved)
    spared = [max(own - s, 0) for own, s in zip(alone, saved, strict=True)]
    return [s + part for s, part in zip(saved, share_exactly(rest, spared), strict=True)]


class _Way:
    """A trip halt by halt: its places from depot to end, and the weight and the service time of each halt."""

    def __init__(self, problem: Problem, trip: Trip) -> None:
        self._travel = problem.travel
        self.trip, self.vehicle = trip, problem.vehicle_types[trip.vehicle_type]
        by_place = groupby(trip.stops, key=lambda stop: problem.deliveries[stop.delivery].place)
        halts = [(place, tuple(stops)) for place, stops in by_place]
        driven = places_of(problem, trip)
        self._last = driven[-1:] if self.vehicle.returns else []
        self._places = [driven[0], *(place for place, _ in halts), *self._last]
        self.halts = [stops for _, stops in halts]
        self.weights_g = [sum(problem.deliveries[stop.delivery].weight_g for stop in stops) for stops in self.halts]
        self.services_s = [sum(stop.departure_s - stop.start_s for stop in stops) for stops in self.halts]

    def saved(self) -> list[int]:
        """Return what road, driving and service cost less without each halt, never below 0."""
        places = self._places
        legs = consecutive_legs(self._travel, places)
        if not self.vehicle.returns:  # the way ends at the last halt: leaving that out saves the whole leg to it
            legs.append((0, 0))
        saved = []
        for i, service_s in enumerate(self.services_s):
            past = consecutive_legs(self._travel, [places[i], places[i + 2]])[0] if i + 2 < len(places) else (0, 0)
            detour = self._price(*legs[i]) + self._price(*legs[i + 1]) + self._price(0, service_s)
            saved.append(0 if min(past) < 0 else max(0, detour - self._price(*past)))
        return saved

    def alone(self) -> list[int]:
        """Return what a trip of its own would cost for each halt: loading, road there and back, service."""
        costs = []
        for place, service_s in zip(self._places[1:], self.services_s, strict=False):
            legs = consecutive_legs(self._travel, [self._places[0], place, *self._last])
            known = all(min(leg) >= 0 for leg in legs)
            work = self._price(0, self.vehicle.loading_s + service_s)
            costs.append(work + sum(self._price(*leg) for leg in legs) if known else 0)
        return costs

    def _price(self, metres: int, seconds: int) -> int:
        return metres * self.vehicle.cost_per_km * 18 + seconds * self.vehicle.cost_per_hour * 5
