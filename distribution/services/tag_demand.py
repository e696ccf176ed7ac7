"""Tag every outlet and commodity with the warehouses that serve it, within their stock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.services.demand import BoolArray, Demand, IntArray
from optimizer.tagging import tag_over_days


@dataclass(frozen=True)
class Tags:
    """Which warehouse gives what.

    Attributes
    ----------
    flow
        Packs from each warehouse to each outlet of each commodity, shape (warehouses, n, c). Packs of an outlet that
        no truck, no road and no day can serve are tagged to its nearest warehouse, for the optimiser to say why.
    short
        Packs that no warehouse has, shape (n, c).
    """

    flow: IntArray
    short: IntArray


def tag_demand(demand: Demand, metres: IntArray) -> Tags:
    """Tag by minimum-cost flow over tonne-kilometres; scarce stock goes by rank, never by distance.

    Parameters
    ----------
    demand
        What to carry.
    metres
        Road metres from each warehouse to each outlet, shape (warehouses, n); -1 where there is no road.
    """
    servable = _servable(demand, metres)
    last_day = _last_days(demand)
    stranded = ~servable.any(axis=0) | (last_day < 0)
    cost = np.where(metres >= 0, metres, metres.max(initial=0) + 1).astype(np.int64)
    result = tag_over_days(
        demand.stock,
        last_day,
        np.where(stranded, 0, demand.packs),
        cost,
        allowed=servable,
        pack_g=demand.pack_g,
        rank=demand.rank,
    )
    flow = result.flow.copy()
    nearest = cost.argmin(axis=0)
    for outlet, commodity in np.argwhere(stranded & (demand.packs > 0)):
        flow[nearest[outlet], outlet, commodity] = demand.packs[outlet, commodity]
    return Tags(flow=flow, short=result.short)


@dataclass(frozen=True)
class Shortage:
    """Packs of one outlet and commodity that no warehouse has in time."""

    outlet_code: str
    commodity_code: str
    packs: int


def list_shortages(demand: Demand, tags: Tags) -> tuple[Shortage, ...]:
    """List the packs that no warehouse has in time."""
    return tuple(
        Shortage(demand.outlets[n].code, demand.commodities[c].code, int(tags.short[n, c]))
        for n, c in np.argwhere(tags.short > 0)
    )


def _last_days(demand: Demand) -> IntArray:
    """Return the last day on which each outlet may get each commodity, shape (n, c); -1 for none."""
    days = demand.delivery_days
    last: IntArray = np.where(days.any(axis=2), days.shape[2] - 1 - days[:, :, ::-1].argmax(axis=2), -1)
    return last


def _servable(demand: Demand, metres: IntArray) -> NDArray[np.bool_]:
    """Tell which warehouse may serve which outlet with which commodity, shape (warehouses, n, c)."""
    servable: BoolArray = np.zeros((len(demand.warehouses), *demand.packs.shape), dtype=bool)
    classes = [c.storage_class for c in demand.commodities]
    for w, warehouse in enumerate(demand.warehouses):
        for n, outlet in enumerate(demand.outlets):
            if demand.collects[n]:
                servable[w, n] = True
            elif metres[w, n] >= 0:
                able = {cls for cls in set(classes) if demand.trucks_for(warehouse, outlet, cls)}
                servable[w, n] = [cls in able for cls in classes]
    return servable
