"""Adds the docks that the trips of a remedy need to load beside the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from optimizer.plan import Trip
from optimizer.problem import Problem
from optimizer.remedies.case import key_of
from optimizer.remedies.change import Change, ChangeCode
from optimizer.remedies.search import Remedy


def replace_trips(trips: Iterable[Trip], remedy: Remedy) -> list[Trip]:
    """Return the trips of a plan with a remedy's in place of those of the same trucks and days."""
    touched = {key_of(trip) for trip in remedy.trips}
    return [*(trip for trip in trips if key_of(trip) not in touched), *remedy.trips]


def add_docks(problem: Problem, trips: Iterable[Trip], remedy: Remedy) -> Remedy:
    """Return a remedy that also asks for docks where more trucks would load at once than a depot has."""
    limits = {d: depot.docks for d, depot in enumerate(problem.depots) if depot.docks is not None}
    if not limits:
        return remedy
    spans: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for trip in replace_trips(trips, remedy):
        if trip.depot in limits and trip.start_s < trip.departure_s:
            spans[trip.depot, trip.day].append((trip.start_s, trip.departure_s))
    short: defaultdict[int, int] = defaultdict(int)
    for (depot, _), loading in spans.items():
        most = max(sum(start <= at < end for start, end in loading) for at, _ in loading)
        short[depot] = max(short[depot], most - limits[depot])
    more = (Change(ChangeCode.MORE_DOCKS, {"depot": d, "docks": n}) for d, n in sorted(short.items()) if n > 0)
    return replace(remedy, changes=(*remedy.changes, *more))
