"""Instances side by side: what is known of each is known of all together."""

import numpy as np
import pytest

from benchmarks.large import make_instance
from benchmarks.mosaic import join_tiles, read_tiles
from optimizer.plan import Limits
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.vrplib_file import read_instance
from optimizer.vrplib_solution import exact_cost, read_solution, write_solution


@pytest.fixture
def folder(tmp_path):
    """A folder with two instances and the routes that were found for them."""
    for stops in (12, 30):
        path = tmp_path / f"{stops}.vrp"
        path.write_text(make_instance(stops, seed=stops), encoding="utf-8")
        instance = read_instance(path)
        plan = solve(instance.problem, Limits(iterations=20))
        path.with_suffix(".sol").write_text(write_solution(plan, instance), encoding="utf-8")
    return tmp_path


def test_the_routes_of_the_tiles_are_a_plan_of_the_whole_at_the_sum_of_their_costs(folder, tmp_path):
    tiles = read_tiles(folder)
    together = [tiles[number % 2] for number in range(9)]
    instance_text, solution_text = join_tiles(together)
    path = tmp_path / "mosaic.txt"
    path.write_text(instance_text, encoding="utf-8")
    path.with_suffix(".out").write_text(solution_text, encoding="utf-8")

    instance = read_instance(path)
    plan = read_solution(path.with_suffix(".out"), instance)

    assert [len(tile.demand) for tile in tiles] == [12, 30]
    assert len(instance.problem.deliveries) == 5 * 12 + 4 * 30
    assert verify_plan(instance.problem, plan) == ()
    assert exact_cost(plan) == sum(tile.cost for tile in together)
    assert {instance.problem.deliveries[stop.delivery].depot for trip in plan.trips for stop in trip.stops} == {
        *range(9)
    }


def test_no_route_goes_from_one_tile_to_another(folder, tmp_path):
    small, _ = read_tiles(folder)
    path = tmp_path / "mosaic.txt"
    path.write_text(join_tiles([small, small])[0], encoding="utf-8")
    instance = read_instance(path)

    plan = solve(instance.problem, Limits(iterations=20))

    assert all(len({stop.delivery // 12 for stop in trip.stops} | {trip.depot}) == 1 for trip in plan.trips)
    assert exact_cost(plan) <= 2 * small.cost


def test_turning_and_mirroring_changes_no_distance_and_no_two_are_the_same(folder):
    tile = read_tiles(folder, least_clients=20)[0]
    ways = [tile.turned(number).points for number in range(8)]

    def distances(points):
        return np.linalg.norm(points[:, None] - points[None], axis=2)

    assert all(np.array_equal(distances(points), distances(tile.points)) for points in ways)
    shapes = {tuple(map(tuple, (points - points.min(axis=0)).tolist())) for points in ways}
    assert len(shapes) == 8
