"""The vehicles of a VRPLIB instance: those that are alike become one vehicle type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from optimizer.problem import VehicleType
from optimizer.travel import IntArray
from optimizer.vrplib_fault import Fault, FaultCode
from optimizer.vrplib_fields import Fields

#: Later than any time, more than any load in a file.
NO_LIMIT = 1 << 50
#: The one storage class.
CLASS = "goods"


@dataclass(frozen=True, slots=True)
class _Vehicle:
    """What the file says of one vehicle; vehicles of equal records are of one type."""

    depot: int
    capacity: int
    fixed_cost: int
    unit_cost: Fraction
    max_distance: int | None
    max_duration: int | None
    trips: int
    clients: tuple[int, ...] | None


@dataclass(frozen=True)
class Fleet:
    """Vehicle types in the order of their first vehicle.

    Attributes
    ----------
    types
        The types.
    vehicle_of
        Type and number within it of each vehicle of the file.
    allowed
        For each client by location the types that may serve it; empty if all may serve all.
    """

    types: tuple[VehicleType, ...]
    vehicle_of: tuple[tuple[int, int], ...]
    allowed: Mapping[int, tuple[int, ...]]


def read_fleet(
    fields: Fields, windows: IntArray | None, n_locations: int, n_depots: int, faults: list[Fault], *, is_open: bool
) -> Fleet:
    """Read the vehicles.

    Parameters
    ----------
    fields
        The file; what is wrong with its vehicles is added to ``faults``.
    windows
        Of the locations, shape (locations, 2), or None.
    n_locations, n_depots
        As many as there are.
    faults
        Where faults are added.
    is_open
        Whether vehicles end at their last client.
    """
    vehicles = _read_vehicles(fields, n_locations - n_depots, faults)
    if is_open and any(vehicle.trips > 1 for vehicle in vehicles):
        faults.append(Fault(FaultCode.RELOADS_WITHOUT_RETURN, "VEHICLES_RELOAD_DEPOT_SECTION"))
    number: dict[_Vehicle, int] = {}
    counts: Counter[int] = Counter()
    vehicle_of = []
    for vehicle in vehicles:
        kind = number.setdefault(vehicle, len(number))
        vehicle_of.append((kind, counts[kind]))
        counts[kind] += 1
    if faults:
        return Fleet((), tuple(vehicle_of), {})
    types = tuple(_build_type(vehicle, kind, counts[kind], windows, is_open) for vehicle, kind in number.items())
    return Fleet(types, tuple(vehicle_of), _list_allowed(number, n_locations, n_depots))


def _read_vehicles(fields: Fields, n_clients: int, faults: list[Fault]) -> list[_Vehicle]:
    depots = fields.vehicles_depots("VEHICLES_DEPOT")
    units = [Fraction(repr(x)) for x in fields.by_vehicle("VEHICLES_UNIT_DISTANCE_COST", 1).tolist()]
    for unit in units:
        if (1000 * unit).denominator != 1:
            params = {"text": f"{float(unit):g}"}
            faults.append(Fault(FaultCode.COST_TOO_FINE, "VEHICLES_UNIT_DISTANCE_COST", params=params))
            break
    capacity = fields.whole_by_vehicle("CAPACITY")
    fixed = fields.whole_by_vehicle("VEHICLES_FIXED_COST")
    distance = fields.whole_by_vehicle("VEHICLES_MAX_DISTANCE")
    # CVRPLIB's DISTANCE limits the road and the service times of a route together.
    durations = [fields.whole_by_vehicle(key) for key in ("VEHICLES_MAX_DURATION", "DISTANCE")]
    trips = _read_trips(fields, depots, n_clients, faults)
    clients = fields.lists("VEHICLES_ALLOWED_CLIENTS")
    vehicles = [
        _Vehicle(
            depot=depot,
            capacity=NO_LIMIT if capacity is None else capacity[i],
            fixed_cost=0 if fixed is None else fixed[i],
            unit_cost=units[i],
            max_distance=None if distance is None else distance[i],
            max_duration=min((limits[i] for limits in durations if limits is not None), default=None),
            trips=trips[i],
            clients=None if clients is None else clients[i],
        )
        for i, depot in enumerate(depots)
    ]
    if any(vehicle.trips > 1 and vehicle.max_duration is not None for vehicle in vehicles):
        faults.append(Fault(FaultCode.RELOADS_WITH_DURATION, "VEHICLES_RELOAD_DEPOT_SECTION"))
    return vehicles


def _read_trips(fields: Fields, depots: list[int], n_clients: int, faults: list[Fault]) -> list[int]:
    """Return the most trips of each vehicle: one unless it may reload, and then no more than there are clients."""
    key = "VEHICLES_RELOAD_DEPOT"
    reloads = fields.lists(key)
    if reloads is None:
        return [1] * len(depots)
    most = fields.by_vehicle("VEHICLES_MAX_RELOADS", n_clients).tolist()
    trips = []
    for where, home, limit in zip(reloads, depots, most, strict=True):
        others = [depot for depot in where if depot != home]
        if others:
            params = {"depot": others[0] + 1, "home": home + 1}
            faults.append(Fault(FaultCode.RELOADS_ELSEWHERE, f"{key}_SECTION", params=params))
            return [1] * len(depots)
        trips.append(max(1, min(n_clients, int(limit) + 1)) if where else 1)
    return trips


def _build_type(vehicle: _Vehicle, kind: int, count: int, windows: IntArray | None, is_open: bool) -> VehicleType:
    start, end = (0, NO_LIMIT) if windows is None else windows[vehicle.depot].tolist()
    return VehicleType(
        name=f"type {kind + 1}",
        depot=vehicle.depot,
        count=count,
        capacity_g=vehicle.capacity,
        capacity_ml=0,
        storage_classes=(CLASS,),
        shift_start_s=start,
        # An open route ends where it may: the depot's closing is nothing to it.
        shift_end_s=NO_LIMIT if is_open else end,
        fixed_cost=vehicle.fixed_cost,
        cost_per_km=int(1000 * vehicle.unit_cost),
        trips_per_day=vehicle.trips,
        returns=not is_open,
        max_metres=vehicle.max_distance,
        max_duration_s=vehicle.max_duration,
    )


def _list_allowed(number: Mapping[_Vehicle, int], n_locations: int, n_depots: int) -> dict[int, tuple[int, ...]]:
    if all(vehicle.clients is None for vehicle in number):
        return {}
    allowed: dict[int, list[int]] = {client: [] for client in range(n_depots, n_locations)}
    for vehicle, kind in number.items():
        for client in sorted(set(vehicle.clients or ())):
            if client >= n_depots:
                allowed[client].append(kind)
    return {client: tuple(kinds) for client, kinds in allowed.items()}
