"""A problem as the search reads it: arrays by delivery and by vehicle type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem import Problem
from optimizer.search.legs import Legs
from optimizer.travel import IntArray

BoolArray = NDArray[np.bool_]
Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A vehicle type as the search reads it; times are cut to the depot's hours.

    ``metre_cost``, ``second_cost`` and ``fixed_cost`` are in 1/COST_SCALE of the currency.
    """

    depot: int
    depot_place: int
    count: int
    capacity_g: int
    capacity_ml: int
    opens_s: int
    closes_s: int
    loading_s: int
    trips_per_day: int
    metre_cost: int
    second_cost: int
    fixed_cost: int


@dataclass(frozen=True, eq=False)
class Model:
    """Arrays of a problem; ``n`` deliveries, ``t`` vehicle types, ``d`` days, ``c`` commodities.

    Attributes
    ----------
    metre_cost, second_cost
        Of each vehicle type, in 1/COST_SCALE of the currency, shape (t,).
    depot_place
        Place of each depot; places are numbered as in ``legs``.
    place, weight_g, volume_ml, service_s, depot
        Of each delivery, shape (n,).
    packs
        Shape (n, c).
    windows
        Of each delivery, ascending and apart.
    day_ok, kind_ok
        Which days and which vehicle types (class, access, capacity, a working day at all) each delivery may use, shapes
        (n, d) and (n, t).
    order
        Position of each delivery in the order of rank, ties by name: 0 is the last to wait.
    stock
        Cumulative packs, shape (depots, c, d).
    """

    problem: Problem
    legs: Legs
    kinds: tuple[Kind, ...]
    metre_cost: IntArray
    second_cost: IntArray
    depot_place: list[int]
    place: list[int]
    weight_g: IntArray
    volume_ml: IntArray
    service_s: list[int]
    depot: list[int]
    packs: IntArray
    windows: tuple[Windows, ...]
    day_ok: BoolArray
    kind_ok: BoolArray
    order: list[int]
    stock: IntArray


def build_model(problem: Problem) -> Model:
    """Build the arrays of a problem and fetch its travel."""
    used = sorted({d.place for d in problem.deliveries} | {depot.place for depot in problem.depots})
    local = {place: i for i, place in enumerate(used)}
    deliveries = problem.deliveries
    n, n_days, n_kinds = len(deliveries), len(problem.days), len(problem.vehicle_types)
    kinds = _kinds(problem, local)
    day_ok = np.zeros((n, n_days), dtype=np.bool_)
    kind_ok = np.zeros((n, n_kinds), dtype=np.bool_)
    for i, delivery in enumerate(deliveries):
        day_ok[i, list(delivery.days)] = True
        limit = delivery.largest_vehicle_g
        for k, vehicle in enumerate(problem.vehicle_types):
            kind_ok[i, k] = (
                delivery.storage_class in vehicle.storage_classes
                and (limit is None or vehicle.capacity_g <= limit)
                and delivery.weight_g <= vehicle.capacity_g
                and delivery.volume_ml <= vehicle.capacity_ml
                and kinds[k].opens_s <= kinds[k].closes_s
            )
    order = [0] * n
    for position, i in enumerate(sorted(range(n), key=lambda i: (deliveries[i].rank, deliveries[i].name))):
        order[i] = position
    return Model(
        problem=problem,
        legs=Legs(problem.travel, used),
        kinds=kinds,
        metre_cost=np.array([kind.metre_cost for kind in kinds], dtype=np.int64),
        second_cost=np.array([kind.second_cost for kind in kinds], dtype=np.int64),
        depot_place=[local[depot.place] for depot in problem.depots],
        place=[local[d.place] for d in deliveries],
        weight_g=np.array([d.weight_g for d in deliveries], dtype=np.int64),
        volume_ml=np.array([d.volume_ml for d in deliveries], dtype=np.int64),
        service_s=[d.service_s for d in deliveries],
        depot=[d.depot for d in deliveries],
        packs=np.array([d.packs for d in deliveries], dtype=np.int64).reshape(n, len(problem.commodities)),
        windows=tuple(merge_windows(d.windows) for d in deliveries),
        day_ok=day_ok,
        kind_ok=kind_ok,
        order=order,
        stock=np.array([depot.stock for depot in problem.depots], dtype=np.int64).reshape(
            len(problem.depots), len(problem.commodities), n_days
        ),
    )


def merge_windows(windows: Windows) -> Windows:
    """Return the same times as spans that do not overlap, ascending."""
    merged: list[tuple[int, int]] = []
    for start_s, end_s in sorted(windows):
        if merged and start_s <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end_s)
        else:
            merged.append((start_s, end_s))
    return tuple(merged)


def _kinds(problem: Problem, local: dict[int, int]) -> tuple[Kind, ...]:
    kinds = []
    for vehicle in problem.vehicle_types:
        depot = problem.depots[vehicle.depot]
        kinds.append(
            Kind(
                depot=vehicle.depot,
                depot_place=local[depot.place],
                count=vehicle.count,
                capacity_g=vehicle.capacity_g,
                capacity_ml=vehicle.capacity_ml,
                opens_s=max(vehicle.shift_start_s, depot.opens_s),
                closes_s=min(vehicle.shift_end_s, depot.closes_s),
                loading_s=vehicle.loading_s,
                trips_per_day=vehicle.trips_per_day,
                metre_cost=vehicle.cost_per_km * 18,
                second_cost=vehicle.cost_per_hour * 5,
                fixed_cost=vehicle.fixed_cost * 18_000,
            )
        )
    return tuple(kinds)
