"""Plan anew from a moment on: what is done and under way stays, trucks that broke down are out, the rest is planned.

The plan so far is cut at the moment. Trips of the day that have begun stay as they are: they are done, or under way with
their load on board. A truck that has broken down has made the stops it had begun; what is left on board is back at its
depot from a day on, and so are the loads of its further trips at once. All that is left makes a problem of its own, with
the stock that is left, the trucks as they are free, and the days from the moment on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer.consecutive import consecutive_legs
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status, Trip
from optimizer.problem import Delivery, Depot, Problem, VehicleType
from optimizer.search.admission import in_rank_order
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


@dataclass(frozen=True)
class Rest:
    """What is left to plan.

    Attributes
    ----------
    problem
        Of what is left; its days are those of the period.
    delivery
        The delivery of the period that each of its deliveries is.
    vehicle_type
        The vehicle type of the period that each of its vehicle types is.
    begun
        Trips of the period that stay as they are, those of a truck that broke down cut short.
    withdrawn
        Deliveries of the period to places that take nothing any more.
    plan
        Of ``problem``: the trips not begun whose trucks are there, as they were; whoever is on none of them waits.
    """

    problem: Problem
    delivery: tuple[int, ...]
    vehicle_type: tuple[int, ...]
    begun: tuple[Trip, ...]
    withdrawn: tuple[int, ...]
    plan: Plan
    units: Mapping[tuple[int, int], tuple[int, ...]] = field(repr=False)  # (type of the rest, day) -> trucks it had


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
        What was left to plan.
    plan
        Of ``rest.problem``.
    trips
        Of the whole period: those that have begun, and those of ``plan`` in the period's own numbers.
    moves
        Deliveries that change their day, truck or time of service, or wait now, or no longer.
    """

    rest: Rest
    plan: Plan
    trips: tuple[Trip, ...]
    moves: tuple[Move, ...]


def cut(problem: Problem, plan: Plan, event: Event) -> Rest:
    """Cut a plan at a moment, and make a problem of what is left.

    Raises
    ------
    ValueError
        If a day or a truck is not there, or more stops are served than the trip under way has.
    """
    _require_event(problem, plan, event)
    broken = {(one.vehicle_type, one.vehicle): one for one in event.breakdowns}
    begun: list[Trip] = []
    on_board: list[int] = []
    later: list[Trip] = []
    for trip in plan.trips:
        truck = trip.vehicle_type, trip.vehicle
        if trip.day > event.day or (trip.day == event.day and trip.start_s >= event.second):
            later.append(trip)
        elif trip.day == event.day and truck in broken and trip.end_s > event.second:
            served = _count_served(trip, broken[truck], event.second)
            on_board += [stop.delivery for stop in trip.stops[served:]]
            if served:
                begun.append(_cut_short(problem, trip, served))
        else:
            begun.append(trip)
    return _Rest(problem, event, begun, on_board, later).build(plan)


def replan(
    problem: Problem,
    plan: Plan,
    event: Event,
    limits: Limits | None = None,
    seed: int = 1,
    *,
    executor: Executor | None = None,
) -> Replan:
    """Plan what is left after an event: beside the trips as they are, or, with limits, all of it anew.

    Parameters
    ----------
    problem, plan
        The problem of the period and a plan of it that ``verify_plan`` accepts.
    event
        What has happened.
    limits
        None puts in those who have lost their truck, and no other stop changes its day, truck or order, unless one of
        higher rank has to give way to one who would wait. With limits all trips that have not begun are searched anew
        from there, at no higher cost.
    seed, executor
        As for ``solve``.

    Raises
    ------
    ValueError
        If the plan breaks a rule, or the event does not fit it.
    """
    if violations := verify_plan(problem, plan):
        raise ValueError(f"the plan breaks rules: {violations[0]}")
    rest = cut(problem, plan, event)
    model = build_model(rest.problem)
    boards = boards_from(model, rest.plan)
    waiting = readmit(model, boards, [one.delivery for one in rest.plan.unserved])
    waiting = readmit(model, boards, displace(model, boards, waiting))
    kept = build_plan(model, boards, explain_all(model, boards, waiting), Status.ITERATION_LIMIT, 0, seed)
    found = kept if limits is None else solve(rest.problem, limits, seed, executor=executor, start=kept)
    trips = order_trips((*rest.begun, *_to_period(rest, found)))
    return Replan(rest, found, trips, _list_moves(plan, trips, rest))


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


class _Rest:
    """What is left, while it is being put together."""

    def __init__(
        self, problem: Problem, event: Event, begun: Sequence[Trip], on_board: Sequence[int], later: Sequence[Trip]
    ) -> None:
        self._problem, self._event = problem, event
        self._begun, self._on_board, self._later = tuple(begun), frozenset(on_board), later
        done = {stop.delivery for trip in begun for stop in trip.stops}
        left = [i for i in range(len(problem.deliveries)) if i not in done]
        self._withdrawn = tuple(i for i in left if problem.deliveries[i].place in event.closed)
        self._left = tuple(i for i in left if problem.deliveries[i].place not in event.closed)
        self._types: list[VehicleType] = []
        self._original: list[int] = []
        self._units: dict[tuple[int, int], tuple[int, ...]] = {}

    def build(self, plan: Plan) -> Rest:
        """Return the rest with the trips of the plan that can stay."""
        for k in range(len(self._problem.vehicle_types)):
            self._add_types(k)
        problem = replace(
            self._problem,
            depots=tuple(self._depot(number, depot) for number, depot in enumerate(self._problem.depots)),
            deliveries=tuple(self._delivery(i) for i in self._left),
            vehicle_types=tuple(self._types),
            storage_g=self._storage(),
        )
        return Rest(
            problem,
            self._left,
            tuple(self._original),
            self._begun,
            self._withdrawn,
            self._start(problem, plan),
            self._units,
        )

    def _add_types(self, k: int) -> None:
        """Add the trucks of a type as they are free: those idle today, those that come back today, those of later."""
        event, vehicle = self._event, self._problem.vehicle_types[k]
        today, n_days = event.day, len(self._problem.days)
        out = {one.vehicle: one.until for one in event.breakdowns if one.vehicle_type == k}
        mine: defaultdict[int, list[Trip]] = defaultdict(list)
        for trip in self._begun:
            if (trip.day, trip.vehicle_type) == (today, k):
                mine[trip.vehicle].append(trip)
        idle = tuple(u for u in range(vehicle.trucks_on(today)) if u not in out and u not in mine)
        self._add(k, replace(vehicle, shift_start_s=max(vehicle.shift_start_s, event.second)), (today,), idle)
        for unit, trips in sorted(mine.items()):
            comes_back = vehicle.returns and vehicle.end_depot in {None, vehicle.depot}
            if unit in out or not comes_back or len(trips) >= vehicle.trips_per_day:
                continue
            metres, seconds = sum(t.metres for t in trips), sum(t.end_s - t.start_s for t in trips)
            again = replace(
                vehicle,
                shift_start_s=max(vehicle.shift_start_s, event.second, *(t.end_s for t in trips)),
                trips_per_day=vehicle.trips_per_day - len(trips),
                fixed_cost=0,
                max_metres=None if vehicle.max_metres is None else vehicle.max_metres - metres,
                max_duration_s=None if vehicle.max_duration_s is None else vehicle.max_duration_s - seconds,
            )
            self._add(k, again, (today,), (unit,))
        whole = vehicle.count - len(out)
        days = [day for day in range(today + 1, n_days) if vehicle.trucks_on(day)]
        self._add(k, vehicle, tuple(days), tuple(range(whole)))
        first = whole
        for until, count in sorted(Counter(until for until in out.values() if until is not None).items()):
            self._add(k, vehicle, tuple(day for day in days if day > until), tuple(range(first, first + count)))
            first += count

    def _add(self, k: int, vehicle: VehicleType, days: tuple[int, ...], units: tuple[int, ...]) -> None:
        if not days or not units or vehicle.shift_start_s >= vehicle.shift_end_s:
            return
        for day in days:
            self._units[len(self._types), day] = units
        self._types.append(replace(vehicle, count=len(units), days=days))
        self._original.append(k)

    def _depot(self, number: int, depot: Depot) -> Depot:
        gone: Counter[int] = Counter()
        for trip in self._begun:
            if trip.depot == number:
                for stop in trip.stops:
                    gone.update(dict(enumerate(self._problem.deliveries[stop.delivery].packs)))
        today = self._event.day
        stock = tuple(
            tuple(0 if day < today else there - gone[commodity] for day, there in enumerate(row))
            for commodity, row in enumerate(depot.stock)
        )
        return replace(depot, stock=stock)

    def _delivery(self, i: int) -> Delivery:
        one = self._problem.deliveries[i]
        first = self._event.load_back if i in self._on_board else self._event.day
        types = one.vehicle_types
        return replace(
            one,
            days=tuple(day for day in one.days if day >= first),
            vehicle_types=None if types is None else tuple(n for n, k in enumerate(self._original) if k in types),
        )

    def _storage(self) -> dict[tuple[int, str], int]:
        """Return the room of each place and class, less what the fullest of the drops to come has had already."""
        left = {self._drop(i) for i in self._left}
        filled: Counter[tuple[int, str, int]] = Counter()
        for trip in self._begun:
            for stop in trip.stops:
                filled[self._drop(stop.delivery)] += self._problem.deliveries[stop.delivery].weight_g
        storage = dict(self._problem.storage_g)
        for key in left & set(filled):
            place, storage_class, _ = key
            if (place, storage_class) in storage:
                room = self._problem.storage_g[place, storage_class] - filled[key]
                storage[place, storage_class] = min(storage[place, storage_class], room)
        return storage

    def _drop(self, i: int) -> tuple[int, str, int]:
        one = self._problem.deliveries[i]
        return one.place, one.storage_class, one.drop

    def _start(self, problem: Problem, plan: Plan) -> Plan:
        """Return the trips that can stay, in the rest's numbers; those of trucks that are out are left off."""
        number = {i: n for n, i in enumerate(self._left)}
        there: dict[tuple[int, int, int], tuple[int, int]] = {}
        for (t, day), units in self._units.items():
            there |= {(day, self._original[t], unit): (t, n) for n, unit in enumerate(units)}
        trips = []
        days: defaultdict[tuple[int, int, int], list[Trip]] = defaultdict(list)
        for trip in self._later:
            days[trip.day, trip.vehicle_type, trip.vehicle].append(trip)
        for truck, mine in sorted(days.items()):
            if truck not in there:
                continue
            t, n = there[truck]
            kept = [replace(trip, stops=tuple(s for s in trip.stops if s.delivery in number)) for trip in mine]
            for position, trip in enumerate(one for one in kept if one.stops):
                stops = tuple(replace(s, delivery=number[s.delivery]) for s in trip.stops)
                trips.append(replace(trip, vehicle_type=t, vehicle=n, trip=position, stops=stops))
        return _settle_plan(problem, trips, plan.seed)


def _settle_plan(problem: Problem, trips: Sequence[Trip], seed: int) -> Plan:
    model = build_model(problem)
    bare = Plan(order_trips(trips), (), 0, Status.ITERATION_LIMIT, 0, seed)
    boards = boards_from(model, bare)
    served = {stop.delivery for trip in trips for stop in trip.stops}
    waiting = in_rank_order(model, set(range(len(problem.deliveries))) - served)
    return build_plan(model, boards, explain_all(model, boards, waiting), Status.ITERATION_LIMIT, 0, seed)


def _to_period(rest: Rest, plan: Plan) -> list[Trip]:
    """Return the trips of a plan of the rest in the period's numbers, every truck-day with the truck it suits best."""
    before: dict[int, tuple[int, int, int]] = {}
    for trip in rest.plan.trips:
        for stop in trip.stops:
            before[stop.delivery] = trip.day, trip.vehicle_type, trip.vehicle
    truck_days: defaultdict[tuple[int, int], dict[int, list[Trip]]] = defaultdict(dict)
    for trip in plan.trips:
        truck_days[trip.vehicle_type, trip.day].setdefault(trip.vehicle, []).append(trip)
    had = Counter((t.day, t.vehicle_type, t.vehicle) for t in rest.begun)
    found = []
    for (t, day), mine in truck_days.items():
        units = rest.units[t, day]
        same = Counter(
            (n, before[stop.delivery][2])
            for n, trips in mine.items()
            for trip in trips
            for stop in trip.stops
            if before.get(stop.delivery, ())[:2] == (day, t)
        )
        chosen: dict[int, int] = {}
        for (n, old), _ in sorted(same.items(), key=lambda one: (-one[1], one[0])):
            if n not in chosen and old not in chosen.values():
                chosen[n] = old
        free = iter([n for n in range(len(units)) if n not in chosen.values()])
        for n, trips in sorted(mine.items()):
            unit = units[chosen[n] if n in chosen else next(free)]
            kind = rest.vehicle_type[t]
            for trip in trips:
                stops = tuple(replace(s, delivery=rest.delivery[s.delivery]) for s in trip.stops)
                number = had[day, kind, unit] + trip.trip
                found.append(replace(trip, vehicle_type=kind, vehicle=unit, trip=number, stops=stops))
    return found


def _list_moves(plan: Plan, trips: Iterable[Trip], rest: Rest) -> tuple[Move, ...]:
    before, after = _positions(plan.trips), _positions(trips)
    moved = [i for i in range(len(before | after) and max(before | after) + 1) if before.get(i) != after.get(i)]
    return tuple(Move(i, before.get(i), after.get(i)) for i in moved if i not in rest.withdrawn)


def _positions(trips: Iterable[Trip]) -> dict[int, tuple[int, int, int, int]]:
    return {
        stop.delivery: (trip.day, trip.vehicle_type, trip.vehicle, stop.start_s)
        for trip in trips
        for stop in trip.stops
    }
