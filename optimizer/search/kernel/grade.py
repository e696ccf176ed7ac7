"""Choose among trucks that differ in size and price only: the cheapest that holds what a truck-day carries."""

from __future__ import annotations

import numpy as np

from optimizer.search.kernel.layout import (
    D_DURATION,
    D_GROUP,
    D_METRES,
    D_SIZE,
    D_TRIPS,
    G_FIXED_COST,
    G_METRE_COST,
    G_SECOND_COST,
    NEVER,
    NEXT,
    NONE,
    REGROUPED,
    T_DAY,
    Data,
    Solution,
    Workspace,
    compiled,
)
from optimizer.search.kernel.moves import has_truck, record, regroup


@compiled
def change_cost(d: Data, s: Solution, day: int, h: int) -> int:
    """Return what a truck-day costs more with a truck of a sibling group h."""
    g = s.day[day, D_GROUP]
    return (
        d.groups[h, G_FIXED_COST]
        - d.groups[g, G_FIXED_COST]
        + s.day[day, D_METRES] * (d.groups[h, G_METRE_COST] - d.groups[g, G_METRE_COST])
        + s.day[day, D_DURATION] * (d.groups[h, G_SECOND_COST] - d.groups[g, G_SECOND_COST])
    )


@compiled
def may_drive(d: Data, s: Solution, day: int, h: int) -> bool:
    """Tell whether a truck of group h may and can carry what is on a truck-day, times aside."""
    g = s.day[day, D_GROUP]
    for i in range(s.day[day, D_SIZE]):
        t = s.day[day, D_TRIPS + i]
        for k in range(s.room.shape[1]):
            if s.room[t, k] + d.capacity[h, k] < d.capacity[g, k]:
                return False
    for i in range(s.day[day, D_SIZE]):
        node = s.day[day, D_TRIPS + i] + len(d.clients)
        c = np.int64(s.node[node, NEXT])
        while c != node:
            if not d.allowed[c, h]:
                return False
            c = np.int64(s.node[c, NEXT])
    return True


@compiled
def find_larger(d: Data, s: Solution, w: Workspace, t: int, c: int) -> None:
    """Note for trip t the free sibling that costs least more and holds client c too; NONE if there is none."""
    w.larger[t] = NONE
    w.larger_cost[t] = NEVER
    day = s.trip[t, T_DAY]
    g = s.day[day, D_GROUP]
    for i in range(d.siblings.shape[1]):
        h = np.int64(d.siblings[g, i])
        if h < 0:
            break
        if not d.allowed[c, h] or not has_truck(d, s, h, g):
            continue
        fits = True
        for k in range(s.room.shape[1]):
            if s.room[t, k] + d.capacity[h, k] - d.capacity[g, k] < d.load[c, k]:
                fits = False
        if not fits:
            continue
        cost = change_cost(d, s, day, h)
        if cost < w.larger_cost[t] and may_drive(d, s, day, h):
            w.larger[t] = h
            w.larger_cost[t] = cost


@compiled
def take_cheapest(d: Data, s: Solution, w: Workspace, day: int) -> None:
    """Give a truck-day the free sibling that saves most."""
    best, best_cost = NONE, np.int64(0)
    g = s.day[day, D_GROUP]
    for i in range(d.siblings.shape[1]):
        h = np.int64(d.siblings[g, i])
        if h < 0:
            break
        if not has_truck(d, s, h, g):
            continue
        cost = change_cost(d, s, day, h)
        if cost < best_cost and may_drive(d, s, day, h):
            best, best_cost = h, cost
    if best != NONE:
        record(s, w, REGROUPED, day, g, 0, 0)
        regroup(d, s, day, best)
