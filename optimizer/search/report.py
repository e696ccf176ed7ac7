"""From the search's boards to the plan: numbered trucks, times, and a reason for everyone who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np

from optimizer.explain import static_reason
from optimizer.plan import Plan, Reason, Status, Trip, Unserved
from optimizer.search.model import Model
from optimizer.search.schedule import TripTimes, schedule_day, schedule_trip
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import Storage


def build_plan(
    model: Model,
    boards: Sequence[Board],
    unserved: Sequence[Unserved],
    status: Status,
    iterations: int,
    seed: int,
    schedule: Callable[[TruckDay], list[TripTimes] | None] | None = None,
) -> Plan:
    """Build the plan, its trips in the documented order.

    Trucks of one type and day are numbered by the lowest rank they carry. Their times are those of ``schedule_day``, or
    of ``schedule`` if given.
    """
    trips: list[Trip] = []
    for board in boards:
        for kind, day, vehicle, truck_day in _number(model, board):
            times = schedule_day(model, model.kinds[kind], truck_day.trips) if schedule is None else schedule(truck_day)
            if times is None:
                raise RuntimeError(f"a truck-day of the search breaks its times: {truck_day.trips}")
            trips += [
                Trip(day, board.depot, kind, vehicle, n, one.start_s, one.departure_s, one.end_s, one.metres, one.stops)
                for n, one in enumerate(times)
            ]
    cost = sum(trip.scaled_cost(model.problem.vehicle_types[trip.vehicle_type]) for trip in trips)
    waiting = tuple(sorted(unserved, key=lambda one: one.delivery))
    return Plan(order_trips(trips), waiting, cost, status, iterations, seed)


def order_trips(trips: Iterable[Trip]) -> tuple[Trip, ...]:
    """Return trips in the order that a plan has them in."""
    return tuple(sorted(trips, key=lambda t: (t.day, t.depot, t.vehicle_type, t.vehicle, t.trip)))


def _number(model: Model, board: Board) -> list[tuple[int, int, int, TruckDay]]:
    def place(truck_day: TruckDay) -> tuple[int, int]:
        return truck_day.kind, truck_day.day

    ordered = sorted(board.truck_days, key=lambda t: (*place(t), min(model.order[i] for i in t.deliveries())))
    return [(*key, n, t) for key, group in groupby(ordered, key=place) for n, t in enumerate(group)]


def boards_from(model: Model, plan: Plan) -> list[Board]:
    """Return the boards that the trips of a plan make, one for each depot, their truck-days in the plan's order."""

    def key(trip: Trip) -> tuple[int, int, int]:
        return trip.day, trip.vehicle_type, trip.vehicle

    days: list[list[TruckDay]] = [[] for _ in model.problem.depots]
    for (day, kind, _), trips in groupby(sorted(plan.trips, key=lambda t: (*key(t), t.trip)), key=key):
        stops = [[stop.delivery for stop in trip.stops] for trip in trips]
        days[model.kinds[kind].depot].append(TruckDay(kind, day, stops))
    return [Board(model, depot, truck_days) for depot, truck_days in enumerate(days)]


def explain_all(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[Unserved]:
    """Say of everyone who waits why: what keeps it from being served even alone, or else what the others took."""
    alone = [static_reason(model.problem, i) for i in waiting]
    able = [i for i, reason in zip(waiting, alone, strict=True) if reason is None]
    return [*(reason for reason in alone if reason is not None), *explain_waiting(model, boards, able)]


def explain_waiting(model: Model, boards: Sequence[Board], waiting: Sequence[int]) -> list[Unserved]:
    """Say what the others took from those who wait, by the plan as it is.

    The numbers are, by reason:

    - ``storage_full``: ``needs_g`` and the ``room_g`` left in its drop;
    - ``stock_short``: the ``commodity``, ``needs_packs`` and the most ``left_packs`` there are on any of its days;
    - ``fleet_used_up``: ``needs_g`` and, for the trucks that could serve it on those of its days that have the stock,
      the ``truck_days`` there are and the ``truck_days_used``.
    """
    storage = Storage(model, boards)
    return [_explain(model, boards[model.depot[i]], storage, i) for i in waiting]


def _explain(model: Model, board: Board, storage: Storage, delivery: int) -> Unserved:
    needs_g = int(model.weight_g[delivery])
    if not storage.holds(delivery):
        return Unserved(
            delivery, Reason.STORAGE_FULL, {"needs_g": needs_g, "room_g": max(0, storage.left_g(delivery) or 0)}
        )
    stocked = model.day_ok[delivery] & board.stock_days(delivery)
    if not stocked.any():
        left = board.slack()[:, np.flatnonzero(model.day_ok[delivery])[-1]]  # the last day has the most
        packs = model.packs[delivery]
        commodity = int(np.argmax(np.where(packs > 0, packs - left, np.iinfo(np.int64).min)))
        numbers = {
            "commodity": commodity,
            "needs_packs": int(packs[commodity]),
            "left_packs": max(0, int(left[commodity])),
        }
        return Unserved(delivery, Reason.STOCK_SHORT, numbers)
    days = np.flatnonzero(stocked)
    kinds = [
        k
        for k in np.flatnonzero(model.kind_ok[delivery])
        if model.kinds[k].depot == board.depot
        and schedule_trip(model, model.kinds[k], [delivery], model.kinds[k].opens_s) is not None
    ]
    total = int(model.trucks[np.ix_(kinds, days)].sum())
    free = int(board.free[np.ix_(kinds, days)].sum())
    numbers = {"needs_g": needs_g, "truck_days": total, "truck_days_used": total - free}
    return Unserved(delivery, Reason.FLEET_USED_UP, numbers)
