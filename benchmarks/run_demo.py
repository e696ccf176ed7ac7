"""What the demonstration costs: ``python benchmarks/run_demo.py [--runs N] [--seconds S]``.

Runs the command of ``make demo`` once per seed and prints a row for each: wall time, the peak memory of the whole
process tree, and the plan's figures. Ends with 1 if a run takes more time or memory than the README promises.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from distribution.services.example import DEMO_ROUND
from optimizer.parallel import count_available_cpus

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "khorasan_razavi"
MEGABYTE = 1_000_000

#: What is promised on two processors, set-up not counted.
PROMISED_S = 180
PROMISED_MB = 1500

_SAMPLE_S = 0.1
_COLUMNS = ("seed", "wall s", "peak MB", "processes", "days", "trips", "km", "served", "cost")


@dataclass(frozen=True)
class TreeUse:
    """What a command and all processes below it used. ``processes`` is the most that lived at once."""

    wall_s: float
    peak_mb: float
    processes: int


def main() -> int:
    """Run the demonstration as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the demonstration.")
    parser.add_argument("--runs", type=int, default=1, help="how often, with seeds 1, 2, ... [default: 1]")
    parser.add_argument("--seconds", type=float, default=40, help="solver time of the plan [default: 40]")
    parser.add_argument("--workers", type=int, help="processes of the search [default: one per core]")
    given = parser.parse_args()
    measure, kind = memory_measure()
    print(f"round {DEMO_ROUND}, {given.seconds:g} s of search, {count_available_cpus()} processors; memory: {kind}")
    print(*(column.rjust(12) for column in _COLUMNS))
    kept = True
    for seed in range(1, given.runs + 1):
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "out"
            arguments = ["--out", folder, "--seconds", given.seconds, "--seed", seed]
            if given.workers is not None:
                arguments += ["--workers", given.workers]
            command = [sys.executable, "-m", "api", "run", EXAMPLE, "--round", DEMO_ROUND, *arguments]
            use = run_measured([str(part) for part in command], measure)
            summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        print(*(cell.rjust(12) for cell in row_of(seed, use, summary)), flush=True)
        kept = kept and use.wall_s <= PROMISED_S and use.peak_mb <= PROMISED_MB
    print(f"promised: {PROMISED_S} s and {PROMISED_MB} MB: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


def row_of(seed: int, use: TreeUse, summary: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a run."""
    delivery = summary["delivery"]
    return (
        str(seed),
        f"{use.wall_s:.1f}",
        f"{use.peak_mb:.0f}",
        str(use.processes),
        str(delivery["days_used"]),
        str(delivery["trips"]),
        f"{delivery['metres'] / 1000:,.0f}",
        f"{delivery['outlets_served']}/{delivery['outlets_due']}",
        f"{delivery['cost']:,}",
    )


def memory_measure() -> tuple[Callable[[psutil.Process], int], str]:
    """Return how a process's memory is measured here, in bytes, and what that is called.

    The proportional set size counts a page that processes share once in all; where the system does not tell it, the
    resident set size counts such a page for each of them.
    """
    if hasattr(psutil.Process().memory_full_info(), "pss"):
        return lambda process: int(process.memory_full_info().pss), "proportional set size"
    return lambda process: int(process.memory_info().rss), "resident set size"


def run_measured(command: list[str], measure: Callable[[psutil.Process], int]) -> TreeUse:
    """Run a command to its end, looking at its process tree ten times a second.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails; its output is then printed.
    """
    began = time.monotonic()
    peak = processes = 0
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as running:
            root = psutil.Process(running.pid)
            while running.poll() is None:
                sizes = tree_sizes(root, measure)
                peak, processes = max(peak, sum(sizes)), max(processes, len(sizes))
                time.sleep(_SAMPLE_S)
        wall_s = time.monotonic() - began
        if running.returncode:
            output.seek(0)
            print(output.read().decode(errors="replace"), file=sys.stderr)
            raise subprocess.CalledProcessError(running.returncode, command)
    return TreeUse(wall_s, peak / MEGABYTE, processes)


def tree_sizes(root: psutil.Process, measure: Callable[[psutil.Process], int]) -> list[int]:
    """Return the memory of a process and of every process below it that still lives, bytes."""
    sizes = []
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    for process in tree:
        try:
            sizes.append(measure(process))
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue  # it ended meanwhile
    return sizes


if __name__ == "__main__":
    sys.exit(main())
