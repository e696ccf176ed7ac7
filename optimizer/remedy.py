"""Finds what would let those who wait be served: the cheapest remedy of each, and the fewest actions for all.

A remedy is true by construction: it holds the trips that carry the delivery in the changed problem, and its cost is what
the plan with these trips costs more. A search from there may find that plan cheaper, never dearer. What has no price in
the problem (stock, storage, opening hours, leave to stop) counts by the carriage alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer.plan import Plan, Trip
from optimizer.problem import Problem, VehicleType
from optimizer.remedies.case import case_of
from optimizer.remedies.change import Change, ChangeCode, apply_changes, merge_changes, same_kind
from optimizer.remedies.docks import add_docks, replace_trips
from optimizer.remedies.search import NoRemedy, Remedy, find_remedies
from optimizer.remedies.together import join_remedies
from optimizer.search.report import order_trips

__all__ = [
    "ActionGroup",
    "Change",
    "ChangeCode",
    "NoRemedy",
    "Remedies",
    "Remedy",
    "apply_changes",
    "apply_remedy",
    "gather_actions",
    "merge_changes",
    "suggest_remedies",
]

#: Deliveries, first in rank, that a remedy of their own is looked for.
MOST = 200


@dataclass(frozen=True)
class Remedies:
    """What can be done for those who wait.

    Attributes
    ----------
    each
        The cheapest remedy of a delivery as if it were the only one that waits.
    without
        Why a delivery has none.
    together
        Actions to be taken one after another, each of which builds on those before; their costs add up. One whose own
        remedy no longer suffices beside the others, and for which no other was found, is in none of them.
    left_out
        Deliveries beyond ``most`` that nothing was looked for on their own.
    """

    each: Mapping[int, Remedy] = field(default_factory=dict)
    without: Mapping[int, NoRemedy] = field(default_factory=dict)
    together: tuple[Remedy, ...] = ()
    left_out: int = 0


def suggest_remedies(problem: Problem, plan: Plan, most: int = MOST) -> Remedies:
    """Find the remedies of the deliveries that a plan leaves waiting.

    Of each delivery those with the fewest changes are compared, and the one that adds the least cost is taken. For all
    together the cheapest per kg is taken first of what serves the first in rank, one more truck with everything that it
    can carry beside that one included, until nobody waits (the greedy rule of weighted set cover, Chvátal 1979, "A
    greedy heuristic for the set-covering problem"); so the actions are few, but not proven to be the fewest.

    Parameters
    ----------
    problem
        The problem.
    plan
        A feasible plan of it.
    most
        Deliveries that remedies of their own are looked for, first those of the lowest rank; a tenth to a fifth of
        a second each. One more truck is offered to the others too.
    """
    ranked = sorted((u.delivery for u in plan.unserved), key=lambda i: _rank(problem, i))
    whole = case_of(problem, plan)
    each: dict[int, Remedy] = {}
    without: dict[int, NoRemedy] = {}
    for delivery in ranked[:most]:
        found = find_remedies(whole, delivery)
        if isinstance(found, NoRemedy):
            without[delivery] = found
        else:
            each[delivery] = add_docks(problem, plan.trips, found[0])
    together = []
    trips: Sequence[Trip] = plan.trips
    joined = problem
    for action in join_remedies(whole, [i for i in ranked if i not in without], set(each)):
        together.append(add_docks(joined, trips, action))
        trips = replace_trips(trips, action)
        joined = apply_changes(joined, together[-1].changes)
    return Remedies(each, without, tuple(together), max(len(ranked) - most, 0))


def apply_remedy(problem: Problem, plan: Plan, remedy: Remedy) -> tuple[Problem, Plan]:
    """Return the problem after a remedy's changes, and the plan with its trips.

    The reasons of those who still wait stay as they were said of the plan before.
    """
    changed = replace(
        plan,
        trips=order_trips(replace_trips(plan.trips, remedy)),
        unserved=tuple(one for one in plan.unserved if one.delivery not in remedy.deliveries),
        scaled_cost=plan.scaled_cost + remedy.scaled_cost,
    )
    return apply_changes(problem, remedy.changes), changed


@dataclass(frozen=True)
class ActionGroup:
    """Actions of one kind: their changes added up, whom they serve, and their cost in 1/COST_SCALE."""

    changes: tuple[Change, ...]
    deliveries: tuple[int, ...]
    scaled_cost: int


def gather_actions(problem: Problem, actions: Sequence[Remedy]) -> tuple[ActionGroup, ...]:
    """Put actions of one kind together, each where the first of its kind stands.

    For people to read, not to apply: more trucks are of the type of their depot that they became.

    Parameters
    ----------
    problem
        The problem before the actions.
    actions
        ``Remedies.together``.
    """
    groups: dict[tuple[tuple[str, frozenset[tuple[str, int]]], ...], list[Remedy]] = {}
    for action in actions:
        changes = []
        for change in action.changes:
            problem = apply_changes(problem, (change,))  # step by step: types that were alike may be changed later
            changes.append(_at_home(problem, change))
        named = replace(action, changes=merge_changes(changes))
        groups.setdefault(tuple(same_kind(change) for change in named.changes), []).append(named)
    return tuple(
        ActionGroup(
            merge_changes(change for one in group for change in one.changes),
            tuple(sorted(i for one in group for i in one.deliveries)),
            sum(one.scaled_cost for one in group),
        )
        for group in groups.values()
    )


def _at_home(after: Problem, change: Change) -> Change:
    """Name more trucks by the first type of their depot that is the same but for name and number just after it."""
    if change.code is not ChangeCode.MORE_TRUCKS:
        return change
    depot = change.numbers["depot"]

    def like(vehicle: VehicleType) -> VehicleType:
        return replace(vehicle, name="", count=0, depot=depot, end_depot=None)

    asked = like(after.vehicle_types[change.numbers["vehicle_type"]])
    kind = next(k for k, v in enumerate(after.vehicle_types) if v.depot == depot and like(v) == asked)
    return replace(change, numbers={**change.numbers, "vehicle_type": kind})


def _rank(problem: Problem, delivery: int) -> tuple[int, str]:
    return problem.deliveries[delivery].rank, problem.deliveries[delivery].name
