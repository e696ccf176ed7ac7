"""A problem as the search reads it: arrays by delivery and by vehicle type."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A vehicle type as the search reads it; times are cut to the hours of its depots.

    ``end_place`` is where it comes back to, None for an open route; it is there, or through, by ``closes_s``, and has
    loaded by ``leaves_by_s``, when its first depot closes. ``class_capacity_g`` is the room of each storage class of the
    model, None without compartments. ``metre_cost``, ``second_cost`` and ``fixed_cost`` are in 1/COST_SCALE of the
    currency.
    """

    depot: int
    depot_place: int
    end_place: int | None
    capacity_g: int
    capacity_ml: int
    opens_s: int
    closes_s: int
    leaves_by_s: int
    loading_s: int
    trips_per_day: int
    metre_cost: int
    second_cost: int
    fixed_cost: int
    max_metres: int | None
    max_duration_s: int | None
    class_capacity_g: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class SharedTrucks:
    """Vehicle types of which no more than ``most[day]`` truck-days, all together, are used on each day."""

    vehicle_types: tuple[int, ...]
    most: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Model:
    """Arrays of a problem; ``n`` deliveries, ``t`` vehicle types, ``d`` days, ``c`` commodities, ``s`` shared limits.

    Attributes
    ----------
    metre_cost, second_cost
        Of each vehicle type, in 1/COST_SCALE of the currency, shape (t,).
    depot_place
        Place of each depot; places are numbered as in ``legs``.
    position
        Of each place, shape (places, 2), in degrees of latitude as far as they are small beside the globe.
    place, weight_g, volume_ml, service_s, release_s, depot
        Of each delivery, shape (n,).
    class_of
        Storage class of each delivery, by number, shape (n,).
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
    trucks
        Trucks there are of each vehicle type on each day, shape (t, d).
    shared, shared_trucks
        Vehicle types of each shared limit, and what it allows them together on each day, shapes (s, t) and (s, d).
    """

    problem: Problem
    legs: Legs
    kinds: tuple[Kind, ...]
    metre_cost: IntArray
    second_cost: IntArray
    depot_place: list[int]
    position: NDArray[np.float64]
    place: list[int]
    weight_g: IntArray
    volume_ml: IntArray
    service_s: list[int]
    release_s: list[int]
    class_of: IntArray
    depot: list[int]
    packs: IntArray
    windows: tuple[Windows, ...]
    day_ok: BoolArray
    kind_ok: BoolArray
    order: list[int]
    stock: IntArray
    trucks: IntArray
    shared: BoolArray
    shared_trucks: IntArray

    def free_trucks(self, trucks: IntArray, in_use: IntArray) -> IntArray:
        """Return how many of some trucks are left of each type on each day, shape (t, d), when some are in use."""
        free = trucks - in_use
        for types, most in zip(self.shared, self.shared_trucks, strict=True):
            free[types] = np.minimum(free[types], most - in_use[types].sum(axis=0))
        return free

    @property
    def has_further_rules(self) -> bool:
        """Tell whether there are compartments, limits of a day or release times."""
        return any(self.release_s) or any(
            limit is not None
            for kind in self.kinds
            for limit in (kind.class_capacity_g, kind.max_metres, kind.max_duration_s)
        )


def build_model(problem: Problem, shared: Sequence[SharedTrucks] = ()) -> Model:
    """Build the arrays of a problem, and of limits that its vehicle types share, and fetch its travel."""
    used = sorted({d.place for d in problem.deliveries} | {depot.place for depot in problem.depots})
    local = {place: i for i, place in enumerate(used)}
    deliveries = problem.deliveries
    n, n_days = len(deliveries), len(problem.days)
    classes = sorted({d.storage_class for d in deliveries})
    class_of = np.array([classes.index(d.storage_class) for d in deliveries], dtype=np.int64)
    kinds = _kinds(problem, local, classes)
    day_ok = np.zeros((n, n_days), dtype=np.bool_)
    for i, delivery in enumerate(deliveries):
        day_ok[i, list(delivery.days)] = True
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
        position=_positions(problem, used),
        place=[local[d.place] for d in deliveries],
        weight_g=np.array([d.weight_g for d in deliveries], dtype=np.int64),
        volume_ml=np.array([d.volume_ml for d in deliveries], dtype=np.int64),
        service_s=[d.service_s for d in deliveries],
        release_s=[d.release_s for d in deliveries],
        class_of=class_of,
        depot=[d.depot for d in deliveries],
        packs=np.array([d.packs for d in deliveries], dtype=np.int64).reshape(n, len(problem.commodities)),
        windows=tuple(merge_windows(d.windows) for d in deliveries),
        day_ok=day_ok,
        kind_ok=_who_may_carry(problem, kinds, class_of, classes),
        order=order,
        stock=np.array([depot.stock for depot in problem.depots], dtype=np.int64).reshape(
            len(problem.depots), len(problem.commodities), n_days
        ),
        trucks=np.array(
            [[v.trucks_on(day) for day in range(n_days)] for v in problem.vehicle_types], dtype=np.int64
        ).reshape(len(kinds), n_days),
        shared=np.array([np.isin(range(len(kinds)), one.vehicle_types) for one in shared], dtype=np.bool_).reshape(
            len(shared), len(kinds)
        ),
        shared_trucks=np.array([one.most for one in shared], dtype=np.int64).reshape(len(shared), n_days),
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


def _kinds(problem: Problem, local: dict[int, int], classes: list[str]) -> tuple[Kind, ...]:
    kinds = []
    for vehicle in problem.vehicle_types:
        depot = problem.depots[vehicle.depot]
        end = depot if vehicle.end_depot is None else problem.depots[vehicle.end_depot]
        rooms = dict(zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False))
        kinds.append(
            Kind(
                depot=vehicle.depot,
                depot_place=local[depot.place],
                end_place=local[end.place] if vehicle.returns else None,
                capacity_g=vehicle.capacity_g,
                capacity_ml=vehicle.capacity_ml,
                opens_s=max(vehicle.shift_start_s, depot.opens_s),
                closes_s=min(vehicle.shift_end_s, end.closes_s) if vehicle.returns else vehicle.shift_end_s,
                leaves_by_s=depot.closes_s,
                loading_s=vehicle.loading_s,
                trips_per_day=vehicle.trips_per_day,
                metre_cost=vehicle.cost_per_km * 18,
                second_cost=vehicle.cost_per_hour * 5,
                fixed_cost=vehicle.fixed_cost * 18_000,
                max_metres=vehicle.max_metres,
                max_duration_s=vehicle.max_duration_s,
                class_capacity_g=None if vehicle.class_capacity_g is None else tuple(rooms.get(c, 0) for c in classes),
            )
        )
    return tuple(kinds)


def _who_may_carry(problem: Problem, kinds: tuple[Kind, ...], class_of: IntArray, classes: list[str]) -> BoolArray:
    """Tell which vehicle type may and can carry each delivery, times aside, shape (n, t)."""
    deliveries = problem.deliveries
    weight_g = np.array([d.weight_g for d in deliveries], dtype=np.int64)
    volume_ml = np.array([d.volume_ml for d in deliveries], dtype=np.int64)
    no_limit = np.iinfo(np.int64).max
    largest_g = np.array([no_limit if d.largest_vehicle_g is None else d.largest_vehicle_g for d in deliveries])
    ok = np.zeros((len(deliveries), len(kinds)), dtype=np.bool_)
    for k, (kind, vehicle) in enumerate(zip(kinds, problem.vehicle_types, strict=True)):
        room_g = [kind.capacity_g if c in vehicle.storage_classes else -1 for c in classes]
        if kind.class_capacity_g is not None:
            room_g = [min(both) for both in zip(room_g, kind.class_capacity_g, strict=True)]
        fits = weight_g <= np.array(room_g, dtype=np.int64)[class_of] if classes else weight_g >= 0
        fits &= (volume_ml <= kind.capacity_ml) & (kind.capacity_g <= largest_g)
        ok[:, k] = fits & (kind.opens_s + kind.loading_s <= min(kind.closes_s, kind.leaves_by_s))
    for i, delivery in enumerate(deliveries):
        if delivery.vehicle_types is not None:
            only = np.zeros(len(kinds), dtype=np.bool_)
            only[list(delivery.vehicle_types)] = True
            ok[i] &= only
    return ok


def _positions(problem: Problem, used: list[int]) -> NDArray[np.float64]:
    """Return where the places are, in units that are about equal to the east and to the north."""
    lon_lat = np.array([(problem.places[i].lon, problem.places[i].lat) for i in used], dtype=np.float64).reshape(-1, 2)
    if len(lon_lat) and np.abs(lon_lat[:, 1]).max() <= 90:  # otherwise a plane
        lon_lat[:, 0] *= np.cos(np.radians(lon_lat[:, 1].mean()))
    return lon_lat
