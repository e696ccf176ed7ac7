"""Times are worked out anew only where a trip has changed: they are those of the whole trip all the same."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import Problem
from optimizer.search.kernel.anneal import anneal
from optimizer.search.kernel.layout import (
    COST,
    D_DURATION,
    HEAD_READY,
    NONE,
    T_DURATION,
    T_EARLY,
    T_GROUP,
    T_LATE,
    T_RELEASE,
    TAIL_LATE,
    TRIP,
    copy_solution,
    empty_solution,
    workspace,
)
from optimizer.search.kernel.load import load_days, refresh_all
from optimizer.search.kernel.moves import mark_all
from optimizer.search.lay_out import lay_out
from optimizer.search.model import build_model
from optimizer.search.piece import build_piece, choose_groups
from tests.support.routing import make_network

_ON_TRIPS = [T_DURATION, T_EARLY, T_LATE, T_RELEASE]


def costly_hours(problem: Problem) -> Problem:
    return replace(problem, vehicle_types=tuple(replace(v, trips_per_day=1) for v in problem.vehicle_types))


def road_only(problem: Problem) -> Problem:
    """Let windows count, but no second cost anything."""
    trucks = tuple(replace(v, trips_per_day=1, cost_per_hour=0, count=3 * v.count) for v in problem.vehicle_types)
    return replace(problem, vehicle_types=trucks)


def several_trips(problem: Problem) -> Problem:
    deliveries = tuple(replace(d, release_s=(i % 4) * 3600 + 6 * 3600) for i, d in enumerate(problem.deliveries))
    return replace(problem, deliveries=deliveries)


@pytest.mark.parametrize("variant", [costly_hours, road_only, several_trips])
@pytest.mark.parametrize("seed", [1, 2])
def test_times_of_the_parts_that_changed_are_times_of_the_whole(variant, seed):
    problem = variant(make_network(120, 2, 8, 2))
    model = build_model(problem)
    boards, _ = lay_out(model, range(120), squeeze=lambda: True)
    days = [day for board in boards for day in board.truck_days]
    clients = sorted(i for day in days for i in day.deliveries())
    free = np.array([[v.count] * len(problem.days) for v in problem.vehicle_types])
    piece = build_piece(model, clients, *choose_groups(model, clients, free, ()), model.stock)
    number = {i: n for n, i in enumerate(clients)}
    group = {g: n for n, g in enumerate(piece.groups)}
    solution, best = (empty_solution(piece.data, piece.stock, piece.shared) for _ in range(2))
    work = workspace(piece.data, piece.stock, seed)
    load_days(piece.data, solution, work, [
        (group[day.kind, day.day], [[number[i] for i in trip] for trip in day.trips]) for day in days
    ])  # fmt: skip
    copy_solution(solution, best)

    anneal(piece.data, solution, best, work, 5_000, piece.leg_cost, 0.999, 10.0, 10.0, 0.01, 0.2)

    on_trip = solution.node[:, TRIP] != NONE
    open_trips = np.flatnonzero(solution.trip[:, T_GROUP] != NONE)
    clients_on_trip = np.flatnonzero(on_trip[: len(clients)])
    columns = slice(None) if piece.data.lasting else [HEAD_READY, TAIL_LATE]
    before = (
        solution.segment[clients_on_trip][:, columns],
        solution.trip[open_trips][:, _ON_TRIPS],
        solution.day[:, D_DURATION].copy(),
        int(solution.scalars[COST]),
    )
    assert len(open_trips) > 5
    for t in open_trips.tolist():
        mark_all(solution, t, t + len(clients))
    refresh_all(piece.data, solution)
    after = (
        solution.segment[clients_on_trip][:, columns],
        solution.trip[open_trips][:, _ON_TRIPS],
        solution.day[:, D_DURATION],
        int(solution.scalars[COST]),
    )
    for was, now in zip(before, after, strict=True):
        assert np.array_equal(was, now)
