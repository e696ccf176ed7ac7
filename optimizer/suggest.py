"""Where a delivery fits best into a plan that is otherwise left as it is: the k cheapest feasible positions.

Every position counts: on every day that the delivery allows, before, between and after the stops of every trip, as a
further trip of every truck in use, and as the first of one idle truck of each type. Where the truck halts at the same
place already, only the cheapest position in the order of that halt is told. Positions are taken in the order of a
lower bound of what they add (road, loading, driving and service without any wait), until no bound left is below the
exact cost of the last one wanted: best-first search, so the answer is exact without timing them all.
"""

from __future__ import annotations

import heapq
from dataclasses import replace

from optimizer.plan import Plan, Trip
from optimizer.problem import Problem
from optimizer.search.model import build_model
from optimizer.search.positions import Position, Positions
from optimizer.search.report import order_trips
from optimizer.slack import slack_s
from optimizer.suggestion import Obstacle, Suggestion, Suggestions, TruckDay
from optimizer.verify import verify_plan
from optimizer.violation import ViolationCode

__all__ = ["Obstacle", "Suggestion", "Suggestions", "suggest_insertions"]


def suggest_insertions(problem: Problem, plan: Plan, delivery: int, k: int = 5) -> Suggestions:
    """Find the k cheapest feasible positions of a delivery, all else of the plan staying in its order.

    Parameters
    ----------
    problem
        With the delivery; its travel knows the roads between all places.
    plan
        A plan that ``verify_plan`` accepts. The delivery may be on a trip of it, wait, or be missing, as a new one is.
    delivery
        Index of the delivery.
    k
        How many at most, from 1.

    Returns
    -------
    Suggestions
        Each verified by ``verify_plan``: no rule is broken by the plan with the delivery there.

    Raises
    ------
    ValueError
        If ``k`` is below 1, or the plan as it stands breaks a rule.
    """
    if k < 1:
        raise ValueError("ask for one position or more")
    new = ViolationCode.DELIVERY_MISSING, problem.deliveries[delivery].name
    if faults := [v for v in verify_plan(problem, plan) if (v.code, v.where) != new]:
        raise ValueError(f"the plan breaks rules: {'; '.join(f'{v.where}: {v.code.value}' for v in faults[:5])}")
    return _Search(problem, plan, delivery).best(k)


class _Search:
    """The search for the places of a delivery in a plan."""

    def __init__(self, problem: Problem, plan: Plan, delivery: int) -> None:
        self._problem, self._plan, self._delivery = problem, plan, delivery
        self._positions = Positions(build_model(problem), plan.trips, delivery)
        self._refused: set[int] = set()  # depots that must not serve it, on whatever trip, by the order of ranks

    def best(self, k: int) -> Suggestions:
        """Search best-first: what is popped with its exact cost is the cheapest of all that are left."""
        obstacles = self._positions.obstacles
        if not self._positions.keeps_day:
            return Suggestions((), None, 0, {Obstacle.TOO_LONG: 1})
        queue = [(bound, 0, position) for position, bound in self._positions.candidates()]
        heapq.heapify(queue)
        positions = len(queue)
        found: list[Suggestion] = []
        halts: set[tuple[TruckDay, int, int, int]] = set()
        while queue and len(found) < k:
            cost, is_exact, position = heapq.heappop(queue)
            if self._problem.vehicle_types[position.truck_day[1]].depot in self._refused:
                obstacles[Obstacle.CHECK_REFUSES] += 1
            elif (halt := (position.truck_day, position.trip, position.further, position.halt)) in halts:
                continue
            elif is_exact:
                if (suggestion := self._verified(position, cost)) is not None:
                    found.append(suggestion)
                    halts.add(halt)
            elif (exact := self._positions.added_cost(position)) is None:
                obstacles[Obstacle.TOO_LONG] += 1
            else:
                heapq.heappush(queue, (exact, 1, position))
        return Suggestions(tuple(found), self._cost(tuple(self._positions.kept())), positions, dict(obstacles))

    def _cost(self, trips: tuple[Trip, ...]) -> int:
        return sum(trip.scaled_cost(self._problem.vehicle_types[trip.vehicle_type]) for trip in trips)

    def _verified(self, position: Position, added_cost: int) -> Suggestion | None:
        """Build the plan with the delivery at a position, and have it checked."""
        timed = self._positions.timed(position)
        if timed is None:  # pragma: no cover - it had a cost
            return None
        trips = order_trips((*self._positions.kept(position.truck_day), *timed))
        waiting = tuple(u for u in self._plan.unserved if u.delivery != self._delivery)
        plan = replace(self._plan, trips=trips, unserved=waiting, scaled_cost=self._cost(trips))
        violations = verify_plan(self._problem, plan)
        if any(v.code is not ViolationCode.REASON_WRONG for v in violations):
            self._positions.obstacles[Obstacle.CHECK_REFUSES] += 1
            if any(v.code is ViolationCode.RANK_BROKEN for v in violations):
                self._refused.add(timed[0].depot)
            return None
        model = self._positions.model
        kind = model.kinds[position.truck_day[1]]
        return Suggestion(
            plan=plan,
            truck_day=position.truck_day,
            trip=position.trip,
            position=position.position,
            further_trip=position.further > 0,
            further_truck=position.further > 1,
            added_cost=added_cost,
            slack_s=slack_s(model, kind, timed, position.trip, position.position),
            room_g=self._room_g(timed[position.trip]),
            frees=tuple(v.where for v in violations),
        )

    def _room_g(self, trip: Trip) -> int:
        """Return what a trip could carry more of the delivery's storage class."""
        vehicle = self._problem.vehicle_types[trip.vehicle_type]
        storage_class = self._problem.deliveries[self._delivery].storage_class
        loads = [self._problem.deliveries[stop.delivery] for stop in trip.stops]
        room_g = vehicle.capacity_g - sum(load.weight_g for load in loads)
        if vehicle.class_capacity_g is None:
            return room_g
        compartment_g = vehicle.class_capacity_g[vehicle.storage_classes.index(storage_class)]
        return min(room_g, compartment_g - sum(d.weight_g for d in loads if d.storage_class == storage_class))
