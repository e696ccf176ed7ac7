"""Elementary changes of a solution, each recorded so that it can be taken back."""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.layout import (
    C_LOCATION,
    CLOSED,
    COST,
    D_DURATION,
    D_GROUP,
    D_METRES,
    D_SIZE,
    D_STALE,
    D_TRIPS,
    FREE_DAYS,
    FREE_TRIPS,
    G_CLOSES,
    G_DAY,
    G_DEPOT,
    G_END,
    G_FIXED_COST,
    G_LAST_START,
    G_LIMIT,
    G_LIMIT2,
    G_LOADING,
    G_METRE_COST,
    G_OPENS,
    G_SECOND_COST,
    G_START,
    HEAD_DURATION,
    HEAD_LATE,
    HEAD_READY,
    HEAD_RELEASE,
    IN,
    JOURNAL,
    LEG,
    LINKED,
    NEVER,
    NEXT,
    NO_ROOM,
    NONE,
    OPENED,
    ORDER,
    OUT,
    PREV,
    REGROUPED,
    T_DAY,
    T_DURATION,
    T_FROM,
    T_GROUP,
    T_METRES,
    T_SIZE,
    T_STALE,
    T_TO,
    TAIL_DURATION,
    TAIL_EARLY,
    TAIL_LATE,
    TRIP,
    TRIPS,
    UNLINKED,
    WINDOW,
    Data,
    Solution,
    Workspace,
    compiled,
    inlined,
)


@inlined
def record(s: Solution, w: Workspace, op: int, a: int, b: int, c: int, e: int) -> None:
    """Write an entry into the journal."""
    j = s.scalars[JOURNAL]
    w.journal[j, 0] = op
    w.journal[j, 1] = a
    w.journal[j, 2] = b
    w.journal[j, 3] = c
    w.journal[j, 4] = e
    s.scalars[JOURNAL] = j + 1


@compiled
def set_depot(d: Data, s: Solution, h: int, g: int) -> None:
    """Make the depot node of a trip that of a group."""
    s.node[h, OUT] = d.groups[g, G_START]
    s.node[h, IN] = d.groups[g, G_END]
    s.node[h, ORDER] = 0
    s.segment[h, HEAD_READY] = d.groups[g, G_OPENS] + d.groups[g, G_LOADING]
    s.segment[h, HEAD_DURATION] = d.groups[g, G_LOADING]
    s.segment[h, HEAD_LATE] = d.groups[g, G_LAST_START]
    s.segment[h, HEAD_RELEASE] = 0
    s.segment[h, TAIL_DURATION] = 0
    s.segment[h, TAIL_EARLY] = -NEVER
    s.segment[h, TAIL_LATE] = d.groups[g, G_CLOSES]


@inlined
def mark_all(s: Solution, t: int, h: int) -> None:
    """Note that no time of a trip holds."""
    s.day[s.trip[t, T_DAY], D_STALE] = 1
    s.trip[t, T_STALE] = 1
    s.trip[t, T_FROM] = h
    s.trip[t, T_TO] = h


@inlined
def mark(s: Solution, t: int, h: int, p: int, c: int, q: int) -> None:
    """Note that client c has come or gone between nodes p and q of a trip."""
    node, trip = s.node, s.trip
    if not trip[t, T_STALE]:
        s.day[trip[t, T_DAY], D_STALE] = 1
        trip[t, T_STALE] = 1
        trip[t, T_FROM] = p
        trip[t, T_TO] = q
        return
    first, last = trip[t, T_FROM], trip[t, T_TO]
    if first == c or node[p, ORDER] < node[first, ORDER]:
        trip[t, T_FROM] = p
    if last == c or q == h or (last != h and node[q, ORDER] > node[last, ORDER]):
        trip[t, T_TO] = q


@inlined
def has_truck(d: Data, s: Solution, g: int, given_up: int) -> bool:
    """Tell whether a group has another truck, one of a second group being given up for it (or of NONE)."""
    first, second = d.groups[g, G_LIMIT], d.groups[g, G_LIMIT2]
    free = s.left[g] > 0
    if free and (s.left[first] <= 0 or s.left[second] <= 0):
        free = False
        if given_up != NONE:
            one, other = d.groups[given_up, G_LIMIT], d.groups[given_up, G_LIMIT2]
            free = (s.left[first] > 0 or first in (one, other)) and (s.left[second] > 0 or second in (one, other))
    return free


@inlined
def count_truck(d: Data, s: Solution, g: int, sign: int) -> None:
    """Count a truck of a group as used, or as free again."""
    s.left[g] -= sign
    s.left[d.groups[g, G_LIMIT]] -= sign
    s.left[d.groups[g, G_LIMIT2]] -= sign


@compiled
def open_trip(d: Data, s: Solution, day: int, g: int, at: int) -> int:
    """Open an empty trip as number ``at`` of a truck-day, or of a new truck-day of group g; return it."""
    if day == NONE:
        k = s.scalars[FREE_DAYS] - 1
        s.scalars[FREE_DAYS] = k
        day = np.int64(s.free_days[k])
        s.day[day, D_GROUP] = g
        s.day[day, D_SIZE] = 0
        s.day[day, D_METRES] = 0
        s.day[day, D_DURATION] = 0
        count_truck(d, s, g, 1)
        s.scalars[COST] += d.groups[g, G_FIXED_COST]
    k = s.scalars[FREE_TRIPS] - 1
    s.scalars[FREE_TRIPS] = k
    t = np.int64(s.free_trips[k])
    s.scalars[TRIPS] = max(s.scalars[TRIPS], t + 1)
    size = s.day[day, D_SIZE]
    for i in range(size, at, -1):
        s.day[day, D_TRIPS + i] = s.day[day, D_TRIPS + i - 1]
    s.day[day, D_TRIPS + at] = t
    s.day[day, D_SIZE] = size + 1
    h = t + len(s.node) - len(s.trip)
    s.node[h, NEXT] = h
    s.node[h, PREV] = h
    s.node[h, LEG] = 0
    s.node[h, TRIP] = t
    s.trip[t, T_GROUP] = g
    s.trip[t, T_DAY] = day
    s.trip[t, T_METRES] = 0
    s.trip[t, T_SIZE] = 0
    s.trip[t, T_DURATION] = 0
    mark_all(s, t, h)
    for k in range(s.room.shape[1]):
        s.room[t, k] = d.capacity[g, k]
    set_depot(d, s, h, g)
    return t


@compiled
def close_trip(d: Data, s: Solution, t: int) -> int:
    """Close an empty trip, and its truck-day if it was the last; return which number it had."""
    day = s.trip[t, T_DAY]
    g = s.trip[t, T_GROUP]
    s.scalars[COST] -= s.trip[t, T_DURATION] * d.groups[g, G_SECOND_COST]
    s.day[day, D_DURATION] -= s.trip[t, T_DURATION]
    s.trip[t, T_DURATION] = 0
    s.trip[t, T_GROUP] = NONE
    for k in range(s.room.shape[1]):
        s.room[t, k] = NO_ROOM
    size = s.day[day, D_SIZE] - 1
    at = 0
    while s.day[day, D_TRIPS + at] != t:
        at += 1
    for i in range(at, size):
        s.day[day, D_TRIPS + i] = s.day[day, D_TRIPS + i + 1]
    s.day[day, D_SIZE] = size
    k = s.scalars[FREE_TRIPS]
    s.free_trips[k] = t
    s.scalars[FREE_TRIPS] = k + 1
    if size == 0:
        k = s.scalars[FREE_DAYS]
        s.free_days[k] = day
        s.scalars[FREE_DAYS] = k + 1
        count_truck(d, s, g, -1)
        s.scalars[COST] -= d.groups[g, G_FIXED_COST]
    else:
        other = s.day[day, D_TRIPS]
        if not s.trip[other, T_STALE]:  # the others have more time now
            s.day[day, D_STALE] = 1
            s.trip[other, T_STALE] = 1
            s.trip[other, T_TO] = other + len(s.node) - len(s.trip)
            s.trip[other, T_FROM] = s.node[s.trip[other, T_TO], PREV]
    return at


@compiled
def take_stock(d: Data, s: Solution, c: int, g: int, sign: int) -> None:
    """Take a client's packs from the stock of a group's depot from its day on, or give them back."""
    depot = d.groups[g, G_DEPOT]
    for k in range(d.packs.shape[1]):
        packs = d.packs[c, k]
        if packs:
            for day in range(d.groups[g, G_DAY], s.stock.shape[2]):
                s.stock[depot, k, day] -= sign * packs


@inlined
def unlink(d: Data, s: Solution, c: int) -> None:
    """Take a client out of its ring."""
    node, trip = s.node, s.trip
    t = np.int64(node[c, TRIP])
    g = trip[t, T_GROUP]
    p = node[c, PREV]
    q = node[c, NEXT]
    if trip[t, T_SIZE] == 1:
        metres = -trip[t, T_METRES]
        node[p, LEG] = 0
    else:
        leg = d.metres[node[p, OUT], node[q, IN]]
        metres = np.int64(leg) - node[p, LEG] - node[c, LEG]
        node[p, LEG] = leg
    node[p, NEXT] = q
    node[q, PREV] = p
    node[c, TRIP] = NONE
    trip[t, T_METRES] += metres
    trip[t, T_SIZE] -= 1
    if d.timed:
        mark(s, t, t + len(node) - len(trip), p, c, q)
    s.day[trip[t, T_DAY], D_METRES] += metres
    s.scalars[COST] += metres * d.groups[g, G_METRE_COST]
    for k in range(s.room.shape[1]):
        s.room[t, k] += d.load[c, k]
    if d.stocked:
        take_stock(d, s, c, g, -1)


@inlined
def link(d: Data, s: Solution, c: int, p: int, t: int) -> None:
    """Put a client behind node p of trip t."""
    node, trip = s.node, s.trip
    g = trip[t, T_GROUP]
    q = node[p, NEXT]
    location = d.clients[c, C_LOCATION]
    before = d.metres_to[location, node[p, OUT]]
    behind = d.metres[location, node[q, IN]]
    metres = np.int64(before) + behind - node[p, LEG]
    node[p, LEG] = before
    node[c, LEG] = behind
    node[p, NEXT] = c
    node[c, PREV] = p
    node[c, NEXT] = q
    node[q, PREV] = c
    node[c, TRIP] = t
    trip[t, T_METRES] += metres
    trip[t, T_SIZE] += 1
    if d.timed:
        mark(s, t, t + len(node) - len(trip), p, c, q)
        node[c, ORDER] = node[p, ORDER]
    s.day[trip[t, T_DAY], D_METRES] += metres
    s.scalars[COST] += metres * d.groups[g, G_METRE_COST]
    for k in range(s.room.shape[1]):
        s.room[t, k] -= d.load[c, k]
    if d.stocked:
        take_stock(d, s, c, g, 1)


@inlined
def remove(d: Data, s: Solution, w: Workspace, c: int) -> None:
    """Take a client out and close its trip if nobody is left on it."""
    t = np.int64(s.node[c, TRIP])
    record(s, w, UNLINKED, c, s.node[c, PREV], t, s.node[c, WINDOW])
    unlink(d, s, c)
    if s.trip[t, T_SIZE] == 0:
        g, day = s.trip[t, T_GROUP], s.trip[t, T_DAY]
        at = close_trip(d, s, t)
        record(s, w, CLOSED, day if s.day[day, D_SIZE] else NONE, g, at, 0)


@compiled
def regroup(d: Data, s: Solution, day: int, g: int) -> None:
    """Give a truck-day another group: its trips start, end, cost and are timed as the group's."""
    node = s.node
    old = s.day[day, D_GROUP]
    count_truck(d, s, old, -1)
    count_truck(d, s, g, 1)
    s.scalars[COST] += d.groups[g, G_FIXED_COST] - d.groups[old, G_FIXED_COST]
    s.day[day, D_GROUP] = g
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        h = t + len(node) - len(s.trip)
        s.scalars[COST] -= s.trip[t, T_METRES] * d.groups[old, G_METRE_COST]
        s.scalars[COST] -= s.trip[t, T_DURATION] * d.groups[old, G_SECOND_COST]
        set_depot(d, s, h, g)
        s.trip[t, T_GROUP] = g
        for k in range(s.room.shape[1]):
            s.room[t, k] += d.capacity[g, k] - d.capacity[old, k]
        mark_all(s, t, h)
        last = node[h, PREV]
        before = d.metres[node[h, OUT], node[node[h, NEXT], IN]]
        behind = d.metres[node[last, OUT], node[h, IN]]
        metres = np.int64(before) - node[h, LEG] + behind - node[last, LEG]
        node[h, LEG] = before
        node[last, LEG] = behind
        s.trip[t, T_METRES] += metres
        s.day[day, D_METRES] += metres
        s.scalars[COST] += s.trip[t, T_METRES] * d.groups[g, G_METRE_COST]
        s.scalars[COST] += s.trip[t, T_DURATION] * d.groups[g, G_SECOND_COST]
        if d.stocked:
            c = np.int64(node[h, NEXT])
            while c != h:
                take_stock(d, s, c, old, -1)
                take_stock(d, s, c, g, 1)
                c = np.int64(node[c, NEXT])


@compiled
def undo(d: Data, s: Solution, w: Workspace) -> None:
    """Take back everything in the journal, newest first; the times of what it touched are stale then."""
    for j in range(s.scalars[JOURNAL] - 1, -1, -1):
        op, a, b, e = w.journal[j, 0], w.journal[j, 1], w.journal[j, 2], w.journal[j, 3]
        if op == LINKED:
            unlink(d, s, a)
        elif op == UNLINKED:
            s.node[a, WINDOW] = w.journal[j, 4]
            link(d, s, a, b, e)
        elif op == OPENED:
            close_trip(d, s, a)
        elif op == CLOSED:
            open_trip(d, s, a, b, e)
        elif op == REGROUPED:
            regroup(d, s, a, b)
    s.scalars[JOURNAL] = 0
