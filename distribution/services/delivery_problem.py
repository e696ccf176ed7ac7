"""Turn tagged demand into the optimiser's problem."""

from __future__ import annotations

import numpy as np

from distribution.domain.enums import StorageClass
from distribution.domain.network import Warehouse
from distribution.domain.types import SECONDS_PER_DAY
from distribution.domain.work_clock import WorkClock
from distribution.services.collections import sum_collected
from distribution.services.demand import Demand, IntArray
from distribution.services.outlet_loads import OutletLoads
from distribution.services.storage_room import free_storage_g
from distribution.services.tag_demand import Tags
from optimizer.problem import Depot, Place, Problem, VehicleType
from optimizer.travel import Travel


def build_problem(demand: Demand, tags: Tags, travel: Travel) -> Problem:
    """Build the delivery problem; places are the warehouses, then the demand's outlets, each in order.

    Its times are those of the network's clock of work.
    """
    rooms = free_storage_g(demand.dataset, demand.outlets)
    offset = len(demand.warehouses)
    places = (*demand.warehouses, *demand.outlets)
    reserved = sum_collected(demand, tags)
    return Problem(
        days=tuple(day.isoformat() for day in demand.days),
        places=tuple(Place(p.code, p.lon, p.lat) for p in places),
        depots=tuple(
            _depot(w, warehouse, np.maximum(demand.stock[w] - reserved[w][:, None], 0), demand.dataset.work_clock)
            for w, warehouse in enumerate(demand.warehouses)
        ),
        commodities=tuple(c.code for c in demand.commodities),
        commodity_weight_g=tuple(demand.pack_g.tolist()),
        commodity_volume_ml=tuple(demand.pack_ml.tolist()),
        deliveries=tuple(
            delivery
            for n, outlet in enumerate(demand.outlets)
            if not demand.collects[n]
            for delivery in OutletLoads(
                demand, tags, n, offset + n, {cls: rooms[outlet.code, cls] for cls in StorageClass}
            ).deliveries()
        ),
        vehicle_types=_vehicle_types(demand),
        travel=travel,
        storage_g={
            (offset + n, cls.value): rooms[outlet.code, cls]
            for n, outlet in enumerate(demand.outlets)
            for cls in StorageClass
        },
    )


def _depot(place: int, warehouse: Warehouse, stock: IntArray, clock: WorkClock) -> Depot:
    opens, closes = clock.hours(warehouse.opening_hours[0] if warehouse.opening_hours else (0, SECONDS_PER_DAY))
    return Depot(place, tuple(tuple(row) for row in stock.tolist()), opens, closes, warehouse.docks)


def _vehicle_types(demand: Demand) -> tuple[VehicleType, ...]:
    settings, clock = demand.dataset.settings, demand.dataset.work_clock
    return tuple(
        VehicleType(
            name=v.code,
            depot=w,
            count=v.count,
            capacity_g=v.capacity_g,
            capacity_ml=v.capacity_ml,
            storage_classes=tuple(cls.value for cls in v.storage_classes),
            shift_start_s=clock.read(v.shift[0].start_s),
            shift_end_s=clock.read(v.shift[0].end_s),
            fixed_cost=v.fixed_cost,
            cost_per_km=v.cost_per_km,
            cost_per_hour=v.cost_per_hour,
            trips_per_day=v.trips_per_day,
            loading_s=settings.loading_minutes * 60,
        )
        for w, warehouse in enumerate(demand.warehouses)
        for v in demand.fleet[warehouse.code]
    )
