"""Turn tagged demand into the optimiser's problem, and into collections for the outlets that fetch their goods."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from distribution.domain.enums import StorageClass
from distribution.domain.network import Outlet, Warehouse
from distribution.domain.settings import NetworkSettings
from distribution.domain.types import SECONDS_PER_DAY
from distribution.services.demand import Demand, IntArray
from distribution.services.storage_room import free_storage_g
from distribution.services.tag_demand import Tags
from optimizer.problem import Delivery, Depot, Place, Problem, VehicleType
from optimizer.splitting import drops_needed, split_drops, split_loads
from optimizer.travel import Travel


@dataclass(frozen=True)
class Collection:
    """Packs that an outlet collects itself at a warehouse, from a day on."""

    outlet_code: str
    warehouse_code: str
    packs: dict[str, int]
    valid_from: dt.date
    valid_until: dt.date


@dataclass(frozen=True)
class Shortage:
    """Packs of one outlet and commodity that no warehouse has."""

    outlet_code: str
    commodity_code: str
    packs: int


def list_collections(demand: Demand, tags: Tags) -> tuple[Collection, ...]:
    """List one collection per collecting outlet and warehouse, valid once all its packs have arrived there."""
    reserved = _collected(demand, tags)
    orders = []
    for n in np.flatnonzero(demand.collects):
        for w, warehouse in enumerate(demand.warehouses):
            wanted = tags.flow[w, n]
            if not wanted.any():
                continue
            arrived = (demand.stock[w] >= reserved[w][:, None])[wanted > 0].all(axis=0)
            orders.append(
                Collection(
                    outlet_code=demand.outlets[n].code,
                    warehouse_code=warehouse.code,
                    packs={c.code: int(p) for c, p in zip(demand.commodities, wanted, strict=True) if p},
                    valid_from=demand.days[int(arrived.argmax())],
                    valid_until=demand.days[-1],
                )
            )
    return tuple(orders)


def list_shortages(demand: Demand, tags: Tags) -> tuple[Shortage, ...]:
    """List the packs that no warehouse has."""
    return tuple(
        Shortage(demand.outlets[n].code, demand.commodities[c].code, int(tags.short[n, c]))
        for n, c in np.argwhere(tags.short > 0)
    )


def build_problem(demand: Demand, tags: Tags, travel: Travel) -> Problem:
    """Build the delivery problem; places are the warehouses, then the demand's outlets, each in order."""
    rooms = free_storage_g(demand.dataset, demand.outlets)
    offset = len(demand.warehouses)
    places = (*demand.warehouses, *demand.outlets)
    reserved = _collected(demand, tags)
    return Problem(
        days=tuple(day.isoformat() for day in demand.days),
        places=tuple(Place(p.code, p.lon, p.lat) for p in places),
        depots=tuple(
            _depot(w, warehouse, np.maximum(demand.stock[w] - reserved[w][:, None], 0))
            for w, warehouse in enumerate(demand.warehouses)
        ),
        commodities=tuple(c.code for c in demand.commodities),
        commodity_weight_g=tuple(demand.pack_g.tolist()),
        commodity_volume_ml=tuple(demand.pack_ml.tolist()),
        deliveries=tuple(
            delivery
            for n, outlet in enumerate(demand.outlets)
            if not demand.collects[n]
            for delivery in _OutletLoads(demand, tags, n, offset + n, rooms).deliveries()
        ),
        vehicle_types=_vehicle_types(demand),
        travel=travel,
        storage_g={
            (offset + n, cls.value): rooms[outlet.code, cls]
            for n, outlet in enumerate(demand.outlets)
            for cls in StorageClass
        },
    )


def _collected(demand: Demand, tags: Tags) -> IntArray:
    """Sum the packs that outlets fetch, shape (warehouses, c)."""
    collected: IntArray = tags.flow[:, demand.collects].sum(axis=1)
    return collected


def _depot(place: int, warehouse: Warehouse, stock: IntArray) -> Depot:
    opens, closes = warehouse.opening_hours[0] if warehouse.opening_hours else (0, SECONDS_PER_DAY)
    return Depot(place, tuple(tuple(row) for row in stock.tolist()), opens, closes)


def _vehicle_types(demand: Demand) -> tuple[VehicleType, ...]:
    settings = demand.dataset.settings
    return tuple(
        VehicleType(
            name=v.code,
            depot=w,
            count=v.count,
            capacity_g=v.capacity_g,
            capacity_ml=v.capacity_ml,
            storage_classes=tuple(cls.value for cls in v.storage_classes),
            shift_start_s=v.shift[0].start_s,
            shift_end_s=v.shift[0].end_s,
            fixed_cost=v.fixed_cost,
            cost_per_km=v.cost_per_km,
            cost_per_hour=v.cost_per_hour,
            trips_per_day=v.trips_per_day,
            loading_s=settings.loading_minutes * 60,
        )
        for w, warehouse in enumerate(demand.warehouses)
        for v in demand.fleet[warehouse.code]
    )


@dataclass(frozen=True)
class _OutletLoads:
    """Cut one outlet's tagged packs into drops that its storage holds and loads that its trucks carry."""

    demand: Demand
    tags: Tags
    n: int
    place: int
    rooms: dict[tuple[str, StorageClass], int]

    @property
    def outlet(self) -> Outlet:
        return self.demand.outlets[self.n]

    def deliveries(self) -> Iterator[Delivery]:
        """Yield the outlet's deliveries, class by class, drop by drop, depot by depot."""
        groups = self._groups()
        for index, (cls, days, members) in enumerate(groups):
            alone = sum(other[0] is cls for other in groups) == 1
            yield from self._group_deliveries(f"g{index}" if not alone else "", cls, days, members, alone=alone)

    def _groups(self) -> list[tuple[StorageClass, tuple[int, ...], IntArray]]:
        """Group the commodities that may travel together: same class, same days. Days are indices."""
        receives = self.demand.receiving_mask(self.outlet)
        wanted = self.tags.flow[:, self.n].sum(axis=0)
        groups: dict[tuple[StorageClass, tuple[int, ...]], list[int]] = defaultdict(list)
        for c in np.flatnonzero(wanted):
            days = tuple(np.flatnonzero(receives & self.demand.day_mask[c]).tolist())
            groups[self.demand.commodities[c].storage_class, days].append(int(c))
        return [(cls, days, np.array(members)) for (cls, days), members in sorted(groups.items())]

    def _group_deliveries(
        self, label: str, cls: StorageClass, days: tuple[int, ...], members: IntArray, *, alone: bool
    ) -> Iterator[Delivery]:
        most = max(1, min(self.outlet.deliveries_per_period, len(days)))
        packs = np.zeros_like(self.demand.pack_g)
        packs[members] = self.tags.flow[:, self.n, members].sum(axis=0)
        room = self.rooms[self.outlet.code, cls]
        # Commodities of one class but different days share the storage by the shares' rule, which is per delivery.
        drops = drops_needed(packs, self.demand.pack_g, room, most) if alone else most
        left = np.zeros_like(self.tags.flow[:, self.n])
        left[:, members] = self.tags.flow[:, self.n, members]
        for drop, wanted in enumerate(split_drops(packs, drops, self.demand.pack_g)):
            slice_days = days[drop * len(days) // drops : (drop + 1) * len(days) // drops]
            due = np.array(wanted, dtype=np.int64)
            for w in np.flatnonzero(left.any(axis=1)):
                taken = np.minimum(due, left[w])
                due -= taken
                left[w] -= taken
                yield from self._loads(
                    f"{self.outlet.code}/{cls.value}{label}/{drop + 1}", int(w), taken, cls, slice_days, drop
                )

    def _loads(
        self, name: str, w: int, packs: IntArray, cls: StorageClass, days: tuple[int, ...], drop: int
    ) -> Iterator[Delivery]:
        if not packs.any():
            return
        demand, outlet = self.demand, self.outlet
        trucks = demand.trucks_for(demand.warehouses[w], outlet, cls)
        if trucks:
            largest = max(trucks, key=lambda v: (v.capacity_g, v.capacity_ml, v.code))
            loads = split_loads(packs, demand.pack_g, demand.pack_ml, largest.capacity_g, largest.capacity_ml)
        else:
            loads = [packs]
        for number, load in enumerate(loads, start=1):
            weight = int(load @ demand.pack_g)
            yield Delivery(
                name=f"{name}/{demand.warehouses[w].code}/{number}",
                place=self.place,
                depot=w,
                packs=tuple(int(p) for p in load),
                weight_g=weight,
                volume_ml=int(load @ demand.pack_ml),
                storage_class=cls.value,
                days=days,
                windows=tuple((window.start_s, window.end_s) for window in outlet.receiving_windows),
                service_s=service_s(demand.dataset.settings, weight),
                largest_vehicle_g=None if outlet.largest_vehicle_kg is None else outlet.largest_vehicle_kg * 1000,
                rank=int(demand.rank[self.n]),
                drop=drop,
            )


def service_s(settings: NetworkSettings, weight_g: int) -> int:
    """Return the time a stop takes, s: a fixed part and unloading by weight, rounded up."""
    return settings.stop_minutes * 60 + -(-weight_g * settings.unload_minutes_per_tonne * 60 // 1_000_000)
