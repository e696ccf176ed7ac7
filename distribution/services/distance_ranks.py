"""Show whether far outlets are served as soon as near ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.services.demand import IntArray
from distribution.services.plan_deliveries import DeliveryPlan

QUINTILES = 5


@dataclass(frozen=True)
class QuintileRank:
    """How soon the outlets of one fifth by road distance are served.

    ``waiting`` of its ``outlets`` get nothing in the period. ``mean_rank`` runs from 0 (all of them first) to 1 (all of
    them last), those who get nothing after all others; 0.5 is even-handed. ``mean_day`` counts working days of the
    period from 1, over those that are served.
    """

    quintile: int
    outlets: int
    waiting: int
    mean_km: float
    mean_day: float | None
    mean_rank: float


def rank_by_distance(deliveries: DeliveryPlan) -> tuple[QuintileRank, ...]:
    """Rank the outlets that are delivered to by their first day, and average the ranks by fifths of the distance.

    The distance is that from the nearest warehouse, so that it does not depend on the plan; outlets without a road
    are left out. All outlets of one day share its middle rank: the hour of the day is no privilege.
    """
    first = _first_days(deliveries)
    distance = _nearest_metres(deliveries)
    rows = np.flatnonzero(~deliveries.demand.collects & (distance >= 0))
    if not rows.size:
        return ()
    never = len(deliveries.problem.days)
    days = np.array([first.get(int(n), never) for n in rows], dtype=np.int64)
    rank = _middle_ranks(days)
    order = np.lexsort((rows, distance[rows]))
    return tuple(
        QuintileRank(
            quintile=number,
            outlets=len(part),
            waiting=int((days[part] == never).sum()),
            mean_km=round(float(distance[rows[part]].mean()) / 1000, 1),
            mean_day=_mean_day(days[part][days[part] < never]),
            mean_rank=round(float(rank[part].mean()), 3),
        )
        for number, part in enumerate(np.array_split(order, QUINTILES), start=1)
        if len(part)
    )


def _first_days(deliveries: DeliveryPlan) -> Mapping[int, int]:
    """Return the first day on which each outlet, by its index in the demand, gets anything."""
    problem, offset = deliveries.problem, len(deliveries.demand.warehouses)
    first: dict[int, int] = {}
    for trip in deliveries.plan.trips:
        for stop in trip.stops:
            outlet = problem.deliveries[stop.delivery].place - offset
            first[outlet] = min(first.get(outlet, trip.day), trip.day)
    return first


def _nearest_metres(deliveries: DeliveryPlan) -> IntArray:
    """Return the road from the nearest warehouse to each outlet, m, shape (n,); -1 where there is none."""
    demand = deliveries.demand
    offset = len(demand.warehouses)
    metres, _ = deliveries.problem.travel.matrix(np.arange(offset), offset + np.arange(len(demand.outlets)))
    nearest = np.where(metres >= 0, metres, np.iinfo(np.int64).max).min(axis=0)
    return np.where(nearest < np.iinfo(np.int64).max, nearest, -1)


def _middle_ranks(days: IntArray) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(days, return_inverse=True, return_counts=True)
    middle: NDArray[np.float64] = (np.cumsum(counts) - (counts + 1) / 2) / max(len(days) - 1, 1)
    return middle[inverse]


def _mean_day(days: IntArray) -> float | None:
    return round(float(days.mean()) + 1, 2) if days.size else None
