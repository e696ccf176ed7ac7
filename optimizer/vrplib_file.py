"""Reads routing instances of the VRPLIB family: CVRPLIB's own and PyVRP's extended dialect.

What each field means is told in ``docs/routing.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.problem import Delivery, Depot, Place, Problem
from optimizer.travel import IntArray, Travel
from optimizer.vrplib_fault import Fault, FaultCode, VrplibError
from optimizer.vrplib_fields import Fields, FloatArray
from optimizer.vrplib_fleet import CLASS, NO_LIMIT, Fleet, read_fleet
from optimizer.vrplib_text import VrplibText, parse_number, parse_text
from optimizer.vrplib_travel import Metric, PlaneTravel, Rounding, TableTravel

__all__ = ["Instance", "Rounding", "VrplibError", "read_instance"]

#: Longest distance, in whole units: what is longer the search takes for no road.
MOST_DISTANCE = 100_000_000
#: Most locations and most vehicles.
_MOST_OF_A_KIND = 1_000_000
#: Fields that mean something here.
_KNOWN = frozenset(
    [
        "TYPE",
        "DIMENSION",
        "VEHICLES",
        "CAPACITY",
        "DISTANCE",
        "EDGE_WEIGHT_TYPE",
        "EDGE_WEIGHT_FORMAT",
        "EDGE_WEIGHT",
        "NODE_COORD",
        "DEMAND",
        "LINEHAUL",
        "DEPOT",
        "SERVICE_TIME",
        "TIME_WINDOW",
        "RELEASE_TIME",
        "VEHICLES_DEPOT",
        "VEHICLES_RELOAD_DEPOT",
        "VEHICLES_MAX_RELOADS",
        "VEHICLES_MAX_DURATION",
        "VEHICLES_MAX_DISTANCE",
        "VEHICLES_FIXED_COST",
        "VEHICLES_UNIT_DISTANCE_COST",
        "VEHICLES_ALLOWED_CLIENTS",
    ]
)
#: Fields that change no problem.
_REMARKS = frozenset(["NAME", "COMMENT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE", "DISPLAY_DATA"])
#: Fields that change the problem, unless all their numbers are 0, to one that ``Problem`` has no words for.
_UNSUPPORTED = frozenset(["BACKHAUL", "PRIZE", "MUTUALLY_EXCLUSIVE_GROUP", "PICKUP_AND_DELIVERY"])
#: Types with the fields of others and another goal: the sum of the arrivals.
_OTHER_GOAL = frozenset({"CCVRP", "TRP", "MLP"})
#: The custom of the sets; all others are read exactly.
_ROUNDING = {"CVRP": Rounding.ROUND, "VRPTW": Rounding.DIMACS, "MTVRPTWR": Rounding.DIMACS}


@dataclass(frozen=True)
class Instance:
    """A file as a problem of one day.

    Attributes
    ----------
    name
        As the file says.
    problem
        Places are the locations of the file in its order, depots first; the deliveries are its clients in its order, so
        that delivery i is location ``n_depots`` + i. Metres and seconds are both whole units of distance, grams whole
        units of demand, and money is distance times a vehicle's unit cost, plus its fixed cost.
    rounding
        How numbers were made whole.
    vehicle_of
        Vehicle type and number within it of each vehicle of the file, in its order.
    """

    name: str
    problem: Problem
    rounding: Rounding
    vehicle_of: tuple[tuple[int, int], ...]

    @property
    def n_depots(self) -> int:
        """Tell how many locations are depots."""
        return len(self.problem.depots)

    @property
    def scale(self) -> int:
        """Tell how much of the problem's money one unit of cost in the file's own numbers is: 1, 10 or 1,000."""
        return self.rounding.scale


def read_instance(path: Path, rounding: Rounding | None = None) -> Instance:
    """Read an instance.

    Parameters
    ----------
    path
        The file.
    rounding
        None for the custom of the file's TYPE: CVRP (or no TYPE) to the nearest whole number, VRPTW and MTVRPTWR by the
        DIMACS convention (one decimal, the rest cut off), all others in thousandths.

    Raises
    ------
    VrplibError
        Naming everything that is missing, wrong, or that the problem has no words for.
    OSError
        If the file cannot be read.
    """
    text = parse_text(path.read_text(encoding="utf-8", errors="replace"))
    kind = text.lines["TYPE"].text.upper() if "TYPE" in text.lines else "CVRP"
    rounding = rounding or _ROUNDING.get(kind, Rounding.EXACT)
    faults = _check_known(text, kind)
    n_locations = _read_size(text, "DIMENSION", faults)
    n_depots = _count_depots(text, faults)
    if "DIMENSION" not in text.lines:
        faults.append(Fault(FaultCode.MISSING, "DIMENSION"))
    if n_locations is not None and n_locations <= n_depots:
        faults.append(Fault(FaultCode.NO_CLIENTS))
    if n_locations is None or n_locations <= n_depots:
        raise VrplibError(faults)
    n_vehicles = _read_size(text, "VEHICLES", faults)
    n_vehicles = n_locations - n_depots if n_vehicles is None else n_vehicles
    fields = Fields(text, rounding, n_locations, n_depots, n_vehicles, faults)
    points = fields.points()
    travel = _read_travel(text, fields, points, rounding, faults)
    windows = fields.windows("TIME_WINDOW")
    fleet = read_fleet(fields, windows, n_locations, n_depots, faults, is_open="OVRP" in kind)
    clients = _Clients(fields)
    if faults:
        raise VrplibError(faults)
    problem = _build_problem(points, travel, windows, fleet, clients, n_depots)
    name = text.lines["NAME"].text if "NAME" in text.lines else path.stem
    return Instance(name, problem, rounding, fleet.vehicle_of)


def _check_known(text: VrplibText, kind: str) -> list[Fault]:
    faults = []
    for key, line in text.lines.items():
        if key not in _KNOWN | _REMARKS | _UNSUPPORTED:
            faults.append(Fault(FaultCode.UNKNOWN_FIELD, key, line.number))
        elif key in _UNSUPPORTED and parse_number(line.text) != 0:
            faults.append(Fault(FaultCode.UNSUPPORTED_FIELD, key, line.number))
    for key, section in text.sections.items():
        if key not in _KNOWN | _REMARKS | _UNSUPPORTED:
            faults.append(Fault(FaultCode.UNKNOWN_FIELD, f"{key}_SECTION", section.number))
        elif key in _UNSUPPORTED and any(any(row[1:]) for row in section.rows):
            faults.append(Fault(FaultCode.UNSUPPORTED_FIELD, f"{key}_SECTION", section.number))
    if kind in _OTHER_GOAL:
        faults.append(Fault(FaultCode.UNSUPPORTED_VALUE, "TYPE", text.lines["TYPE"].number, {"text": kind}))
    return faults


def _read_size(text: VrplibText, key: str, faults: list[Fault]) -> int | None:
    if key not in text.lines:
        return None
    line = text.lines[key]
    value = parse_number(line.text)
    if value is None or value < 0 or value != int(value):
        code = FaultCode.NOT_A_NUMBER if value is None else FaultCode.NEGATIVE if value < 0 else FaultCode.NOT_WHOLE
        faults.append(Fault(code, key, line.number, {"text": line.text}))
        return None
    if value > _MOST_OF_A_KIND:
        faults.append(Fault(FaultCode.UNSUPPORTED_VALUE, key, line.number, {"text": line.text}))
        return None
    return int(value)


def _count_depots(text: VrplibText, faults: list[Fault]) -> int:
    """Count the depots, which must be the first locations; one if the file names none."""
    section = text.sections.get("DEPOT")
    if section is None:
        return 1
    depots = [value for value in section.flat() if value != -1]
    if not depots or depots != [i + 1 for i in range(len(depots))]:
        faults.append(Fault(FaultCode.DEPOT_NOT_FIRST, "DEPOT_SECTION", section.number))
        return 1
    return len(depots)


def _read_travel(
    text: VrplibText, fields: Fields, points: FloatArray, rounding: Rounding, faults: list[Fault]
) -> Travel:
    kind = text.lines["EDGE_WEIGHT_TYPE"].text if "EDGE_WEIGHT_TYPE" in text.lines else ""
    if "EDGE_WEIGHT" in text.sections:
        layout = text.lines["EDGE_WEIGHT_FORMAT"].text if "EDGE_WEIGHT_FORMAT" in text.lines else "FULL_MATRIX"
        metres = fields.edge_weights(layout)
        _check_distance(int(metres.max()), faults)
        return TableTravel(metres)
    metric = Metric.EUCLIDEAN
    if kind == "EXPLICIT":
        faults.append(Fault(FaultCode.MISSING, "EDGE_WEIGHT_SECTION"))
    elif kind and kind not in set(Metric):
        faults.append(
            Fault(
                FaultCode.UNSUPPORTED_VALUE, "EDGE_WEIGHT_TYPE", text.lines["EDGE_WEIGHT_TYPE"].number, {"text": kind}
            )
        )
    elif "NODE_COORD" not in text.sections:
        faults.append(Fault(FaultCode.MISSING, "NODE_COORD_SECTION"))
    elif rounding is Rounding.NONE:
        faults.append(Fault(FaultCode.ROUNDING_NEEDED, "NODE_COORD_SECTION", text.sections["NODE_COORD"].number))
    else:
        metric = Metric(kind or Metric.EUCLIDEAN)
    width, height = np.ptp(points, axis=0).tolist()
    _check_distance(int(float(np.hypot(width, height)) * rounding.scale), faults)
    return PlaneTravel(points, rounding, metric)


def _check_distance(longest: int, faults: list[Fault]) -> None:
    if longest > MOST_DISTANCE:
        faults.append(Fault(FaultCode.TOO_FAR_APART, params={"found": longest, "most": MOST_DISTANCE}))


class _Clients:
    """What the file says of each location, as whole numbers."""

    def __init__(self, fields: Fields) -> None:
        self.demand = fields.by_location("DEMAND" if fields.has("DEMAND") else "LINEHAUL")
        self.service_s = fields.by_location("SERVICE_TIME")
        self.release_s = fields.by_location("RELEASE_TIME")


def _build_problem(
    points: FloatArray, travel: Travel, windows: IntArray | None, fleet: Fleet, clients: _Clients, n_depots: int
) -> Problem:
    n_locations = len(points)
    spans = [None] * n_locations if windows is None else [(int(start), int(end)) for start, end in windows]
    tags = _tag(travel, fleet, clients.demand, n_depots)
    deliveries = tuple(
        Delivery(
            name=str(i),
            place=i,
            depot=tags[i - n_depots],
            packs=(),
            weight_g=int(clients.demand[i]),
            volume_ml=0,
            storage_class=CLASS,
            days=(0,),
            windows=() if (span := spans[i]) is None else (span,),
            service_s=int(clients.service_s[i]),
            release_s=int(clients.release_s[i]),
            vehicle_types=fleet.allowed.get(i),
        )
        for i in range(n_depots, n_locations)
    )
    depots = tuple(Depot(i, (), *(spans[i] or (0, NO_LIMIT))) for i in range(n_depots))
    places = tuple(Place(str(i), float(x), float(y)) for i, (x, y) in enumerate(points))
    return Problem(("1",), places, depots, (), (), (), deliveries, fleet.types, travel)


def _tag(travel: Travel, fleet: Fleet, demand: IntArray, n_depots: int) -> list[int]:
    """Tag each client with the nearest depot that has a vehicle for it; if none has, with the nearest that has any."""
    homes = sorted({v.depot for v in fleet.types if v.count}) or [0]
    n_clients = len(demand) - n_depots
    if len(homes) == 1:
        return homes * n_clients
    metres, _ = travel.matrix(homes, np.arange(n_depots, len(demand)))
    for row, home in enumerate(homes):
        mine = {k: v.capacity_g for k, v in enumerate(fleet.types) if v.depot == home}
        for column in range(n_clients):
            client = n_depots + column
            types = fleet.allowed.get(client, tuple(mine))
            if not any(mine.get(k, -1) >= demand[client] for k in types):
                metres[row, column] += 2 * MOST_DISTANCE
    return [homes[row] for row in np.argmin(metres, axis=0).tolist()]
