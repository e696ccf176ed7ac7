"""Put pieces of one delivery that a plan brings on one trip, or leaves waiting, together into one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from optimizer.explain import static_reason
from optimizer.plan import Plan
from optimizer.problem import Delivery, Problem
from optimizer.search.model import build_model
from optimizer.search.pieces import make_part
from optimizer.search.report import boards_from, build_plan, explain_all
from optimizer.search.schedule import cost_day
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import displace, readmit

#: The pieces that a part is made of, all of one delivery.
Part = tuple[int, ...]


def merge_pieces(
    problem: Problem, pieces: Problem, part_of: Sequence[int], plan: Plan
) -> tuple[Problem, Plan, tuple[int, ...]] | None:
    """Turn a plan of pieces into a plan of parts.

    Pieces of one delivery that one trip brings one after another become one stop, others where that costs no more. Pieces that wait for the same reason become one part, as far as it could be brought
    alone. A delivery that ends up in one part is the delivery itself.

    Parameters
    ----------
    problem, pieces, part_of
        The problem; the problem of its pieces; and for each piece the delivery that it is of.
    plan
        A plan for the pieces.

    Returns
    -------
    tuple of Problem, Plan, tuple of int
        The problem of the parts, the plan for it, and for each part the delivery that it is of, ascending. None where
        a truck-day of the parts would break a time: with several windows, less service can mean a longer wait.
    """
    merging = _Merging(problem, pieces, part_of)
    joined = []
    for board in boards_from(build_model(pieces), plan):
        for day in board.truck_days:
            trips = merging.join_stops(day)
            if trips is None:
                return None
            joined.append((day, trips))
    served = [part for _, trips in joined for trip in trips for part in trip]
    waiting = merging.join_waiting(plan)
    parts = sorted([*served, *waiting], key=lambda part: part_of[part[0]])  # in the order of time, then who waits
    number = {part: n for n, part in enumerate(parts)}
    merged = replace(problem, deliveries=tuple(merging.deliveries(parts)))
    model = build_model(merged)
    days = [TruckDay(d.kind, d.day, [[number[part] for part in trip] for trip in trips]) for d, trips in joined]
    boards = [
        Board(model, depot, [day for day in days if model.kinds[day.kind].depot == depot])
        for depot in range(len(problem.depots))
    ]
    still = displace(model, boards, readmit(model, boards, [number[part] for part in waiting]))
    unserved = explain_all(model, boards, still)
    final = build_plan(model, boards, unserved, plan.status, plan.iterations, plan.seed)
    return merged, final, tuple(part_of[part[0]] for part in parts)


@dataclass(frozen=True)
class _Merging:
    problem: Problem
    pieces: Problem
    part_of: Sequence[int]

    def join_stops(self, day: TruckDay) -> list[list[Part]] | None:
        """Join the pieces of one delivery on each trip where that is cheapest; None if a time is broken then."""
        trips = [[tuple(run) for _, run in groupby(trip, key=self.part_of.__getitem__)] for trip in day.trips]
        least = self._cost(day.kind, trips)
        for n in range(len(trips)):
            for delivery in dict.fromkeys(self.part_of[piece] for piece in day.trips[n]):
                mine = [part for part in trips[n] if self.part_of[part[0]] == delivery]
                whole = tuple(piece for part in mine for piece in part)
                for kept in mine if len(mine) > 1 else ():
                    trip = [whole if part == kept else part for part in trips[n] if part == kept or part not in mine]
                    cost = self._cost(day.kind, [*trips[:n], trip, *trips[n + 1 :]])
                    if cost <= least:
                        least, trips = cost, [*trips[:n], trip, *trips[n + 1 :]]
                        break
        return trips if least < float("inf") else None

    def _cost(self, kind: int, trips: Sequence[Sequence[Part]]) -> float:
        """Return the exact cost of a truck-day of parts; infinite if it breaks a time."""
        parts = [part for trip in trips for part in trip]
        model = build_model(
            replace(self.problem, deliveries=tuple(self._part(part, n) for n, part in enumerate(parts)))
        )
        numbers = iter(range(len(parts)))
        cost = cost_day(model, model.kinds[kind], [[next(numbers) for _ in trip] for trip in trips])
        return float("inf") if cost is None else cost

    def join_waiting(self, plan: Plan) -> list[Part]:
        """Join pieces of a delivery that wait for the same reason, while one trip could still bring them."""
        joined: list[Part] = []
        for one in plan.unserved:
            piece = one.delivery
            if joined and self.part_of[joined[-1][0]] == self.part_of[piece]:
                together = (*joined[-1], piece)
                reason = static_reason(replace(self.problem, deliveries=(self._part(together, 0),)), 0)
                if reason is None or reason.reason is one.reason:
                    joined[-1] = together
                    continue
            joined.append((piece,))
        return joined

    def deliveries(self, parts: Sequence[Part]) -> list[Delivery]:
        """Return the deliveries that parts are, in their order; one of a single part is itself."""
        made = []
        for delivery, group in groupby(parts, key=lambda part: self.part_of[part[0]]):
            own = list(group)
            whole = self.problem.deliveries[delivery]
            made += [whole] if len(own) == 1 else [self._part(part, n) for n, part in enumerate(own, 1)]
        return made

    def _part(self, part: Part, number: int) -> Delivery:
        whole = self.problem.deliveries[self.part_of[part[0]]]
        packs = np.sum([self.pieces.deliveries[piece].packs for piece in part], axis=0)
        return make_part(self.problem, whole, packs, number)
