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
    D_STALE,
    D_TRIPS,
    G_CLOSES,
    G_MAX_DURATION,
    G_MAX_METRES,
    G_OPENS,
    G_SECOND_COST,
    HEAD_DURATION,
    HEAD_LATE,
    HEAD_READY,
    HEAD_RELEASE,
    IN,
    LINKED,
    NEVER,
    NEXT,
    NONE,
    OPENED,
    ORDER,
    OUT,
    PREV,
    REGROUPED,
    T_DAY,
    T_DEADLINE,
    T_DURATION,
    T_EARLY,
    T_FROM,
    T_GROUP,
    T_LATE,
    T_READY,
    T_RELEASE,
    T_SIZE,
    T_STALE,
    T_TO,
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
    inlined,
)


@compiled
def refresh_trip(d: Data, s: Solution, t: int) -> None:
    """Work out the segments of a trip anew where they have changed; one with a broken window can never start."""
    h = t + len(s.node) - len(s.trip)
    _refresh_heads(d, s, t, h)
    _refresh_tails(d, s, t, h)
    s.trip[t, T_STALE] = 0
    g = s.trip[t, T_GROUP]
    s.trip[t, T_READY] = d.groups[g, G_OPENS]
    s.trip[t, T_DEADLINE] = d.groups[g, G_CLOSES]


@inlined
def _refresh_heads(d: Data, s: Solution, t: int, h: int) -> None:
    node, segment, windows, trip = s.node, s.segment, d.windows, s.trip
    lasting = d.lasting
    c = np.int64(trip[t, T_FROM])
    last = trip[t, T_TO]
    ready, duration, late = segment[c, HEAD_READY], segment[c, HEAD_DURATION], segment[c, HEAD_LATE]
    release = segment[c, HEAD_RELEASE]
    order = node[c, ORDER]
    at = node[c, OUT]
    c = np.int64(node[c, NEXT])
    passed = False
    while c != h:
        passed = passed or c == last
        moved = node[c, ORDER] <= order
        if moved:
            node[c, ORDER] = order + 1
        order = node[c, ORDER]
        opens, closes = windows[node[c, WINDOW], 0], windows[node[c, WINDOW], 1]
        service = d.clients[c, C_SERVICE]
        way = np.int64(d.seconds[at, node[c, IN]])
        arrival = ready + way
        ready = np.int64(NEVER) if arrival > closes else max(arrival, opens) + service
        same = passed and not moved and segment[c, HEAD_READY] == ready
        segment[c, HEAD_READY] = ready
        if lasting:
            way += duration
            wait = max(opens - way - late, 0)
            late = min(closes - way, late)
            duration = way + service + wait
            release = max(release, d.clients[c, C_RELEASE])
            same = (
                same
                and segment[c, HEAD_DURATION] == duration
                and segment[c, HEAD_LATE] == late
                and segment[c, HEAD_RELEASE] == release
            )
            segment[c, HEAD_DURATION] = duration
            segment[c, HEAD_LATE] = late
            segment[c, HEAD_RELEASE] = release
        if same:  # so is everything behind
            return
        at = node[c, OUT]
        c = np.int64(node[c, NEXT])
    way = np.int64(d.seconds[at, node[h, IN]])
    broken = ready >= NEVER
    if not lasting:
        trip[t, T_EARLY] = ready + way
        trip[t, T_LATE] = -NEVER if broken else NEVER
        return
    duration += way
    change = duration - trip[t, T_DURATION]
    s.scalars[COST] += change * d.groups[trip[t, T_GROUP], G_SECOND_COST]
    s.day[trip[t, T_DAY], D_DURATION] += change
    trip[t, T_DURATION] = duration
    trip[t, T_EARLY] = ready + way - duration
    trip[t, T_LATE] = -NEVER if broken else min(segment[h, TAIL_LATE] - duration, late)
    trip[t, T_RELEASE] = release


@inlined
def _refresh_tails(d: Data, s: Solution, t: int, h: int) -> None:
    node, segment, windows = s.node, s.segment, d.windows
    lasting = d.lasting
    c = np.int64(s.trip[t, T_TO])
    first = s.trip[t, T_FROM]
    duration, early, late = segment[c, TAIL_DURATION], segment[c, TAIL_EARLY], segment[c, TAIL_LATE]
    at = node[c, IN]
    c = np.int64(node[c, PREV])
    passed = False
    while c != h:
        passed = passed or c == first
        opens, closes = windows[node[c, WINDOW], 0], windows[node[c, WINDOW], 1]
        way = d.clients[c, C_SERVICE] + d.seconds[node[c, OUT], at]
        late = min(late - way, closes)
        same = passed and segment[c, TAIL_LATE] == late
        segment[c, TAIL_LATE] = late
        if lasting:
            wait = max(early - way - closes, 0)
            early = max(early - way, opens) - wait
            duration += way + wait
            same = same and segment[c, TAIL_DURATION] == duration and segment[c, TAIL_EARLY] == early
            segment[c, TAIL_DURATION] = duration
            segment[c, TAIL_EARLY] = early
        if same:  # so is everything before
            return
        at = node[c, IN]
        c = np.int64(node[c, PREV])


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
    if not s.day[day, D_STALE]:
        return
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        if s.trip[t, T_STALE]:
            refresh_trip(d, s, t)
    s.day[day, D_STALE] = 0
    if d.chained:
        chain_trips(d, s, day)


@compiled
def trip_holds(s: Solution, t: int) -> bool:
    """Tell whether a trip, brought up to date, keeps its windows and the time its truck has for it."""
    if max(s.trip[t, T_READY], s.trip[t, T_RELEASE]) > s.trip[t, T_LATE]:
        return False
    return earliest_end(s, t) <= s.trip[t, T_DEADLINE]


@compiled
def times_hold(d: Data, s: Solution, day: int) -> bool:
    """Tell whether a truck-day, brought up to date, keeps every time and limit."""
    refresh_day(d, s, day)
    g = s.day[day, D_GROUP]
    if d.limited and (
        s.day[day, D_METRES] > d.groups[g, G_MAX_METRES] or s.day[day, D_DURATION] > d.groups[g, G_MAX_DURATION]
    ):
        return False
    holds = True
    for i in range(s.day[day, D_SIZE]):
        holds = holds and trip_holds(s, s.day[day, D_TRIPS + i])
    return holds


@compiled
def refresh_touched(d: Data, s: Solution, w: Workspace, entries: int) -> bool:
    """Bring up to date what the first entries of the journal have touched, done or taken back; tell whether it holds.

    To leave out a stop can break times only where a way over a third place is shorter than the direct one.
    """
    holds = True
    for j in range(entries):
        op, a = w.journal[j, 0], w.journal[j, 1]
        if op in (LINKED, UNLINKED):
            t = np.int64(s.node[a, TRIP])
            if t != NONE:
                refresh_day(d, s, s.trip[t, T_DAY])
                holds = holds and trip_holds(s, t)
            # Taken back or not, the trip that the entry tells of has changed as well.
            t = w.journal[j, 3]
            if s.trip[t, T_GROUP] != NONE:
                refresh_day(d, s, s.trip[t, T_DAY])
                holds = holds and trip_holds(s, t)
        elif op in (CLOSED, REGROUPED) and a != NONE:
            refresh_day(d, s, a)
        elif op == OPENED:
            refresh_day(d, s, w.journal[j, 2])
    return holds
