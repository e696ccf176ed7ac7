"""Instances of known routes side by side, far apart, as one: tens of thousands of stops whose best known cost is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from optimizer.plan import Plan
from optimizer.travel import IntArray
from optimizer.vrplib_file import Instance, Rounding, read_instance
from optimizer.vrplib_solution import exact_cost, read_solution

#: How many times as wide as the widest tile the space between two is: no route goes from one to another.
_APART = 10


@dataclass(frozen=True)
class Tile:
    """An instance with one depot and vehicles that are alike, and routes for it.

    Attributes
    ----------
    points
        Where the depot and the clients are, in whole numbers, shape (locations, 2).
    demand
        Of each client.
    capacity
        Of a vehicle; there is one for every client.
    routes
        Clients, counted from 1, in the order of the stops.
    cost
        Of the routes.
    """

    points: IntArray
    demand: tuple[int, ...]
    capacity: int
    routes: tuple[tuple[int, ...], ...]
    cost: int

    def turned(self, number: int) -> Tile:
        """Return the tile turned by quarters and mirrored, in one of eight ways; no distance changes."""
        points = self.points if number % 8 < 4 else self.points[:, ::-1]
        for _ in range(number % 4):
            points = np.column_stack([-points[:, 1], points[:, 0]])
        return Tile(points, self.demand, self.capacity, self.routes, self.cost)


def read_tiles(folder: Path, least_clients: int = 0) -> list[Tile]:
    """Read the instances of a folder that have no rules but capacity and whose routes lie beside them.

    Parameters
    ----------
    folder
        With ``NAME.vrp`` and ``NAME.sol``; others than those of TYPE CVRP are passed over.
    least_clients
        Smaller ones are passed over.

    Raises
    ------
    VrplibError
        If a file cannot be read as what it should be.
    ValueError
        If an instance has several depots, vehicles that differ, or coordinates that are not whole.
    """
    tiles = []
    for path in sorted(folder.glob("*.vrp")):
        solution = path.with_suffix(".sol")
        if not solution.exists():
            continue
        instance = read_instance(path)
        if instance.rounding is Rounding.ROUND and len(instance.problem.deliveries) >= least_clients:
            tiles.append(_make_tile(instance, read_solution(solution, instance)))
    return tiles


def _make_tile(instance: Instance, plan: Plan) -> Tile:
    problem = instance.problem
    points = np.array([(place.lon, place.lat) for place in problem.places])
    if len(problem.depots) != 1 or len(problem.vehicle_types) != 1 or (points != np.rint(points)).any():
        raise ValueError(f"{instance.name}: a tile has one depot, one kind of vehicle and whole coordinates")
    return Tile(
        points.astype(np.int64),
        tuple(delivery.weight_g for delivery in problem.deliveries),
        problem.vehicle_types[0].capacity_g,
        tuple(tuple(stop.delivery + 1 for stop in trip.stops) for trip in plan.trips),
        int(exact_cost(plan)),
    )


def join_tiles(tiles: Sequence[Tile]) -> tuple[str, str]:
    """Return tiles as one instance with a depot each, and their routes as its solution, in VRPLIB's form.

    One after another they are turned and mirrored in the eight ways there are, so that no two of one instance are alike.
    """
    step = (_APART + 1) * max(int(np.ptp(tile.points, axis=0).max()) for tile in tiles)
    placed = [tile.turned(number) for number, tile in enumerate(tiles)]
    points = [tile.points - tile.points.min(axis=0) + (step * number, 0) for number, tile in enumerate(placed)]
    locations = np.concatenate([np.array([at[0] for at in points]), *(at[1:] for at in points)])
    demand = [0] * len(tiles) + [packs for tile in tiles for packs in tile.demand]
    vehicles = [(tile.capacity, depot) for depot, tile in enumerate(tiles, start=1) for _ in tile.demand]
    head = ["NAME : mosaic", "TYPE : CVRP", f"DIMENSION : {len(locations)}", f"VEHICLES : {len(vehicles)}"]
    lines = [
        *head,
        "EDGE_WEIGHT_TYPE : EUC_2D",
        "NODE_COORD_SECTION",
        *(f"{i} {x} {y}" for i, (x, y) in enumerate(locations.tolist(), start=1)),
        "DEMAND_SECTION",
        *(f"{i} {packs}" for i, packs in enumerate(demand, start=1)),
        "CAPACITY_SECTION",
        *(f"{v} {capacity}" for v, (capacity, _) in enumerate(vehicles, start=1)),
        "VEHICLES_DEPOT_SECTION",
        *(f"{v} {depot}" for v, (_, depot) in enumerate(vehicles, start=1)),
        "DEPOT_SECTION",
        *map(str, range(1, len(tiles) + 1)),
        "-1",
        "EOF",
    ]
    before = [0, *accumulate(len(tile.demand) for tile in tiles)]
    routes = [
        f"Route #{first + number}: {' '.join(str(len(tiles) - 1 + first + client) for client in route)}"
        for first, tile in zip(before, tiles, strict=False)
        for number, route in enumerate(tile.routes, start=1)
    ]
    return "\n".join(lines) + "\n", "\n".join([*routes, f"Cost {sum(tile.cost for tile in tiles)}"]) + "\n"
