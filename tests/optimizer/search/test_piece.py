"""The compiled search knows exactly what its routes cost, keeps every rule, and is compiled once."""

import random
from dataclasses import replace

import pytest

from optimizer.parallel import SerialExecutor
from optimizer.problem import Problem
from optimizer.search.annealing import Annealing
from optimizer.search.kernel import anneal, load
from optimizer.search.lay_out import boards_of, lay_out
from optimizer.search.model import build_model
from optimizer.search.piece import Task, build_piece, choose_groups, from_piece, run_task, to_piece
from tests.support.routing import make_delivery, make_network, make_problem, make_truck


def plain(problem: Problem) -> Problem:
    return problem


def one_trip(problem: Problem) -> Problem:
    trucks = tuple(replace(v, trips_per_day=1, count=3 * v.count) for v in problem.vehicle_types)
    return replace(problem, vehicle_types=trucks)


def limited(problem: Problem) -> Problem:
    trucks = tuple(replace(v, max_metres=700_000, max_duration_s=9 * 3600) for v in problem.vehicle_types)
    return replace(problem, vehicle_types=trucks)


def released(problem: Problem) -> Problem:
    deliveries = tuple(replace(d, release_s=(i % 3) * 3600 + 6 * 3600) for i, d in enumerate(problem.deliveries))
    return replace(problem, deliveries=deliveries)


def open_routes(problem: Problem) -> Problem:
    return replace(
        one_trip(problem), vehicle_types=tuple(replace(v, returns=False) for v in one_trip(problem).vehicle_types)
    )


def scarce(problem: Problem) -> Problem:
    """Leave each depot a little more than it needs, coming in day by day."""
    n_days = len(problem.days)
    depots = []
    for number, depot in enumerate(problem.depots):
        needs = sum(d.packs[0] for d in problem.deliveries if d.depot == number)
        depots.append(replace(depot, stock=(tuple(needs * (day + 3) // (n_days + 1) for day in range(n_days)),)))
    return replace(problem, depots=tuple(depots))


@pytest.mark.parametrize("variant", [plain, one_trip, limited, released, open_routes, scarce])
def test_the_plan_costs_what_the_search_says_and_every_rule_is_kept(variant):
    problem = variant(make_network(90, 2, 10, 3))
    model = build_model(problem)
    boards, failed = lay_out(model, range(90), squeeze=lambda: True)
    annealing = Annealing(model, boards, failed, 1)
    before = annealing.best

    for _ in range(4):
        annealing.round(SerialExecutor(), 3_000, 0.3, 0.05)
        for found in annealing._chains:
            after = boards_of(model, found.days)
            # Of several windows the schedule may choose better ones than the search did, never worse.
            assert sum(board.cost() for board in after) <= found.cost
            assert all(board.stock_holds() and board.free.min() >= 0 for board in after)
            everyone = [i for board in after for i in board.deliveries()] + list(found.waiting)
            assert sorted(everyone) == list(range(90))
    assert not before.is_better_than(annealing.best)


def test_with_one_window_each_the_cost_is_exactly_that_of_the_schedule():
    network = make_network(90, 2, 10, 3)
    problem = replace(network, deliveries=tuple(replace(d, windows=d.windows[:1]) for d in network.deliveries))
    model = build_model(problem)
    boards, failed = lay_out(model, range(90), squeeze=lambda: True)
    annealing = Annealing(model, boards, failed, 1)

    for _ in range(3):
        annealing.round(SerialExecutor(), 3_000, 1.0, 0.2)
        for found in annealing._chains:
            assert sum(board.cost() for board in boards_of(model, found.days)) == found.cost


def test_nobody_is_lost_at_a_temperature_of_the_size_of_a_rounding_error():
    rng = random.Random(1)
    points = [(rng.randrange(2_000), rng.randrange(2_000)) for _ in range(31)]
    deliveries = [make_delivery(f"d{i:02d}", 1 + i % 30, rng.randrange(20, 120)) for i in range(60)]
    truck = make_truck(count=60, fixed_cost=0, cost_per_km=1, cost_per_hour=0, shift_start_s=0, shift_end_s=10**7)
    model = build_model(make_problem(points, deliveries, [truck]))
    boards, failed = lay_out(model, range(60), squeeze=lambda: True)
    days = [day for board in boards for day in board.truck_days]
    groups, counts = choose_groups(model, list(range(60)), model.trucks, days)
    piece = build_piece(model, range(60), groups, counts, model.stock)
    unit = 1 / piece.leg_cost

    answer = run_task(Task(piece, to_piece(piece, days), 30_000, 3 * unit, unit / 3, 1))

    assert not failed
    for found, cost in ((answer.days, answer.cost), (answer.best_days, answer.best_cost)):
        assert sorted(c for _, trips in found for trip in trips for c in trip) == list(range(60))
        after = boards_of(model, from_piece(piece, found))
        assert sum(board.cost() for board in after) == cost


def test_a_client_on_the_way_to_far_ones_is_put_on_their_trip_though_a_hundred_others_are_nearer():
    beside = [(50_000, 10 * i) for i in range(-60, 60)]
    points = [(0, 0), (100_000, 0), (100_000, 100), *beside, (50_000, 5)]
    packs = [200, 200, *[500] * len(beside), 20]  # those beside it fill a truck each
    deliveries = [make_delivery(f"d{i:03d}", i + 1, one) for i, one in enumerate(packs)]
    model = build_model(make_problem(points, deliveries, [make_truck(count=200, shift_start_s=0, shift_end_s=10**6)]))

    boards, failed = lay_out(model, range(len(deliveries)), squeeze=None)

    last = len(deliveries) - 1
    (trip,) = [trip for board in boards for day in board.truck_days for trip in day.trips if last in trip]
    assert not failed
    assert sorted(trip) == [0, 1, last]
    assert trip[1] != last


def test_all_variants_are_served_by_one_compilation():
    for variant in (plain, open_routes, scarce):
        model = build_model(variant(make_network(30, 2, 6, 2)))
        boards, failed = lay_out(model, range(30), squeeze=lambda: True)
        Annealing(model, boards, failed, 1).round(SerialExecutor(), 100, 1.0, 0.5)

    for function in (anneal.anneal, anneal.insert_all, load._load):
        assert len(function.signatures) == 1
