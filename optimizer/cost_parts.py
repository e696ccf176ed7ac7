"""Splits the cost of a plan into its parts, and shares each truck-day's cost among its stops, without a rest.

Sharing follows the alternative cost avoided method (Straffin & Heaney 1981, "Game theory and the Tennessee Valley
Authority"; for transport Frisk, Göthe-Lundgren, Jörnsten & Rönnqvist 2010): a stop bears what is saved by leaving it
out; the rest of the trip's cost of road and time goes by what each stop spares in not having a trip of its own. The
truck's fixed cost goes by weight over the stops of its day. What is saved is counted in road, driving and service,
leaving the clock aside: waiting and loading belong to the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from optimizer.consecutive import consecutive_legs
from optimizer.plan import COST_SCALE, Plan, Trip
from optimizer.problem import Problem, VehicleType
from optimizer.verify_trip import places_of

#: Metres and seconds of a leg.
_Leg = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StopShare:
    """What one stop bears, in 1/COST_SCALE: ``way`` of its trip's road and time, ``fixed`` of its truck's day.

    ``saved`` of the way would not arise without it.
    """

    delivery: int
    saved: int
    way: int
    fixed: int

    @property
    def total(self) -> int:
        """Return all that the stop bears."""
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
    stops: tuple[StopShare, ...]

    @property
    def total(self) -> int:
        """Return the trip's cost."""
        return self.fixed + self.road + self.time


@dataclass(frozen=True, slots=True)
class TruckDayCost:
    """The trips of one truck on one day, in order of time; the totals of its stops add up to its own."""

    trips: tuple[TripCost, ...]

    @property
    def total(self) -> int:
        """Return the cost of the truck's day."""
        return sum(trip.total for trip in self.trips)


def split_cost(problem: Problem, plan: Plan) -> tuple[TruckDayCost, ...]:
    """Split the cost of a plan by truck-day, trip, part and stop.

    Parameters
    ----------
    problem
        Its travel must know the roads past each stop, and from the depot to it and back; where one is missing, nothing
        is saved by leaving the stop out, or by its not having a trip of its own.
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
    weights = [problem.deliveries[stop.delivery].weight_g for trip in trips for stop in trip.stops]
    fixed = iter(share_exactly(vehicle.fixed_cost * COST_SCALE, weights))
    return TruckDayCost(tuple(_split_trip(problem, trip, [next(fixed) for _ in trip.stops]) for trip in trips))


def _split_trip(problem: Problem, trip: Trip, fixed: Sequence[int]) -> TripCost:
    vehicle = problem.vehicle_types[trip.vehicle_type]
    loads = [problem.deliveries[stop.delivery] for stop in trip.stops]
    road = trip.metres * vehicle.cost_per_km * 18
    time = (trip.end_s - trip.start_s) * vehicle.cost_per_hour * 5
    loading_s = trip.departure_s - trip.start_s
    waiting_s = sum(stop.start_s - stop.arrival_s for stop in trip.stops)
    service_s = sum(stop.departure_s - stop.start_s for stop in trip.stops)
    saved = _saved(problem, trip, vehicle)
    ways = _share_way(road + time, saved, _alone(problem, trip, vehicle))
    shares = zip(trip.stops, saved, ways, fixed, strict=True)
    return TripCost(
        trip=trip,
        fixed=vehicle.fixed_cost * COST_SCALE if trip.trip == 0 else 0,
        road=road,
        time=time,
        loading_s=loading_s,
        driving_s=trip.end_s - trip.start_s - loading_s - waiting_s - service_s,
        waiting_s=waiting_s,
        service_s=service_s,
        load_factor=Fraction(sum(load.weight_g for load in loads), max(vehicle.capacity_g, 1)),
        volume_factor=Fraction(sum(load.volume_ml for load in loads), max(vehicle.capacity_ml, 1)),
        stops=tuple(StopShare(stop.delivery, s, way, part) for stop, s, way, part in shares),
    )


def _share_way(cost: int, saved: Sequence[int], alone: Sequence[int]) -> list[int]:
    """Share a trip's road and time; where the savings make more than all of it, in proportion to them."""
    rest = cost - sum(saved)
    if rest < 0:
        return share_exactly(cost, saved)
    spared = [max(own - s, 0) for own, s in zip(alone, saved, strict=True)]
    return [s + part for s, part in zip(saved, share_exactly(rest, spared), strict=True)]


def _saved(problem: Problem, trip: Trip, vehicle: VehicleType) -> list[int]:
    """Return what road, driving and service cost less without each stop, never below 0."""
    places = places_of(problem, trip)
    legs = consecutive_legs(problem.travel, places)
    if not vehicle.returns:  # the way ends at the last stop: leaving that out saves the whole leg to it
        legs.append((0, 0))
    saved = []
    for i, stop in enumerate(trip.stops):
        past = _leg(problem, places[i], places[i + 2]) if i + 2 < len(places) else (0, 0)
        service = _price(vehicle, (0, problem.deliveries[stop.delivery].service_s))
        detour = _price(vehicle, legs[i]) + _price(vehicle, legs[i + 1])
        saved.append(0 if min(past) < 0 else max(0, detour + service - _price(vehicle, past)))
    return saved


def _alone(problem: Problem, trip: Trip, vehicle: VehicleType) -> list[int]:
    """Return what a trip of its own would cost for each stop: loading, road there and back, service."""
    first, *stops = places_of(problem, trip)
    last = stops.pop() if vehicle.returns else None
    there_m, there_s = problem.travel.matrix([first], stops)
    ways = list(zip(there_m[0].tolist(), there_s[0].tolist(), strict=True))
    if last is not None:
        back_m, back_s = problem.travel.matrix(stops, [last])
        back = zip(back_m[:, 0].tolist(), back_s[:, 0].tolist(), strict=True)
        ways = [
            (m + more_m, s + more_s) if min(m, s, more_m, more_s) >= 0 else (-1, -1)
            for (m, s), (more_m, more_s) in zip(ways, back, strict=True)
        ]
    return [
        _price(vehicle, (m, s + vehicle.loading_s + problem.deliveries[stop.delivery].service_s)) if m >= 0 else 0
        for (m, s), stop in zip(ways, trip.stops, strict=True)
    ]


def _leg(problem: Problem, origin: int, destination: int) -> _Leg:
    return consecutive_legs(problem.travel, [origin, destination])[0]


def _price(vehicle: VehicleType, leg: _Leg) -> int:
    metres, seconds = leg
    return metres * vehicle.cost_per_km * 18 + seconds * vehicle.cost_per_hour * 5
