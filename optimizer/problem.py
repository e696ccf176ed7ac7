"""The whole-period delivery problem: frozen, numeric, validated input of ``solve``.

Conventions: positions are (lon, lat); mass is in grams, volume in millilitres, distance in metres,
time in seconds after midnight, money in whole units of one currency. Days, places, depots,
commodities, deliveries and vehicle types are known by their index in the problem's tuples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from optimizer.travel import Travel


@dataclass(frozen=True, slots=True)
class Place:
    """A point that trucks leave from or stop at."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Depot:
    """A warehouse.

    Attributes
    ----------
    place
        Index of its place.
    stock
        ``stock[commodity][day]``: packs that may have left the depot by the end of that day
        (cumulative, so never falling from one day to the next).
    opens_s, closes_s
        Trucks load, leave and come back between these times.
    docks
        Trucks that can load at once; None for no limit.
    """

    place: int
    stock: tuple[tuple[int, ...], ...]
    opens_s: int = 0
    closes_s: int = 86_400
    docks: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A load for one place that fits one truck and is delivered in one stop, or waits.

    Attributes
    ----------
    name
        Unique, stable name.
    place
        Index of the place it goes to.
    depot
        Index of the depot tagged to serve it.
    packs
        Packs per commodity.
    weight_g, volume_ml
        Load; both at least what the packs weigh and fill.
    storage_class
        Class of every commodity in it; the truck must carry that class.
    days
        Indices of the days on which it may be delivered, ascending.
    windows
        Spans ``(start_s, end_s)`` in which service may begin, ascending; empty for any time.
    service_s
        Time from arrival of the truck's turn to departure.
    largest_vehicle_g
        Payload of the largest vehicle that can reach the place; None for any.
    rank
        Who waits when not all fits: a delivery of lower rank is never dropped for one of higher rank.
    drop
        Which of the storage's fillings it belongs to: at one place and storage class the deliveries of one
        drop may not exceed the place's storage together.
    release_s
        Its goods are at the depot from this time of the day on: no trip that carries it starts to load earlier.
    vehicle_types
        Indices of the vehicle types that may bring it, ascending; None for any.
    divisible
        It may come in parts of whole packs, on several trucks and days, where ``solve_divisible`` plans;
        ``solve`` brings it whole.
    setup_s
        What every stop of a part takes of ``service_s``, however small the part; the rest goes by weight.
    """

    name: str
    place: int
    depot: int
    packs: tuple[int, ...]
    weight_g: int
    volume_ml: int
    storage_class: str
    days: tuple[int, ...]
    windows: tuple[tuple[int, int], ...] = ()
    service_s: int = 0
    largest_vehicle_g: int | None = None
    rank: int = 0
    drop: int = 0
    release_s: int = 0
    vehicle_types: tuple[int, ...] | None = None
    divisible: bool = False
    setup_s: int = 0


@dataclass(frozen=True, slots=True)
class VehicleType:
    """Like trucks at one depot.

    A truck works between ``shift_start_s`` and ``shift_end_s`` and makes at most ``trips_per_day`` trips a day;
    each trip begins with ``loading_s`` at the depot, counted as working time. It costs ``fixed_cost`` for every day
    in use, ``cost_per_km`` for the road and ``cost_per_hour`` from the start of loading to the return, trip by trip.

    Attributes
    ----------
    depot
        Index of the depot it starts from.
    end_depot
        Index of the depot it comes back to; None for the one it starts from. One that ends elsewhere makes one trip.
    returns
        False for a hired truck whose way ends, with its work, road and cost, at its last stop (an open route).
    storage_classes
        Classes it may carry, together in its room unless ``class_capacity_g`` is given.
    class_capacity_g
        Compartments: the most it may carry of each of ``storage_classes``, in that order, within ``capacity_g``.
    max_metres, max_duration_s
        Most road and most working time (loading to return) of its trips of one day together; None for no limit.
    days
        Indices of the days on which the trucks work, ascending; None for all.
    """

    name: str
    depot: int
    count: int
    capacity_g: int
    capacity_ml: int
    storage_classes: tuple[str, ...]
    shift_start_s: int
    shift_end_s: int
    fixed_cost: int = 0
    cost_per_km: int = 0
    cost_per_hour: int = 0
    trips_per_day: int = 1
    loading_s: int = 0
    end_depot: int | None = None
    returns: bool = True
    class_capacity_g: tuple[int, ...] | None = None
    max_metres: int | None = None
    max_duration_s: int | None = None
    days: tuple[int, ...] | None = None

    def trucks_on(self, day: int) -> int:
        """Return how many trucks there are on a day."""
        return self.count if self.days is None or day in self.days else 0


class ProblemError(ValueError):
    """The problem contradicts itself; the message names every place where."""


@dataclass(frozen=True)
class Problem:
    """Everything a plan is made from.

    ``commodity_weight_g`` and ``commodity_volume_ml`` give one pack of each commodity;
    ``storage_g[(place, storage_class)]`` is the room of a place for one drop (missing: no limit).
    ``days`` are labels (ISO dates) of the working days, in order.
    """

    days: tuple[str, ...]
    places: tuple[Place, ...]
    depots: tuple[Depot, ...]
    commodities: tuple[str, ...]
    commodity_weight_g: tuple[int, ...]
    commodity_volume_ml: tuple[int, ...]
    deliveries: tuple[Delivery, ...]
    vehicle_types: tuple[VehicleType, ...]
    travel: Travel = field(repr=False, compare=False)
    storage_g: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that every index and length fits.

        Raises
        ------
        ProblemError
            Naming every contradiction found.
        """
        errors = [*self._check_deliveries(), *self._check_depots(), *self._check_vehicles()]
        if errors:
            raise ProblemError("; ".join(errors))

    @property
    def docks_may_bind(self) -> bool:
        """Tell whether some depot has more trucks on a day than can load at once."""
        trucks: Counter[tuple[int, int]] = Counter()
        for v in self.vehicle_types:
            for day in range(len(self.days)) if v.loading_s else ():
                trucks[v.depot, day] += v.trucks_on(day)
        limits = [depot.docks for depot in self.depots]
        return any((docks := limits[depot]) is not None and count > docks for (depot, _), count in trucks.items())

    def _check_deliveries(self) -> list[str]:
        errors = []
        n_days, n_commodities = len(self.days), len(self.commodities)
        names: set[str] = set()
        for d in self.deliveries:
            if d.name in names:
                errors.append(f"two deliveries are called {d.name}")
            names.add(d.name)
            if not (0 <= d.place < len(self.places) and 0 <= d.depot < len(self.depots)):
                errors.append(f"{d.name}: no such place or depot")
            if len(d.packs) != n_commodities or min(d.packs, default=0) < 0:
                errors.append(f"{d.name}: packs do not match the commodities")
            if min(d.weight_g, d.volume_ml, d.service_s) < 0:
                errors.append(f"{d.name}: negative load or service time")
            if not 0 <= d.setup_s <= d.service_s:
                errors.append(f"{d.name}: the setup is not part of the service time")
            if not _are_days(d.days, n_days):
                errors.append(f"{d.name}: days are not ascending days of the period")
            if any(start > end for start, end in d.windows):
                errors.append(f"{d.name}: a window ends before it starts")
            types = d.vehicle_types
            if types is not None and (
                list(types) != sorted(set(types)) or any(not 0 <= v < len(self.vehicle_types) for v in types)
            ):
                errors.append(f"{d.name}: vehicle types are not ascending types of the problem")
        return errors

    def _check_depots(self) -> list[str]:
        errors = []
        for depot in self.depots:
            if not 0 <= depot.place < len(self.places):
                errors.append(f"depot at {depot.place}: no such place")
                continue
            name = self.places[depot.place].name
            if len(depot.stock) != len(self.commodities) or any(len(row) != len(self.days) for row in depot.stock):
                errors.append(f"depot {name}: stock is not commodities x days")
            elif any(a > b for row in depot.stock for a, b in pairwise(row)):
                errors.append(f"depot {name}: cumulative stock falls")
            if depot.docks is not None and depot.docks < 1:
                errors.append(f"depot {name}: no dock to load at")
        return errors

    def _check_vehicles(self) -> list[str]:
        errors = []
        for v in self.vehicle_types:
            if not 0 <= v.depot < len(self.depots):
                errors.append(f"vehicle {v.name}: no such depot")
            if v.shift_start_s >= v.shift_end_s:
                errors.append(f"vehicle {v.name}: the shift ends before it starts")
            if v.count < 0 or v.trips_per_day < 1 or min(v.fixed_cost, v.cost_per_km, v.cost_per_hour, v.loading_s) < 0:
                errors.append(f"vehicle {v.name}: negative count, cost or time")
            if min(v.max_metres or 0, v.max_duration_s or 0, *(v.class_capacity_g or ())) < 0:
                errors.append(f"vehicle {v.name}: a negative limit")
            if v.days is not None and not _are_days(v.days, len(self.days)):
                errors.append(f"vehicle {v.name}: days are not ascending days of the period")
            if v.class_capacity_g is not None and len(v.class_capacity_g) != len(v.storage_classes):
                errors.append(f"vehicle {v.name}: compartments do not match the storage classes")
            if v.end_depot is not None and not 0 <= v.end_depot < len(self.depots):
                errors.append(f"vehicle {v.name}: no such end depot")
            if v.trips_per_day > 1 and (not v.returns or v.end_depot not in {None, v.depot}):
                errors.append(f"vehicle {v.name}: several trips a day, but it does not come back to its depot")
        return errors


def _are_days(days: Sequence[int], n_days: int) -> bool:
    return list(days) == sorted(set(days)) and all(0 <= day < n_days for day in days)
