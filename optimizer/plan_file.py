"""Writes a plan with everything it rests on into one file, and reads such a file from anybody.

The format is described in ``docs/plan-format.md``. The bytes depend on problem, plan and header only: no clock, no
machine, keys in order, whole numbers everywhere but for lon and lat, which have seven digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from optimizer.consecutive import consecutive_legs
from optimizer.plan import Plan
from optimizer.problem import Delivery, Depot, Place, Problem, ProblemError, VehicleType
from optimizer.records import RecordError, decode_record, encode_record
from optimizer.travel import UNREACHABLE, IntArray
from optimizer.verify_trip import places_of

SCHEMA = "taavon.plan/2"
#: The format before, which is still read: its problems had none of the rules below.
_EARLIER = "taavon.plan/1"
#: What deliveries and vehicle types of the earlier format are read as.
_NEW_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "deliveries": {"release_s": 0, "vehicle_types": None},
    "vehicle_types": {
        "end_depot": None,
        "returns": True,
        "class_capacity_g": None,
        "max_metres": None,
        "max_duration_s": None,
    },
}
#: Fields that stand in a file only where they differ from this: files without these rules stay as they were.
_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "depots": {"docks": None},
    "deliveries": {"divisible": False, "setup_s": 0},
    "vehicle_types": {"days": None},
}

#: A larger file is refused unread; a plan for 10,000 deliveries has about 5 MB.
MAX_PLAN_BYTES = 50_000_000


class PlanFileError(ValueError):
    """The bytes are no plan; ``problems`` name every reason, each with its place in the file."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True)
class RecordedTravel:
    """The legs kept with a plan, ``legs[(origin, destination)] = (metres, seconds)``; there is no other road."""

    legs: Mapping[tuple[int, int], tuple[int, int]] = field(repr=False)

    def matrix(
        self, origins: Sequence[int] | IntArray, destinations: Sequence[int] | IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 for a leg that was not kept."""
        unknown = (UNREACHABLE, UNREACHABLE)
        known = [[self.legs.get((int(o), int(d)), unknown) for d in destinations] for o in origins]
        both = np.array(known, dtype=np.int64).reshape(len(origins), len(destinations), 2)
        return both[:, :, 0], both[:, :, 1]


@dataclass(frozen=True)
class LoadedPlan:
    """What a plan file holds; ``travel``, which is also the problem's, knows the plan's own legs only."""

    problem: Problem
    plan: Plan
    header: Mapping[str, Any]
    travel: RecordedTravel


@dataclass(frozen=True)
class _Room:
    place: int
    storage_class: str
    room_g: int


@dataclass(frozen=True)
class _ProblemRecord:
    days: tuple[str, ...]
    places: tuple[Place, ...]
    depots: tuple[Depot, ...]
    commodities: tuple[str, ...]
    commodity_weight_g: tuple[int, ...]
    commodity_volume_ml: tuple[int, ...]
    deliveries: tuple[Delivery, ...]
    vehicle_types: tuple[VehicleType, ...]
    storage: tuple[_Room, ...]


@dataclass(frozen=True)
class _Content:
    problem: _ProblemRecord
    travel: tuple[tuple[int, int, int, int], ...]  # origin, destination, metres, seconds
    plan: Plan


def dump_plan(problem: Problem, plan: Plan, header: Mapping[str, Any]) -> bytes:
    """Write a plan, its problem and the roads it uses as canonical JSON.

    Parameters
    ----------
    problem, plan
        What was asked and what was found.
    header
        What else a reader should know (round, source of the travel times, versions): JSON values without floats.

    Raises
    ------
    ValueError
        If the header holds a float.
    """
    _require_no_float(header, "header")
    content = _Content(_to_record(problem), tuple(_used_legs(problem, plan)), plan)
    document = {"schema": SCHEMA, "header": header, **encode_record(content)}
    for name, defaults in _OPTIONAL.items():
        document["problem"][name] = [_drop_defaults(entry, defaults) for entry in document["problem"][name]]
    return _to_bytes(document)


def _drop_defaults(entry: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in defaults or value != defaults[key]}


def renew_plan(data: bytes) -> bytes:
    """Return a plan file of the earlier format in the present one; any other bytes as they are."""
    try:
        document = _parse(data)
    except PlanFileError:
        return data
    return data if document["schema"] == SCHEMA else _to_bytes(document | {"schema": SCHEMA})


def _to_bytes(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def load_plan(data: bytes) -> LoadedPlan:
    """Read a plan file that anybody may have written.

    What is read has the right form and indices of places, depots and days that exist; whether the plan is right is
    for ``verify_plan`` to say.

    Raises
    ------
    PlanFileError
        With every reason why it is no plan.
    """
    document = _parse(data)
    header = document.get("header")
    if not isinstance(header, dict):
        raise PlanFileError(["header: object expected"])
    try:
        _set_defaults(document, _OPTIONAL)
        content: _Content = decode_record(
            _Content, {key: document[key] for key in document if key not in {"schema", "header"}}, "$"
        )
        travel = RecordedTravel({(origin, to): (m, s) for origin, to, m, s in content.travel})
        problem = _from_record(content.problem, travel)
    except RecordError as error:
        raise PlanFileError(error.problems) from error
    except ProblemError as error:
        raise PlanFileError([str(error)]) from error
    return LoadedPlan(problem, content.plan, header, travel)


def _to_record(problem: Problem) -> _ProblemRecord:
    return _ProblemRecord(
        days=problem.days,
        places=problem.places,
        depots=problem.depots,
        commodities=problem.commodities,
        commodity_weight_g=problem.commodity_weight_g,
        commodity_volume_ml=problem.commodity_volume_ml,
        deliveries=problem.deliveries,
        vehicle_types=problem.vehicle_types,
        storage=tuple(_Room(place, cls, room_g) for (place, cls), room_g in sorted(problem.storage_g.items())),
    )


def _from_record(record: _ProblemRecord, travel: RecordedTravel) -> Problem:
    return Problem(
        days=record.days,
        places=record.places,
        depots=record.depots,
        commodities=record.commodities,
        commodity_weight_g=record.commodity_weight_g,
        commodity_volume_ml=record.commodity_volume_ml,
        deliveries=record.deliveries,
        vehicle_types=record.vehicle_types,
        travel=travel,
        storage_g={(room.place, room.storage_class): room.room_g for room in record.storage},
    )


def _used_legs(problem: Problem, plan: Plan) -> list[tuple[int, int, int, int]]:
    """List the legs of the trips, and those there and back that the reasons of the unserved rest on."""
    tours = [places_of(problem, trip) for trip in plan.trips]
    for unserved in plan.unserved:
        delivery = problem.deliveries[unserved.delivery]
        depot = problem.depots[delivery.depot].place
        ends = {problem.depots[v.end_depot].place for v in problem.vehicle_types if v.end_depot is not None}
        tours += [[depot, delivery.place, end] for end in sorted(ends | {depot})]
    legs: dict[tuple[int, int], tuple[int, int]] = {}
    for tour in tours:
        driven = consecutive_legs(problem.travel, tour)
        legs |= dict(zip(pairwise(tour), driven, strict=True))
    return [(origin, to, metres, seconds) for (origin, to), (metres, seconds) in sorted(legs.items())]


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_PLAN_BYTES:
        raise PlanFileError([f"larger than {MAX_PLAN_BYTES} bytes"])
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique_keys)
    except UnicodeDecodeError as error:
        raise PlanFileError([f"no UTF-8 at byte {error.start}"]) from error
    except json.JSONDecodeError as error:
        raise PlanFileError([f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}"]) from error
    except RecursionError as error:
        raise PlanFileError(["nested too deeply"]) from error
    except ValueError as error:  # a key twice; a number of thousands of digits
        raise PlanFileError([str(error)]) from error
    if not isinstance(document, dict) or document.get("schema") not in (SCHEMA, _EARLIER):
        raise PlanFileError([f'schema: "{SCHEMA}" expected'])
    if document["schema"] == _EARLIER:
        _set_defaults(document, _NEW_FIELDS)
    return document


def _set_defaults(document: dict[str, Any], defaults: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the fields that may be left out; what is malformed is left for the reader to tell."""
    problem = document.get("problem")
    if not isinstance(problem, dict):
        return
    for name, fields in defaults.items():
        entries = problem.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                for field_name, value in fields.items():
                    entry.setdefault(field_name, value)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("an object has a key twice")
    return document


def _require_no_float(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise ValueError(f"{path} is a float")  # noqa: TRY004  # a rule of the format, not of Python's types
    if isinstance(value, Mapping):
        for key, item in value.items():
            _require_no_float(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for item in value:
            _require_no_float(item, f"{path}[]")
