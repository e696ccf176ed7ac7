"""The exact reference of docks: known answers, and the same as without docks where there are enough of them."""

from dataclasses import replace

import pytest

from benchmarks.instances import make_docks
from benchmarks.reference.docks import least_with_docks
from benchmarks.reference.exact import solve_exactly
from optimizer.plan import COST_SCALE
from optimizer.problem import Depot, Problem
from tests.support.routing import make_delivery, make_problem, make_truck

HOUR = 3600
#: An hour away, to each side.
AWAY_M = 54_000


def two_sides(docks: int, closes_s: int, trucks: int = 2) -> Problem:
    """Return two places on two sides, both wanted by a time of day; loading takes half an hour from 06:00 on."""
    deliveries = [
        make_delivery(f"d{i}", i, 100, windows=((6 * HOUR, closes_s),), service_s=0, volume_ml=0) for i in (1, 2)
    ]
    truck = make_truck(count=trucks, cost_per_hour=0, cost_per_km=10, fixed_cost=100)
    depot = Depot(0, ((10**9,),), docks=docks)
    return make_problem([(0, 0), (AWAY_M, 0), (-AWAY_M, 0)], deliveries, [truck], depots=[depot])


def cost_of(trucks: int, km: int) -> int:
    return (100 * trucks + 10 * km) * COST_SCALE


@pytest.mark.parametrize(
    ("docks", "closes_s", "expected"),
    [
        (1, 12 * HOUR, cost_of(1, 216)),  # one truck to one side and then to the other
        (1, 8 * HOUR, cost_of(2, 216)),  # too late for that: two trucks, the second of which loads from 06:30 to 07:00
        (2, 8 * HOUR - 1800, cost_of(2, 216)),  # that would be too late now, but two can load at once
    ],
)
def test_the_least_cost_is_that_of_who_loads_in_time(docks, closes_s, expected):
    assert least_with_docks(two_sides(docks, closes_s)) == expected


def test_what_cannot_load_in_time_cannot_be_served():
    assert least_with_docks(two_sides(1, 8 * HOUR - 1)) is None


def test_there_are_no_more_trucks_than_there_are():
    assert least_with_docks(two_sides(2, 8 * HOUR - 1800, trucks=1)) is None


@pytest.mark.parametrize("seed", range(3))
def test_with_a_dock_for_every_truck_it_is_the_optimum_without_docks(seed):
    problem = make_docks(8, seed)
    (depot,) = problem.depots
    many = replace(problem, depots=(replace(depot, docks=100),))
    free = solve_exactly(replace(problem, depots=(replace(depot, docks=None),)))

    assert free is not None
    assert least_with_docks(many) == free.scaled_cost <= least_with_docks(problem)


@pytest.mark.parametrize(
    "change",
    [{"cost_per_hour": 1}, {"trips_per_day": 2}, {"max_duration_s": HOUR}],
    ids=lambda change: next(iter(change)),
)
def test_what_it_does_not_know_is_refused(change):
    problem = make_docks(8, 0)
    trucks = tuple(replace(v, **change) for v in problem.vehicle_types)

    with pytest.raises(NotImplementedError):
        least_with_docks(replace(problem, vehicle_types=trucks))
