"""What the outlets that fetch their goods fetch where, and when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from distribution.services.demand import Demand, IntArray
from distribution.services.tag_demand import Tags


@dataclass(frozen=True)
class Collection:
    """Packs that an outlet collects itself at a warehouse, from one day to another."""

    outlet_code: str
    warehouse_code: str
    packs: dict[str, int]
    valid_from: dt.date
    valid_until: dt.date


def sum_collected(demand: Demand, tags: Tags) -> IntArray:
    """Sum the packs that outlets fetch, shape (warehouses, c)."""
    collected: IntArray = tags.flow[:, demand.collects].sum(axis=1)
    return collected


def list_collections(demand: Demand, tags: Tags) -> tuple[Collection, ...]:
    """List the collections by outlet, warehouse and day.

    What may be fetched on the same days is one collection: a commodity from the day on which all that is fetched of it
    at the warehouse has arrived, to the last working day before its deadline.
    """
    first, last = _days(demand, sum_collected(demand, tags))
    collections = []
    for n in np.flatnonzero(demand.collects):
        for w, warehouse in enumerate(demand.warehouses):
            packs: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
            for c in np.flatnonzero(tags.flow[w, n]):
                packs[int(first[w, c]), int(last[c])][demand.commodities[c].code] = int(tags.flow[w, n, c])
            collections += [
                Collection(demand.outlets[n].code, warehouse.code, group, demand.days[start], demand.days[end])
                for (start, end), group in sorted(packs.items())
            ]
    return tuple(collections)


def _days(demand: Demand, reserved: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first day, shape (warehouses, c), and the last, shape (c,), for what is reserved for collection."""
    ready = (demand.stock >= reserved[:, :, None]) & demand.day_mask
    return ready.argmax(axis=2), len(demand.days) - 1 - demand.day_mask[:, ::-1].argmax(axis=1)
