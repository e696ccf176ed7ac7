"""Reads routing instances of the VRPLIB family: CVRPLIB's own and PyVRP's extended dialect.

The format is described in ``docs/routing.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import vrplib
from numpy.typing import NDArray

from optimizer.problem import Delivery, Depot, Place, Problem, VehicleType
from optimizer.travel import IntArray

#: Later than any time, farther than any distance in a file.
_NO_LIMIT = 1 << 50
#: Trips a truck may make where the file sets no limit.
_MOST_TRIPS = 64
_CLASS = "goods"

#: What a file may say; anything else is refused, because to leave it out would change the problem.
_KNOWN = frozenset(
    "name comment type dimension vehicles capacity edge_weight_type edge_weight_format edge_weight node_coord display_data_type"
    " display_data demand depot service_time time_window release_time vehicles_depot vehicles_reload_depot"
    " vehicles_max_reloads vehicles_max_duration vehicles_max_distance vehicles_fixed_cost"
    " vehicles_unit_distance_cost vehicles_allowed_clients distance".split()
)


class VrplibError(ValueError):
    """A file that cannot be read; ``problems`` name every reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Rounding(StrEnum):
    """How the numbers of a file become whole: to the nearest, cut off, times ten and cut off, times 1,000 and rounded."""

    ROUND = "round"
    TRUNC = "trunc"
    DIMACS = "dimacs"
    EXACT = "exact"

    def apply(self, numbers: Any) -> IntArray:
        """Return the numbers as whole ones."""
        values = np.asarray(numbers, dtype=np.float64)
        if self is Rounding.ROUND:
            return np.round(values).astype(np.int64)
        if self is Rounding.EXACT:
            return np.round(1000 * values).astype(np.int64)
        return (values * (10 if self is Rounding.DIMACS else 1)).astype(np.int64)


#: The custom of each set; others are read exactly.
_BY_TYPE = {"CVRP": Rounding.ROUND, "VRPTW": Rounding.DIMACS, "MTVRPTWR": Rounding.DIMACS}


@dataclass(frozen=True)
class PlaneTravel:
    """Straight distances in a plane, rounded; a metre takes a second."""

    points: NDArray[np.float64]
    rounding: Rounding

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the distances, as metres and as seconds, each of shape (origins, destinations)."""
        here, there = self.points[np.asarray(origins)], self.points[np.asarray(destinations)]
        metres = self.rounding.apply(np.hypot(*(here[:, None, :] - there[None, :, :]).transpose(2, 0, 1)))
        return metres, metres


@dataclass(frozen=True)
class TableTravel:
    """Distances as a file lists them; a metre takes a second."""

    metres: IntArray

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the distances, as metres and as seconds, each of shape (origins, destinations)."""
        metres = self.metres[np.ix_(np.asarray(origins), np.asarray(destinations))]
        return metres, metres


@dataclass(frozen=True)
class Instance:
    """A file as a problem of one day.

    Attributes
    ----------
    name
        As the file says.
    problem
        Places are the locations of the file in its order, depots first; deliveries follow them. Money is the rounded
        distance (times a vehicle's unit cost).
    rounding
        How numbers were made whole.
    vehicles
        Vehicle type and number within it of each vehicle of the file, in its order.
    """

    name: str
    problem: Problem
    rounding: Rounding
    vehicles: tuple[tuple[int, int], ...]

    @property
    def n_depots(self) -> int:
        """Tell how many locations are depots."""
        return len(self.problem.depots)


def read_instance(path: Path, rounding: Rounding | None = None) -> Instance:
    """Read an instance.

    Parameters
    ----------
    path
        The file.
    rounding
        None for the custom of the file's TYPE: CVRP to the nearest whole number, VRPTW and MTVRPTWR by the DIMACS
        convention (one decimal, cut off), others in thousandths.

    Raises
    ------
    VrplibError
        Naming everything that is missing or that the problem has no words for.
    """
    data = _parse(path)
    kind = str(data.get("type", "CVRP"))
    rounding = rounding or _BY_TYPE.get(kind, Rounding.EXACT)
    _require_complete(data)
    reader = _Reader(data, rounding)
    problem, vehicles = reader.problem()
    return Instance(str(data.get("name", path.stem)), problem, rounding, vehicles)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return dict(vrplib.read_instance(path, compute_edge_weights=False))
    except (ValueError, KeyError, IndexError, RuntimeError, TypeError) as error:
        raise VrplibError([f"{path.name}: {error}"]) from error


def _require_complete(data: Mapping[str, Any]) -> None:
    problems = [f"{key.upper()}: not supported" for key in sorted(set(data) - _KNOWN)]
    problems += [f"{key.upper()}: missing" for key in ("dimension", "demand") if key not in data]
    if "node_coord" not in data and "edge_weight" not in data:
        problems.append("NODE_COORD_SECTION or EDGE_WEIGHT_SECTION: missing")
    if "edge_weight" not in data and data.get("edge_weight_type", "EUC_2D") != "EUC_2D":
        problems.append(f"EDGE_WEIGHT_TYPE: {data['edge_weight_type']} is not supported; EUC_2D and EXPLICIT are")
    if "dimension" in data:
        n = data["dimension"]
        for key in ("node_coord", "demand", "time_window", "release_time", "edge_weight"):
            if isinstance(data.get(key), np.ndarray) and len(data[key]) != n:
                problems.append(f"{key.upper()}_SECTION: {len(data[key])} rows, DIMENSION is {n}")
    if problems:
        raise VrplibError(problems)


class _Reader:
    """Makes the problem of a parsed file."""

    def __init__(self, data: Mapping[str, Any], rounding: Rounding) -> None:
        self._data = data
        self._rounding = rounding
        self._n = int(data["dimension"])
        self._depots = [int(i) for i in np.atleast_1d(data.get("depot", np.array([0])))]
        if self._depots != list(range(len(self._depots))):
            raise VrplibError([f"DEPOT_SECTION: depots must be the first locations, not {[i + 1 for i in self._depots]}"])
        self._n_vehicles = int(data.get("vehicles", self._n - len(self._depots)))

    def problem(self) -> tuple[Problem, tuple[tuple[int, int], ...]]:
        """Return the problem, and the type and number of each vehicle."""
        data, whole = self._data, self._rounding.apply
        n_depots = len(self._depots)
        points = np.asarray(data["node_coord"], dtype=np.float64) if "node_coord" in data else np.zeros((self._n, 2))
        travel = (
            TableTravel(whole(data["edge_weight"])) if "edge_weight" in data else PlaneTravel(points, self._rounding)
        )
        windows = whole(data["time_window"]) if "time_window" in data else None
        demand = whole(data["demand"])
        if demand.ndim != 1 or (demand < 0).any():
            raise VrplibError(["DEMAND_SECTION: one number that is not negative for each location"])
        types, vehicles, allowed = self._vehicles(windows)
        service = self._per_location("service_time", 0)
        release = self._per_location("release_time", 0)
        homes = sorted({v.depot for v in types})
        clients = np.arange(n_depots, self._n)
        nearest = np.array(homes)[np.argmin(travel.matrix(homes, clients)[0], axis=0)]
        deliveries = tuple(
            Delivery(
                name=str(i),
                place=i,
                depot=int(nearest[i - n_depots]),
                packs=(),
                weight_g=int(demand[i]),
                volume_ml=0,
                storage_class=_CLASS,
                days=(0,),
                windows=() if windows is None else ((int(windows[i, 0]), int(windows[i, 1])),),
                service_s=int(service[i]),
                release_s=int(release[i]),
                vehicle_types=allowed.get(i),
            )
            for i in range(n_depots, self._n)
        )
        depots = tuple(
            Depot(i, (), *((0, _NO_LIMIT) if windows is None else (int(windows[i, 0]), int(windows[i, 1]))))
            for i in range(n_depots)
        )
        places = tuple(Place(str(i), float(x), float(y)) for i, (x, y) in enumerate(points))
        problem = Problem(("day",), places, depots, (), (), (), deliveries, types, travel)
        return problem, vehicles

    def _vehicles(
        self, windows: IntArray | None
    ) -> tuple[tuple[VehicleType, ...], tuple[tuple[int, int], ...], dict[int, tuple[int, ...]]]:
        """Join vehicles that are alike into types; tell also which types may serve the clients that are choosy."""
        columns = [
            self._per_vehicle("vehicles_depot", 1) - 1,
            self._rounding.apply(self._per_vehicle("capacity", _NO_LIMIT)) if "capacity" in self._data else None,
            self._rounding.apply(self._per_vehicle("vehicles_fixed_cost", 0)),
            [Fraction(str(x)).limit_denominator(10**6) for x in self._per_vehicle("vehicles_unit_distance_cost", 1)],
            self._limits("vehicles_max_distance"),
            self._limits("vehicles_max_duration"),
            self._trips(),
            self._lists("vehicles_allowed_clients"),
        ]
        columns[1] = [_NO_LIMIT] * self._n_vehicles if columns[1] is None else columns[1]
        number: dict[tuple[Any, ...], int] = {}
        counts: Counter[int] = Counter()
        vehicles = []
        for row in zip(*columns, strict=True):
            kind = number.setdefault(tuple(row), len(number))
            vehicles.append((kind, counts[kind]))
            counts[kind] += 1
        types = []
        allowed: dict[int, list[int]] = {}
        for row, kind in number.items():
            depot, capacity, fixed, unit, metres, seconds, trips, clients = row
            if (unit * 1000).denominator != 1:
                raise VrplibError([f"VEHICLES_UNIT_DISTANCE_COST_SECTION: {unit} has more than three decimals"])
            start, end = (0, _NO_LIMIT) if windows is None else (int(windows[depot, 0]), int(windows[depot, 1]))
            types.append(
                VehicleType(
                    name=f"type {kind + 1}",
                    depot=int(depot),
                    count=counts[kind],
                    capacity_g=int(capacity),
                    capacity_ml=0,
                    storage_classes=(_CLASS,),
                    shift_start_s=start,
                    shift_end_s=end,
                    fixed_cost=int(fixed),
                    cost_per_km=int(unit * 1000),
                    trips_per_day=trips,
                    max_metres=metres,
                    max_duration_s=seconds,
                )
            )
            for client in clients or ():
                allowed.setdefault(client - 1, []).append(kind)
        everyone = [kind for row, kind in number.items() if row[-1] is None]
        choosy = {client: tuple(sorted([*kinds, *everyone])) for client, kinds in allowed.items()}
        if allowed:
            for client in range(len(self._depots), self._n):
                choosy.setdefault(client, tuple(everyone))
        return tuple(types), tuple(vehicles), choosy

    def _per_location(self, key: str, default: int) -> IntArray:
        value = self._data.get(key, default)
        if np.ndim(value) == 0:
            values = np.full(self._n, value, dtype=np.float64)
            values[: len(self._depots)] = 0
        else:
            values = np.asarray(value, dtype=np.float64)
        return self._rounding.apply(values)

    def _per_vehicle(self, key: str, default: float) -> NDArray[Any]:
        value = self._data.get(key, default)
        if np.ndim(value) and len(value) != self._n_vehicles:
            raise VrplibError([f"{key.upper()}_SECTION: {len(value)} rows, there are {self._n_vehicles} vehicles"])
        return np.broadcast_to(np.asarray(value), self._n_vehicles)

    def _limits(self, key: str) -> list[int | None]:
        if key not in self._data:
            return [None] * self._n_vehicles
        return [int(x) for x in self._rounding.apply(self._per_vehicle(key, 0))]

    def _trips(self) -> list[int]:
        reload = self._lists("vehicles_reload_depot")
        homes = self._per_vehicle("vehicles_depot", 1)
        most = self._per_vehicle("vehicles_max_reloads", _MOST_TRIPS - 1)
        trips = []
        for vehicle, depots in enumerate(reload):
            if depots is None:
                trips.append(1)
                continue
            if set(depots) != {int(homes[vehicle])}:
                raise VrplibError(["VEHICLES_RELOAD_DEPOT_SECTION: a vehicle may reload at its own depot only"])
            trips.append(min(_MOST_TRIPS, int(most[vehicle]) + 1))
        return trips

    def _lists(self, key: str) -> list[tuple[int, ...] | None]:
        if key not in self._data:
            return [None] * self._n_vehicles
        rows = self._data[key]
        if len(rows) != self._n_vehicles:
            raise VrplibError([f"{key.upper()}_SECTION: {len(rows)} rows, there are {self._n_vehicles} vehicles"])
        return [tuple(int(x) for x in np.atleast_1d(row)) for row in rows]
