"""How fast a country is tagged to proven optimality: ``python benchmarks/tagging.py [--quick]``.

Each row is a process of its own on one core: arcs that exist, CPU and wall seconds of ``tag`` (who goes without, the
cheapest flow, its proof), the peak memory of the process and whether the prices prove the flow. Outlets are clustered in
towns of very unequal size, and packs in stock come to 1.02 or 0.95 of those wanted. "reach" limits how far a warehouse
serves; "days" spreads the stock over 30 days on which it arrives, with outlets that wait 10, 20 or 30 days. "whole" is
what serving every outlet whole, where stock allows, adds to the least cost. Ends with 1 if a promised figure is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimizer.tagging import tag, tag_over_days
from optimizer.travel import IntArray

#: What is promised for one commodity at any size here: CPU seconds of ``tag`` and of ``tag_over_days``, and MB.
PROMISED_S = 10.0
PROMISED_DAYS_S = 25.0
PROMISED_MB = 2000
NATIONAL = (255, 17_829)
LAND_M = (1_600_000, 1_200_000)
REACH_M = 150_000
DAYS = 30


@dataclass(frozen=True, slots=True)
class Case:
    """One row: size, stock by demand, and what is special."""

    warehouses: int
    outlets: int
    fill: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one case took."""

    arcs: int
    cpu_s: float
    wall_s: float
    megabytes: int
    short_packs: int
    proven: bool
    whole_percent: float


CASES = (
    Case(10, 500, 1.02),
    Case(50, 4_000, 1.02),
    Case(50, 4_000, 0.95),
    Case(*NATIONAL, 1.02),
    Case(*NATIONAL, 0.95),
    Case(*NATIONAL, 1.02, "reach"),
    Case(*NATIONAL, 0.95, "reach"),
    Case(*NATIONAL, 1.02, "days"),
    Case(*NATIONAL, 0.95, "days"),
)
QUICK = 3
WIDTHS = (10, 8, 5, 5, 9, 6, 6, 5, 8, 6, 8)


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure tagging.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for a look")
    parser.add_argument("--case", type=int, help="one case by its number, printed as JSON")
    chosen = parser.parse_args()
    if chosen.case is not None:
        print(json.dumps(asdict(measure_case(CASES[chosen.case]))))
        return 0
    missed = [line for number in range(QUICK if chosen.quick else len(CASES)) for line in _show(number)]
    for line in missed:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if missed else 0


def measure_case(case: Case) -> Measured:
    """Tag once as it is cheapest and once with outlets kept whole; the time is that of the first."""
    random = np.random.default_rng(1)
    cost = make_metres(random, case.warehouses, case.outlets)
    demand = random.integers(5, 200, (case.outlets, 1))
    weight = random.integers(20, 200, case.warehouses)
    supply = (weight * int(demand.sum() * case.fill) // weight.sum())[:, None]
    allowed = (cost < (REACH_M if case.kind == "reach" else np.inf))[:, :, None]
    rank = random.permutation(case.outlets)
    run = partial(tag, supply, demand, cost)
    if case.kind == "days":
        share = np.sort(random.random((case.warehouses, 1, DAYS)), axis=2)
        share[:, :, -1] = 1
        stock = (supply[:, :, None] * share).astype(np.int64)
        last_day = random.choice([9, 19, 29], (case.outlets, 1), p=[0.05, 0.15, 0.8])
        run = partial(tag_over_days, stock, last_day, demand, cost)
    run = partial(run, allowed=allowed, pack_g=np.array([10_000]), rank=rank)
    cpu, wall = time.process_time(), time.perf_counter()
    result = run(keep_whole=False)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    whole = run(keep_whole=True)
    return Measured(
        arcs=int(np.count_nonzero(allowed)),
        cpu_s=cpu_s,
        wall_s=wall_s,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        short_packs=int(result.short.sum()),
        proven=result.proven_optimal,
        whole_percent=100 * (whole.gram_metres / whole.bound_gram_metres - 1),
    )


def make_metres(random: np.random.Generator, n_warehouses: int, n_outlets: int) -> IntArray:
    """Make road metres between warehouses and outlets in and around towns, shape (w, n)."""
    towns = random.random((3 * n_warehouses // 2, 2)) * LAND_M
    weight = random.pareto(1.1, len(towns)) + 0.05
    weight /= weight.sum()

    def place(count: int, spread_m: float) -> NDArray[np.float64]:
        return towns[random.choice(len(towns), count, p=weight)] + random.normal(0, spread_m, (count, 2))

    outlets, warehouses = place(n_outlets, 12_000), place(n_warehouses, 8_000)
    apart = warehouses[:, None] - outlets[None]
    return np.asarray(1.3 * np.hypot(apart[..., 0], apart[..., 1]), dtype=np.int64)


def _show(number: int) -> list[str]:
    """Print a row; return what was promised and missed."""
    if number == 0:
        heads = ("warehouses", "outlets", "stock", "", "arcs", "CPU s", "wall s", "MB", "short", "proven", "whole")
        print(" ".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)))
    case = CASES[number]
    command = [sys.executable, __file__, "--case", str(number)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    got = Measured(**json.loads(done.stdout))
    fields = (
        case.warehouses,
        f"{case.outlets:,}",
        case.fill,
        case.kind,
        f"{got.arcs:,}",
        f"{got.cpu_s:.2f}",
        f"{got.wall_s:.2f}",
        got.megabytes,
        f"{got.short_packs:,}",
        "yes" if got.proven else "NO",
        f"+{got.whole_percent:.3f}%",
    )
    print(" ".join(f"{field:>{width}}" for field, width in zip(fields, WIDTHS, strict=True)), flush=True)
    promised_s = PROMISED_DAYS_S if case.kind == "days" else PROMISED_S
    checks = {
        f"{got.cpu_s:.1f} s of CPU, not {promised_s}": got.cpu_s <= promised_s,
        f"{got.megabytes} MB, not {PROMISED_MB}": got.megabytes <= PROMISED_MB,
        "not proven": got.proven,
    }
    return [f"{case}: {what}" for what, kept in checks.items() if not kept]


if __name__ == "__main__":
    sys.exit(main())
