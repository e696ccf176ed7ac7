"""Give truck-days another truck, depot or day as a whole."""

from __future__ import annotations

from optimizer.search.kernel.grade import may_drive
from optimizer.search.kernel.layout import (
    COST,
    D_GROUP,
    D_SIZE,
    G_DEPOT,
    G_TRIPS,
    JOURNAL,
    NONE,
    REGROUPED,
    T_DAY,
    T_GROUP,
    TRIP,
    Data,
    Solution,
    Workspace,
    compiled,
)
from optimizer.search.kernel.moves import has_truck, record, regroup
from optimizer.search.kernel.rand import below
from optimizer.search.kernel.times import refresh_day, times_hold

_TRIED = 20


@compiled
def try_other_group(d: Data, s: Solution, w: Workspace, day: int) -> None:
    """Give a truck-day another group drawn at random, in exchange if that has no free truck, when it saves."""
    g, h = s.day[day, D_GROUP], below(w.random, len(d.groups))
    if h == g or s.day[day, D_SIZE] > d.groups[h, G_TRIPS] or not may_drive(d, s, day, h):
        return
    other = NONE
    if not has_truck(d, s, h, g):
        other = _find_day(d, s, w, h)
        if other == NONE or s.day[other, D_SIZE] > d.groups[g, G_TRIPS] or not may_drive(d, s, other, g):
            return
    before, entries = s.scalars[COST], s.scalars[JOURNAL]
    record(s, w, REGROUPED, day, g, 0, 0)
    regroup(d, s, day, h)
    if other != NONE:
        record(s, w, REGROUPED, other, h, 0, 0)
        regroup(d, s, other, g)
    good = True
    if d.timed:
        good = times_hold(d, s, day) and (other == NONE or times_hold(d, s, other))
    if good and d.stocked:
        good = _stock_holds(s, d.groups[h, G_DEPOT]) and _stock_holds(s, d.groups[g, G_DEPOT])
    if good and s.scalars[COST] < before:
        return
    if other != NONE:
        regroup(d, s, other, h)
    regroup(d, s, day, g)
    if d.timed:
        refresh_day(d, s, day)
        if other != NONE:
            refresh_day(d, s, other)
    s.scalars[JOURNAL] = entries


@compiled
def _find_day(d: Data, s: Solution, w: Workspace, g: int) -> int:
    """Return a truck-day of a group, found by asking clients at random; NONE if none was met."""
    for _ in range(_TRIED):
        t = s.node[below(w.random, len(d.clients)), TRIP]
        if t != NONE and s.trip[t, T_GROUP] == g:
            return s.trip[t, T_DAY]
    return NONE


@compiled
def _stock_holds(s: Solution, depot: int) -> bool:
    for k in range(s.stock.shape[1]):
        for day in range(s.stock.shape[2]):
            if s.stock[depot, k, day] < 0:
                return False
    return True
