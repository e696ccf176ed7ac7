"""Checks a plan made anew from a moment on: by itself, and together with what was done before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from optimizer.plan import Plan, Stop, Trip
from optimizer.problem import Problem
from optimizer.replan import Event, Replan
from optimizer.verify import verify_plan
from optimizer.verify_trip import name_trip
from optimizer.violation import Violation, ViolationCode

#: What the whole period is not asked: who waits, and why, is so under what was left at the moment.
_OF_THE_REST = frozenset({ViolationCode.REASON_WRONG, ViolationCode.RANK_BROKEN})


def verify_replan(problem: Problem, plan: Plan, event: Event, replanned: Replan) -> tuple[Violation, ...]:
    """Check the plan of what is left, and by every rule of the period what was done before together with it.

    Parameters
    ----------
    problem, plan, event
        What was given to ``optimizer.replan.replan``.
    replanned
        Its answer.

    Returns
    -------
    tuple of Violation
        Empty if both plans hold, whoever is not withdrawn is served once or waits, every trip that had begun is as it
        was (``begun_changed``), no truck begins a trip while it is out (``truck_out``), and nobody is given what a broken
        truck still has on board (``stock_exceeded``).
    """
    rest = replanned.rest
    unserved = [replace(one, delivery=rest.delivery[one.delivery]) for one in replanned.plan.unserved]
    whole = replace(
        plan,
        trips=replanned.trips,
        unserved=tuple(sorted(unserved, key=lambda one: one.delivery)),
        scaled_cost=sum(t.scaled_cost(problem.vehicle_types[t.vehicle_type]) for t in replanned.trips),
    )
    withdrawn = {d.name for d in problem.deliveries if d.place in event.closed}
    return (
        *verify_plan(rest.problem, replanned.plan),
        *(
            one
            for one in verify_plan(problem, whole)
            if one.code not in _OF_THE_REST
            and not (one.code is ViolationCode.DELIVERY_MISSING and one.where in withdrawn)
        ),
        *_check_begun(problem, plan, event, replanned),
        *_check_trucks_out(problem, event, replanned),
        *_check_on_board(problem, plan, event, replanned),
    )


def _key(trip: Trip) -> tuple[int, int, int, int]:
    return trip.day, trip.vehicle_type, trip.vehicle, trip.trip


def _has_begun(trip: Trip, event: Event) -> bool:
    return (trip.day, trip.start_s) < (event.day, event.second)


def _breaks_down(trip: Trip, event: Event) -> bool:
    """Tell whether a trip was under way when its truck broke down."""
    broken = {(event.day, one.vehicle_type, one.vehicle) for one in event.breakdowns}
    return _key(trip)[:3] in broken and _has_begun(trip, event) and trip.end_s > event.second


def _served(trip: Trip, event: Event) -> int:
    """Return how many stops a trip had made when its truck broke down."""
    told = {(one.vehicle_type, one.vehicle): one.served for one in event.breakdowns}[trip.vehicle_type, trip.vehicle]
    return sum(stop.start_s <= event.second for stop in trip.stops) if told is None else told


def _check_on_board(problem: Problem, plan: Plan, event: Event, replanned: Replan) -> Iterator[Violation]:
    """Yield each depot and commodity of which more has left than there was beside what is on board of broken trucks."""
    for day in range(event.day, min(event.load_back, len(problem.days))):
        out: Counter[tuple[int, int]] = Counter()
        for trip in replanned.trips:
            if trip.day <= day:
                _load(problem, trip, trip.stops, out)
        for trip in plan.trips:
            if _breaks_down(trip, event):
                _load(problem, trip, trip.stops[_served(trip, event) :], out)
        for (depot, commodity), packs in sorted(out.items()):
            stock = problem.depots[depot].stock[commodity][day]
            if packs > stock:
                numbers = {"commodity": commodity, "day": day, "packs": packs, "stock": stock}
                yield Violation(ViolationCode.STOCK_EXCEEDED, problem.places[problem.depots[depot].place].name, numbers)


def _load(problem: Problem, trip: Trip, stops: Iterable[Stop], out: Counter[tuple[int, int]]) -> None:
    for stop in stops:
        for commodity, packs in enumerate(problem.deliveries[stop.delivery].packs):
            out[trip.depot, commodity] += packs


def _check_begun(problem: Problem, plan: Plan, event: Event, replanned: Replan) -> Iterator[Violation]:
    """Yield each trip that had begun and is another one now; of a truck that broke down its first stops stay."""
    now = {_key(trip): trip for trip in replanned.trips}
    for trip in plan.trips:
        if not _has_begun(trip, event):
            continue
        there = now.get(_key(trip))
        if _breaks_down(trip, event):
            same = (() if there is None else there.stops) == trip.stops[: _served(trip, event)]
        else:
            same = there == trip
        if not same:
            yield Violation(ViolationCode.BEGUN_CHANGED, name_trip(problem, trip))


def _check_trucks_out(problem: Problem, event: Event, replanned: Replan) -> Iterator[Violation]:
    """Yield what a truck begins on its day after the moment, and days on which more trucks drive than there are."""
    broken = {(event.day, one.vehicle_type, one.vehicle) for one in event.breakdowns}
    for trip in replanned.trips:
        if _key(trip)[:3] in broken and not _has_begun(trip, event):
            yield Violation(ViolationCode.TRUCK_OUT, name_trip(problem, trip))
    driving = Counter((trip.day, trip.vehicle_type) for trip in replanned.trips if trip.trip == 0)
    for (day, kind), count in sorted(driving.items()):
        out = [
            one
            for one in event.breakdowns
            if one.vehicle_type == kind and event.day < day and (one.until is None or day <= one.until)
        ]
        if out and count > problem.vehicle_types[kind].trucks_on(day) - len(out):
            yield Violation(ViolationCode.TRUCK_OUT, f"{problem.days[day]}/{problem.vehicle_types[kind].name}")
