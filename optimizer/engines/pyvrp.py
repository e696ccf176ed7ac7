"""Solve a whole problem of one day with PyVRP (Wouda, Lan & Kool 2024); the only file that imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import pyvrp

from optimizer.engines.whole import NEVER, Deadline, TruckDay, Whole, build_plan, build_whole, common_unit
from optimizer.features import Ability, Feature
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.travel import IntArray
from optimizer.watch import Progress

#: Several windows are told to PyVRP as clients of which one is visited. Two matrices of 15,000 are 3.6 GB, and it makes
#: copies of them.
ABILITY = Ability(
    frozenset({Feature.SEVERAL_DAYS, Feature.STOCK, Feature.STORAGE, Feature.SEVERAL_TRIPS_TIMED, Feature.DOCKS}),
    most_deliveries=15_000,
)
#: Metres and seconds of a leg that a truck may not drive: more than any plan, far from the end of int64.
_FORBIDDEN = 1 << 40
_NO_LIMIT = int(np.iinfo(np.int64).max)


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,  # noqa: ARG001  # PyVRP tells only its cost
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,  # noqa: ARG001  # it searches with one core
) -> Plan:
    """Solve a problem with PyVRP's iterated local search and its own parameters, for the seconds of the limit.

    The time runs from the call, as it does for every solver. Where PyVRP finds no feasible answer, the plan is its best
    infeasible one.

    Parameters
    ----------
    problem, limits, seed, should_stop
        As for ``optimizer.solve.solve``; ``limits.iterations`` is not used.
    on_progress, executor
        Not used.

    Raises
    ------
    UnsupportedError
        If PyVRP has no words for the problem.
    ValueError
        Without a limit of seconds.
    """
    ABILITY.require(problem)
    deadline = Deadline(limits, should_stop)
    whole = build_whole(problem)
    if not whole.kinds or not problem.deliveries:
        return build_plan(whole, (), Status.TIME_LIMIT, 0, seed)
    clients, groups, delivery_of = _build_clients(whole)
    data = _build_data(whole, clients, groups)
    result = pyvrp.solve(data, lambda _cost: deadline.is_over(), seed=seed, collect_stats=False)
    routes = _read_routes(whole, result.best, delivery_of)
    return build_plan(whole, routes, deadline.status(), result.num_iterations, seed)


def _build_clients(whole: Whole) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup], list[int]]:
    """Build a client for each window of each delivery; return also the delivery of each client."""
    model = whole.model
    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    delivery_of = []
    for i, windows in enumerate(model.windows):
        group = len(groups) if len(windows) > 1 else None
        if group is not None:
            groups.append(pyvrp.ClientGroup(list(range(len(clients), len(clients) + len(windows)))))
        for early_s, late_s in windows or ((0, _NO_LIMIT),):
            clients.append(
                pyvrp.Client(
                    location=whole.node[i],
                    delivery=whole.load[i].tolist(),
                    service_duration=model.service_s[i],
                    tw_early=early_s,
                    tw_late=late_s,
                    release_time=model.release_s[i],
                    required=group is None,
                    group=group,
                )
            )
            delivery_of.append(i)
    return clients, groups, delivery_of


def _build_data(whole: Whole, clients: list[pyvrp.Client], groups: list[pyvrp.ClientGroup]) -> pyvrp.ProblemData:
    metres, seconds = whole.matrices(_FORBIDDEN)
    depots: dict[tuple[int, int], int] = {}
    profiles: dict[bytes, int] = {}
    types = []
    unit = common_unit(whole.model.kinds[k] for k in whole.kinds)
    banned_of: list[IntArray] = []
    for column, k in enumerate(whole.kinds):
        kind = whole.model.kinds[k]
        banned = whole.banned_nodes(column)
        profile = profiles.setdefault(banned.tobytes(), len(profiles))
        if profile == len(banned_of):
            banned_of.append(banned)
        begins, ends = whole.ends_of(kind)
        start = depots.setdefault((begins, kind.loading_s), len(depots))
        end = start if ends == begins else depots.setdefault((ends, 0), len(depots))
        types.append(
            pyvrp.VehicleType(
                num_available=int(whole.model.trucks[k].max(initial=0)),
                capacity=whole.room[column].tolist(),
                start_depot=start,
                end_depot=end,
                fixed_cost=kind.fixed_cost // unit,
                tw_early=kind.opens_s,
                tw_late=_NO_LIMIT if kind.closes_s >= NEVER else kind.closes_s,
                start_late=None if kind.leaves_by_s >= kind.closes_s else kind.leaves_by_s - kind.loading_s,
                shift_duration=_NO_LIMIT if kind.max_duration_s is None else kind.max_duration_s,
                max_distance=_NO_LIMIT if kind.max_metres is None else kind.max_metres,
                unit_distance_cost=kind.metre_cost // unit,
                unit_duration_cost=kind.second_cost // unit,
                profile=profile,
                reload_depots=[start] if kind.trips_per_day > 1 else [],
                max_reloads=kind.trips_per_day - 1,
            )
        )
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(x, y) for x, y in _positions(whole)],
        clients=clients,
        depots=[pyvrp.Depot(node, service_duration=loading_s) for node, loading_s in depots],
        vehicle_types=types,
        distance_matrices=[cast("Any", _forbid(metres, banned)) for banned in banned_of],
        duration_matrices=[cast("Any", _forbid(seconds, banned)) for banned in banned_of],
        groups=groups,
    )


def _positions(whole: Whole) -> list[tuple[float, float]]:
    points = whole.model.position[list(whole.node_place)].tolist()
    return [*points, (0.0, 0.0)] if whole.has_open_routes() else points


def _forbid(matrix: IntArray, banned: IntArray) -> IntArray:
    """Return the matrix without the roads to and from the banned nodes."""
    if not len(banned):
        return matrix
    copy = matrix.copy()
    copy[banned, :] = _FORBIDDEN
    copy[:, banned] = _FORBIDDEN
    copy[banned, banned] = 0
    return copy


def _read_routes(whole: Whole, solution: pyvrp.Solution, delivery_of: list[int]) -> Iterator[TruckDay]:
    for route in solution.routes():
        trips: list[list[int]] = [[]]
        for activity in route:
            if activity.is_client():
                trips[-1].append(delivery_of[activity.idx])
            elif trips[-1]:
                trips.append([])
        yield whole.kinds[route.vehicle_type()], trips
