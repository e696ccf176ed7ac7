"""A part of the plan as the compiled search takes it: some truck-days with their deliveries, and free trucks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.search.kernel.anneal import anneal
from optimizer.search.kernel.layout import (
    C_ABSENT_COST,
    C_LOCATION,
    COST,
    G_COUNT,
    G_END,
    G_FIXED_COST,
    G_LIMIT,
    G_LIMIT2,
    G_LOADING,
    G_METRE_COST,
    G_SECOND_COST,
    G_START,
    GROUP_COLUMNS,
    I32,
    I64,
    NONE,
    TRIP,
    Data,
    Solution,
    copy_solution,
    empty_solution,
    workspace,
)
from optimizer.search.kernel.load import Days, load_days, read_days
from optimizer.search.kernel.neighbours import nearest_clients
from optimizer.search.legs import FAR
from optimizer.search.model import BoolArray, Kind, Model
from optimizer.search.regions import cut_into_regions
from optimizer.search.state import TruckDay
from optimizer.travel import IntArray

#: Neighbours known of each delivery: strings are taken from their trips, and it is put back beside one of them.
_NEAR = 100
#: Truck-days of other groups it may open, cheapest first.
_NEW_GROUPS = 48
#: Clients taken out on average, the longest string, and how often a position is overlooked (Christiaens & Vanden
#: Berghe 2020).
_MEAN_REMOVED = 10.0
_LONGEST = 10.0
_BLINK = 0.03
#: How often a truck-day is offered another truck after a move, when there is more than one group.
_GROUP_RATE = 0.2
_FOREVER = 1 << 50
#: Clients that are left in any order among themselves: some lines of a cache.
_TOGETHER = 8
#: Columns in which sibling groups may differ.
_OF_THE_TRUCK = frozenset({G_COUNT, G_METRE_COST, G_SECOND_COST, G_FIXED_COST, G_LIMIT, G_LIMIT2})


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Deliveries, groups and the data made of them.

    Attributes
    ----------
    clients
        The delivery of each client.
    groups
        Vehicle type and day of each group.
    data, stock, shared
        As the compiled search takes them.
    leg_cost
        What a typical way to a near neighbour costs: the unit of temperature.
    """

    clients: tuple[int, ...]
    groups: tuple[tuple[int, int], ...]
    data: Data
    stock: I64
    shared: I64
    leg_cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Work for one core: improve the truck-days of a piece for a number of moves.

    ``days`` are in the piece's own numbers, temperatures in ways to a near neighbour, from the first move to the last.
    """

    piece: Piece
    days: Days
    moves: int
    hot: float
    cold: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The truck-days a task ended with and the best it saw, with their costs; clients on none of them wait."""

    days: Days
    cost: int
    best_days: Days
    best_cost: int


def run_task(task: Task) -> Answer:
    """Do a task; the same task gives the same answer anywhere."""
    data, stock = task.piece.data, task.piece.stock
    solution, best = (empty_solution(data, stock, task.piece.shared) for _ in range(2))
    work = workspace(data, stock, task.seed)
    load_days(data, solution, work, task.days)
    copy_solution(solution, best)
    if task.moves > 0 and len(data.clients) > 1:
        anneal(
            data,
            solution,
            best,
            work,
            task.moves,
            task.hot * task.piece.leg_cost,
            (task.cold / task.hot) ** (1.0 / task.moves),
            _MEAN_REMOVED,
            _LONGEST,
            _BLINK,
            _GROUP_RATE if len(data.groups) > 1 else 0.0,
        )
    return Answer(read_days(solution), _cost(data, solution), read_days(best), _cost(data, best))


def _cost(data: Data, solution: Solution) -> int:
    """Return the cost of the truck-days alone."""
    absent = solution.node[: len(data.clients), TRIP] == NONE
    return int(solution.scalars[COST]) - int(data.clients[absent, C_ABSENT_COST].sum())


def choose_groups(
    model: Model, clients: Sequence[int], free: IntArray, used: Sequence[TruckDay] = ()
) -> tuple[list[tuple[int, int]], list[int]]:
    """Choose the groups that could serve any of the clients.

    Parameters
    ----------
    model
        The problem's arrays.
    clients
        Deliveries.
    free
        Idle trucks by vehicle type and day, shape (t, d).
    used
        Truck-days that serve them now.

    Returns
    -------
    tuple[list[tuple[int, int]], list[int]]
        Vehicle type and day of each, ascending, and the trucks there are of it: no more than could be of use.
    """
    counts: Counter[tuple[int, int]] = Counter((day.kind, day.day) for day in used)
    days = np.logical_or.reduce(model.day_ok[list(clients)], axis=0)
    kinds = np.logical_or.reduce(model.kind_ok[list(clients)], axis=0)
    for kind, day in zip(*np.nonzero(free > 0), strict=True):
        if kinds[kind] and days[day]:
            counts[int(kind), int(day)] += min(int(free[kind, day]), len(clients))
    groups = sorted(counts)
    return groups, [counts[group] for group in groups]


def to_piece(piece: Piece, days: Sequence[TruckDay]) -> Days:
    """Return truck-days in the piece's own numbers."""
    number = {i: n for n, i in enumerate(piece.clients)}
    group = {g: n for n, g in enumerate(piece.groups)}
    return [(group[day.kind, day.day], [[number[i] for i in trip] for trip in day.trips]) for day in days]


def from_piece(piece: Piece, days: Days) -> list[TruckDay]:
    """Return truck-days of a piece as truck-days of the plan."""
    return [TruckDay(*piece.groups[g], [[piece.clients[n] for n in trip] for trip in trips]) for g, trips in days]


def build_piece(
    model: Model,
    clients: Sequence[int],
    groups: Sequence[tuple[int, int]],
    counts: Sequence[int],
    stock: IntArray,
    importance: IntArray | None = None,
    shared_trucks: IntArray | None = None,
) -> Piece:
    """Build the data of a piece.

    Parameters
    ----------
    model
        The problem's arrays.
    clients
        Deliveries in it.
    groups
        Vehicle types and days that may serve them.
    counts
        Trucks of each group.
    stock
        Cumulative packs it may use, shape (depots, c, d).
    importance
        What it weighs to leave each delivery waiting, from 1, shape (n,); all alike if not given.
    shared_trucks
        What each shared limit allows it on each day, shape (s, d); all that the model does if not given.
    """
    order = _by_place(model, clients)
    clients = [clients[n] for n in order]
    if importance is not None:
        importance = importance[order]
    chosen = np.array(clients, dtype=np.int64)
    kinds = [model.kinds[kind] for kind, _ in groups]
    used = list(
        dict.fromkeys(
            [model.place[i] for i in clients]
            + [k.depot_place for k in kinds]
            + [k.end_place for k in kinds if k.end_place is not None]
        )
    )
    local = {place: number for number, place in enumerate(used)}
    metres, seconds = _travel(model, used, open_routes=any(k.end_place is None for k in kinds))
    table = np.array(
        [
            (
                local[k.depot_place],
                len(used) if k.end_place is None else local[k.end_place],
                count,
                k.metre_cost,
                k.second_cost,
                k.fixed_cost,
                k.opens_s,
                k.closes_s,
                k.loading_s,
                _FOREVER if k.max_metres is None else k.max_metres,
                _FOREVER if k.max_duration_s is None else k.max_duration_s,
                k.trips_per_day,
                k.depot,
                day,
                k.leaves_by_s - k.loading_s,
                *limits,
            )
            for k, (_, day), count, limits in zip(kinds, groups, counts, _limits(model, groups), strict=True)
        ],
        dtype=np.int64,
    ).reshape(len(groups), GROUP_COLUMNS)
    by_kind = model.kind_ok[chosen][:, [kind for kind, _ in groups]]
    by_day = model.day_ok[chosen][:, [day for _, day in groups]]
    allowed = np.ascontiguousarray(by_kind & by_day)
    windows = [model.windows[i] or ((-_FOREVER, _FOREVER),) for i in clients]
    first = np.cumsum([0, *(len(w) for w in windows)])
    location = np.array([local[model.place[i]] for i in clients], dtype=np.int64)
    service = np.array([model.service_s[i] for i in clients], dtype=np.int64)
    release = np.array([model.release_s[i] for i in clients], dtype=np.int64)
    load, capacity = _loads(model, chosen, groups)
    round_trip = _round_trip_costs(metres, seconds, location, table)
    new_groups = _cheapest_groups(round_trip, allowed, np.random.default_rng(len(clients)))
    remoteness = np.where(allowed, round_trip, round_trip.max(initial=0) + 1).min(axis=1, initial=_FOREVER)
    alone = round_trip - table[:, G_FIXED_COST]
    alone = np.where(allowed, alone, alone.max(initial=0)).min(axis=1, initial=_FOREVER)
    weights = np.ones(len(clients), dtype=np.int64) if importance is None else importance
    absent = weights * _dearest(round_trip, allowed, table)
    client_table = np.stack(
        [location, service, release, first[:-1], first[1:], alone, remoteness, absent], axis=1
    ).astype(np.int64)
    flat = np.array([span for w in windows for span in w], dtype=np.int64).reshape(-1, 2)
    prices = float(np.median(table[:, G_METRE_COST])), float(np.median(table[:, G_SECOND_COST]))
    opens = np.array([w[0][0] for w in windows], dtype=np.int64)
    closes = np.array([w[-1][1] for w in windows], dtype=np.int64)
    near = nearest_clients(metres, location, _NEAR, opens, closes, service, seconds, prices)
    packs = model.packs[chosen]
    symmetric = bool((metres == metres.T).all())
    round_trips = bool((table[:, G_START] == table[:, G_END]).all())
    siblings = _siblings(table)
    graded = bool((siblings >= 0).any())
    timed = is_timed(model, clients, kinds)
    chained = timed and (any(k.trips_per_day > 1 for k in kinds) or bool(release.any()))
    limited = timed and any(k.max_metres is not None or k.max_duration_s is not None for k in kinds)
    data = Data(
        metres=metres,
        metres_to=metres if symmetric else np.ascontiguousarray(metres.T),
        seconds=seconds,
        seconds_to=seconds if (seconds == seconds.T).all() else np.ascontiguousarray(seconds.T),
        clients=client_table,
        load=load,
        windows=flat,
        allowed=allowed.astype(np.uint8),
        near=near,
        groups=table,
        capacity=capacity,
        new_groups=new_groups,
        siblings=siblings,
        packs=packs,
        least_metre_cost=int(table[:, G_METRE_COST].min()) if symmetric and round_trips else 0,
        graded=graded,
        timed=timed,
        lasting=chained or limited or any(k.second_cost for k in kinds),
        chained=chained,
        limited=limited,
        stocked=_stock_binds(packs, allowed, groups, kinds, stock),
    )
    shared = np.ascontiguousarray((model.shared_trucks if shared_trucks is None else shared_trucks).ravel())
    return Piece(tuple(clients), tuple(groups), data, stock, shared, _leg_cost(data, prices))


def _by_place(model: Model, clients: Sequence[int]) -> list[int]:
    """Order clients so that those near each other lie near each other in memory: a move reads what is near."""
    positions = model.position[[model.place[i] for i in clients]]
    return [n for part in cut_into_regions(positions, [1] * len(clients), len(clients) // _TOGETHER, 0.0) for n in part]


def _travel(model: Model, used: list[int], *, open_routes: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return int32 metres and seconds among places; with open routes, a last place that is at no distance to any."""
    metres, seconds = model.legs.block(used)
    same = metres is seconds or bool((metres == seconds).all())
    if open_routes:
        metres = np.pad(metres, (0, 1))
        seconds = np.pad(seconds, (0, 1))
    metres = np.ascontiguousarray(metres, dtype=np.int32)
    return metres, metres if same else np.ascontiguousarray(seconds, dtype=np.int32)


def _loads(model: Model, clients: IntArray, groups: Sequence[tuple[int, int]]) -> tuple[I64, I64]:
    """Return the kinds of load that matter: mass always, volume and compartments where any has them."""
    kinds = [model.kinds[kind] for kind, _ in groups]
    loads = [model.weight_g[clients]]
    capacities = [[k.capacity_g for k in kinds]]
    if model.volume_ml[clients].any():
        loads.append(model.volume_ml[clients])
        capacities.append([k.capacity_ml for k in kinds])
    if any(k.class_capacity_g is not None for k in kinds):
        for number in np.unique(model.class_of[clients]).tolist():
            loads.append(np.where(model.class_of[clients] == number, model.weight_g[clients], 0))
            capacities.append([_FOREVER if k.class_capacity_g is None else k.class_capacity_g[number] for k in kinds])
    return np.ascontiguousarray(np.stack(loads, axis=1)), np.ascontiguousarray(np.array(capacities, dtype=np.int64).T)


def _round_trip_costs(metres: np.ndarray, seconds: np.ndarray, location: I64, table: I64) -> I64:
    """Return what a trip for one client alone costs with each group, shape (n, g)."""
    start, end = table[:, G_START], table[:, G_END]
    road = metres[np.ix_(start, location)].T.astype(np.int64) + metres[np.ix_(location, end)]
    time = seconds[np.ix_(start, location)].T.astype(np.int64) + seconds[np.ix_(location, end)] + table[:, G_LOADING]
    return np.asarray(
        road * table[:, G_METRE_COST] + time * table[:, G_SECOND_COST] + table[:, G_FIXED_COST], dtype=np.int64
    )


def _dearest(round_trip: I64, allowed: BoolArray, table: I64) -> int:
    """Return more than any one delivery can cost: what it weighs to leave one waiting."""
    far = FAR * max(1, int(table[:, G_METRE_COST].max()))
    possible = round_trip[allowed & (round_trip < far)]
    return 4 * int(possible.max(initial=0)) + int(table[:, G_FIXED_COST].max()) + 1


def _cheapest_groups(round_trip: I64, allowed: np.ndarray, noise: np.random.Generator) -> np.ndarray:
    """Return the groups that may serve each client, cheapest first, like ones in random order, shape (n, q)."""
    n, n_groups = round_trip.shape
    ranked = np.where(allowed, round_trip + noise.random((n, n_groups)), np.inf)
    order = np.argsort(ranked, axis=1, kind="stable")[:, :_NEW_GROUPS]
    return np.where(np.take_along_axis(ranked, order, axis=1) < np.inf, order, NONE).astype(np.int32)


def _siblings(table: I64) -> I32:
    """Return the groups that differ from each one in room, price and number of trucks only, shape (g, s)."""
    same = [column for column in range(GROUP_COLUMNS) if column not in _OF_THE_TRUCK]
    _, alike, sizes = np.unique(table[:, same], axis=0, return_inverse=True, return_counts=True)
    siblings = np.full((len(table), max(1, sizes.max(initial=1) - 1)), NONE, dtype=np.int32)
    for family in np.split(np.argsort(alike.ravel(), kind="stable"), np.cumsum(sizes)[:-1]):
        for n, group in enumerate(family):
            siblings[group, : len(family) - 1] = np.delete(family, n)
    return siblings


def _limits(model: Model, groups: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Return where the limits of each group, at most two, stand behind the groups: by limit and day; last is none."""
    n_days = model.shared_trucks.shape[1]
    none = len(groups) + model.shared_trucks.size
    places = []
    for kind, day in groups:
        own = [len(groups) + int(limit) * n_days + day for limit in np.flatnonzero(model.shared[:, kind])]
        places.append((*own, *[none] * (2 - len(own))))
    return places


def is_timed(model: Model, clients: Iterable[int], kinds: Sequence[Kind]) -> bool:
    """Tell whether times can forbid or cost anything."""
    if any(k.second_cost or k.trips_per_day > 1 or k.max_metres is not None for k in kinds):
        return True
    if any(k.max_duration_s is not None or k.closes_s < _FOREVER // 4 for k in kinds):
        return True
    return any(model.windows[i] or model.release_s[i] for i in clients)


def _stock_binds(
    packs: I64, allowed: np.ndarray, groups: Sequence[tuple[int, int]], kinds: Sequence[Kind], stock: IntArray
) -> bool:
    """Tell whether all who may be served from some depot by the end of some day want more than it has then."""
    depot = np.array([k.depot for k in kinds], dtype=np.int64)
    group_day = np.array([day for _, day in groups], dtype=np.int64)
    for number, by_day in enumerate(stock):
        for day in range(stock.shape[2]):
            may_leave = allowed[:, (depot == number) & (group_day <= day)].any(axis=1)
            if (packs[may_leave].sum(axis=0) > by_day[:, day]).any():
                return True
    return False


def _leg_cost(data: Data, weights: tuple[float, float]) -> float:
    """Return the mean cost of the way to a near neighbour that is elsewhere."""
    location = data.clients[:, C_LOCATION]
    near = data.near[:, :8]
    here, there = location[:, None], location[np.where(near < 0, 0, near)]
    cost = weights[0] * data.metres[here, there] + weights[1] * data.seconds[here, there]
    counted = (near >= 0) & (here != there)
    if not counted.any():
        return 1.0
    first = counted & (np.cumsum(counted, axis=1) <= 3)
    return max(1.0, float(cost[first].mean()))
