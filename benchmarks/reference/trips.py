"""Every trip worth driving, by the set of deliveries it carries: dynamic programming over subsets (Held & Karp 1962).

A label of a set and a last stop is the road so far and when the truck is through as a function of when it started to
load. One is dropped if another has no more road and is never later: what is left holds an optimum whatever the costs,
the windows, the trips before it and those after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.reference.clock import Pieces, follow, never_later, start_from, through_by
from optimizer.problem import Delivery, Problem, VehicleType


@dataclass(frozen=True, slots=True)
class Label:
    """A path from the depot: its road, when it is through by its start, its deliveries in order."""

    metres: int
    pieces: Pieces
    stops: tuple[int, ...]


def find_trips(problem: Problem, number: int) -> dict[int, list[Label]]:
    """Return the undominated trips of a vehicle type by set of deliveries, a bit for each.

    Trips keep every rule of a single trip: load, compartments, access, windows, release, shift and depot hours, and the
    longest road of a day. Days, stock and the longest working time are for those who put trips together.
    """
    vehicle = problem.vehicle_types[number]
    depot = problem.depots[vehicle.depot]
    end = problem.depots[vehicle.depot if vehicle.end_depot is None else vehicle.end_depot]
    opens = max(vehicle.shift_start_s, depot.opens_s)
    closes = min(vehicle.shift_end_s, end.closes_s) if vehicle.returns else vehicle.shift_end_s
    longest = vehicle.max_metres
    everywhere = range(len(problem.places))
    metres, seconds = (block.tolist() for block in problem.travel.matrix(everywhere, everywhere))
    deliveries = problem.deliveries
    able = [i for i, delivery in enumerate(deliveries) if may_bring(problem, number, delivery)]

    def extend(label: Label, here: int, i: int) -> Label | None:
        delivery = deliveries[i]
        road, time = metres[here][delivery.place], seconds[here][delivery.place]
        if min(road, time) < 0 or (longest is not None and label.metres + road > longest):
            return None
        pieces = follow(start_from(label.pieces, delivery.release_s), time, delivery.windows, delivery.service_s)
        pieces = through_by(pieces, closes)
        return Label(label.metres + road, pieces, (*label.stops, i)) if pieces else None

    def finish(label: Label, here: int) -> Label | None:
        if not vehicle.returns:
            return label
        road, time = metres[here][end.place], seconds[here][end.place]
        if min(road, time) < 0 or (longest is not None and label.metres + road > longest):
            return None
        pieces = through_by(follow(label.pieces, time, (), 0), closes)
        return Label(label.metres + road, pieces, label.stops) if pieces else None

    last = min(closes, depot.closes_s - vehicle.loading_s)
    root = Label(0, through_by(((opens, last, opens + vehicle.loading_s, 1),), closes) if opens <= last else (), ())
    open_labels: dict[int, dict[int, list[Label]]] = defaultdict(lambda: defaultdict(list))
    trips: dict[int, list[Label]] = defaultdict(list)
    for i in able:
        first = extend(root, depot.place, i)
        if first is not None:
            open_labels[1 << i][i].append(first)
    for chosen in _fitting(problem, vehicle, able):
        for last, labels in open_labels.pop(chosen, {}).items():
            here = deliveries[last].place
            for label in labels:
                done = finish(label, here)
                if done is not None:
                    _keep(trips[chosen], done)
                for i in able:
                    if not chosen >> i & 1:
                        longer = extend(label, here, i)
                        if longer is not None:
                            _keep(open_labels[chosen | 1 << i][i], longer)
    return dict(trips)


def may_bring(problem: Problem, number: int, delivery: Delivery) -> bool:
    """Tell whether a type may carry a delivery and stop at its place, whatever its load."""
    vehicle = problem.vehicle_types[number]
    return (
        delivery.storage_class in vehicle.storage_classes
        and (delivery.vehicle_types is None or number in delivery.vehicle_types)
        and (delivery.largest_vehicle_g is None or vehicle.capacity_g <= delivery.largest_vehicle_g)
    )


def _fitting(problem: Problem, vehicle: VehicleType, able: list[int]) -> Iterator[int]:
    """Yield the sets that fit the truck, each after all its subsets."""
    rooms = zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False)
    limits = [(None, vehicle.capacity_g), *rooms]
    for chosen in range(1, 1 << len(problem.deliveries)):
        load = [problem.deliveries[i] for i in able if chosen >> i & 1]
        if len(load) == chosen.bit_count() and (
            sum(d.volume_ml for d in load) <= vehicle.capacity_ml
            and all(sum(d.weight_g for d in load if name in {None, d.storage_class}) <= g for name, g in limits)
        ):
            yield chosen


def _keep(labels: list[Label], new: Label) -> None:
    if any(old.metres <= new.metres and never_later(old.pieces, new.pieces) for old in labels):
        return
    labels[:] = [old for old in labels if new.metres > old.metres or not never_later(new.pieces, old.pieces)] + [new]
