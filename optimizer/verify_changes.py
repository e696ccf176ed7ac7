"""Checks that a plan serves no more places than it may from other depots than they are tagged to."""

from __future__ import annotations

from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.verify import verify_plan
from optimizer.violation import Violation, ViolationCode


def verify_changes(problem: Problem, plan: Plan, most: int) -> tuple[Violation, ...]:
    """Check the number of changed places, and every rule of ``verify_plan``.

    Parameters
    ----------
    problem
        ``Delivery.depot`` is the depot that a delivery is tagged to.
    plan
        The plan; the depot that serves is that of the truck.
    most
        Places that may get any delivery from another depot.

    Returns
    -------
    tuple of Violation
        ``changes_exceeded``, with the number of places, if there are more; and every violation of the plan itself. With
        an index that means nothing, places are not counted.
    """
    violations = verify_plan(problem, plan)
    if any(one.code in {ViolationCode.DELIVERY_UNKNOWN, ViolationCode.VEHICLE_UNKNOWN} for one in violations):
        return violations
    changed = set()
    for trip in plan.trips:
        served_from = problem.vehicle_types[trip.vehicle_type].depot
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            if delivery.depot != served_from:
                changed.add(delivery.place)
    if len(changed) <= most:
        return violations
    return Violation(ViolationCode.CHANGES_EXCEEDED, "problem", {"changed": len(changed), "most": most}), *violations
