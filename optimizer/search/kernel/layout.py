"""How the compiled search keeps a problem and a solution: few arrays with named columns.

A solution is a set of truck-days, each with one or more trips; a trip is a ring of nodes. Nodes 0 .. n-1 are the
clients, node n + t is the depot at both ends of trip t. Columns that are read together lie side by side, so that a
node costs one cache line. New figures go into columns of the arrays there are: two more arrays in these tuples, and loops
over them, once made every search 1.4 to 2 times slower, and so did one more call in each move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.search.kernel.cache import use_cache

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

F = TypeVar("F", bound=Callable[..., Any])

use_cache()


def compiled(function: F) -> F:
    """Compile a function of the search: cached on disk, free of the interpreter's lock, division as in C.

    Numba's counting of references is off, so that nothing may be allocated: it took most of the time.
    """
    return cast("F", njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function))


def inlined(function: F) -> F:
    """Compile a small function that is copied into its callers."""
    return cast("F", njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")(function))


NONE = -1
#: Later than any time and dearer than any cost, small enough that sums stay in int64.
NEVER = 1 << 55
#: Less room than any client needs.
NO_ROOM = -(1 << 55)

# Columns of a node: neighbours in its ring, its trip, location when one arrives at it and when one leaves it (they
# differ for a depot with another end), metres to the next node, the window chosen for a client, and a number that
# ascends along the ring as it was when its times were last worked out.
NEXT, PREV, TRIP, IN, OUT, LEG, WINDOW, ORDER = range(8)
NODE_COLUMNS = 8
# Columns of a node's segments (Vidal et al. 2014). Of the way from the depot up to it: earliest end, duration, latest
# start at that duration, latest release. Of the way from it to the depot: latest start, duration, earliest start at it.
# Where working time does not count (``lasting``), only READY and TAIL_LATE are kept.
HEAD_READY, HEAD_DURATION, HEAD_LATE, HEAD_RELEASE, TAIL_LATE, TAIL_DURATION, TAIL_EARLY = range(7)
SEGMENT_COLUMNS = 8
# Columns of a trip. READY and DEADLINE are what the trips of the same truck before and after leave to it. When it is
# STALE, the times up to node FROM and from node TO on are still those of the ring.
(T_GROUP, T_DAY, T_METRES, T_SIZE, T_DURATION, T_EARLY, T_LATE, T_RELEASE, T_READY, T_DEADLINE, T_STALE, T_FROM,
 T_TO) = range(13)  # fmt: skip
TRIP_COLUMNS = 13
# Columns of a truck-day, STALE when one of its trips is; its trips follow in their order.
D_GROUP, D_SIZE, D_METRES, D_DURATION, D_STALE, D_TRIPS = range(6)
# Columns of a group: like trucks at one depot on one day. LIMIT and LIMIT2 are where in ``left`` the limits stand that it
# shares with other groups, or what never runs out.
(G_START, G_END, G_COUNT, G_METRE_COST, G_SECOND_COST, G_FIXED_COST, G_OPENS, G_CLOSES, G_LOADING, G_MAX_METRES,
 G_MAX_DURATION, G_TRIPS, G_DEPOT, G_DAY, G_LAST_START, G_LIMIT, G_LIMIT2) = range(17)  # fmt: skip
GROUP_COLUMNS = 17
# Columns of a client. ALONE is what a trip for it alone costs at least, on a truck in use; REMOTENESS on another truck.
C_LOCATION, C_SERVICE, C_RELEASE, C_FIRST_WINDOW, C_END_WINDOW, C_ALONE, C_REMOTENESS, C_ABSENT_COST = range(8)
# The scalars of a solution: its cost, free trip and truck-day numbers left, clients absent, length of the journal, and
# a number above that of every trip.
COST, FREE_TRIPS, FREE_DAYS, ABSENT, JOURNAL, TRIPS = range(6)
# What the journal records, so that a move can be taken back.
UNLINKED, LINKED, OPENED, CLOSED, REGROUPED = range(5)


class Data(NamedTuple):
    """What is to be routed; ``n`` clients, ``g`` groups, ``l`` locations, ``k`` kinds of load.

    Attributes
    ----------
    metres, seconds
        Between locations, int32, shape (l, l); ``_to`` is the transpose: row i holds the ways to i.
    clients
        Shape (n, 8), columns ``C_``.
    load
        Of each client in each kind of load, shape (n, k).
    windows
        Start and end of service windows, shape (w, 2); client c has rows C_FIRST_WINDOW .. C_END_WINDOW - 1.
    allowed
        Which groups may serve a client, shape (n, g).
    near
        The clients nearest to each one, nearest first, -1 where there are no more, shape (n, a).
    groups
        Shape (g, 17), columns ``G_``.
    capacity
        Shape (g, k).
    new_groups
        Groups for a further truck-day, by client, cheapest first, -1 where there are no more, shape (n, q).
    siblings
        Groups that differ from each one in the truck only, not in depot, day and hours; -1 where there are no more,
        shape (g, s).
    packs
        Packs per commodity of each client, shape (n, c).
    least_metre_cost
        The least cost of a metre of any group where ways are as long there as back and trips end where they begin, else
        0.
    graded
        Whether any group has siblings.
    timed, lasting, chained, limited, stocked
        Whether times, working time, several trips a day (or release times), limits of a truck-day, stock need looking at.
    """

    metres: I32
    metres_to: I32
    seconds: I32
    seconds_to: I32
    clients: I64
    load: I64
    windows: I64
    allowed: U8
    near: I32
    groups: I64
    capacity: I64
    new_groups: I32
    siblings: I32
    packs: I64
    least_metre_cost: int
    graded: bool
    timed: bool
    lasting: bool
    chained: bool
    limited: bool
    stocked: bool


class Solution(NamedTuple):
    """The truck-days; columns as above, ``t`` numbers of trips and of truck-days.

    ``room`` is what each trip's truck could still load, shape (t + 1, k), and in the last row, which ``NONE`` means
    too, ``NO_ROOM``; ``free_trips`` and ``free_days`` are stacks of unused numbers;
    ``left`` counts the trucks left of each group, behind these what is left of each limit that groups share, and last
    what never runs out, shape (g + limits + 1,); ``stock`` is what is left, cumulative, shape (depots, commodities,
    days).
    """

    node: I32
    segment: I64
    trip: I64
    room: I64
    day: I64
    free_trips: I32
    free_days: I32
    left: I64
    stock: I64
    scalars: I64


class Workspace(NamedTuple):
    """What a move needs on the way: the journal, the clients taken out and their sort keys, the absent, marks.

    ``beside`` are the neighbours of the client at hand whose trips have room for it. ``stock_ok`` tells for the
    client at hand from which depot on which day stock allows it. ``random`` holds the state of the generator
    (xorshift64*, Vigna 2016), ``blink`` how many positions are seen until one is overlooked; ``seen`` and
    ``graded`` tell for which insertion, counted in ``insertions``, a further trip and a larger truck of a truck-day
    were last looked at, ``larger`` and ``larger_cost`` what truck that was. ``shared_cost`` tells whether a new
    truck is weighed with the share of its fixed cost that its first client fills.
    """

    journal: I64
    removed: I32
    key: I64
    beside: I32
    absent: I32
    absent_before: I32
    touched: I32
    is_touched: U8
    stock_ok: U8
    random: NDArray[np.uint64]
    blink: I64
    seen: I64
    insertions: I64
    graded: I64
    larger: I64
    larger_cost: I64
    shared_cost: U8


def empty_solution(data: Data, stock: I64, shared: I64) -> Solution:
    """Return a solution without trips, everyone absent; with the trucks that each shared limit allows."""
    n = len(data.clients)
    slots = n + 2
    solution = Solution(
        node=np.full((n + slots, NODE_COLUMNS), NONE, dtype=np.int32),
        segment=np.zeros((n + slots, SEGMENT_COLUMNS), dtype=np.int64),
        trip=np.zeros((slots, TRIP_COLUMNS), dtype=np.int64),
        room=np.full((slots + 1, data.load.shape[1]), NO_ROOM, dtype=np.int64),
        day=np.zeros((slots, D_TRIPS + int(data.groups[:, G_TRIPS].max(initial=1))), dtype=np.int64),
        free_trips=np.arange(slots, dtype=np.int32)[::-1].copy(),
        free_days=np.arange(slots, dtype=np.int32)[::-1].copy(),
        left=np.concatenate([data.groups[:, G_COUNT], shared, [NEVER]]).astype(np.int64),
        stock=stock.copy(),
        scalars=np.array([0, slots, slots, 0, 0, 0], dtype=np.int64),
    )
    solution.trip[:, T_GROUP] = NONE
    solution.node[:n, IN] = solution.node[:n, OUT] = data.clients[:, C_LOCATION]
    solution.node[:n, WINDOW] = data.clients[:, C_FIRST_WINDOW]
    return solution


def workspace(data: Data, stock: I64, seed: int) -> Workspace:
    """Return room to work in, its generator seeded."""
    n = len(data.clients)
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % 2**64
    return Workspace(
        journal=np.zeros((8 * n + 64, 5), dtype=np.int64),
        removed=np.zeros(n, dtype=np.int32),
        key=np.zeros(n, dtype=np.int64),
        beside=np.zeros(2 * n + 2, dtype=np.int32),
        absent=np.zeros(n, dtype=np.int32),
        absent_before=np.zeros(n, dtype=np.int32),
        touched=np.zeros(n + 2, dtype=np.int32),
        is_touched=np.zeros(n + 2, dtype=np.uint8),
        stock_ok=np.ones((max(1, stock.shape[0]), max(1, stock.shape[2])), dtype=np.uint8),
        random=np.array([state or 1], dtype=np.uint64),
        blink=np.zeros(1, dtype=np.int64),
        seen=np.zeros(n + 2, dtype=np.int64),
        insertions=np.zeros(1, dtype=np.int64),
        graded=np.zeros(n + 2, dtype=np.int64),
        larger=np.zeros(n + 2, dtype=np.int64),
        larger_cost=np.zeros(n + 2, dtype=np.int64),
        shared_cost=np.zeros(1, dtype=np.uint8),
    )


@compiled
def _copy_table(source: np.ndarray, target: np.ndarray) -> None:
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


@compiled
def _copy_row(source: np.ndarray, target: np.ndarray) -> None:
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def copy_solution(source: Solution, target: Solution) -> None:
    """Copy a solution into arrays of the same shape."""
    _copy_table(source.node, target.node)
    _copy_table(source.segment, target.segment)
    _copy_table(source.trip, target.trip)
    _copy_table(source.room, target.room)
    _copy_table(source.day, target.day)
    for depot in range(source.stock.shape[0]):
        for k in range(source.stock.shape[1]):
            for day in range(source.stock.shape[2]):
                target.stock[depot, k, day] = source.stock[depot, k, day]
    _copy_row(source.free_trips, target.free_trips)
    _copy_row(source.free_days, target.free_days)
    _copy_row(source.left, target.left)
    _copy_row(source.scalars, target.scalars)
