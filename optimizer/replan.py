"""Plan anew from a moment on: what is done and under way stays, trucks that broke down are out, the rest is planned.

The plan so far is cut at the moment. Trips of the day that have begun stay as they are: they are done, or under way with
their load on board. A truck that has broken down has made the stops it had begun; what is left on board is back at its
depot from a day on, and so are the loads of its further trips at once. All that is left makes a problem of its own, with
the stock that is left, the trucks as they are free, and the days from the moment on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from optimizer.consecutive import consecutive_legs
from optimizer.parallel import Executor
from optimizer.pins import Away, Part, TruckDay, Trucks, solve_beside, take_part, to_whole, truck_day
from optimizer.plan import Limits, Plan, Status, Trip
from optimizer.problem import Problem, VehicleType
from optimizer.search.model import build_model
from optimizer.search.report import boards_from, build_plan, explain_all, order_trips
from optimizer.search.waiting import displace, readmit
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.verify_trip import places_of


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A truck that cannot go on.

    Attributes
    ----------
    vehicle_type, vehicle
        Which truck of the moment's day.
    until
        Last day without it; None for the rest of the period.
    served
        Stops it has made of the trip that it was on; None for those it should have begun by the moment.
    """

    vehicle_type: int
    vehicle: int
    until: int | None = None
    served: int | None = None


@dataclass(frozen=True)
class Event:
    """What has happened to a plan.

    Attributes
    ----------
    day, second
        The moment: index of a day, and the time of that day.
    breakdowns
        Trucks that cannot go on.
    back_day
        Day from which what they have on board can leave its depot again; None for the day after.
    closed
        Places that take nothing any more.
    """

    day: int
    second: int
    breakdowns: tuple[Breakdown, ...] = ()
    back_day: int | None = None
    closed: frozenset[int] = frozenset()

    @property
    def load_back(self) -> int:
        """Return the first day on which what the trucks have on board may leave again."""
        return self.day + 1 if self.back_day is None else max(self.day, self.back_day)


class Scope(StrEnum):
    """What a search after an event may change."""

    TOUCHED = "touched"  # trips that others have been put on
    ALL = "all"  # every trip that has not begun


@dataclass(frozen=True, slots=True)
class Move:
    """Where a delivery was and where it is: day, vehicle type, truck, start of service; None for waiting."""

    delivery: int
    before: tuple[int, int, int, int] | None
    after: tuple[int, int, int, int] | None


@dataclass(frozen=True)
class Replan:
    """A plan of what is left, and of the whole period.

    Attributes
    ----------
    rest
        What was left to plan, beside the trips that had begun; those of a truck that broke down are cut short.
    plan
        Of ``rest.problem``.
    trips
        Of the whole period: those that have begun, and those of ``plan`` in the period's own numbers.
    withdrawn
        Deliveries of the period to places that take nothing any more.
    moves
        Deliveries that change their day, truck or time of service, or wait now, or no longer.
    """

    rest: Part
    plan: Plan
    trips: tuple[Trip, ...]
    withdrawn: tuple[int, ...]
    moves: tuple[Move, ...]


def cut(problem: Problem, plan: Plan, event: Event) -> Part:
    """Cut a plan at a moment: pinned is what has begun, and the part is what is left.

    Raises
    ------
    ValueError
        If a day or a truck is not there, or more stops are served than the trip under way has.
    """
    _require_event(problem, plan, event)
    broken = {(one.vehicle_type, one.vehicle): one for one in event.breakdowns}
    begun: list[Trip] = []
    on_board: list[Away] = []
    later: list[Trip] = []
    for trip in plan.trips:
        truck = trip.vehicle_type, trip.vehicle
        if (trip.day, trip.start_s) >= (event.day, event.second):
            later.append(trip)
        elif trip.day == event.day and truck in broken and trip.end_s > event.second:
            served = _count_served(trip, broken[truck], event.second)
            on_board += [Away(stop.delivery, trip.depot, event.day, event.load_back) for stop in trip.stops[served:]]
            if served:
                begun.append(_cut_short(problem, trip, served))
        else:
            begun.append(trip)
    done = {stop.delivery for trip in begun for stop in trip.stops}
    late = {one.delivery for one in on_board}
    left = {
        i: event.load_back if i in late else event.day
        for i, one in enumerate(problem.deliveries)
        if i not in done and one.place not in event.closed
    }
    return take_part(problem, begun, later, _trucks_left(problem, event, begun), left, plan.seed, on_board)


def replan(
    problem: Problem,
    plan: Plan,
    event: Event,
    limits: Limits | None = None,
    seed: int = 1,
    *,
    scope: Scope = Scope.TOUCHED,
    executor: Executor | None = None,
) -> Replan:
    """Plan what is left after an event, near the plan as it was.

    First those who have lost their truck are put in beside the trips as they are, in the order of rank; no other stop
    changes its day, truck or order, unless one of higher rank has to give way. With limits, a search goes on from there.

    Parameters
    ----------
    problem, plan
        The problem of the period and a plan of it that ``verify_plan`` accepts.
    event
        What has happened.
    limits
        Of the search; None for none.
    seed, executor
        As for ``solve``.
    scope
        What the search may change: the trips that have changed already, or all that have not begun.

    Raises
    ------
    ValueError
        If the plan breaks a rule, or the event does not fit it.
    UnsupportedError
        Where docks bind.
    """
    if violations := verify_plan(problem, plan):
        raise ValueError(f"the plan breaks rules: {violations[0]}")
    rest = cut(problem, plan, event)
    model = build_model(rest.problem)
    boards = boards_from(model, rest.plan)
    waiting = readmit(model, boards, [one.delivery for one in rest.plan.unserved])
    waiting = readmit(model, boards, displace(model, boards, waiting))
    found = build_plan(model, boards, explain_all(model, boards, waiting), Status.ITERATION_LIMIT, 0, seed)
    if limits is not None and scope is Scope.ALL:
        found = solve(rest.problem, limits, seed, executor=executor, start=found)
    elif limits is not None:
        found = solve_beside(rest.problem, found, _untouched(rest.plan, found), limits, seed, executor=executor)
    trips = order_trips((*rest.pinned, *to_whole(rest, found)))
    served = {stop.delivery for trip in trips for stop in trip.stops}
    withdrawn = tuple(i for i, one in enumerate(problem.deliveries) if one.place in event.closed and i not in served)
    return Replan(rest, found, trips, withdrawn, _list_moves(plan, trips, withdrawn))


def _untouched(before: Plan, after: Plan) -> frozenset[TruckDay]:
    """Return the trucks' days of a plan that serve the same as one of the plan before, in the same order."""

    def days(plan: Plan) -> dict[TruckDay, tuple[int, int, tuple[tuple[int, ...], ...]]]:
        stops: defaultdict[TruckDay, list[tuple[int, ...]]] = defaultdict(list)
        for trip in plan.trips:
            stops[truck_day(trip)].append(tuple(stop.delivery for stop in trip.stops))
        return {key: (key[0], key[1], tuple(trips)) for key, trips in stops.items()}

    known = set(days(before).values())
    return frozenset(key for key, content in days(after).items() if content in known)


def _require_event(problem: Problem, plan: Plan, event: Event) -> None:
    if not 0 <= event.day < len(problem.days):
        raise ValueError(f"no day {event.day} in the period")
    if event.second < 0:
        raise ValueError("the moment is before the day")
    trucks = [(one.vehicle_type, one.vehicle) for one in event.breakdowns]
    if len(set(trucks)) < len(trucks):
        raise ValueError("a truck is named twice")
    for one in event.breakdowns:
        known = 0 <= one.vehicle_type < len(problem.vehicle_types)
        if not known or not 0 <= one.vehicle < problem.vehicle_types[one.vehicle_type].trucks_on(event.day):
            raise ValueError(f"no truck {one.vehicle_type}/{one.vehicle} on the day")
        if one.until is not None and not event.day <= one.until < len(problem.days):
            raise ValueError("a truck is back before it breaks down, or after the period")
        under_way = [
            len(t.stops)
            for t in plan.trips
            if (t.day, t.vehicle_type, t.vehicle) == (event.day, one.vehicle_type, one.vehicle)
            and t.start_s < event.second < t.end_s
        ]
        if one.served is not None and not 0 <= one.served <= sum(under_way):
            raise ValueError("the truck has fewer stops on its way")


def _count_served(trip: Trip, breakdown: Breakdown, second: int) -> int:
    if breakdown.served is not None:
        return breakdown.served
    return sum(stop.start_s <= second for stop in trip.stops)


def _cut_short(problem: Problem, trip: Trip, served: int) -> Trip:
    """Return a trip that turns back after some of its stops: what the truck has cost at least."""
    stops = trip.stops[:served]
    short = replace(trip, stops=stops)
    legs = consecutive_legs(problem.travel, places_of(problem, short))
    back_s = legs[served][1] if len(legs) > served else 0
    return replace(short, metres=sum(m for m, _ in legs), end_s=stops[-1].departure_s + back_s)


def _trucks_left(problem: Problem, event: Event, begun: Iterable[Trip]) -> Iterator[Trucks]:
    """Yield the trucks as they are free: those idle today, those that come back today, and those of later days."""
    today, n_days = event.day, len(problem.days)
    on_way: defaultdict[tuple[int, int], list[Trip]] = defaultdict(list)
    for trip in begun:
        if trip.day == today:
            on_way[trip.vehicle_type, trip.vehicle].append(trip)
    for k, vehicle in enumerate(problem.vehicle_types):
        out = {one.vehicle: one.until for one in event.breakdowns if one.vehicle_type == k}
        idle = tuple(u for u in range(vehicle.trucks_on(today)) if u not in out and (k, u) not in on_way)
        yield Trucks(k, replace(vehicle, shift_start_s=max(vehicle.shift_start_s, event.second)), (today,), idle)
        for unit in range(vehicle.trucks_on(today)):
            trips = on_way[k, unit]
            if trips and unit not in out and (again := _after(vehicle, trips, event.second)) is not None:
                yield Trucks(k, again, (today,), (unit,))
        alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for day in range(today + 1, n_days):
            alike[tuple(u for u in range(vehicle.trucks_on(day)) if not _is_out(out, u, day))].append(day)
        for units, days in alike.items():
            yield Trucks(k, vehicle, tuple(days), units)


def _is_out(out: Mapping[int, int | None], unit: int, day: int) -> bool:
    if unit not in out:
        return False
    until = out[unit]
    return until is None or day <= until


def _after(vehicle: VehicleType, trips: Sequence[Trip], second: int) -> VehicleType | None:
    """Return what a truck can still do on its day when it has come back from trips; None if nothing."""
    comes_back = vehicle.returns and vehicle.end_depot in {None, vehicle.depot}
    if not comes_back or len(trips) >= vehicle.trips_per_day:
        return None
    metres, seconds = sum(t.metres for t in trips), sum(t.end_s - t.start_s for t in trips)
    return replace(
        vehicle,
        shift_start_s=max(vehicle.shift_start_s, second, *(t.end_s for t in trips)),
        trips_per_day=vehicle.trips_per_day - len(trips),
        fixed_cost=0,
        max_metres=None if vehicle.max_metres is None else vehicle.max_metres - metres,
        max_duration_s=None if vehicle.max_duration_s is None else vehicle.max_duration_s - seconds,
    )


def _list_moves(plan: Plan, trips: Iterable[Trip], withdrawn: Collection[int]) -> tuple[Move, ...]:
    before, after = _positions(plan.trips), _positions(trips)
    moved = sorted(i for i in before.keys() | after.keys() if before.get(i) != after.get(i))
    return tuple(Move(i, before.get(i), after.get(i)) for i in moved if i not in withdrawn)


def _positions(trips: Iterable[Trip]) -> dict[int, tuple[int, int, int, int]]:
    return {
        stop.delivery: (trip.day, trip.vehicle_type, trip.vehicle, stop.start_s)
        for trip in trips
        for stop in trip.stops
    }
