"""From lists of stops to the arrays of a solution, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.search.kernel.layout import (
    ABSENT,
    C_ABSENT_COST,
    C_END_WINDOW,
    C_FIRST_WINDOW,
    C_LOCATION,
    C_RELEASE,
    C_SERVICE,
    COST,
    D_GROUP,
    D_SIZE,
    D_TRIPS,
    G_END,
    G_LOADING,
    G_OPENS,
    G_START,
    I64,
    JOURNAL,
    NEXT,
    NONE,
    T_DAY,
    T_GROUP,
    T_STALE,
    TRIP,
    WINDOW,
    Data,
    Solution,
    Workspace,
    compiled,
)
from optimizer.search.kernel.moves import link, open_trip
from optimizer.search.kernel.times import refresh_day

#: Truck-days as the caller knows them: the group, and the clients of each trip in the order of their stops.
Days = list[tuple[int, list[list[int]]]]


def load_days(d: Data, s: Solution, w: Workspace, days: Sequence[tuple[int, Sequence[Sequence[int]]]]) -> None:
    """Put truck-days into an empty solution; clients on none of them are absent."""
    trips = [(group, number, trip) for group, trips in days for number, trip in enumerate(trips) if trip]
    _load(
        d,
        s,
        w,
        np.array([group for group, _, _ in trips], dtype=np.int64),
        np.array([number for _, number, _ in trips], dtype=np.int64),
        np.cumsum([0, *(len(trip) for _, _, trip in trips)]).astype(np.int64),
        np.array([c for _, _, trip in trips for c in trip], dtype=np.int64),
    )


@compiled
def _load(d: Data, s: Solution, w: Workspace, group: I64, number: I64, first: I64, clients: I64) -> None:
    """Link trip after trip; of several windows a client gets the first that an early truck can keep."""
    n = len(d.clients)
    day = NONE
    clock = 0
    for i in range(len(group)):
        g = group[i]
        if number[i] == 0:
            day = NONE
            clock = d.groups[g, G_OPENS]
        t = open_trip(d, s, day, g, number[i])
        day = s.trip[t, T_DAY]
        at = d.groups[g, G_START]
        node = t + n
        for j in range(first[i], first[i + 1]):
            clock = max(clock, d.clients[clients[j], C_RELEASE])
        clock += d.groups[g, G_LOADING]
        for j in range(first[i], first[i + 1]):
            c = clients[j]
            clock += d.seconds[at, d.clients[c, C_LOCATION]]
            window = d.clients[c, C_FIRST_WINDOW]
            while window + 1 < d.clients[c, C_END_WINDOW] and clock > d.windows[window, 1]:
                window += 1
            s.node[c, WINDOW] = window
            clock = max(clock, d.windows[window, 0]) + d.clients[c, C_SERVICE]
            at = d.clients[c, C_LOCATION]
            link(d, s, c, node, t)
            node = c
        clock += d.seconds[at, d.groups[g, G_END]]
    if d.timed:
        refresh_all(d, s)
    for c in range(n):
        if s.node[c, TRIP] == NONE:
            w.absent[s.scalars[ABSENT]] = c
            s.scalars[ABSENT] += 1
            s.scalars[COST] += d.clients[c, C_ABSENT_COST]
    s.scalars[JOURNAL] = 0


@compiled
def refresh_all(d: Data, s: Solution) -> None:
    """Bring the times of every truck-day up to date."""
    for t in range(len(s.trip)):
        if s.trip[t, T_GROUP] != NONE and s.trip[t, T_STALE]:
            refresh_day(d, s, s.trip[t, T_DAY])


def read_days(s: Solution) -> Days:
    """Return the truck-days of a solution, in the order of their numbers."""
    following = s.node[:, NEXT].tolist()
    n = len(s.node) - len(s.trip)
    answer: Days = []
    for day in sorted({int(t[T_DAY]) for t in s.trip if t[T_GROUP] != NONE}):
        trips = []
        for t in s.day[day, D_TRIPS : D_TRIPS + s.day[day, D_SIZE]].tolist():
            stops = []
            c = following[n + t]
            while c < n:
                stops.append(c)
                c = following[c]
            trips.append(stops)
        answer.append((int(s.day[day, D_GROUP]), trips))
    return answer
