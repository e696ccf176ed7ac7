"""Routes of tens of thousands of stops: ``python benchmarks/large.py [--stops 20000] [--seconds 300] [--tiles FOLDER]``.

With a folder, its instances of 3,000 clients and more and their best known routes are laid side by side, far apart and
each turned in its own way, until there are so many stops: the best known cost of all is the sum of theirs. Without one
an instance is made in the manner of the large Belgian ones (Arnold, Gendreau & Sörensen 2019): towns of unequal size, a
central depot, demands of 1 to 3, short routes. It is routed by ``taavon route`` once for each time given; a row shows
wall time, the peak memory of the whole process tree, routes and cost, and how much dearer that is than the best known,
or else than the cheapest row. Ends with 1 where a run takes 5 % more time than it was given or more memory than promised.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.mosaic import Tile, join_tiles, read_tiles
from benchmarks.run_demo import memory_measure, run_measured
from optimizer.verify import verify_plan
from optimizer.vrplib_file import read_instance
from optimizer.vrplib_solution import exact_cost, read_solution

#: Instances of a folder that are taken have so many clients.
_TILE_CLIENTS = 3000
#: What is promised for 20,000 to 30,000 stops.
PROMISED_MB = 4000
#: Over time of a run that is forgiven: a part of it, and the start of the command, s.
_LATE = 1.05
_START_S = 10.0
_COLUMNS = ("seconds", "wall s", "peak MB", "routes", "cost", "dearer, %")


def main() -> int:
    """Route the instance as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Route tens of thousands of stops.")
    parser.add_argument("--stops", type=int, default=20_000, help="stops of the instance [default: 20000]")
    parser.add_argument("--seconds", default="300", help="times of the runs, with commas [default: 300]")
    parser.add_argument("--seed", type=int, default=1, help="of the instance and of the search [default: 1]")
    parser.add_argument("--tiles", type=Path, help="folder with instances and best known routes to lay side by side")
    given = parser.parse_args()
    measure, kind = memory_measure()
    if given.tiles is None:
        stops, text, known = given.stops, make_instance(given.stops, given.seed), None
    else:
        tiles = lay_tiles(read_tiles(given.tiles, _TILE_CLIENTS), given.stops)
        stops = sum(len(tile.demand) for tile in tiles)
        text, known = join_tiles(tiles)
    rows: list[tuple[float, float, float, int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        instance, answer = Path(folder) / "large.vrp", Path(folder) / "large.sol"
        instance.write_text(text, encoding="utf-8")
        best_known = None if known is None else check_known(instance, known)
        for seconds in map(float, given.seconds.split(",")):
            options = ["--seconds", seconds, "--seed", given.seed, "--out", answer]
            command = [sys.executable, "-m", "api", "route", instance, *options]
            use = run_measured([str(part) for part in command], measure)
            lines = answer.read_text(encoding="utf-8").splitlines()
            cost = next(int(line.split()[1]) for line in lines if line.startswith("Cost"))
            routes = sum(line.startswith("Route") and not line.endswith(":") for line in lines)
            rows.append((seconds, use.wall_s, use.peak_mb, routes, cost))
    print(f"{stops} stops, best known {best_known or 'not known'}, seed {given.seed}; memory: {kind}")
    print(*(column.rjust(10) for column in _COLUMNS))
    least = best_known or min(row[-1] for row in rows)
    for seconds, wall_s, peak_mb, routes, cost in rows:
        dearer = 100 * (cost / least - 1)
        cells = (f"{seconds:g}", f"{wall_s:.1f}", f"{peak_mb:.0f}", str(routes), str(cost), f"{dearer:.2f}")
        print(*(cell.rjust(10) for cell in cells))
    kept = all(wall_s <= _LATE * seconds + _START_S and mb <= PROMISED_MB for seconds, wall_s, mb, *_ in rows)
    print(f"promised: the time given and {PROMISED_MB} MB: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


def check_known(path: Path, solution: str) -> int:
    """Return the cost of routes that are known for an instance, once they pass the independent check."""
    beside = path.with_name("known.sol")
    beside.write_text(solution, encoding="utf-8")
    instance = read_instance(path)
    plan = read_solution(beside, instance)
    if violations := verify_plan(instance.problem, plan):
        raise SystemExit(f"the known routes break rules: {violations[:3]}")
    return int(exact_cost(plan))


def lay_tiles(tiles: Sequence[Tile], stops: int) -> list[Tile]:
    """Take tiles in turn until they have so many stops."""
    if not tiles:
        raise SystemExit(f"no instance of {_TILE_CLIENTS} clients with its best known routes there")
    laid: list[Tile] = []
    while sum(len(tile.demand) for tile in laid) < stops:
        laid.append(tiles[len(laid) % len(tiles)])
    return laid


def make_instance(stops: int, seed: int) -> str:
    """Return an instance as a VRPLIB file: half of the stops in towns, half in the country between them."""
    random = np.random.default_rng(seed)
    side = 20_000
    towns = random.uniform(0, side, (max(1, stops // 400), 2))
    weight = random.pareto(1.2, len(towns)) + 0.1
    in_town = random.random(stops) < 0.5
    town = random.choice(len(towns), size=stops, p=weight / weight.sum())
    around = towns[town] + random.normal(0, side / 60, (stops, 2))
    places = np.where(in_town[:, None], around, random.uniform(0, side, (stops, 2)))
    places = np.clip(np.rint(places), 0, side).astype(int)
    demand = random.choice([1, 2, 3], size=stops, p=[0.5, 0.3, 0.2])
    rows = [f"{i} {x} {y}" for i, (x, y) in enumerate([(side // 2, side // 2), *places.tolist()], start=1)]
    needs = [f"{i} {packs}" for i, packs in enumerate([0, *demand.tolist()], start=1)]
    head = ["NAME : large", "TYPE : CVRP", f"DIMENSION : {stops + 1}", "EDGE_WEIGHT_TYPE : EUC_2D", "CAPACITY : 20"]
    sections = ["NODE_COORD_SECTION", *rows, "DEMAND_SECTION", *needs, "DEPOT_SECTION", "1", "-1", "EOF"]
    return "\n".join([*head, *sections]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
