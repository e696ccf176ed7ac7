"""Compile the search beforehand, so that nobody's first solve waits for it: ``python -m optimizer.compile``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.plan import Limits
from optimizer.problem import Delivery, Depot, Place, Problem, VehicleType
from optimizer.solve import solve
from optimizer.travel import IntArray


class _Plane:
    """A metre and a second between any two places."""

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        here, there = np.asarray(origins)[:, None], np.asarray(destinations)[None, :]
        apart = np.abs(here - there).astype(np.int64)
        return apart, apart


def main() -> None:
    """Solve a problem of three stops."""
    places = tuple(Place(str(i), float(i), 0.0) for i in range(4))
    deliveries = tuple(Delivery(str(i), i, 0, (), 1, 0, "goods", (0,)) for i in range(1, 4))
    truck = VehicleType("truck", 0, 3, 2, 0, ("goods",), 0, 86_400, cost_per_km=1000)
    problem = Problem(("day",), places, (Depot(0, ()),), (), (), (), deliveries, (truck,), _Plane())
    solve(problem, Limits(iterations=1))


if __name__ == "__main__":
    main()
