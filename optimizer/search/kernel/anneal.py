"""Ruin, recreate, accept or take back: simulated annealing."""

from __future__ import annotations

import math

import numpy as np

from optimizer.search.kernel.grade import take_cheapest
from optimizer.search.kernel.layout import (
    ABSENT,
    C_ABSENT_COST,
    COST,
    G_SECOND_COST,
    I64,
    JOURNAL,
    LINKED,
    NEVER,
    NONE,
    T_DAY,
    T_GROUP,
    TRIP,
    UNLINKED,
    Data,
    Solution,
    Workspace,
    compiled,
    copy_solution,
)
from optimizer.search.kernel.load import refresh_all
from optimizer.search.kernel.moves import undo
from optimizer.search.kernel.rand import below, uniform
from optimizer.search.kernel.recreate import insert_cheapest, sort_removed
from optimizer.search.kernel.ruin import ruin
from optimizer.search.kernel.swap_groups import try_other_group
from optimizer.search.kernel.times import refresh_touched

#: How often a move weighs new trucks by the share of their fixed cost that is used at once.
_SHARED = 0.3


@compiled
def insert_all(d: Data, s: Solution, w: Workspace, order: I64, everywhere: bool) -> int:
    """Put absent clients in one by one, in an order; return how many fit nowhere and stay absent.

    ``everywhere``: who fits beside none of those near it is tried beside everyone.
    """
    absent = s.scalars[ABSENT]
    for i in range(absent):
        s.scalars[COST] -= d.clients[w.absent[i], C_ABSENT_COST]
    s.scalars[ABSENT] = 0
    for c in order:
        s.scalars[JOURNAL] = 0
        placed = insert_cheapest(d, s, w, c, 0.0, False, NEVER) or (
            everywhere and insert_cheapest(d, s, w, c, 0.0, True, NEVER)
        )
        if not placed:
            w.absent[s.scalars[ABSENT]] = c
            s.scalars[ABSENT] += 1
            s.scalars[COST] += d.clients[c, C_ABSENT_COST]
    s.scalars[JOURNAL] = 0
    if d.timed:
        refresh_all(d, s)
    return s.scalars[ABSENT]


@compiled
def anneal(
    d: Data,
    s: Solution,
    best: Solution,
    w: Workspace,
    iterations: int,
    temperature: float,
    cooling: float,
    mean_removed: float,
    longest: float,
    blink_rate: float,
    group_rate: float,
) -> None:
    """Change a solution again and again; keep the best seen.

    Parameters
    ----------
    d, s, best, w
        Problem, the present solution, the best one, workspace.
    iterations
        Moves to try.
    temperature, cooling
        In units of cost; after each move it is multiplied by ``cooling``.
    mean_removed, longest
        As for ``ruin``.
    blink_rate
        As for ``insert_cheapest``.
    group_rate
        How often a truck-day is offered another truck after a move.
    """
    n = len(d.clients)
    current = s.scalars[COST]
    best_cost = min(best.scalars[COST], current)
    is_best = current < best.scalars[COST]  # the present solution is the best, and not yet copied
    # Where nothing but putting clients in changes the cost, it only rises: a move that is too dear stays so.
    only_dearer = not d.graded
    for g in range(len(d.groups)):
        only_dearer = only_dearer and not d.groups[g, G_SECOND_COST]
    for _ in range(iterations):
        s.scalars[JOURNAL] = 0
        absent = s.scalars[ABSENT]
        lost_before = np.int64(0)
        for i in range(absent):
            c = w.absent[i]
            w.absent_before[i] = c
            lost_before += d.clients[c, C_ABSENT_COST]
        seed = np.int64(w.absent[below(w.random, absent)]) if absent and uniform(w.random) < 0.5 else below(w.random, n)
        count = ruin(d, s, w, seed, mean_removed, longest)
        sort_removed(d, w, count)
        w.shared_cost[0] = d.graded and uniform(w.random) < _SHARED
        lost = np.int64(0)
        for i in range(s.scalars[ABSENT]):
            lost += d.clients[w.absent[i], C_ABSENT_COST]
        regroups = group_rate > 0.0 and uniform(w.random) < group_rate
        limit = current - temperature * math.log(max(uniform(w.random), 1e-300))
        temperature *= cooling
        bounded = only_dearer and not regroups
        at_most = np.int64(NEVER)
        for i in range(count):
            if bounded:
                room = limit - (s.scalars[COST] + lost - lost_before)
                if room <= 0.0:
                    break
                at_most = np.int64(math.ceil(room))
            c = np.int64(w.removed[i])
            if not insert_cheapest(d, s, w, c, blink_rate, False, at_most):
                w.absent[s.scalars[ABSENT]] = c
                s.scalars[ABSENT] += 1
                lost += d.clients[c, C_ABSENT_COST]
        holds = not d.timed or refresh_touched(d, s, w, s.scalars[JOURNAL])
        if d.graded:
            for j in range(s.scalars[JOURNAL]):
                if w.journal[j, 0] == LINKED:
                    take_cheapest(d, s, w, s.trip[s.node[w.journal[j, 1], TRIP], T_DAY])
                elif w.journal[j, 0] == UNLINKED and s.trip[w.journal[j, 3], T_GROUP] != NONE:
                    take_cheapest(d, s, w, s.trip[w.journal[j, 3], T_DAY])
            if d.timed:
                refresh_touched(d, s, w, s.scalars[JOURNAL])
        if regroups and count:
            t = s.node[w.removed[below(w.random, count)], TRIP]
            if t != NONE:
                try_other_group(d, s, w, s.trip[t, T_DAY])
        s.scalars[COST] += lost - lost_before
        cost = s.scalars[COST]
        if holds and cost < limit and not (is_best and cost > current):
            current = cost
            if cost < best_cost:
                best_cost = cost
                is_best = True
            continue
        entries = s.scalars[JOURNAL]
        undo(d, s, w)
        if d.timed:
            refresh_touched(d, s, w, entries)
        s.scalars[ABSENT] = absent
        for i in range(absent):
            w.absent[i] = w.absent_before[i]
        s.scalars[COST] = current
        if holds and cost < limit:  # it would have led away from the best, which is copied first
            copy_solution(s, best)
            is_best = False
    if is_best:
        copy_solution(s, best)
