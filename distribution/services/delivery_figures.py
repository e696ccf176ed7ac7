"""Count what a delivery plan costs and whom it reaches when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from distribution.domain.dataset import Dataset
from distribution.domain.rounds import WaitingPacks
from distribution.services.distance_ranks import QuintileRank, rank_by_distance
from distribution.services.plan_deliveries import DeliveryPlan
from optimizer.plan import COST_SCALE, Reason, Trip
from optimizer.problem import Problem


@dataclass(frozen=True)
class DeliveryFigures:
    """The work and cost of a plan. Cost is in whole units of the currency.

    A stop is one halt of a truck, whatever it unloads there. ``unserved`` counts loads by reason, and among them the
    lines of the waiting list whose outlet or commodity is no longer in the network.
    """

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


def count_deliveries(
    deliveries: DeliveryPlan, people: Mapping[str, int], parked: Iterable[WaitingPacks]
) -> DeliveryFigures:
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
        stops=count_halts(problem, plan.trips),
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
        unserved=_unserved_by_reason(deliveries, parked),
        rank_by_distance=rank_by_distance(deliveries),
    )


def count_halts(problem: Problem, trips: Iterable[Trip]) -> int:
    """Count the halts of trucks: loads unloaded in a row at one place are one."""
    return sum(len(list(groupby(t.stops, key=lambda s: problem.deliveries[s.delivery].place))) for t in trips)


def parked_reason(line: WaitingPacks, dataset: Dataset) -> str:
    """Tell why packs of an earlier round cannot be planned: their outlet or their commodity is gone."""
    return "commodity_gone" if line.outlet_code in dataset.outlet_by_code else "outlet_closed"


def _unserved_by_reason(deliveries: DeliveryPlan, parked: Iterable[WaitingPacks]) -> dict[str, int]:
    """Count the deliveries that wait by reason; packs no warehouse has count one per outlet and commodity."""
    reasons = Counter(u.reason.value for u in deliveries.plan.unserved)
    reasons.update([Reason.STOCK_SHORT.value] * len(deliveries.shortages))
    reasons.update(parked_reason(line, deliveries.demand.dataset) for line in parked)
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
