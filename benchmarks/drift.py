"""How far rounding drifts from what is due: ``python benchmarks/drift.py``.

The outlets of the Khorasan Razavi example share a monthly quota of a few packs each, round after round. For every
method the table shows the largest distance, in packs, between all that an outlet got and all that it was due.
Ends with 1 if rounding with memory is ever a pack off.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.apportion import apportion
from distribution.allocation.cumulative import round_cumulative
from distribution.allocation.grid import MICRO, NANO, share_nano, tie_ranks
from distribution.allocation.population import resolve_populations
from distribution.domain.enums import ApportionmentMethod
from distribution.services.example import load_example

ROUNDS = (1, 12, 24)
PACKS_PER_OUTLET = (1, 3, 10)


def main() -> int:
    """Print the table; return the exit code."""
    dataset = load_example()
    served = resolve_populations(dataset.areas, dataset.outlets, dataset.members)
    weights = np.array([served[o.code].people for o in dataset.outlets], dtype=np.int64) * MICRO
    ties = tie_ranks(weights, [o.code for o in dataset.outlets])
    print("| packs per outlet | method | " + " | ".join(f"after {count}" for count in ROUNDS) + " |")
    print("|---|---|" + "---|" * len(ROUNDS))
    worst = 0.0
    for each in PACKS_PER_OUTLET:
        for method in ApportionmentMethod:
            off = drift(method, each * weights.size, weights, ties)
            print(f"| {each} | {method} | " + " | ".join(f"{off[count]:.2f}" for count in ROUNDS) + " |", flush=True)
            if method.carries_debt:
                worst = max(worst, *off.values())
    return 1 if worst >= 1 else 0


def drift(
    method: ApportionmentMethod, packs: int, weights: NDArray[np.int64], ties: NDArray[np.int64]
) -> dict[int, float]:
    """Return the largest distance from what is due after so many rounds, packs."""
    none, most = np.zeros(weights.shape, np.int64), np.full(weights.shape, packs)
    debt, given, due = none.copy(), none.copy(), none.copy()
    off = {}
    for number in range(1, max(ROUNDS) + 1):
        quota = packs + 7 * number % 11  # no two letters are quite alike
        target = share_nano(quota, weights, ties)
        if method.carries_debt:
            got = round_cumulative(quota, target, debt, lower=none, upper=most + 11, ties=ties)
            debt = target + debt - got * NANO
        else:
            got = apportion(method, quota, weights, ties=ties)
        given, due = given + got, due + target
        off[number] = int(np.abs(given * NANO - due).max()) / NANO
    return off


if __name__ == "__main__":
    sys.exit(main())
