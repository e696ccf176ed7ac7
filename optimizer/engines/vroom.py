"""Solve a whole problem of one day with VROOM; the only file that imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import vroom

from optimizer.engines.whole import NEVER, Deadline, TruckDay, Whole, build_plan, build_whole
from optimizer.features import BEYOND_PLAIN_ROUTERS, Ability, Feature
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.travel import IntArray
from optimizer.watch import Progress

#: Matrices of 15,000 with 32 bits are 0.9 GB each.
ABILITY = Ability(
    BEYOND_PLAIN_ROUTERS | {Feature.DEPOT_HOURS},
    most_deliveries=15_000,
)
#: The highest level: the most starts, and the most moves tried on each.
_EXPLORATION = 5
#: Metres and seconds where there is no road, and the end of days without one: VROOM has 32 bits for them.
_NO_ROAD = 1 << 28
_LAST_S = (1 << 31) - 1
_PROFILE = "truck"


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,  # noqa: ARG001  # VROOM tells nothing before its end
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Solve a problem with VROOM at its highest level of exploration, with a thread for each of the executor's workers.

    It ends by itself or at the limit, whichever is sooner. Of working time VROOM knows the road's part alone: here it
    is told that of the stops too, as part of the road, but waiting is neither paid nor counted towards a limit.

    Parameters
    ----------
    problem, limits
        As for ``optimizer.solve.solve``; ``limits.iterations`` is not used.
    seed
        Noted in the plan; VROOM draws no random numbers.
    on_progress
        Not used.
    should_stop
        Asked only before it begins.
    executor
        Tells how many threads.

    Raises
    ------
    UnsupportedError
        If VROOM has no words for the problem.
    ValueError
        Without a limit of seconds.
    """
    ABILITY.require(problem)
    deadline = Deadline(limits, should_stop)
    whole = build_whole(problem)
    if not whole.kinds or not problem.deliveries or deadline.is_over():
        return build_plan(whole, (), Status.TIME_LIMIT, 0, seed)
    data = vroom.Input()
    _add_matrices(whole, data)
    _add_jobs(whole, data)
    kind_of = _add_vehicles(whole, data)
    threads = 1 if executor is None else executor.workers
    solution = data.solve(_EXPLORATION, threads, timeout=timedelta(seconds=deadline.left_s()))
    return build_plan(whole, _read_routes(solution, kind_of), deadline.status(), 0, seed)


def _add_matrices(whole: Whole, data: vroom.Input) -> None:
    """Set metres, and seconds from the beginning of a stop to the arrival at the next.

    Where deliveries with different service times share a node, the times at the stops are left to the jobs.
    """
    metres, seconds = whole.matrices(_NO_ROAD)
    service_s = _service_of_nodes(whole)
    if service_s is not None:
        seconds = seconds + np.pad(service_s, (0, len(seconds) - len(service_s)))[:, None]
    np.fill_diagonal(seconds, 0)
    data.set_distances_matrix(_PROFILE, metres.astype(np.uint32))
    data.set_durations_matrix(_PROFILE, seconds.astype(np.uint32))


def _service_of_nodes(whole: Whole) -> IntArray | None:
    """Return the service time of the one delivery of each node; None where a node has several."""
    if len(set(whole.node)) < len(whole.node):
        return None
    service_s = np.zeros(len(whole.node_place), dtype=np.int64)
    service_s[list(whole.node)] = whole.model.service_s
    return service_s


def _add_jobs(whole: Whole, data: vroom.Input) -> None:
    model = whole.model
    at_stops = _service_of_nodes(whole) is None
    skill_of: dict[bytes, int] = {}
    for i, windows in enumerate(model.windows):
        banned = whole.banned[i]
        skill = skill_of.setdefault(banned.tobytes(), len(skill_of)) if banned.any() else None
        data.add_job(
            vroom.Job(
                i,
                whole.node[i],
                default_service=model.service_s[i] if at_stops else 0,
                delivery=vroom.Amount(whole.load[i]),
                skills=set() if skill is None else {skill},
                time_windows=[(start_s, min(end_s, _LAST_S)) for start_s, end_s in windows],
            )
        )


def _add_vehicles(whole: Whole, data: vroom.Input) -> list[int]:
    """Add every truck, and return the vehicle type of each; a skill is the leave to make a set of deliveries."""
    patterns: dict[bytes, int] = {}
    for banned in whole.banned:
        if banned.any():
            patterns.setdefault(banned.tobytes(), len(patterns))
    kind_of: list[int] = []
    for column, k in enumerate(whole.kinds):
        kind = whole.model.kinds[k]
        type_ = whole.model.problem.vehicle_types[k]
        begins, ends = whole.ends_of(kind)
        opens_s, closes_s = kind.opens_s + kind.loading_s, min(kind.closes_s, _LAST_S)
        if opens_s > closes_s:
            continue
        skills = {number for pattern, number in patterns.items() if not np.frombuffer(pattern, dtype=np.bool_)[column]}
        for _ in range(whole.trucks(column)):
            more = {} if kind.max_metres is None else {"max_distance": kind.max_metres}
            if kind.max_duration_s is not None:
                more["max_travel_time"] = max(0, kind.max_duration_s - kind.loading_s)
            data.add_vehicle(
                vroom.Vehicle(
                    len(kind_of),
                    start=begins,
                    end=None if kind.end_place is None else ends,
                    profile=_PROFILE,
                    capacity=vroom.Amount(whole.room[column]),
                    skills=skills,
                    time_window=None if opens_s == 0 and kind.closes_s >= NEVER else (opens_s, closes_s),
                    costs=vroom.VehicleCosts(type_.fixed_cost, type_.cost_per_hour, type_.cost_per_km),
                    **more,
                )
            )
            kind_of.append(k)
    return kind_of


def _read_routes(solution: vroom.Solution, kind_of: list[int]) -> Iterator[TruckDay]:
    steps = solution.routes
    jobs = steps[steps["type"] == "job"]
    for vehicle, stops in jobs.groupby("vehicle_id", sort=True):
        yield kind_of[int(vehicle)], [[int(i) for i in stops["id"]]]
