"""Pieces of divisible deliveries: whole packs of one, planned like deliveries of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.problem import Delivery, Problem, VehicleType
from optimizer.splitting import halve_pieces
from optimizer.travel import IntArray, Travel


@dataclass(frozen=True)
class SetupTravel:
    """Travel among copies of places; whoever comes to a copy from elsewhere takes its setup on the way."""

    travel: Travel
    place_of: IntArray
    setup_s: IntArray

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road."""
        here, there = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
        metres, seconds = self.travel.matrix(self.place_of[here], self.place_of[there])
        arrives = (here[:, None] != there[None, :]) & (seconds >= 0)
        return metres, np.where(arrives, seconds + self.setup_s[there][None, :], seconds)


def cut_deliveries(problem: Problem) -> tuple[Problem, tuple[int, ...]]:
    """Cut every divisible delivery into halves of halves; the same problem if none can be cut.

    The pieces of a delivery have a copy of its place, and its setup is part of the way there: pieces that one truck
    brings one after another take it once. Service at them begins after the setup, so their windows are that much later.
    Where a delivery shares its room with others it keeps its place, and each piece takes the setup by itself.

    Returns
    -------
    Problem
        With the pieces for deliveries, the pieces of one delivery one after another.
    tuple of int
        For each piece, the delivery that it is of.
    """
    pieces: list[Delivery] = []
    part_of: list[int] = []
    copied: list[int] = []
    storage = dict(problem.storage_g)
    sharing = Counter((d.place, d.storage_class, d.drop) for d in problem.deliveries)
    for i, delivery in enumerate(problem.deliveries):
        cut = _cut(problem, delivery) if delivery.divisible else []
        parts = [make_part(problem, delivery, packs, n) for n, packs in enumerate(cut, 1)]
        room = delivery.place, delivery.storage_class
        if len(parts) < 2:
            parts = [delivery]
        elif room not in storage or sharing[*room, delivery.drop] == 1:
            place = len(problem.places) + len(copied)
            copied.append(i)
            if room in storage:
                storage[place, delivery.storage_class] = storage[room]
            parts = [_after_setup(part, place) for part in parts]
        pieces += parts
        part_of += [i] * len(parts)
    if len(pieces) == len(problem.deliveries):
        return problem, tuple(part_of)
    own = [problem.deliveries[i] for i in copied]
    travel = SetupTravel(
        problem.travel,
        np.array([*range(len(problem.places)), *(d.place for d in own)], dtype=np.int64),
        np.array([*[0] * len(problem.places), *(d.setup_s for d in own)], dtype=np.int64),
    )
    places = (*problem.places, *(problem.places[d.place] for d in own))
    cut_problem = replace(problem, places=places, deliveries=tuple(pieces), travel=travel, storage_g=storage)
    return cut_problem, tuple(part_of)


def _after_setup(part: Delivery, place: int) -> Delivery:
    """Return a part whose setup is over when its service begins, at a copy of its place."""
    later = tuple((start_s + part.setup_s, end_s + part.setup_s) for start_s, end_s in part.windows)
    return replace(part, place=place, windows=later, service_s=part.service_s - part.setup_s, setup_s=0)


def make_part(problem: Problem, delivery: Delivery, packs: Sequence[int] | IntArray, number: int) -> Delivery:
    """Return the part of a delivery that some of its packs are; its service time is rounded up."""
    counts = tuple(int(count) for count in packs)
    weight_g = sum(n * each for n, each in zip(counts, problem.commodity_weight_g, strict=True))
    volume_ml = sum(n * each for n, each in zip(counts, problem.commodity_volume_ml, strict=True))
    handling_s = delivery.service_s - delivery.setup_s
    return replace(
        delivery,
        name=f"{delivery.name}#{number}",
        packs=counts,
        weight_g=weight_g,
        volume_ml=volume_ml,
        service_s=delivery.setup_s + -(-handling_s * weight_g // max(delivery.weight_g, 1)),
    )


def _cut(problem: Problem, delivery: Delivery) -> list[IntArray]:
    """Cut for the largest truck that may come; what no truck can carry stays whole, to be told so."""
    trucks = [v for k, v in enumerate(problem.vehicle_types) if _may_bring(k, v, delivery)]
    if not trucks:
        return []
    truck = max(trucks, key=lambda v: (v.capacity_g, v.capacity_ml, v.name))
    has = np.array(delivery.packs) > 0
    if (np.array(problem.commodity_weight_g)[has] > truck.capacity_g).any():
        return []
    if (np.array(problem.commodity_volume_ml)[has] > truck.capacity_ml).any():
        return []
    sizes = problem.commodity_weight_g, problem.commodity_volume_ml
    return halve_pieces(delivery.packs, *sizes, truck.capacity_g, truck.capacity_ml)


def _may_bring(number: int, vehicle: VehicleType, delivery: Delivery) -> bool:
    return (
        any(vehicle.trucks_on(day) for day in delivery.days)
        and vehicle.depot == delivery.depot
        and delivery.storage_class in vehicle.storage_classes
        and (delivery.vehicle_types is None or number in delivery.vehicle_types)
        and (delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g)
    )
