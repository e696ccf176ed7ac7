"""Checks that no more trucks load at a depot at once than there are docks, and what is said of full docks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.plan import Plan
from optimizer.problem import Delivery, Problem, VehicleType
from optimizer.violation import Violation, ViolationCode


def check_docks(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield each depot and day on which more trucks load at once than there are docks."""
    for index, depot in enumerate(problem.depots):
        for day in range(len(problem.days)) if depot.docks is not None else ():
            spans = loading_times(plan, index, day)
            at_once = max((_busy(spans, start) for start, _ in spans), default=0)
            if depot.docks is not None and at_once > depot.docks:
                numbers = {"day": day, "trucks": at_once, "docks": depot.docks}
                yield Violation(ViolationCode.DOCKS_EXCEEDED, problem.places[depot.place].name, numbers)


def loading_times(plan: Plan, depot: int, day: int) -> list[tuple[int, int]]:
    """Return when trips of a depot and day load: from, to."""
    trips = [trip for trip in plan.trips if (trip.depot, trip.day) == (depot, day)]
    return [(trip.start_s, trip.departure_s) for trip in trips if trip.start_s < trip.departure_s]


def _busy(spans: Sequence[tuple[int, int]], at_s: int) -> int:
    return sum(start <= at_s < end for start, end in spans)


def finds_dock(
    problem: Problem,
    delivery: Delivery,
    vehicle: VehicleType,
    way_s: tuple[int, int],
    spans: Sequence[tuple[int, int]],
) -> bool:
    """Tell whether an idle truck could load at a dock in time to bring a delivery alone.

    Parameters
    ----------
    way_s
        Seconds there and back.
    spans
        When others load at the depot that day.
    """
    depot = problem.depots[vehicle.depot]
    end = depot if vehicle.end_depot is None else problem.depots[vehicle.end_depot]
    closes_s = min(vehicle.shift_end_s, end.closes_s) if vehicle.returns else vehicle.shift_end_s
    opens_s = max(vehicle.shift_start_s, depot.opens_s, delivery.release_s)
    works_s = vehicle.loading_s + way_s[0] + delivery.service_s + way_s[1]
    longest_s = closes_s if vehicle.max_duration_s is None else vehicle.max_duration_s
    windows = delivery.windows or ((0, closes_s),)
    for begins_s, ends_s in windows:
        # Loading may start from the first to the last of these; only where a dock comes free is it to be looked at.
        first_s = max(opens_s, begins_s - (longest_s - works_s) - vehicle.loading_s - way_s[0])
        last_s = min(ends_s, closes_s - way_s[1] - delivery.service_s) - vehicle.loading_s - way_s[0]
        wait_over = max(begins_s, opens_s) + delivery.service_s + way_s[1] <= closes_s
        for start_s in {first_s, *(free for _, free in spans)} if works_s <= longest_s and wait_over else ():
            over = [start_s, *(start for start, _ in spans if start_s < start < start_s + vehicle.loading_s)]
            docks = depot.docks
            if first_s <= start_s <= last_s and (docks is None or all(_busy(spans, at_s) < docks for at_s in over)):
                return True
    return False
