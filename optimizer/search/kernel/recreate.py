"""Put clients back greedily, each beside one of its nearest neighbours or on a new trip."""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.grade import find_larger
from optimizer.search.kernel.layout import (
    C_ALONE,
    C_END_WINDOW,
    C_FIRST_WINDOW,
    C_LOCATION,
    C_RELEASE,
    C_REMOTENESS,
    C_SERVICE,
    D_DURATION,
    D_METRES,
    D_SIZE,
    D_STALE,
    D_TRIPS,
    G_CLOSES,
    G_DAY,
    G_DEPOT,
    G_END,
    G_FIXED_COST,
    G_LAST_START,
    G_LOADING,
    G_MAX_DURATION,
    G_MAX_METRES,
    G_METRE_COST,
    G_OPENS,
    G_SECOND_COST,
    G_START,
    G_TRIPS,
    HEAD_DURATION,
    HEAD_LATE,
    HEAD_READY,
    IN,
    LEG,
    LINKED,
    NEVER,
    NEXT,
    NO_ROOM,
    NONE,
    OPENED,
    OUT,
    PREV,
    REGROUPED,
    T_DAY,
    T_DEADLINE,
    T_DURATION,
    T_GROUP,
    T_READY,
    T_RELEASE,
    TAIL_DURATION,
    TAIL_EARLY,
    TAIL_LATE,
    TRIP,
    TRIPS,
    WINDOW,
    Data,
    Solution,
    Workspace,
    compiled,
)
from optimizer.search.kernel.moves import has_truck, link, open_trip, record, regroup
from optimizer.search.kernel.rand import below, positions_to_blink
from optimizer.search.kernel.times import earliest_end, latest_start, refresh_day

#: Sorting rules and how often each is taken (Christiaens & Vanden Berghe 2020): at random, largest, farthest and
#: nearest first; with times also shortest window, earliest opening and latest closing first.
_RULES = 11
_RULES_TIMED = 17
#: A client is put in beside one of so many of its near neighbours: the nearest whose trips have room, or may have.
_BESIDE = 40
#: Of so many trips at most, beginning and end are tried for every client: it may lie on the way to far stops.
_MOST_TRIPS = 200


@compiled
def sort_removed(d: Data, w: Workspace, count: int) -> None:
    """Sort the clients taken out by a rule drawn at random."""
    clients, windows, removed, key = d.clients, d.windows, w.removed, w.key
    rule = below(w.random, _RULES_TIMED if d.timed else _RULES)
    for i in range(count):
        c = removed[i]
        window = clients[c, C_FIRST_WINDOW]
        if rule < 4:
            key[i] = below(w.random, 1 << 30)
        elif rule < 8:
            key[i] = -d.load[c, 0]
        elif rule < 10:
            key[i] = -clients[c, C_REMOTENESS]
        elif rule < 11:
            key[i] = clients[c, C_REMOTENESS]
        elif rule < 13:
            key[i] = windows[window, 1] - windows[window, 0]
        elif rule < 15:
            key[i] = windows[window, 0]
        else:
            key[i] = -windows[window, 1]
    for i in range(1, count):
        c, x = removed[i], key[i]
        j = i - 1
        while j >= 0 and key[j] > x:
            key[j + 1] = key[j]
            removed[j + 1] = removed[j]
            j -= 1
        key[j + 1] = x
        removed[j + 1] = c


@compiled
def mark_stock(d: Data, s: Solution, w: Workspace, c: int) -> None:
    """Note from which depot on which day the stock allows a client's packs."""
    n_days = s.stock.shape[2]
    for depot in range(s.stock.shape[0]):
        for day in range(n_days):
            w.stock_ok[depot, day] = 1
        for k in range(d.packs.shape[1]):
            packs = d.packs[c, k]
            if packs:
                day = n_days - 1
                while day >= 0 and s.stock[depot, k, day] >= packs:
                    day -= 1
                for early in range(day + 1):
                    w.stock_ok[depot, early] = 0


@compiled
def try_new_trip(
    d: Data, c: int, g: int, ready: int, deadline: int, metres_before: int, seconds_before: int
) -> tuple[int, int]:
    """Return cost and window of a trip for one client within what its truck-day has left; NEVER if there is none."""
    location = d.clients[c, C_LOCATION]
    start, end = d.groups[g, G_START], d.groups[g, G_END]
    metres = np.int64(d.metres_to[location, start]) + d.metres[location, end]
    if not d.timed:
        return metres * d.groups[g, G_METRE_COST], d.clients[c, C_FIRST_WINDOW]
    best, best_window = NEVER, NONE
    to_it = d.groups[g, G_LOADING] + d.seconds_to[location, start]
    from_it = d.clients[c, C_SERVICE] + d.seconds[location, end]
    duration = to_it + from_it
    earliest = max(ready, d.groups[g, G_OPENS], d.clients[c, C_RELEASE])
    latest = min(min(deadline, d.groups[g, G_CLOSES]) - duration, d.groups[g, G_LAST_START])
    if d.limited and (
        metres_before + metres > d.groups[g, G_MAX_METRES] or seconds_before + duration > d.groups[g, G_MAX_DURATION]
    ):
        return best, best_window
    for window in range(d.clients[c, C_FIRST_WINDOW], d.clients[c, C_END_WINDOW]):
        # The truck waits, if at all, before it starts to load.
        start_s = max(earliest, d.windows[window, 0] - to_it)
        if start_s <= min(latest, d.windows[window, 1] - to_it):
            best = metres * d.groups[g, G_METRE_COST] + duration * d.groups[g, G_SECOND_COST]
            return best, window
    return best, best_window


@compiled
def _filled(d: Data, c: int, g: int) -> float:
    """Return which part of a truck of group g client c fills."""
    part = 0.0
    for k in range(d.load.shape[1]):
        part = max(part, d.load[c, k] / max(1.0, float(d.capacity[g, k])))
    return part


@compiled
def insert_cheapest(
    d: Data, s: Solution, w: Workspace, c: int, blink_rate: float, everywhere: bool, at_most: int
) -> bool:
    """Put a client at the cheapest position tried; return False if there is none that costs less than ``at_most``.

    Positions are those beside the nearest clients whose trips have room (``everywhere``: beside any), at both ends of
    trips, and new trips. Each may be overlooked with a small probability ("blink").
    """
    node, segment, trip, room, day_table = s.node, s.segment, s.trip, s.room, s.day
    groups, load, allowed, windows = d.groups, d.load, d.allowed, d.windows
    timed, lasting, chained, limited, stocked = d.timed, d.lasting, d.chained, d.limited, d.stocked
    n = len(d.clients)
    location = d.clients[c, C_LOCATION]
    to_it, from_it = d.metres_to[location], d.metres[location]
    seconds_to_it, seconds_from_it = d.seconds_to[location], d.seconds[location]
    service, release = d.clients[c, C_SERVICE], d.clients[c, C_RELEASE]
    first_window, end_window = d.clients[c, C_FIRST_WINDOW], d.clients[c, C_END_WINDOW]
    blink = w.blink[0]
    best = np.int64(at_most)
    best_trip, best_node, best_day, best_group, best_at = NONE, NONE, NONE, NONE, 0
    best_window = first_window
    alone = d.clients[c, C_ALONE]
    w.insertions[0] += 1
    if stocked:
        mark_stock(d, s, w, c)
    near = d.near[c]
    # By the triangle inequality no position beside v costs less than twice what the way to it is longer than the leg.
    least_metre_cost = 0 if chained or everywhere else 2 * d.least_metre_cost
    count, most = (n, n) if everywhere else (len(near), _BESIDE)
    # A full trip counts where a larger truck or a further trip of the same one could help.
    least_room = NO_ROOM + 1 if chained or d.graded else load[c, 0]
    found = 0
    for k in range(count):  # without a branch that a processor would guess wrong half of the time
        v = np.int32(k) if everywhere else near[k]
        if v < 0 or found >= most:
            break
        w.beside[found] = v
        found += room[node[v, TRIP], 0] >= least_room
    if s.scalars[TRIPS] <= _MOST_TRIPS:
        for t in range(s.scalars[TRIPS]):
            w.beside[found] = n + t
            found += room[t, 0] >= least_room
    for i in range(found):
        v = w.beside[i]
        t = node[v, TRIP]
        if least_metre_cost:
            longer = np.int64(to_it[node[v, OUT]]) - max(node[v, LEG], node[node[v, PREV], LEG])
            if longer * least_metre_cost > best:
                continue
        g = trip[t, T_GROUP]
        if not allowed[c, g]:
            continue
        fits = True
        for j in range(load.shape[1]):
            if load[c, j] > room[t, j]:
                fits = False
        day = trip[t, T_DAY]
        driver, further_cost = g, np.int64(0)
        if not fits and d.graded:
            if w.graded[t] != w.insertions[0]:
                w.graded[t] = w.insertions[0]
                if timed:
                    refresh_day(d, s, day)
                find_larger(d, s, w, np.int64(t), c)
            if w.larger[t] != NONE and w.larger_cost[t] < best:
                fits = True
                driver, further_cost = w.larger[t], w.larger_cost[t]
        if not fits and not chained:
            continue
        if stocked and not w.stock_ok[groups[g, G_DEPOT], groups[g, G_DAY]]:
            continue
        if timed and day_table[day, D_STALE]:
            refresh_day(d, s, day)
        metre_cost = groups[driver, G_METRE_COST]
        if fits:
            for side in range(2):
                if side == 0:
                    p, q = v, node[v, NEXT]
                else:
                    p, q = node[v, PREV], v
                metres = np.int64(to_it[node[p, OUT]]) + from_it[node[q, IN]] - node[p, LEG]
                cost = metres * metre_cost + further_cost
                if cost >= best:
                    continue
                blink -= 1
                if blink < 0:
                    blink = positions_to_blink(w.random, blink_rate)
                    continue
                if not timed:
                    best = cost
                    best_trip, best_node, best_group = t, p, driver
                    continue
                in_s = np.int64(seconds_to_it[node[p, OUT]])
                out_s = service + seconds_from_it[node[q, IN]]
                arrival = segment[p, HEAD_READY] + in_s
                for window in range(first_window, end_window):
                    opens, closes = windows[window, 0], windows[window, 1]
                    if arrival > closes:
                        continue
                    reached = max(arrival, opens) + out_s
                    if reached > segment[q, TAIL_LATE]:
                        continue
                    if not lasting:
                        best = cost
                        best_trip, best_node, best_window, best_group = t, p, window, driver
                        break
                    delta_in = segment[p, HEAD_DURATION] + in_s
                    late = segment[p, HEAD_LATE]
                    wait = max(opens - delta_in - late, 0)
                    late = min(closes - delta_in, late)
                    delta = delta_in + wait + out_s
                    early = reached - delta
                    wait = max(segment[q, TAIL_EARLY] - delta - late, 0)
                    early = max(segment[q, TAIL_EARLY] - delta, early) - wait
                    late = min(segment[q, TAIL_LATE] - delta, late)
                    duration = delta + wait + segment[q, TAIL_DURATION]
                    if chained:
                        start = max(trip[t, T_READY], trip[t, T_RELEASE], release)
                        if start > late or max(start, early) + duration > trip[t, T_DEADLINE]:
                            continue
                    added = duration - trip[t, T_DURATION]
                    if limited and (
                        day_table[day, D_METRES] + metres > groups[g, G_MAX_METRES]
                        or day_table[day, D_DURATION] + added > groups[g, G_MAX_DURATION]
                    ):
                        continue
                    total = cost + added * groups[driver, G_SECOND_COST]
                    if total < best:
                        best = total
                        best_trip, best_node, best_window, best_group = t, p, window, driver
        if chained and best > alone and w.seen[t] != w.insertions[0] and day_table[day, D_SIZE] < groups[g, G_TRIPS]:
            # A further trip of this truck, behind this one or before it.
            w.seen[t] = w.insertions[0]
            at = 0
            while day_table[day, D_TRIPS + at] != t:
                at += 1
            for side in range(2):
                if side == 0:
                    ready = earliest_end(s, np.int64(t))
                    behind = at + 1
                    if behind < day_table[day, D_SIZE]:
                        deadline = latest_start(s, day_table[day, D_TRIPS + behind])
                    else:
                        deadline = groups[g, G_CLOSES]
                else:
                    ready = trip[t, T_READY]
                    deadline = latest_start(s, np.int64(t))
                total, window = try_new_trip(
                    d, c, g, ready, deadline, day_table[day, D_METRES], day_table[day, D_DURATION]
                )
                if total < best:
                    blink -= 1
                    if blink < 0:
                        blink = positions_to_blink(w.random, blink_rate)
                        continue
                    best = total
                    best_trip, best_day, best_group, best_window = NONE, day, g, window
                    best_at = at + 1 - side
    share_cost = d.graded and w.shared_cost[0]
    for k in range(d.new_groups.shape[1] if share_cost or best > d.clients[c, C_REMOTENESS] else 0):
        g = np.int64(d.new_groups[c, k])
        if g < 0:
            break
        if not has_truck(d, s, g, NONE):
            continue
        if stocked and not w.stock_ok[groups[g, G_DEPOT], groups[g, G_DAY]]:
            continue
        total, window = try_new_trip(d, c, g, groups[g, G_OPENS], groups[g, G_CLOSES], 0, 0)
        if share_cost and total < NEVER:
            total += np.int64(_filled(d, c, g) * groups[g, G_FIXED_COST])
        else:
            total += groups[g, G_FIXED_COST]
        if total < best:
            blink -= 1
            if blink < 0:
                blink = positions_to_blink(w.random, blink_rate)
                continue
            best = total
            best_trip, best_day, best_group, best_at, best_window = NONE, NONE, g, 0, window
    w.blink[0] = blink
    if best_group == NONE:
        return False
    node[c, WINDOW] = best_window
    if best_trip == NONE:
        best_trip = open_trip(d, s, best_day, best_group, best_at)
        record(s, w, OPENED, best_trip, trip[best_trip, T_DAY], 0, 0)
        best_node = best_trip + n
    elif d.graded and best_group != trip[best_trip, T_GROUP]:
        day = trip[best_trip, T_DAY]
        record(s, w, REGROUPED, day, trip[best_trip, T_GROUP], 0, 0)
        regroup(d, s, day, best_group)
    link(d, s, c, best_node, best_trip)
    record(s, w, LINKED, c, 0, best_trip, 0)
    return True
