"""``taavon bench routing``: ours and the solvers of others, in turn, on the same instances and wall time."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from api.terminal import Lang, errors_in_words, fail, finite, out
from distribution.domain.enums import Language
from distribution.messages import render_message

if TYPE_CHECKING:
    from optimizer.benchmark import Run
    from optimizer.vrplib_file import Instance

bench = typer.Typer(no_args_is_help=True, help="Compare with the solvers of others.")


def _whole_numbers(text: str) -> str:
    """Refuse a list that is not of whole numbers."""
    if not all(part.isdecimal() for part in text.split(",")):
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers such as 1,2,3.")
    return text


@bench.callback()
def _bench() -> None:
    """Compare with the solvers of others."""


@bench.command()
def routing(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="X.vrp files, with X.sol beside them, in any depth")],
    seconds: Annotated[float, typer.Option(min=0.1, callback=finite, help="wall time of each run")] = 60.0,
    seeds: Annotated[str, typer.Option(callback=_whole_numbers, help="seeds, with commas between them")] = "1",
    peers: Annotated[
        str, typer.Option(help="of ortools, pyvrp, vroom, by_hand, tagged and apart, with commas; empty for ours alone")
    ] = "pyvrp",
    only: Annotated[str, typer.Option(help="names of instances, with commas; empty for all")] = "",
    target: Annotated[
        Path | None, typer.Option("--json", help="where to write every run; taken up if it exists")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="cores of ours and VROOM's [default: all]")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Run ours and the peers in turn, never at the same time, and print the gaps to the best known solutions."""
    from optimizer.parallel import count_available_cpus
    from optimizer.peers import OURS, SOLVERS, missing_packages

    names = [OURS, *(peer for peer in peers.split(",") if peer)]
    if unknown := [name for name in names[1:] if name not in SOLVERS or name == OURS]:
        fail(render_message("bench.unknown_peer", lang.locale, {"name": ", ".join(unknown)}), 2)
    if missing := missing_packages(names[1:]):
        fail(render_message("bench.missing_peer", lang.locale, {"name": ", ".join(missing)}), 2)
    wanted = {name for name in only.split(",") if name}
    files = sorted(path for path in folder.rglob("*.vrp") if not wanted or path.stem in wanted)
    if not files:
        fail(render_message("bench.nothing", lang.locale, {"folder": str(folder)}), 2)
    runs = _taken_up(target)
    done = {(run.set_name, run.instance, run.solver, run.seed) for run in runs}
    head = {
        "seconds": seconds,
        "machine": platform.machine(),
        "cores": workers or count_available_cpus(),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: _version(name) for name in ("taavon", "ortools", "pyvrp", "pyvroom", "numba")},
    }
    try:
        with errors_in_words(lang):
            for file in files:
                for run in _run_all(file, names, [int(seed) for seed in seeds.split(",")], seconds, workers, done):
                    runs.append(run)
                    _print_run(run)
                if target is not None:
                    document = {**head, "runs": [run.to_document() for run in runs]}
                    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    finally:
        _print_tables(runs, names, seconds)


def _taken_up(target: Path | None) -> list[Run]:
    from optimizer.benchmark import Run

    if target is None or not target.exists():
        return []
    return [Run(**run) for run in json.loads(target.read_text(encoding="utf-8"))["runs"]]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _run_all(
    file: Path, names: Sequence[str], seeds: Sequence[int], seconds: float, workers: int | None, done: set[Any]
) -> Iterator[Run]:
    from distribution.services.route_instance import read_known_solution, read_routing_instance

    if all((file.parent.name, file.stem, name, seed) in done for name in names for seed in seeds):
        return
    instance = read_routing_instance(file)
    best = file.with_suffix(".sol")
    known = read_known_solution(best, instance).plan.scaled_cost if best.exists() else None
    for seed in seeds:
        for name in names:
            if (file.parent.name, file.stem, name, seed) not in done:
                yield _run(file, instance, known, name, seed, seconds, workers)


def _run(
    file: Path, instance: Instance, known: int | None, name: str, seed: int, seconds: float, workers: int | None
) -> Run:
    """Run one solver once in a process of its own, and check what it gives."""
    from optimizer.benchmark import Run
    from optimizer.launch import SolverCrash, solve_in_child
    from optimizer.peers import SOLVERS
    from optimizer.plan import COST_SCALE, Limits
    from optimizer.verify import verify_plan

    began = time.monotonic()
    try:
        plan = solve_in_child(instance.problem, Limits(seconds=seconds), seed, workers=workers, solver=SOLVERS[name])
    except SolverCrash as crash:
        last = crash.last_lines.strip().splitlines() or ["crash"]
        return Run(file.stem, file.parent.name, name, seed, None, None, time.monotonic() - began, last[-1])
    took = time.monotonic() - began
    faults = verify_plan(instance.problem, plan)
    note = f"{len(plan.unserved)} unserved" if plan.unserved else f"{len(faults)} faults" if faults else ""
    if note:
        return Run(file.stem, file.parent.name, name, seed, None, None, took, note)
    gap = None if not known else plan.scaled_cost / known - 1
    return Run(file.stem, file.parent.name, name, seed, plan.scaled_cost / COST_SCALE, gap, took)


def _print_run(run: Run) -> None:
    gap = "-" if run.gap is None else f"{100 * run.gap:.3f} %"
    out.print(
        f"{run.set_name}/{run.instance}  {run.solver}  {run.seed}  {gap}  {run.seconds:.1f} s  {run.note}",
        highlight=False,
        markup=False,
    )


def _print_tables(runs: Sequence[Run], names: Sequence[str], seconds: float) -> None:
    """Print the medians by instance, and the means by set and over all; ``!`` marks a run past its limit."""
    from optimizer.benchmark import LATE, mean_of_medians, summarise

    table = Table("set", "instance", *(f"{name}: gap % (least, greatest; s)" for name in names))
    instances = list(dict.fromkeys((run.set_name, run.instance) for run in runs))
    for set_name, instance in instances:
        cells = []
        for name in names:
            own = [r for r in runs if (r.set_name, r.instance, r.solver) == (set_name, instance, name)]
            if not own:
                cells.append("-")
                continue
            figure = summarise(own)
            late = "!" if figure.seconds > LATE * seconds else ""
            cells.append(
                f"{_percent(figure.median_gap)} ({_percent(figure.least_gap)}, {_percent(figure.greatest_gap)}; "
                f"{figure.seconds:.0f}{late})"
            )
        table.add_row(set_name, instance, *cells)
    for set_name in dict.fromkeys(run.set_name for run in runs):
        table.add_row(set_name, "mean", *(_percent(mean_of_medians(runs, name, set_name)) for name in names))
    table.add_row("all", "mean", *(_percent(mean_of_medians(runs, name)) for name in names))
    out.print(table)


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{100 * part:.3f}"
