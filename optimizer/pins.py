"""Pinned trips: they stay as they are while all else is planned beside them.

What is not pinned makes a problem of its own, a part of the whole: the deliveries that are left, the stock that the
pinned trips leave, the trucks that they leave on each day. A plan of the part and the pinned trips make a plan of the
whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer.features import Feature, UnsupportedError
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status, Trip
from optimizer.problem import Delivery, Problem, VehicleType
from optimizer.search.admission import in_rank_order
from optimizer.search.model import build_model
from optimizer.search.report import boards_from, build_plan, explain_all, order_trips
from optimizer.solve import solve
from optimizer.verify import verify_plan

#: A truck's day: day, vehicle type, vehicle.
TruckDay = tuple[int, int, int]


@dataclass(frozen=True)
class Part:
    """What is left beside pinned trips.

    Attributes
    ----------
    problem
        Of what is left, with the days of the whole.
    delivery
        The delivery of the whole that each of its deliveries is.
    vehicle_type
        The vehicle type of the whole that each of its vehicle types is.
    pinned
        Trips of the whole that stay as they are.
    plan
        Of ``problem``: the other trips whose trucks are there, as they were; whoever is on none of them waits.
    """

    problem: Problem
    delivery: tuple[int, ...]
    vehicle_type: tuple[int, ...]
    pinned: tuple[Trip, ...]
    plan: Plan
    units: Mapping[tuple[int, int], tuple[int, ...]] = field(repr=False)  # (type, day) -> trucks of the whole


@dataclass(frozen=True, slots=True)
class Trucks:
    """Trucks of a vehicle type of the whole that the part may use, as ``vehicle`` describes them, on some days."""

    vehicle_type: int
    vehicle: VehicleType
    days: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """A delivery whose packs have left a depot and are back there on a day."""

    delivery: int
    depot: int
    left_day: int
    back_day: int


def truck_day(trip: Trip) -> TruckDay:
    """Return the truck's day that a trip belongs to."""
    return trip.day, trip.vehicle_type, trip.vehicle


def take_part(
    problem: Problem,
    pinned: Sequence[Trip],
    others: Iterable[Trip],
    trucks: Iterable[Trucks],
    first_day: Mapping[int, int],
    seed: int,
    away: Sequence[Away] = (),
) -> Part:
    """Make a problem of what pinned trips leave.

    Parameters
    ----------
    problem
        The whole.
    pinned, others
        Trips that stay, and those that the part starts from as far as their trucks are there.
    trucks
        Trucks of the part; of one type and day, no truck may be named twice.
    first_day
        Deliveries of the part, each with the first day on which it may come from now on.
    seed
        Noted in the part's plan.
    away
        Deliveries of the part whose packs nobody can have for some days.

    Raises
    ------
    UnsupportedError
        Where docks bind: trips of the part would have to load between the pinned ones.
    """
    if problem.docks_may_bind:
        raise UnsupportedError({Feature.DOCKS})
    trucks = [one for one in trucks if one.days and one.units and one.vehicle.shift_start_s < one.vehicle.shift_end_s]
    left = tuple(sorted(first_day))
    types = [one.vehicle_type for one in trucks]
    part = replace(
        problem,
        depots=tuple(
            replace(depot, stock=_stock_left(problem, number, pinned, away))
            for number, depot in enumerate(problem.depots)
        ),
        deliveries=tuple(_delivery(problem.deliveries[i], first_day[i], types) for i in left),
        vehicle_types=tuple(replace(one.vehicle, count=len(one.units), days=one.days) for one in trucks),
        storage_g=_room_left(problem, pinned, left),
    )
    units = {(t, day): one.units for t, one in enumerate(trucks) for day in one.days}
    start = _start(part, left, types, units, others, seed)
    return Part(part, left, tuple(types), tuple(pinned), start, units)


def to_whole(part: Part, plan: Plan) -> list[Trip]:
    """Return the trips of a plan of the part in the numbers of the whole, every truck-day with the truck it had before.

    Truck-days that serve most of what a truck of that type served before on the day keep its number; trips go on in
    the count of the pinned ones.
    """
    before = {
        stop.delivery: (trip.day, trip.vehicle_type, trip.vehicle) for trip in part.plan.trips for stop in trip.stops
    }
    days: defaultdict[tuple[int, int], dict[int, list[Trip]]] = defaultdict(dict)
    for trip in plan.trips:
        days[trip.vehicle_type, trip.day].setdefault(trip.vehicle, []).append(trip)
    had = Counter(map(truck_day, part.pinned))
    found = []
    for (t, day), mine in days.items():
        units, kind = part.units[t, day], part.vehicle_type[t]
        chosen = _same_trucks(
            mine, {i: unit for i, (its_day, its_type, unit) in before.items() if (its_day, its_type) == (day, t)}
        )
        free = iter([n for n in range(len(units)) if n not in chosen.values()])
        for n, trips in sorted(mine.items()):
            unit = units[chosen[n] if n in chosen else next(free)]
            for trip in trips:
                stops = tuple(replace(stop, delivery=part.delivery[stop.delivery]) for stop in trip.stops)
                number = had[day, kind, unit] + trip.trip
                found.append(replace(trip, vehicle_type=kind, vehicle=unit, trip=number, stops=stops))
    return found


def solve_beside(
    problem: Problem,
    plan: Plan,
    pinned: Collection[TruckDay],
    limits: Limits,
    seed: int = 1,
    *,
    executor: Executor | None = None,
) -> Plan:
    """Improve a plan while some trucks' days stay exactly as they are.

    Parameters
    ----------
    problem, plan
        A problem and a plan of it that ``verify_plan`` accepts.
    pinned
        Trucks' days whose trips stay: same truck, stops, order and times.
    limits, seed, executor
        As for ``solve``.

    Returns
    -------
    Plan
        Not worse than the plan: less weight waits, rank by rank, or as much at no more cost.

    Raises
    ------
    ValueError
        If the plan breaks a rule, or a truck's day that is pinned has no trip.
    UnsupportedError
        Where docks bind.
    """
    if violations := verify_plan(problem, plan):
        raise ValueError(f"the plan breaks rules: {violations[0]}")
    pins = frozenset(pinned)
    if unknown := pins - set(map(truck_day, plan.trips)):
        raise ValueError(f"no trip to pin: {sorted(unknown)}")
    stay = [trip for trip in plan.trips if truck_day(trip) in pins]
    fixed = {stop.delivery for trip in stay for stop in trip.stops}
    part = take_part(
        problem,
        stay,
        [trip for trip in plan.trips if truck_day(trip) not in pins],
        _free_trucks(problem, pins),
        {i: 0 for i in range(len(problem.deliveries)) if i not in fixed},
        seed,
    )
    found = solve(part.problem, limits, seed, executor=executor, start=part.plan)
    trips = order_trips((*stay, *to_whole(part, found)))
    return explain_trips(problem, trips, found)


def explain_trips(problem: Problem, trips: Sequence[Trip], like: Plan) -> Plan:
    """Return a plan of given trips, with a reason for whoever is on none, its search described as that of another."""
    model = build_model(problem)
    served = {stop.delivery for trip in trips for stop in trip.stops}
    waiting = in_rank_order(model, set(range(len(problem.deliveries))) - served)
    bare = replace(like, trips=tuple(trips), unserved=())
    unserved = sorted(explain_all(model, boards_from(model, bare), waiting), key=lambda one: one.delivery)
    cost = sum(trip.scaled_cost(problem.vehicle_types[trip.vehicle_type]) for trip in trips)
    return replace(bare, unserved=tuple(unserved), scaled_cost=cost)


def _free_trucks(problem: Problem, pins: Collection[TruckDay]) -> Iterable[Trucks]:
    """Yield the trucks without pins, days with the same trucks of a type together."""
    for k, vehicle in enumerate(problem.vehicle_types):
        alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for day in range(len(problem.days)):
            units = tuple(u for u in range(vehicle.trucks_on(day)) if (day, k, u) not in pins)
            alike[units].append(day)
        for units, days in alike.items():
            yield Trucks(k, vehicle, tuple(days), units)


def _stock_left(
    problem: Problem, number: int, pinned: Iterable[Trip], away: Iterable[Away]
) -> tuple[tuple[int, ...], ...]:
    """Return what may leave a depot by the end of each day beside pinned trips, so that every later day holds."""
    taken: Counter[tuple[int, int]] = Counter()
    for trip in pinned:
        if trip.depot == number:
            for stop in trip.stops:
                for commodity, packs in enumerate(problem.deliveries[stop.delivery].packs):
                    taken[commodity, trip.day] += packs
    lent: Counter[tuple[int, int]] = Counter()
    for one in away:
        if one.depot == number:
            for commodity, packs in enumerate(problem.deliveries[one.delivery].packs):
                for day in range(one.left_day, min(one.back_day, len(problem.days))):
                    lent[commodity, day] += packs
    table = []
    for commodity, row in enumerate(problem.depots[number].stock):
        gone, left = 0, []
        for day, there in enumerate(row):
            gone += taken[commodity, day]
            left.append(there - gone - lent[commodity, day])
        for day in range(len(left) - 2, -1, -1):
            left[day] = min(left[day], left[day + 1])
        table.append(tuple(left))
    return tuple(table)


def _delivery(one: Delivery, first_day: int, types: Sequence[int]) -> Delivery:
    """Return a delivery of the part; its types are those of the part that are one of its own."""
    own = one.vehicle_types
    return replace(
        one,
        days=tuple(day for day in one.days if day >= first_day),
        vehicle_types=None if own is None else tuple(t for t, k in enumerate(types) if k in own),
    )


def _room_left(problem: Problem, pinned: Iterable[Trip], left: Iterable[int]) -> dict[tuple[int, str], int]:
    """Return the room of each place and class, less what the fullest of the drops to come has had already."""

    def drop(i: int) -> tuple[int, str, int]:
        one = problem.deliveries[i]
        return one.place, one.storage_class, one.drop

    filled: Counter[tuple[int, str, int]] = Counter()
    for trip in pinned:
        for stop in trip.stops:
            filled[drop(stop.delivery)] += problem.deliveries[stop.delivery].weight_g
    room = dict(problem.storage_g)
    for place, storage_class, number in {drop(i) for i in left} & set(filled):
        if (place, storage_class) in room:
            beside = problem.storage_g[place, storage_class] - filled[place, storage_class, number]
            room[place, storage_class] = min(room[place, storage_class], beside)
    return room


def _start(
    part: Problem,
    left: Sequence[int],
    types: Sequence[int],
    units: Mapping[tuple[int, int], tuple[int, ...]],
    others: Iterable[Trip],
    seed: int,
) -> Plan:
    """Return the trips whose trucks are there, in the part's numbers, and why the rest waits."""
    number = {i: n for n, i in enumerate(left)}
    there = {(day, types[t], unit): (t, n) for (t, day), known in units.items() for n, unit in enumerate(known)}
    days: defaultdict[TruckDay, list[Trip]] = defaultdict(list)
    for trip in others:
        stops = tuple(replace(s, delivery=number[s.delivery]) for s in trip.stops if s.delivery in number)
        if stops and truck_day(trip) in there:
            days[truck_day(trip)].append(replace(trip, stops=stops))
    trips = []
    for key, mine in days.items():
        t, n = there[key]
        mine.sort(key=lambda trip: trip.trip)
        trips += [replace(trip, vehicle_type=t, vehicle=n, trip=position) for position, trip in enumerate(mine)]
    model = build_model(part)
    boards = boards_from(model, Plan(order_trips(trips), (), 0, Status.ITERATION_LIMIT, 0, seed))
    served = {stop.delivery for trip in trips for stop in trip.stops}
    waiting = in_rank_order(model, set(range(len(left))) - served)
    return build_plan(model, boards, explain_all(model, boards, waiting), Status.ITERATION_LIMIT, 0, seed)


def _same_trucks(days: Mapping[int, Sequence[Trip]], before: Mapping[int, int]) -> dict[int, int]:
    """Match truck-days with the trucks that most of their deliveries were on, the most alike first."""
    shared = Counter(
        (n, before[stop.delivery])
        for n, trips in days.items()
        for trip in trips
        for stop in trip.stops
        if stop.delivery in before
    )
    chosen: dict[int, int] = {}
    for (n, old), _ in sorted(shared.items(), key=lambda one: (-one[1], one[0])):
        if n not in chosen and old not in chosen.values():
            chosen[n] = old
    return chosen
