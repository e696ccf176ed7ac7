"""Plans that the search once could not reach, whatever the time."""

import random

from benchmarks.reference.exact import solve_exactly
from optimizer.plan import Limits
from optimizer.problem import Depot
from optimizer.solve import solve
from tests.support.routing import make_delivery, make_problem, make_truck


def test_a_delivery_moves_to_an_earlier_day_though_all_stock_is_used_by_the_last():
    points = [(0, 0), (-5_000, -25_000), (24_000, 21_000), (32_000, -17_000)]
    days = [(1,), (0,), (0, 1)]
    deliveries = [make_delivery(f"d{i}", i + 1, 100, days=days[i]) for i in range(3)]
    truck = make_truck(capacity_g=3_000_000, count=2, cost_per_hour=0, loading_s=0)
    problem = make_problem(points, deliveries, [truck], 2, [Depot(0, ((300, 300),))])

    plan = solve(problem, Limits(iterations=20))

    assert [[stop.delivery for stop in trip.stops] for trip in plan.trips] in ([[1, 2], [0]], [[2, 1], [0]])
    assert plan.scaled_cost == solve_exactly(problem).scaled_cost


def test_a_trip_of_more_stops_than_the_mean_is_emptied_when_that_saves():
    chance = random.Random(19)
    points = [(0, 0)] + [(chance.randrange(-40_000, 40_000), chance.randrange(-40_000, 40_000)) for _ in range(6)]
    deliveries = []
    for i in range(6):
        days = chance.choice(((0,), (1,), (0, 1)))
        deliveries.append(make_delivery(f"d{i}", i + 1, 40 * chance.randrange(1, 6), days=days))
    trucks = [
        make_truck(name="s", capacity_g=4_000_000, count=2, trips_per_day=2, fixed_cost=50, cost_per_hour=0),
        make_truck(name="l", capacity_g=6_000_000, trips_per_day=2, fixed_cost=150, cost_per_km=12),
    ]
    problem = make_problem(points, deliveries, trucks, 2)

    assert solve(problem, Limits(iterations=100)).scaled_cost == solve_exactly(problem).scaled_cost
