"""Finds the remedies of one delivery: the fewest changes after which it is served, by cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from optimizer.plan import Reason, Trip
from optimizer.problem import Problem
from optimizer.remedies.case import Case, near, trips_of
from optimizer.remedies.change import Change, ChangeCode
from optimizer.remedies.propose import Changes, Stretch, propose

#: Hours and roads are stretched no farther than this, unless nothing else helps; at last as far as it takes.
STRETCHES = (Stretch(2 * 3600, 100_000), Stretch(86_400, 50_000_000))
#: Depots beside its own, nearest by road, that a delivery may be tagged to.
NEAREST_DEPOTS = 3
#: Obstacles taken away one after another, and how many unfinished chains of changes are followed.
_DEEPEST = 6
_WIDEST = 8
_Signature = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
_ORDER = {code: n for n, code in enumerate(ChangeCode)}


class NoRemedy(StrEnum):
    """Why nothing was found that would let a delivery be served."""

    NO_ROAD = "no_road"  # no depot near it has a road there and back
    PACK_TOO_LARGE = "pack_too_large"  # one pack is more than any truck that may stop there
    NOT_FOUND = "not_found"  # no few changes of the kinds known suffice


@dataclass(frozen=True)
class Remedy:
    """Changes after which deliveries are served, and how.

    Attributes
    ----------
    deliveries
        Who is served.
    changes
        To be made one after another; none if they fit as it is.
    scaled_cost
        What the plan costs more, in 1/COST_SCALE of the currency; it may be less than nothing where a truck-day of the
        plan was not driven in the cheapest way.
    trips
        All trips of the truck-days that carry them, in place of the plan's of the same truck and day. Numbers are those
        of the changed problem.
    """

    deliveries: tuple[int, ...]
    changes: Changes
    scaled_cost: int
    trips: tuple[Trip, ...]


@dataclass(frozen=True)
class _Chain:
    """Changes made so far; the obstacles met, each with the load that met it."""

    case: Case
    changes: Changes
    loads: tuple[int, ...]
    met: frozenset[tuple[int, Reason]] = frozenset()


def find_remedies(whole: Case, delivery: int) -> tuple[Remedy, ...] | NoRemedy:
    """Find the remedies of a delivery that a plan leaves waiting, cheapest first; or tell why there is none.

    All have the same, fewest number of obstacles taken away. It is put beside the truck-days that come nearest.
    """
    depots = _depots(whole.problem, delivery)
    part, ids = near(whole, delivery, depots)
    for stretch in STRETCHES:
        served = _search(part, depots, stretch)
        if served:
            break
    else:
        return _why_none(part)
    remedies = [_remedy(whole, part, one, ids) for one in served]
    remedies.sort(key=lambda r: (r.scaled_cost, len(r.changes), [_ORDER[c.code] for c in r.changes], _size(r)))
    return tuple(remedies)


def _search(part: Case, depots: tuple[int, ...], stretch: Stretch) -> list[tuple[_Chain, Case]]:
    """Take away one obstacle after another; return the chains that serve the delivery, with the plan that does."""
    chains = [_Chain(part, (), (0,))]
    for _ in range(_DEEPEST):
        served: dict[_Signature, tuple[_Chain, Case]] = {}
        stuck = []
        for chain in chains:
            case, load = chain.case.serve(chain.loads)
            if load is None:
                served.setdefault(_signature(chain.changes), (chain, case))
                continue
            obstacle = load, case.obstacle(load) or Reason.FLEET_USED_UP
            if obstacle not in chain.met:  # else the last changes have not taken it away
                stuck.append((replace(chain, met=chain.met | {obstacle}), case, obstacle))
        if served:
            return list(served.values())
        stuck.sort(key=lambda one: -one[0].loads.index(one[2][0]))  # first those with the most loads served
        chains = [longer for one in stuck[:_WIDEST] for longer in _lengthen(*one, depots, stretch)]
    return []


def _lengthen(
    chain: _Chain, case: Case, obstacle: tuple[int, Reason], depots: tuple[int, ...], stretch: Stretch
) -> Iterator[_Chain]:
    """Yield the chain with changes that may take away what keeps a load from being served beside the others."""
    tagged = any(change.code is ChangeCode.RETAG for change in chain.changes)
    ahead = len(chain.loads) - chain.loads.index(obstacle[0])
    for changes in propose(case, *obstacle, () if tagged else depots, stretch, ahead):
        changed = chain.case.changed(changes)
        new = range(len(chain.case.problem.deliveries), len(changed.problem.deliveries))
        yield replace(chain, case=changed, changes=chain.changes + changes, loads=(*chain.loads, *new))


def _signature(changes: Changes) -> _Signature:
    return tuple((change.code.value, tuple(change.numbers.items())) for change in changes)


def _size(remedy: Remedy) -> list[int]:
    return [value for change in remedy.changes for value in change.numbers.values()]


def _remedy(whole: Case, part: Case, served: tuple[_Chain, Case], ids: Sequence[int]) -> Remedy:
    """Return a remedy numbered as the whole problem is; loads cut off come after all its deliveries."""
    chain, case = served
    beyond = len(whole.problem.deliveries) - len(ids)

    def number(local: int) -> int:
        return ids[local] if local < len(ids) else local + beyond

    def renumbered(change: Change) -> Change:
        numbers = {name: number(n) if name == "delivery" else n for name, n in change.numbers.items()}
        return replace(change, numbers=numbers)

    touched = [key for key, trips in case.truck_days.items() if part.truck_days.get(key) != trips]
    trips = tuple(
        replace(trip, stops=tuple(replace(stop, delivery=number(stop.delivery)) for stop in trip.stops))
        for trip in trips_of(case, touched)
    )
    added = sum(case.costs[key] - part.costs.get(key, 0) for key in touched)
    return Remedy((ids[0],), tuple(renumbered(change) for change in chain.changes), added, trips)


def _depots(problem: Problem, delivery: int) -> tuple[int, ...]:
    """Return the depot of a delivery, then the nearest others that have a road to it."""
    one = problem.deliveries[delivery]
    metres, _ = problem.travel.matrix([d.place for d in problem.depots], [one.place])
    order = np.argsort(metres[:, 0], kind="stable").tolist()
    others = [d for d in order if d != one.depot and metres[d, 0] >= 0]
    return (one.depot, *others[:NEAREST_DEPOTS])


def _why_none(part: Case) -> NoRemedy:
    reason = part.obstacle(0)
    if reason is Reason.UNREACHABLE:
        return NoRemedy.NO_ROAD
    if reason is Reason.TOO_LARGE and sum(part.problem.deliveries[0].packs) <= 1:
        return NoRemedy.PACK_TOO_LARGE
    return NoRemedy.NOT_FOUND
