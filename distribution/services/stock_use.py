"""Stock counts once: what a round took of a row of stock is not there for the next, until the row is counted anew."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from distribution.domain.goods import StockLine
from distribution.domain.rounds import Allotment, StockUse
from distribution.services.plan_deliveries import DeliveryPlan

#: (place code, commodity code) -> packs
Packs = Mapping[tuple[str, str], int]


def remaining_stock(
    stock: Iterable[StockLine], taken: Mapping[tuple[str, str, dt.date | None], int]
) -> tuple[StockLine, ...]:
    """Return the rows of stock less what rounds took of them since they were counted; used-up rows are left out."""
    left = []
    for line in stock:
        packs = line.packs - taken.get((line.place_code, line.commodity_code, line.available_on), 0)
        if packs > 0:
            left.append(line.model_copy(update={"packs": packs}))
    return tuple(left)


def use_stock(stock: Sequence[StockLine], taken: Packs) -> tuple[StockUse, ...]:
    """Charge the packs taken at each place to its rows of stock, the earliest arrivals first."""
    uses = []
    due = Counter(taken)
    for line in sorted(stock, key=lambda line: (line.available_on is not None, line.available_on or dt.date.min)):
        key = (line.place_code, line.commodity_code)
        packs = min(due[key], line.packs)
        if packs > 0:
            due[key] -= packs
            uses.append(
                StockUse(
                    place_code=line.place_code,
                    commodity_code=line.commodity_code,
                    available_on=line.available_on,
                    packs=packs,
                )
            )
    return tuple(uses)


def packs_taken(allotments: Iterable[Allotment], deliveries: DeliveryPlan) -> Counter[tuple[str, str]]:
    """Count what a round takes: from warehouses what is carried and fetched, from outlets the balance it netted."""
    taken: Counter[tuple[str, str]] = Counter()
    problem, warehouses = deliveries.problem, deliveries.demand.warehouses
    for trip in deliveries.plan.trips:
        for stop in trip.stops:
            packs = problem.deliveries[stop.delivery].packs
            for commodity, count in zip(problem.commodities, packs, strict=True):
                taken[warehouses[trip.depot].code, commodity] += count
    for collection in deliveries.collections:
        for commodity, count in collection.packs.items():
            taken[collection.warehouse_code, commodity] += count
    for allotment in allotments:
        taken[allotment.outlet_code, allotment.commodity_code] += allotment.opening_packs
    return taken
