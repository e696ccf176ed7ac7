"""What the field packs of the example cost: ``python benchmarks/field_pack.py [--iterations N]``.

Plans the round of the demo with little work, then makes every crew's pack once. Printed are how many, the seconds of one
core a pack (mean and largest) and the largest pack's size. It fails above 0.3 s on average or 2 MB.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.baselines import table
from distribution.services.compute_round import RoundStart, conclude_round, demand_of, share_round
from distribution.services.example import DEMO_ROUND, load_example
from distribution.services.exports.crew_packs import render_crew_pack
from distribution.services.plan_deliveries import SearchOptions, plan_demand
from distribution.services.progress import SilentReporter
from optimizer.plan import Limits

_MOST_S, _MOST_BYTES = 0.3, 2_000_000


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the crews' packs of the example.")
    parser.add_argument("--iterations", type=int, default=200, help="work of the plan [default: 200]")
    given = parser.parse_args()
    start = RoundStart(declared=load_example(), version=1, round_code=DEMO_ROUND)
    allocation = share_round(start)
    options = SearchOptions(Limits(None, given.iterations))
    deliveries = plan_demand(demand_of(start, allocation), options, SilentReporter())
    outcome = conclude_round(start, allocation, deliveries)
    render_crew_pack(outcome, outcome.truck_days[0])  # what is loaded and worked out once is no pack's own
    seconds, sizes = [], []
    for truck in outcome.truck_days:
        began = time.process_time()
        sizes.append(len(render_crew_pack(outcome, truck)))
        seconds.append(time.process_time() - began)
    mean = sum(seconds) / len(seconds)
    row = [str(len(sizes)), f"{mean:.3f}", f"{max(seconds):.3f}", f"{max(sizes) / 1000:,.0f}"]
    print(table(("packs", "CPU s a pack, mean", "largest", "largest pack, kB"), [row]))
    return int(mean > _MOST_S or max(sizes) > _MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
