"""Finds few actions that serve all who wait: one more truck with all that it can carry, where that is cheapest per kg.

The greedy rule of weighted set cover (Chvátal 1979), in the order of rank: of all that serves the first who waits, what
costs least per kg of those it serves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from optimizer.plan import Reason
from optimizer.problem import Problem
from optimizer.remedies.case import Case, Key, Trips, key_of, trips_of, truck_days_of
from optimizer.remedies.change import Change, ChangeCode
from optimizer.remedies.propose import types_for
from optimizer.remedies.search import NoRemedy, Remedy, find_remedies
from optimizer.search.insertion import Inserter
from optimizer.search.model import build_model
from optimizer.search.state import Board, require_cost


@dataclass(frozen=True)
class _Load:
    """What one more truck of a type carries in the period, and what it costs."""

    changes: tuple[Change, ...]
    case: Case
    deliveries: tuple[int, ...]
    keys: tuple[Key, ...]
    cost: int


def join_remedies(whole: Case, waiting: Sequence[int], alone: Collection[int]) -> tuple[Remedy, ...]:
    """Find actions that serve those who wait, each building on those before.

    Parameters
    ----------
    whole
        The plan.
    waiting
        Who waits, in the order of rank.
    alone
        Those of them that a remedy of their own may be looked for; the others can but join one more truck.
    """
    case, left = whole, list(waiting)
    actions: list[Remedy] = []
    while left:
        first, rest = left[0], left[1:]
        own = find_remedies(case, first) if first in alone else NoRemedy.NOT_FOUND
        truck = _best_truck(case, first, rest)
        best = None if isinstance(own, NoRemedy) else own[0]
        if truck is not None and (best is None or (best.changes and not _is_cheaper(case.problem, best, truck))):
            case = truck.case
            actions.append(Remedy(truck.deliveries, truck.changes, truck.cost, trips_of(case, truck.keys)))
            left = [i for i in left if i not in truck.deliveries]
            continue
        left = rest
        if best is not None:
            case = _after(case, best)
            actions += [best] if best.changes or not actions else [_join(actions.pop(), best)]
    return tuple(actions)


def _join(action: Remedy, more: Remedy) -> Remedy:
    """Return an action that serves also those who fit once it is taken."""
    again = {key_of(trip) for trip in more.trips}
    return Remedy(
        tuple(sorted({*action.deliveries, *more.deliveries})),
        action.changes,
        action.scaled_cost + more.scaled_cost,
        (*(trip for trip in action.trips if key_of(trip) not in again), *more.trips),
    )


def _is_cheaper(problem: Problem, own: Remedy, truck: _Load) -> bool:
    """Compare by cost per kg."""
    return own.scaled_cost * _weight_g(problem, truck.deliveries) < truck.cost * _weight_g(problem, own.deliveries)


def _weight_g(problem: Problem, deliveries: Sequence[int]) -> int:
    return max(sum(problem.deliveries[i].weight_g for i in deliveries), 1)


def _after(case: Case, remedy: Remedy) -> Case:
    """Return the plan with a remedy's changes and trips."""
    case = case.changed(remedy.changes)
    return case.driving(*truck_days_of(case.problem, remedy.trips))


def _best_truck(case: Case, first: int, rest: Sequence[int]) -> _Load | None:
    """Return the truck that carries the first who waits, and others, at the least cost per kg; None if none can."""
    if case.obstacle(first) is not Reason.FLEET_USED_UP:
        return None
    depot = case.problem.deliveries[first].depot
    beside = [i for i in rest if case.problem.deliveries[i].depot == depot]
    best: _Load | None = None
    for kind in types_for(case.problem, first):
        change = Change(ChangeCode.MORE_TRUCKS, {"depot": depot, "vehicle_type": kind, "trucks": 1})
        load = _fill(case.changed((change,)), change, (first, *beside))
        if load is not None and (best is None or _price(case, load) < _price(case, best)):
            best = load
    return best


def _price(case: Case, load: _Load) -> Fraction:
    return Fraction(load.cost, _weight_g(case.problem, load.deliveries))


def _fill(case: Case, change: Change, wanting: Sequence[int]) -> _Load | None:
    """Fill the truck that a change adds, on all days, in the order given; None if it cannot carry the first."""
    problem = case.problem
    depot, like = change.numbers["depot"], change.numbers["vehicle_type"]
    kind = like if problem.vehicle_types[like].depot == depot else len(problem.vehicle_types) - 1
    unit = problem.vehicle_types[kind].count - 1
    model = build_model(replace(problem, deliveries=tuple(problem.deliveries[i] for i in wanting)))
    board = Board(model, depot)
    board.trucks[:] = 0
    board.trucks[kind] = model.trucks[kind] > 0
    board.used += model.stock[depot] - case.left(depot)
    inserter = Inserter(board)
    stored = dict(case.stored)
    for local, i in enumerate(wanting):
        one = problem.deliveries[i]
        where = one.place, one.storage_class, one.drop
        room_g = problem.storage_g.get(where[:2])
        fits = room_g is None or stored.get(where, 0) + one.weight_g <= room_g
        spot = inserter.find(local) if fits else None
        if spot is not None:
            inserter.insert(local, spot)
            stored[where] = stored.get(where, 0) + one.weight_g
        elif local == 0:
            return None
    truck_days: dict[Key, Trips] = {}
    costs: dict[Key, int] = {}
    for truck_day in board.truck_days:
        key = truck_day.day, kind, unit
        truck_days[key] = tuple(tuple(wanting[i] for i in trip) for trip in truck_day.trips)
        costs[key] = require_cost(model, truck_day)
    carried = tuple(sorted(i for trips in truck_days.values() for trip in trips for i in trip))
    return _Load((change,), case.driving(truck_days, costs), carried, tuple(truck_days), sum(costs.values()))
