"""The first leg: what the warehouses need by each day, brought from the central stores before it is needed.

The second leg, from warehouses to outlets, says what leaves each warehouse on each day. What goes beyond its opening
stock must have come by then, in truckloads. The first leg is a delivery problem like any other, solved by ``solve``; what
it brings is the stock with which the second leg is checked or planned again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.consecutive import consecutive_legs
from optimizer.plan import Plan
from optimizer.problem import Delivery, Problem
from optimizer.splitting import split_loads
from optimizer.travel import IntArray


@dataclass(frozen=True)
class FirstLeg:
    """The problem of the first leg: ``warehouse[i]`` needs its delivery i on ``due[i]``, both by index in the second."""

    problem: Problem
    warehouse: tuple[int, ...]
    due: tuple[int, ...]


def packs_leaving(problem: Problem, plan: Plan | None = None) -> IntArray:
    """Return the packs that have left each depot by the end of each day, shape (depots, commodities, days).

    Without a plan, every delivery leaves the depot it is tagged to on the first of its days: whatever days a plan that
    keeps the tags will choose, the packs are there. Deliveries without a day never leave.
    """
    leaving = np.zeros((len(problem.depots), len(problem.commodities), len(problem.days)), dtype=np.int64)
    if plan is None:
        left = [(d.depot, d.days[0], d) for d in problem.deliveries if d.days]
    else:
        left = [(t.depot, t.day, problem.deliveries[stop.delivery]) for t in plan.trips for stop in t.stops]
    for depot, day, delivery in left:
        leaving[depot, :, day] += delivery.packs
    return leaving.cumsum(axis=2)


def build_first_leg(
    first: Problem,
    second: Problem,
    opening: IntArray,
    warehouse_place: Sequence[int],
    *,
    plan: Plan | None = None,
    service_s: int = 0,
) -> FirstLeg:
    """Build the problem of bringing what the warehouses need to them, each load on any day before it is needed.

    What a warehouse needs on a day beyond its opening stock and beyond what it needed before is cut into loads of the
    largest truck that carries its class at the nearest store that has one. A load needed earlier has a lower rank.

    Parameters
    ----------
    first
        Days (labels that sort by time, those before the second leg included), places, central stores as depots,
        trucks and travel of the first leg, without deliveries; the commodities are those of the second.
    second
        The problem of the second leg; its depots are the warehouses.
    opening
        Packs in each warehouse before the first day, shape (warehouses, commodities).
    warehouse_place
        For each warehouse, its place in ``first``.
    plan
        A plan of the second leg; without one, every delivery is needed on the first of its days.
    service_s
        Time to unload a truck at a warehouse.

    Raises
    ------
    ValueError
        Naming everything in which the two legs do not fit.
    """
    _require_fit(first, second, opening, warehouse_place)
    need = np.maximum(packs_leaving(second, plan) - np.asarray(opening)[:, :, None], 0)
    more = np.diff(need, axis=2, prepend=0)
    class_of = _classes(second)
    deliveries, warehouse, due = [], [], []
    for w, depot in enumerate(second.depots):
        stores = {cls: _nearest_store(first, warehouse_place[w], cls) for cls in set(class_of.values())}
        for day, label in enumerate(second.days):
            for storage_class in sorted(set(class_of.values())):
                own = [class_of.get(c) == storage_class for c in range(len(second.commodities))]
                base = Delivery(
                    name=f"{second.places[depot.place].name}/{label}/{storage_class}",
                    place=warehouse_place[w],
                    depot=stores[storage_class],
                    packs=(),
                    weight_g=0,
                    volume_ml=0,
                    storage_class=storage_class,
                    days=tuple(d for d, before in enumerate(first.days) if before < label),
                    windows=((depot.opens_s, max(depot.opens_s, depot.closes_s - service_s)),),
                    service_s=service_s,
                    rank=day,
                )
                loads = list(_loads(first, base, np.where(own, more[w, :, day], 0)))
                deliveries += loads
                warehouse += [w] * len(loads)
                due += [day] * len(loads)
    return FirstLeg(replace(first, deliveries=tuple(deliveries)), tuple(warehouse), tuple(due))


def arrived_stock(leg: FirstLeg, plan: Plan, second: Problem, opening: IntArray) -> Problem:
    """Return the second leg with the stock that the first brings: there from the day after it has arrived.

    Parameters
    ----------
    leg, plan
        The first leg and a plan for it.
    second
        The problem of the second leg.
    opening
        Packs in each warehouse before the first day, shape (warehouses, commodities).
    """
    stock = np.repeat(np.asarray(opening, dtype=np.int64)[:, :, None], len(second.days), axis=2)
    for trip in plan.trips:
        later = np.array([leg.problem.days[trip.day] < label for label in second.days])
        for stop in trip.stops:
            packs = np.array(leg.problem.deliveries[stop.delivery].packs, dtype=np.int64)
            stock[leg.warehouse[stop.delivery]] += packs[:, None] * later
    depots = (
        replace(depot, stock=tuple(tuple(row) for row in rows.tolist()))
        for depot, rows in zip(second.depots, stock, strict=True)
    )
    return replace(second, depots=tuple(depots))


def _loads(first: Problem, base: Delivery, packs: IntArray) -> Iterator[Delivery]:
    """Yield truckloads of some packs; what no truck carries stays one load, for the search to say so."""
    if not packs.any():
        return
    weight_g, volume_ml = np.array(first.commodity_weight_g), np.array(first.commodity_volume_ml)
    trucks = _trucks(first, base.depot, base.storage_class)
    loads = split_loads(packs, weight_g, volume_ml, *max(trucks)) if trucks else [packs]
    for number, load in enumerate(loads, 1):
        yield replace(
            base,
            name=f"{base.name}/{number}",
            packs=tuple(load.tolist()),
            weight_g=int(load @ weight_g),
            volume_ml=int(load @ volume_ml),
        )


def _trucks(first: Problem, store: int, storage_class: str) -> list[tuple[int, int]]:
    """Return what each type of truck of a store that carries a class holds of it, g and ml."""
    rooms = [
        (_room(v.class_capacity_g, v.storage_classes, v.capacity_g, storage_class), v) for v in first.vehicle_types
    ]
    return [(room, v.capacity_ml) for room, v in rooms if v.depot == store and v.count and room]


def _room(compartments: Sequence[int] | None, classes: Sequence[str], capacity_g: int, storage_class: str) -> int:
    """Return what a truck carries of a class, g; 0 if it does not carry it."""
    if storage_class not in classes:
        return 0
    return capacity_g if compartments is None else min(capacity_g, compartments[list(classes).index(storage_class)])


def _nearest_store(first: Problem, place: int, storage_class: str) -> int:
    """Return the central store with a truck for a class and the shortest road to a place; ``solve`` may choose another."""
    roads = [consecutive_legs(first.travel, [store.place, place])[0][0] for store in first.depots]
    return min(range(len(roads)), key=lambda d: (roads[d] < 0, not _trucks(first, d, storage_class), roads[d], d))


def _classes(second: Problem) -> dict[int, str]:
    """Return the storage class of each commodity that is delivered."""
    return {c: d.storage_class for d in second.deliveries for c, packs in enumerate(d.packs) if packs}


def _require_fit(first: Problem, second: Problem, opening: IntArray, warehouse_place: Sequence[int]) -> None:
    errors = []
    if first.deliveries:
        errors.append("the first leg has deliveries already")
    goods = "commodities", "commodity_weight_g", "commodity_volume_ml"
    errors += [f"{name} of the two legs differ" for name in goods if getattr(first, name) != getattr(second, name)]
    if np.shape(opening) != (len(second.depots), len(second.commodities)):
        errors.append("opening stock is not warehouses x commodities")
    if len(warehouse_place) != len(second.depots) or any(not 0 <= p < len(first.places) for p in warehouse_place):
        errors.append("the warehouses' places are not places of the first leg, one for each")
    if not first.depots:
        errors.append("there is no central store")
    class_of = _classes(second)
    for delivery in second.deliveries:
        mixed = [c for c, packs in enumerate(delivery.packs) if packs and class_of[c] != delivery.storage_class]
        errors += [f"{delivery.name}: {second.commodities[c]} is of class {class_of[c]} elsewhere" for c in mixed]
    if errors:
        raise ValueError("; ".join(errors))
