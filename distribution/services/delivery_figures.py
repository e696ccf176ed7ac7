"""Count what a delivery plan costs and whom it reaches when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from distribution.services.plan_deliveries import DeliveryPlan
from optimizer.plan import COST_SCALE, Reason, Trip

QUINTILES = 5


@dataclass(frozen=True)
class QuintileRank:
    """How soon the outlets of one fifth by distance are served.

    ``mean_rank`` runs from 0 (all of them first) to 1 (all of them last); 0.5 is even-handed. ``mean_day`` counts
    working days of the period from 1.
    """

    quintile: int
    outlets: int
    mean_km: float
    mean_day: float
    mean_rank: float


@dataclass(frozen=True)
class DeliveryFigures:
    """The work and cost of a plan. Cost is in whole units of the currency."""

    working_days: int
    days_used: int
    trucks: int
    truck_days: int
    trips: int
    stops: int
    routed_g: int
    collected_g: int
    waiting_g: int
    metres: int
    tonne_km: int
    cost: int
    fuel_litres: Decimal
    co2_kg: Decimal
    outlets_due: int
    outlets_served: int
    people_covered: int
    unserved: Mapping[str, int]
    rank_by_distance: tuple[QuintileRank, ...]


def count_deliveries(deliveries: DeliveryPlan, people: Mapping[str, int]) -> DeliveryFigures:
    """Count the figures of a plan; an outlet is served if any of its packs arrives or is there to collect."""
    problem, plan, demand = deliveries.problem, deliveries.plan, deliveries.demand
    trucks = {(t.vehicle_type, t.vehicle) for t in plan.trips}
    served = {problem.places[problem.deliveries[s.delivery].place].name for t in plan.trips for s in t.stops} | {
        c.outlet_code for c in deliveries.collections
    }
    fuel = _fuel_litres(deliveries)
    waiting = deliveries.waiting_packs()
    pack_g = {c.code: c.pack_g for c in demand.commodities}
    return DeliveryFigures(
        working_days=len(problem.days),
        days_used=len({t.day for t in plan.trips}),
        trucks=len(trucks),
        truck_days=len({(t.day, t.vehicle_type, t.vehicle) for t in plan.trips}),
        trips=len(plan.trips),
        stops=sum(len(t.stops) for t in plan.trips),
        routed_g=sum(problem.deliveries[s.delivery].weight_g for t in plan.trips for s in t.stops),
        collected_g=sum(packs * pack_g[code] for c in deliveries.collections for code, packs in c.packs.items()),
        waiting_g=sum(packs * pack_g[commodity] for (_, commodity), packs in waiting.items()),
        metres=sum(t.metres for t in plan.trips),
        tonne_km=round(sum(_gram_metres(deliveries, t) for t in plan.trips) / 10**9),
        cost=round(Fraction(plan.scaled_cost, COST_SCALE)),
        fuel_litres=fuel.quantize(Decimal("0.1")),
        co2_kg=(fuel * demand.dataset.settings.co2_kg_per_litre).quantize(Decimal("0.1")),
        outlets_due=len(demand.outlets),
        outlets_served=len(served),
        people_covered=sum(people[code] for code in served),
        unserved=_unserved_by_reason(deliveries),
        rank_by_distance=_rank_by_distance(deliveries),
    )


def _unserved_by_reason(deliveries: DeliveryPlan) -> dict[str, int]:
    """Count the deliveries that wait by reason; packs no warehouse has count one per outlet and commodity."""
    reasons = Counter(u.reason.value for u in deliveries.plan.unserved)
    reasons.update([Reason.STOCK_SHORT.value] * len(deliveries.shortages))
    return dict(sorted(reasons.items()))


def _fuel_litres(deliveries: DeliveryPlan) -> Decimal:
    use = {v.code: v.litres_per_100km for v in deliveries.demand.dataset.vehicles}
    types = deliveries.problem.vehicle_types
    return sum(
        (Decimal(t.metres) * use[types[t.vehicle_type].name] / 100_000 for t in deliveries.plan.trips), Decimal(0)
    )


def _gram_metres(deliveries: DeliveryPlan, trip: Trip) -> int:
    """Return the load times the way it is carried."""
    problem = deliveries.problem
    places = [problem.depots[trip.depot].place, *(problem.deliveries[s.delivery].place for s in trip.stops)]
    metres, _ = problem.travel.matrix(places, places)
    on_board = sum(problem.deliveries[s.delivery].weight_g for s in trip.stops)
    total = 0
    for leg, stop in enumerate(trip.stops):
        total += on_board * int(metres[leg, leg + 1])
        on_board -= problem.deliveries[stop.delivery].weight_g
    return total


def _rank_by_distance(deliveries: DeliveryPlan) -> tuple[QuintileRank, ...]:
    """Rank the delivered outlets by their first service and average the ranks by fifths of the distance to the depot."""
    problem = deliveries.problem
    first: dict[int, tuple[int, int, int]] = {}
    for trip in deliveries.plan.trips:
        for stop in trip.stops:
            place = problem.deliveries[stop.delivery].place
            when = (trip.day, stop.start_s, trip.depot)
            first[place] = min(first.get(place, when), when)
    if not first:
        return ()
    places = sorted(first)
    distance = _depot_metres(deliveries, {place: first[place][2] for place in places})
    days = np.array([first[place][0] for place in places])
    _, inverse, counts = np.unique(days, return_inverse=True, return_counts=True)
    # All outlets of one day share its middle rank: the hour of the day is no privilege.
    middle = (np.cumsum(counts) - (counts + 1) / 2) / max(len(places) - 1, 1)
    rank = middle[inverse]
    order = np.lexsort((np.array(places), distance))
    return tuple(
        QuintileRank(
            quintile=number,
            outlets=len(part),
            mean_km=round(float(distance[part].mean()) / 1000, 1),
            mean_day=round(float(days[part].mean()) + 1, 2),
            mean_rank=round(float(rank[part].mean()), 3),
        )
        for number, part in enumerate(np.array_split(order, QUINTILES), start=1)
        if len(part)
    )


def _depot_metres(deliveries: DeliveryPlan, depot_of: Mapping[int, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    problem = deliveries.problem
    by_depot: dict[int, list[int]] = defaultdict(list)
    places: Sequence[int] = list(depot_of)
    for position, place in enumerate(places):
        by_depot[depot_of[place]].append(position)
    metres = np.zeros(len(places), dtype=np.int64)
    for depot, positions in by_depot.items():
        block, _ = problem.travel.matrix([problem.depots[depot].place], [places[p] for p in positions])
        metres[positions] = block[0]
    return metres
