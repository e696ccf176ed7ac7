"""What planning saves in Khorasan Razavi: ``python benchmarks/khorasan_razavi.py [--seconds S] [--seeds 1,2,3] [--json FILE]``.

The deliveries of the example's round are posed as the services pose them (shares, tags, loads) and planned in turn:

- ``by_hand``: each from the nearest warehouse that has stock, trucks filled by nearest neighbour;
- ``apart``: each warehouse's tagged deliveries searched on their own, with their share of the time;
- ``tagged``: all searched together, each held to its tagged warehouse (tag, then route);
- ``taavon``: tags and routes searched together.

The searches have the same wall time, counted from the call, and run in processes of their own. Every plan passes the
independent check. Printed are each run, then a table of medians over the seeds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.baselines import BY_HAND, Run, middle, run_solver, saving, table, write_json
from distribution.services.compute_round import RoundStart, demand_of, share_round
from distribution.services.example import DEMO_ROUND, load_example
from distribution.services.plan_deliveries import pose_deliveries, travel_of
from optimizer.compile import main as compile_search
from optimizer.peers import OURS
from optimizer.problem import Problem

SOLVERS = (BY_HAND, "apart", "tagged", OURS)
HEADS = (
    "plan", "cost", "km", "truck-days", "trips", "from another warehouse", "deliveries that wait", "kg that wait",
    "seconds", f"{OURS} is cheaper by",
)  # fmt: skip


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure what planning saves in Khorasan Razavi.")
    parser.add_argument("--seconds", type=float, default=40, help="wall time of each search [default: 40]")
    parser.add_argument("--seeds", default="1,2,3", help="seeds of the searches [default: 1,2,3]")
    parser.add_argument("--round", default=DEMO_ROUND, help=f"round of the example [default: {DEMO_ROUND}]")
    parser.add_argument("--workers", type=int, help="cores of each search [default: all]")
    parser.add_argument("--json", type=Path, help="where to write every run")
    given = parser.parse_args()
    seeds = [int(seed) for seed in given.seeds.split(",")]
    compile_search()  # so that no run is charged for it
    problem = pose_round(given.round)
    print(f"{given.round}: {len(problem.deliveries)} deliveries, {len(problem.depots)} warehouses, {given.seconds:g} s")
    runs = []
    for seed in seeds:
        for solver in SOLVERS:
            if solver != BY_HAND or seed == seeds[0]:
                run = run_solver(given.round, problem, solver, given.seconds, seed, given.workers)
                runs.append(run)
                print(f"{solver}, seed {seed}: cost {run.cost:,.0f}, {run.seconds:.1f} s", flush=True)
    print(table(HEADS, rows_of(runs)))
    if given.json is not None:
        write_json(given.json, given.seconds, given.workers, runs)
    return 0


def pose_round(round_code: str = DEMO_ROUND) -> Problem:
    """Return the delivery problem of the example's round, as a first run of it has it."""
    start = RoundStart(load_example(), 1, round_code)
    demand = demand_of(start, share_round(start))
    return pose_deliveries(demand, travel_of(demand)).problem


def rows_of(runs: list[Run]) -> list[tuple[str, ...]]:
    """Return the cells of a row for each solver: medians over its runs."""
    ours = middle((run for run in runs if run.solver == OURS), "cost")
    rows = []
    for solver in SOLVERS:
        mine = [run for run in runs if run.solver == solver]
        whole = ("cost", "km", "truck_days", "trips", "retagged", "unserved", "unserved_kg")
        cells = [f"{middle(mine, figure):,.0f}" for figure in whole]
        cost = middle(mine, "cost")
        saved = "" if solver == OURS else f"{saving(ours, cost):.2f} %"
        rows.append((solver, *cells, f"{middle(mine, 'seconds'):.1f}", saved))
    return rows


if __name__ == "__main__":
    sys.exit(main())
