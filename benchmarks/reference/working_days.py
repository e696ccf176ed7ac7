"""The proven least cost of a small problem in which every truck may work only so long."""

from __future__ import annotations

import numpy as np

from benchmarks.reference.exact import NEVER, add_sets, nothing_yet
from benchmarks.reference.known import require_known
from benchmarks.reference.truck_days import find_truck_days
from optimizer.problem import Problem


class WorkingDays:
    """What a day of a truck costs and takes for every set of deliveries, by dynamic programming over subsets.

    Attributes
    ----------
    cost, working_s
        By set of deliveries, a bit for each; ``NEVER`` for those that are none.

    Raises
    ------
    NotImplementedError
        When trucks differ or come back for more, when the road costs anything (so that the cheapest way is not the
        shortest), when there are windows or release times, or the problem uses a rule that is not known here.
    """

    def __init__(self, problem: Problem) -> None:
        require_known(problem)
        if len(problem.vehicle_types) > 1 or len(problem.days) > 1:
            raise NotImplementedError("one type of truck and one day")
        (vehicle,) = problem.vehicle_types
        if vehicle.trips_per_day > 1 or vehicle.cost_per_km:
            raise NotImplementedError("one trip a truck, and nothing paid for the road")
        if any(d.windows or d.release_s for d in problem.deliveries):
            raise NotImplementedError("no windows and no release times")
        n = len(problem.deliveries)
        self.cost, self.working_s = nothing_yet(n), np.zeros(1 << n, dtype=np.int64)
        for served, day in find_truck_days(problem, 0).items():
            self.cost[served], self.working_s[served] = day.cost, day.working_s
        self._trucks = min(vehicle.count, n)

    def least_cost(self, longest_s: int) -> int | None:
        """Return the least cost when no truck works longer than told; None if they cannot serve everyone so."""
        within = np.where(self.working_s <= longest_s, self.cost, NEVER)
        total = within
        for _ in range(self._trucks - 1):
            total = add_sets(total, within)
        return int(total[-1]) if total[-1] < NEVER else None

    def shortest_longest_s(self) -> int:
        """Return how long the truck that works longest must work at least."""
        times = np.unique(self.working_s[self.cost < NEVER])
        low, high = 0, len(times) - 1
        while low < high:
            middle = (low + high) // 2
            if self.least_cost(int(times[middle])) is None:
                low = middle + 1
            else:
                high = middle
        return int(times[low])
