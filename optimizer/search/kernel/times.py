"""When trips can be driven: concatenation of segments (Vidal, Crainic, Gendreau & Prins 2014) over chains of trips.

A segment has a least duration and the earliest and latest start that allow it; begun earlier, it ends no sooner.
"""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.layout import (
    C_RELEASE,
    C_SERVICE,
    CLOSED,
    COST,
    D_DURATION,
    D_GROUP,
    D_METRES,
    D_SIZE,
    D_TRIPS,
    G_CLOSES,
    G_MAX_DURATION,
    G_MAX_METRES,
    G_OPENS,
    G_SECOND_COST,
    HEAD_DURATION,
    HEAD_EARLY,
    HEAD_LATE,
    IN,
    LINKED,
    NEVER,
    NEXT,
    NONE,
    OPENED,
    OUT,
    PREV,
    REGROUPED,
    T_DAY,
    T_DEADLINE,
    T_DURATION,
    T_EARLY,
    T_GROUP,
    T_LATE,
    T_READY,
    T_RELEASE,
    T_SIZE,
    T_STALE,
    TAIL_DURATION,
    TAIL_EARLY,
    TAIL_LATE,
    TRIP,
    UNLINKED,
    WINDOW,
    Data,
    Solution,
    Workspace,
    compiled,
)


@compiled
def refresh_trip(d: Data, s: Solution, t: int) -> None:
    """Work out the segments of a trip anew; a broken window shows as a latest start of ``-NEVER``."""
    node, segment, windows = s.node, s.segment, d.windows
    g = s.trip[t, T_GROUP]
    day = s.trip[t, T_DAY]
    h = t + len(node) - len(s.trip)
    duration, early, late = segment[h, HEAD_DURATION], segment[h, HEAD_EARLY], segment[h, HEAD_LATE]
    broken = False
    release = np.int64(0)
    at = node[h, OUT]
    c = node[h, NEXT]
    while c != h:
        opens, closes = windows[node[c, WINDOW], 0], windows[node[c, WINDOW], 1]
        delta = duration + d.seconds[at, node[c, IN]]
        if early + delta > closes:
            broken = True
        wait = max(opens - delta - late, 0)
        early = max(opens - delta, early) - wait
        late = min(closes - delta, late)
        duration = delta + d.clients[c, C_SERVICE] + wait
        segment[c, HEAD_DURATION] = duration
        segment[c, HEAD_EARLY] = early
        segment[c, HEAD_LATE] = late
        release = max(release, d.clients[c, C_RELEASE])
        at = node[c, OUT]
        c = node[c, NEXT]
    duration += d.seconds[at, node[h, IN]]
    late = min(segment[h, TAIL_LATE] - duration, late)
    s.scalars[COST] += (duration - s.trip[t, T_DURATION]) * d.groups[g, G_SECOND_COST]
    s.day[day, D_DURATION] += duration - s.trip[t, T_DURATION]
    s.trip[t, T_DURATION] = duration
    s.trip[t, T_EARLY] = early
    s.trip[t, T_LATE] = -NEVER if broken else late
    s.trip[t, T_RELEASE] = release
    s.trip[t, T_STALE] = 0
    duration, early, late = segment[h, TAIL_DURATION], segment[h, TAIL_EARLY], segment[h, TAIL_LATE]
    at = node[h, IN]
    c = node[h, PREV]
    while c != h:
        opens, closes = windows[node[c, WINDOW], 0], windows[node[c, WINDOW], 1]
        delta = d.clients[c, C_SERVICE] + d.seconds[node[c, OUT], at]
        wait = max(early - delta - closes, 0)
        early = max(early - delta, opens) - wait
        late = min(late - delta, closes)
        duration += delta + wait
        segment[c, TAIL_DURATION] = duration
        segment[c, TAIL_EARLY] = early
        segment[c, TAIL_LATE] = late
        at = node[c, IN]
        c = node[c, PREV]
    s.trip[t, T_READY] = d.groups[g, G_OPENS]
    s.trip[t, T_DEADLINE] = d.groups[g, G_CLOSES]


@compiled
def earliest_end(s: Solution, t: int) -> int:
    """Return when a trip can be back at the earliest."""
    return max(s.trip[t, T_READY], s.trip[t, T_RELEASE], s.trip[t, T_EARLY]) + s.trip[t, T_DURATION]


@compiled
def latest_start(s: Solution, t: int) -> int:
    """Return when a trip must start to load at the latest."""
    return min(s.trip[t, T_LATE], s.trip[t, T_DEADLINE] - s.trip[t, T_DURATION])


@compiled
def chain_trips(d: Data, s: Solution, day: int) -> None:
    """Say from when on and until when each trip of a truck-day has the truck."""
    g = s.day[day, D_GROUP]
    ready = d.groups[g, G_OPENS]
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        s.trip[t, T_READY] = ready
        if s.trip[t, T_SIZE]:
            ready = earliest_end(s, t)
    deadline = d.groups[g, G_CLOSES]
    for i in range(s.day[day, D_SIZE] - 1, -1, -1):
        t = s.day[day, D_TRIPS + i]
        s.trip[t, T_DEADLINE] = deadline
        if s.trip[t, T_SIZE]:
            deadline = latest_start(s, t)


@compiled
def refresh_day(d: Data, s: Solution, day: int) -> None:
    """Bring the times of a truck-day up to date."""
    stale = False
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        if s.trip[t, T_STALE]:
            refresh_trip(d, s, t)
            stale = True
    if stale and d.chained:
        chain_trips(d, s, day)


@compiled
def times_hold(d: Data, s: Solution, day: int) -> bool:
    """Tell whether a truck-day, brought up to date, keeps every time and limit."""
    refresh_day(d, s, day)
    g = s.day[day, D_GROUP]
    if d.limited and (
        s.day[day, D_METRES] > d.groups[g, G_MAX_METRES] or s.day[day, D_DURATION] > d.groups[g, G_MAX_DURATION]
    ):
        return False
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        if max(s.trip[t, T_READY], s.trip[t, T_RELEASE]) > s.trip[t, T_LATE]:
            return False
        if earliest_end(s, t) > s.trip[t, T_DEADLINE]:
            return False
    return True


@compiled
def refresh_touched(d: Data, s: Solution, w: Workspace, entries: int) -> None:
    """Bring up to date what the first entries of the journal have touched, done or taken back."""
    for j in range(entries):
        op, a = w.journal[j, 0], w.journal[j, 1]
        if op in (LINKED, UNLINKED):
            t = np.int64(s.node[a, TRIP])
            if t != NONE:
                refresh_day(d, s, s.trip[t, T_DAY])
            # Taken back or not, the trip that the entry tells of has changed as well.
            t = w.journal[j, 3]
            if s.trip[t, T_GROUP] != NONE:
                refresh_day(d, s, s.trip[t, T_DAY])
        elif op in (CLOSED, REGROUPED) and a != NONE:
            refresh_day(d, s, a)
        elif op == OPENED:
            refresh_day(d, s, w.journal[j, 2])
