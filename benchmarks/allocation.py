"""How fast shares are computed: ``python benchmarks/allocation.py [--quick]``.

Each row is a process of its own on one core: CPU seconds of ``allocate_round`` and the peak memory of the process, for
outlets x commodities with floors, caps, stores, closing balances and rounding debts. Then ``apportion`` beside
apportionpy (extra ``bench``) on the same input, taking turns in one process. Ends with 1 if a promised figure is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np

from distribution.allocation.allocate import allocate_round
from distribution.allocation.apportion import apportion
from distribution.allocation.grid import NANO, tie_ranks
from distribution.allocation.round_input import CommodityInput, RoundInput
from distribution.domain.enums import ApportionmentMethod

#: What is promised: outlets, commodities -> CPU seconds, for the methods of everyday use; MB for all.
PROMISED_S = {(100_000, 20): 5.0, (1_000_000, 1): 3.0}
PROMISED_MB = 1000
EVERYDAY = (ApportionmentMethod.CUMULATIVE, ApportionmentMethod.WEBSTER, ApportionmentMethod.HAMILTON)
OTHER_DIVISORS = tuple(m for m in ApportionmentMethod if m.is_divisor and m not in EVERYDAY)
CURVE = ((1_000, 20), (10_000, 20), (100_000, 20), (100_000, 1), (1_000_000, 1))
PEERS = {
    ApportionmentMethod.WEBSTER: "WEBSTER",
    ApportionmentMethod.HAMILTON: "HAMILTON",
    ApportionmentMethod.HUNTINGTON_HILL: "HUNTINGTON HILL",
    ApportionmentMethod.JEFFERSON: "JEFFERSON",
    ApportionmentMethod.ADAMS: "ADAM",
}
PEER_SIZES = (50, 500, 5_000)
PEER_LIMIT_S = 20.0
ROUNDS = 3


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the allocation engine.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for a look")
    parser.add_argument("--case", nargs=3, metavar=("N", "M", "METHOD"), help="one case, printed as JSON")
    chosen = parser.parse_args()
    if chosen.case:
        n, m, method = chosen.case
        print(json.dumps(measure_case(int(n), int(m), ApportionmentMethod(method))))
        return 0
    missed = _show_engine(CURVE[:2] if chosen.quick else CURVE)
    _show_peers(PEER_SIZES[:2] if chosen.quick else PEER_SIZES)
    for line in missed:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if missed else 0


def make_round(n: int, m: int, method: ApportionmentMethod) -> RoundInput:
    """Build a round in which every bound and account is in use; stores hold some of the outlets back."""
    random = np.random.default_rng(1)
    needs = [Decimal(percent) / 100 for percent in range(80, 150)]
    packs_g = (10_000, 5_000, 900, 16_000)
    goods = tuple(
        CommodityInput(
            code=f"good{j:02}",
            pack_g=packs_g[j % 4],
            storage_class="dry" if j % 3 else "frozen",
            quota_g=n * 30 * packs_g[j % 4],
            carried_g=packs_g[j % 4] - 1,
            methods=(method,),
            eligible=np.ones(n, np.bool_),
            floors=np.full(n, 2),
            caps=random.integers(20, 400, n),
        )
        for j in range(m)
    )
    return RoundInput(
        names=tuple(f"O{i:07}" for i in range(n)),
        people=random.integers(200, 40_000, n),
        need=tuple(needs[i] for i in random.integers(0, len(needs), n)),
        storage_g={"dry": random.integers(2 * 10**6, 6 * 10**7, n), "frozen": random.integers(10**6, 3 * 10**7, n)},
        deliveries=random.integers(1, 4, (n, m)),
        commodities=goods,
        opening_packs=random.integers(0, 3, (n, m)),
        debt_nano=random.integers(1 - NANO, NANO, (n, m)),
        shortfall_nano=np.zeros((n, m), np.int64),
    )


def measure_case(n: int, m: int, method: ApportionmentMethod) -> dict[str, float]:
    """Return CPU seconds and peak MB of one round."""
    given = make_round(n, m, method)
    start = time.process_time()
    result = allocate_round(given)
    seconds = time.process_time() - start
    shared = result.packs.sum(axis=0) + result.unplaced_packs
    if (shared != result.packs_to_share).any():
        raise AssertionError("the packs do not add up")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"cpu_s": seconds, "peak_mb": peak}


def _run_case(n: int, m: int, method: ApportionmentMethod) -> dict[str, float]:
    command = [sys.executable, __file__, "--case", str(n), str(m), method.value]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def _show_engine(curve: tuple[tuple[int, int], ...]) -> list[str]:
    missed = []
    print(f"| outlets x commodities | method | CPU s (median of {ROUNDS}) | peak MB | us per outlet and commodity |")
    print("|---|---|---|---|---|")
    for n, m in curve:
        for method in (*EVERYDAY, *OTHER_DIVISORS, *((ApportionmentMethod.QUOTA,) if n * m <= 100_000 else ())):
            got = _run_case(n, m, method)
            each = got["cpu_s"] / (n * m) * 1e6
            print(f"| {n:,} x {m} | {method} | {got['cpu_s']:.2f} | {got['peak_mb']:.0f} | {each:.2f} |", flush=True)
            limit = PROMISED_S.get((n, m), float("inf")) * (1 if method in EVERYDAY else 2)
            if method is not ApportionmentMethod.QUOTA and (got["cpu_s"] > limit or got["peak_mb"] > PROMISED_MB):
                missed.append(f"{n:,} x {m}, {method}: {got['cpu_s']:.2f} s, {got['peak_mb']:.0f} MB")
    return missed


def _show_peers(sizes: tuple[int, ...]) -> None:
    try:
        from apportionpy.apportionment import Apportion  # type: ignore[import-not-found,import-untyped]  # noqa: PLC0415
    except ImportError:
        print("\napportionpy is not installed (extra bench): not compared.")
        return
    print("\n| names | method | apportion, ms | apportionpy, ms | ratio | same packs |")
    print("|---|---|---|---|---|---|")
    for n in sizes:
        people = np.random.default_rng(n).integers(1_000, 1_000_000, n)
        ties = tie_ranks(people, [f"{i:06}" for i in range(n)])
        for method, name in PEERS.items():
            seats = 9 * n
            ours, mine = _time(partial(apportion, method, seats, people, ties=ties))
            peer, found = _time(partial(Apportion, seats, people.tolist(), name))
            theirs = found.fair_shares
            same = theirs is not None and list(theirs) == mine.tolist()
            verdict = "yes" if same else f"no: it gives {sum(theirs or ()):,} of {seats:,}"
            print(f"| {n:,} | {method} | {ours:.2f} | {peer:.1f} | {peer / ours:.1f} | {verdict} |", flush=True)


def _time(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median milliseconds of some runs, fewer where one takes long, and the result."""
    times = []
    while len(times) < 9 and sum(times) < PEER_LIMIT_S * 1000:
        start = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), result


if __name__ == "__main__":
    sys.exit(main())
