"""When the trucks of one depot load on one day, if only so many can load at once."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from ortools.sat.python import cp_model

from optimizer.plan import Stop
from optimizer.search.model import Kind, Model
from optimizer.search.schedule import TripTimes, first_start, last_start, legs_of, schedule_trip

#: Most and least work that goes into a depot and day: CP-SAT's own measure, about seconds on a slow machine.
MOST_WORK, LEAST_WORK = 2.0, 0.1

Span = tuple[int, int]


def most_at_once(spans: Sequence[Span]) -> int:
    """Return how many of some spans ``(from, to)`` overlap at most; one that ends as another begins does not."""
    return max((sum(start <= at < end for start, end in spans) for at, to in spans if at < to), default=0)


def drive_from(model: Model, kind: Kind, trip: Sequence[int], start_s: int) -> TripTimes | None:
    """Schedule a trip that begins to load at a given time; None when a window or the end of the day is missed."""
    metres, seconds = legs_of(model, kind, trip)
    departure = clock = start_s + kind.loading_s
    stops = []
    for i, leg in zip(trip, seconds, strict=False):
        arrival = clock + leg
        begins = first_start(model.windows[i], arrival)
        if begins is None:
            return None
        clock = begins + model.service_s[i]
        stops.append(Stop(i, arrival, begins, clock))
    end = clock + seconds[-1]
    if end > kind.closes_s or departure > kind.leaves_by_s:
        return None
    return TripTimes(start_s, departure, end, sum(metres), tuple(stops))


def fit_loading(
    model: Model, docks: int, trucks: Sequence[tuple[Kind, Sequence[Sequence[int]]]], work: float = MOST_WORK
) -> list[list[TripTimes]] | None:
    """Schedule the truck-days of one depot and day so that no more trucks load at once than there are docks.

    Machine scheduling with release and due times, exactly: loading occupies one of the docks, windows of the stops and the
    truck's other trips say when it may be, and the working time that is paid is to be least. CP-SAT solves it with one
    worker and a limit of work instead of time, so that the answer is the same on any machine; it starts from
    ``load_in_turn``, which is the answer where nobody waits in it.

    Parameters
    ----------
    model
        The problem's arrays.
    docks
        Trucks that can load at once, at least 1.
    trucks
        For each truck-day its vehicle type and its trips, each the deliveries in the order of their stops.
    work
        Limit of CP-SAT's work.

    Returns
    -------
    list of list of TripTimes or None
        Of each truck-day, its trips; None where they cannot all be, or no way was found within the limit.
    """
    in_turn = load_in_turn(model, docks, trucks)
    if in_turn is not None and not any(_waited_s(one) for own in in_turn for one in own):
        return in_turn
    cp = cp_model.CpModel()
    loads, cost, starts = [], [], []
    for kind, trips in trucks:
        ready: cp_model.LinearExpr | int = kind.opens_s
        worked, own = [], []
        for trip in trips:
            released = max((model.release_s[i] for i in trip), default=0)
            first = max(kind.opens_s, released)
            last = min(kind.closes_s, kind.leaves_by_s - kind.loading_s)
            if first > last:
                return None
            start = cp.new_int_var(first, last, "")
            cp.add(start >= ready)
            ready = _drive(cp, model, kind, trip, start)
            loads.append(cp.new_fixed_size_interval_var(start, kind.loading_s, ""))
            worked.append(ready - start)
            own.append(start)
        if kind.max_duration_s is not None:
            cp.add(sum(worked) <= kind.max_duration_s)
        cost.append(max(kind.second_cost, 1) * sum(worked))
        starts.append(own)
    cp.add_cumulative(loads, [1] * len(loads), docks)
    cp.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = work
    for own, known in zip(starts, in_turn or (), strict=False):
        for start, one in zip(own, known, strict=True):
            cp.add_hint(start, one.start_s)
    if solver.solve(cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return in_turn
    days = []
    for (kind, trips), own in zip(trucks, starts, strict=True):
        times = [drive_from(model, kind, trip, solver.value(start)) for trip, start in zip(trips, own, strict=True)]
        if None in times:
            raise RuntimeError(f"a schedule of the docks breaks its times: {trips}")
        days.append([one for one in times if one is not None])
    return days


def load_in_turn(
    model: Model, docks: int, trucks: Sequence[tuple[Kind, Sequence[Sequence[int]]]]
) -> list[list[TripTimes]] | None:
    """Schedule the truck-days of one depot and day greedily; parameters as of ``fit_loading``.

    Whenever a dock is free, of the trucks that are there that one loads which must leave first (earliest due date,
    Jackson 1955): when it would load anyway, or where that fails as early as it can.

    Returns
    -------
    list of list of TripTimes or None
        None where some trip would load too late, or a truck work too long.
    """
    due = [_last_starts(model, kind, trips) for kind, trips in trucks]
    for patient in (True, False):
        days = _load_by_due_date(model, docks, trucks, due, patient=patient)
        if days is not None and all(
            kind.max_duration_s is None or sum(one.end_s - one.start_s for one in own) <= kind.max_duration_s
            for (kind, _), own in zip(trucks, days, strict=True)
        ):
            return days
    return None


def _load_by_due_date(
    model: Model,
    docks: int,
    trucks: Sequence[tuple[Kind, Sequence[Sequence[int]]]],
    due: Sequence[Sequence[int]],
    *,
    patient: bool,
) -> list[list[TripTimes]] | None:
    days: list[list[TripTimes]] = [[] for _ in trucks]
    free = [0] * docks
    waiting: dict[int, int] = {}  # truck -> when it can load next
    for n, (kind, trips) in enumerate(trucks):
        if trips and (there := _ready(model, kind, trips[0], kind.opens_s, patient=patient)) is not None:
            waiting[n] = there
        elif trips:
            return None
    while waiting:
        now = max(heapq.heappop(free), min(waiting.values()))
        truck = min((n for n, there in waiting.items() if there <= now), key=lambda n: (due[n][len(days[n])], n))
        kind, trips = trucks[truck]
        one = drive_from(model, kind, trips[len(days[truck])], now)
        if one is None or now > due[truck][len(days[truck])]:
            return None
        heapq.heappush(free, one.departure_s)
        days[truck].append(one)
        del waiting[truck]
        if len(days[truck]) < len(trips):
            there = _ready(model, kind, trips[len(days[truck])], one.end_s, patient=patient)
            if there is None:
                return None
            waiting[truck] = there
    return days


def _ready(model: Model, kind: Kind, trip: Sequence[int], back_s: int, *, patient: bool) -> int | None:
    """Return when a truck that is back would load a trip, or could at the earliest; None if it is too late for that."""
    usual = schedule_trip(model, kind, trip, back_s)
    if usual is None or patient:
        return None if usual is None else usual.start_s
    return max(back_s, *(model.release_s[i] for i in trip))


def _last_starts(model: Model, kind: Kind, trips: Sequence[Sequence[int]]) -> list[int]:
    """Return when each trip of a truck-day must begin to load at the latest; before the day where it cannot be."""
    latest = []
    clock = kind.closes_s
    for trip in reversed(trips):
        _, seconds = legs_of(model, kind, trip)
        clock -= seconds[-1]
        for i, leg in zip(reversed(trip), reversed(seconds[:-1]), strict=True):
            begins = last_start(model.windows[i], clock - model.service_s[i])
            clock = -1 if begins is None else begins - leg
        clock = min(clock, kind.leaves_by_s) - kind.loading_s
        latest.append(clock)
    return latest[::-1]


def _waited_s(one: TripTimes) -> int:
    return sum(stop.start_s - stop.arrival_s for stop in one.stops)


def _drive(
    cp: cp_model.CpModel, model: Model, kind: Kind, trip: Sequence[int], start: cp_model.IntVar
) -> cp_model.LinearExpr:
    """Add the times of a trip that starts to load at a variable time; return when it is back."""
    _, seconds = legs_of(model, kind, trip)
    clock: cp_model.LinearExpr = start + kind.loading_s
    for i, leg in zip(trip, seconds, strict=False):
        spans = [list(window) for window in model.windows[i]] or [[0, kind.closes_s]]
        begins = cp.new_int_var_from_domain(cp_model.Domain.from_intervals(spans), "")
        cp.add(begins >= clock + leg)
        clock = begins + model.service_s[i]
    back = clock + seconds[-1]
    cp.add(back <= kind.closes_s)
    return back


def lone_trip(model: Model, kind: Kind, delivery: int, loading: Sequence[Span], docks: int | None) -> TripTimes | None:
    """Return the earliest trip of a truck for one delivery alone that finds a dock free; None if there is none.

    The free times begin where the day, the delivery's release or another's end of loading does, or as early as the
    longest day lets the truck wait for a window; so no other starts need be tried.
    """
    _, seconds = legs_of(model, kind, [delivery])
    needs_s = kind.loading_s + sum(seconds) + model.service_s[delivery]
    first = max(kind.opens_s, model.release_s[delivery])
    may_wait_s = kind.closes_s if kind.max_duration_s is None else kind.max_duration_s - needs_s
    if may_wait_s < 0:
        return None
    way_s = kind.loading_s + seconds[0]
    starts = {first, *(end for _, end in loading), *(a - may_wait_s - way_s for a, _ in model.windows[delivery])}
    for start in sorted(start for start in starts if start >= first):
        one = drive_from(model, kind, [delivery], start)
        if one is None or one.end_s - one.start_s > needs_s + may_wait_s:
            continue
        beside = [span for span in loading if span[0] < one.departure_s and start < span[1]]
        if docks is None or kind.loading_s == 0 or most_at_once(_cut(beside, start, one.departure_s)) < docks:
            return one
    return None


def _cut(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    return [(max(span[0], start), min(span[1], end)) for span in spans]
