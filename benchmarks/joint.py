"""What tagging and routing together saves over tagging, then routing: ``python benchmarks/joint.py``.

Options: ``[--seconds S] [--seeds 1,...] [--instances 1,...] [--folder FOLDER] [--json FILE]``. On ten seeded multi-depot
problems whose stock binds, and on the multi-depot routing instances below a folder with stock added by the rule of
``joint_instances.read_binding``, the joint search and tag-then-route (the same search with every delivery held to the
warehouse that the cheapest flow tags it to) have the same wall time. Every plan passes the independent check. Printed
are, for each problem, the medians over the seeds; it ends with 1 if the joint plans do not save what is promised on
average, or one is dearer, or leaves more behind, than the other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from benchmarks.baselines import Run, middle, run_solver, saving, table, write_json
from benchmarks.joint_instances import SEEDS, make_binding, read_binding
from optimizer.compile import main as compile_search
from optimizer.peers import OURS
from optimizer.problem import Problem

#: Percent.
PROMISED = 2.0
TAGGED = "tagged"
HEADS = ("problem", "tag, then route", "together", "saved %", "retagged", "wait, tagged", "wait, together")


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure what tagging and routing together saves.")
    parser.add_argument("--seconds", type=float, default=60, help="wall time of each search [default: 60]")
    parser.add_argument("--seeds", default="1", help="seeds of the searches [default: 1]")
    parser.add_argument("--instances", help="numbers of the seeded problems, none for none [default: all]")
    parser.add_argument("--folder", type=Path, help="multi-depot routing instances to measure as well")
    parser.add_argument("--workers", type=int, help="cores of each search [default: all]")
    parser.add_argument("--json", type=Path, help="where to write every run")
    given = parser.parse_args()
    compile_search()  # so that no run is charged for it
    runs: list[Run] = []
    for name, problem in problems(given.instances, given.folder):
        for seed in map(int, given.seeds.split(",")):
            for solver in (TAGGED, OURS):
                run = run_solver(name, problem, solver, given.seconds, seed, given.workers)
                runs.append(run)
                print(f"{name}, {solver}, seed {seed}: {run.cost:,.0f}, {run.seconds:.1f} s", file=sys.stderr)
        if given.json is not None:
            write_json(given.json, given.seconds, given.workers, runs)
    print(table(HEADS, rows_of(runs)))
    kept = is_kept(runs)
    print(f"promised: {PROMISED:g} % on average, and no problem worse: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


def problems(instances: str | None, folder: Path | None) -> Iterator[tuple[str, Problem]]:
    """Yield the problems to measure, by name."""
    seeds = SEEDS if instances is None else [int(part) for part in instances.split(",") if part not in {"", "none"}]
    for seed in seeds:
        problem = make_binding(seed)
        yield f"{seed}: {len(problem.deliveries)} loads, {len(problem.depots)} depots", problem
    for path in sorted(folder.rglob("*.vrp")) if folder is not None else ():
        yield path.stem, read_binding(path)


def rows_of(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """Return the cells of a row for each problem, and of the mean."""
    rows = []
    for name, tagged, joint in _pairs(runs):
        cost, own = middle(tagged, "cost"), middle(joint, "cost")
        figures = (f"{cost:,.0f}", f"{own:,.0f}", f"{saving(own, cost):.2f}", f"{middle(joint, 'retagged'):g}")
        rows.append((name, *figures, f"{middle(tagged, 'unserved'):g}", f"{middle(joint, 'unserved'):g}"))
    return [*rows, ("mean", "", "", f"{mean(savings(runs)):.2f}", "", "", "")]


def savings(runs: Sequence[Run]) -> list[float]:
    """Return what the joint plans save on each problem, in percent."""
    return [saving(middle(joint, "cost"), middle(tagged, "cost")) for _, tagged, joint in _pairs(runs)]


def is_kept(runs: Sequence[Run]) -> bool:
    """Tell whether the joint plans save as promised on average, and none is worse."""
    more_wait = any(middle(joint, "unserved_kg") > middle(tagged, "unserved_kg") for _, tagged, joint in _pairs(runs))
    return not more_wait and min(savings(runs)) >= 0 and mean(savings(runs)) >= PROMISED


def _pairs(runs: Sequence[Run]) -> Iterator[tuple[str, list[Run], list[Run]]]:
    for name in dict.fromkeys(run.problem for run in runs):
        mine = [run for run in runs if run.problem == name]
        yield name, [run for run in mine if run.solver == TAGGED], [run for run in mine if run.solver == OURS]


if __name__ == "__main__":
    sys.exit(main())
