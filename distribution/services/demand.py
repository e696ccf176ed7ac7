"""What has to be carried in a round: packs per outlet and commodity, and the days and trucks that may carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from distribution.domain.calendar import weekday_of, working_days
from distribution.domain.dataset import Dataset
from distribution.domain.enums import OutletMode, StorageClass
from distribution.domain.errors import StateError
from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity, Quota
from distribution.domain.network import Outlet, Warehouse

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Demand:
    """The packs of a round in the shape the optimiser wants.

    Attributes
    ----------
    dataset
        The network.
    outlets
        The outlets with any packs to come, n of them, in order of code.
    commodities
        The commodities of those packs, c of them, in order of code.
    packs
        Whole packs to carry, shape (n, c).
    rank
        Who is served first when not all fits, shape (n,); 0 is first.
    days
        Working days of the period, in order.
    day_mask
        Which days each commodity may be delivered on, shape (c, days).
    """

    dataset: Dataset
    outlets: tuple[Outlet, ...]
    commodities: tuple[Commodity, ...]
    packs: IntArray
    rank: IntArray
    days: tuple[dt.date, ...]
    day_mask: BoolArray

    @cached_property
    def delivery_days(self) -> BoolArray:
        """Tell on which days each outlet may get each commodity, shape (n, c, days).

        An outlet that fetches its goods may come on any day. Days before the first pack of a commodity has arrived
        anywhere are left out if others remain, so that they hold no part of an outlet's deliveries.
        """
        receives = np.array(
            [
                np.ones(len(self.days), dtype=bool) if collects else receiving_mask(outlet, self.days)
                for outlet, collects in zip(self.outlets, self.collects, strict=True)
            ],
            dtype=bool,
        ).reshape(len(self.outlets), 1, len(self.days))
        days = receives & self.day_mask
        useful = days & self.stock.any(axis=0)
        return np.where(useful.any(axis=2, keepdims=True), useful, days)

    @property
    def warehouses(self) -> tuple[Warehouse, ...]:
        """Return the warehouses, in order of code."""
        return self.dataset.warehouses

    @cached_property
    def collects(self) -> BoolArray:
        """Tell which outlets fetch their goods, shape (n,)."""
        return np.array([o.mode is OutletMode.COLLECTS for o in self.outlets], dtype=bool)

    @cached_property
    def pack_g(self) -> IntArray:
        """Return the mass of one pack of each commodity, shape (c,)."""
        return np.array([c.pack_g for c in self.commodities], dtype=np.int64)

    @cached_property
    def pack_ml(self) -> IntArray:
        """Return the volume of one pack of each commodity, shape (c,)."""
        return np.array([c.pack_ml for c in self.commodities], dtype=np.int64)

    @cached_property
    def stock(self) -> IntArray:
        """Return the packs that have arrived at each warehouse by each day, shape (warehouses, c, days)."""
        row = {w.code: i for i, w in enumerate(self.warehouses)}
        column = {c.code: j for j, c in enumerate(self.commodities)}
        stock = np.zeros((len(row), len(column), len(self.days)), dtype=np.int64)
        for line in self.dataset.stock:
            if line.place_code in row and line.commodity_code in column:
                arrived = [line.available_on is None or line.available_on <= day for day in self.days]
                stock[row[line.place_code], column[line.commodity_code], arrived] += line.packs
        return stock

    @cached_property
    def fleet(self) -> dict[str, tuple[Vehicle, ...]]:
        """Group the vehicle types in service by home warehouse."""
        return {
            w.code: tuple(v for v in self.dataset.vehicles if v.warehouse_code == w.code and v.count > 0)
            for w in self.warehouses
        }

    def trucks_for(self, warehouse: Warehouse, outlet: Outlet, storage_class: StorageClass) -> tuple[Vehicle, ...]:
        """List a warehouse's vehicle types that may bring goods of a class to an outlet."""
        limit = outlet.largest_vehicle_kg
        return tuple(
            v
            for v in self.fleet[warehouse.code]
            if storage_class in v.storage_classes and (limit is None or v.capacity_kg <= limit)
        )


def round_days(dataset: Dataset, quotas: Sequence[Quota]) -> tuple[dt.date, ...]:
    """List the working days of a round, from the first quota's start to the last deadline.

    Raises
    ------
    StateError
        ``no_working_day`` if the calendar leaves none.
    """
    start, end = min(q.period_start for q in quotas), max(q.deadline for q in quotas)
    days = working_days(start, end, dataset.calendar)
    if not days:
        raise StateError("no_working_day", start=start.isoformat(), end=end.isoformat())
    return days


def receiving_mask(outlet: Outlet, days: Sequence[dt.date]) -> BoolArray:
    """Tell on which days an outlet receives goods, shape (days,)."""
    return np.array([not outlet.receiving_days or weekday_of(day) in outlet.receiving_days for day in days], dtype=bool)


def commodity_mask(quotas: Sequence[Quota], commodity_code: str, days: Sequence[dt.date]) -> BoolArray:
    """Tell on which days of a round a commodity may be delivered, shape (days,).

    A commodity without a quota in the round (packs that waited) may be delivered on every day of it.
    """
    spans = [(q.period_start, q.deadline) for q in quotas if q.commodity_code == commodity_code]
    return np.array([not spans or any(start <= day <= end for start, end in spans) for day in days], dtype=bool)


def most_drops(outlet: Outlet, receiving_days: int) -> int:
    """Return how many deliveries of a commodity an outlet can take on so many receiving days, at least 1."""
    return max(1, min(outlet.deliveries_per_period, receiving_days))


def build_demand(
    dataset: Dataset, quotas: Sequence[Quota], packs: Mapping[tuple[str, str], int], rank: Mapping[str, int]
) -> Demand:
    """Arrange packs per (outlet, commodity) as the demand of a round."""
    days = round_days(dataset, quotas)
    outlet_codes = sorted({outlet for (outlet, _), count in packs.items() if count > 0})
    commodity_codes = sorted({commodity for (_, commodity), count in packs.items() if count > 0})
    column = {code: j for j, code in enumerate(commodity_codes)}
    row = {code: i for i, code in enumerate(outlet_codes)}
    table = np.zeros((len(row), len(column)), dtype=np.int64)
    for (outlet, commodity), count in packs.items():
        if count > 0:
            table[row[outlet], column[commodity]] = count
    return Demand(
        dataset=dataset,
        outlets=tuple(dataset.outlet_by_code[code] for code in outlet_codes),
        commodities=tuple(dataset.commodity_by_code[code] for code in commodity_codes),
        packs=table,
        rank=np.array([rank[code] for code in outlet_codes], dtype=np.int64),
        days=days,
        day_mask=np.array([commodity_mask(quotas, code, days) for code in commodity_codes], dtype=bool).reshape(
            len(commodity_codes), len(days)
        ),
    )
