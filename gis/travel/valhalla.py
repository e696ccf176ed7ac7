"""Roads by Valhalla: the same questions, put to a service over HTTP or to the library in this process."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gis.travel.engine import LonLat, RoadsError, RoadsFault, Ways, find_by_halves, no_ways, read_ways, to_whole
from gis.travel.http_json import JsonService

#: Valhalla's own words for: no road near, places that no way joins, no way found.
_NO_WAY = frozenset({170, 171, 442, 443})
_METRES_PER_KM = 1000.0
#: Places that a service with Valhalla's own limits takes on one way.
_MOST_ON_A_WAY = 20


class ValhallaRefusedError(Exception):
    """Valhalla's answer to what it cannot do: its number and words."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"{number}: {words}")
        self.number = number


class Backend(Protocol):
    """Answers one of Valhalla's actions."""

    @property
    def where(self) -> str:
        """Tell where it is: an address or a folder."""
        ...

    @property
    def at_once(self) -> int:
        """Tell how many questions may be asked at once."""
        ...

    def ask(self, action: str, question: Mapping[str, Any]) -> Any:
        """Return the answer.

        Raises
        ------
        ValhallaRefusedError
            If Valhalla says no.
        RoadsError
            If it does not answer.
        """
        ...


class By(StrEnum):
    """Who travels, in Valhalla's words."""

    TRUCK = "truck"
    CAR = "auto"
    FOOT = "pedestrian"


_BY_WORDS = {By.TRUCK: "truck", By.CAR: "car", By.FOOT: "on foot"}


@dataclass(frozen=True, slots=True)
class Truck:
    """The truck that must be able to pass: mass with load, t, and height, m; None for Valhalla's usual truck."""

    tonnes: float | None = None
    height_m: float | None = None

    @property
    def options(self) -> dict[str, float]:
        """Return it in Valhalla's words."""
        told = {"weight": self.tonnes, "height": self.height_m}
        return {name: value for name, value in told.items() if value is not None}


USUAL_TRUCK = Truck()


@dataclass(frozen=True, eq=False)
class ValhallaEngine:
    """Ways for a truck, or for people, by Valhalla.

    Attributes
    ----------
    backend
        Who answers.
    truck
        For which the ways are, where ``by`` says so.
    source
        Whose roads they are, for the label.
    most_places
        A service with Valhalla's own limits answers 2,500 pairs at once; a larger question finds its ways sooner.
    """

    backend: Backend
    truck: Truck = USUAL_TRUCK
    source: str = ""
    most_places: int = 50
    by: By = By.TRUCK

    @property
    def label(self) -> str:
        """Name the engine, who travels and the roads."""
        truck = ((self.truck.tonnes, "t"), (self.truck.height_m, "m high")) if self.by is By.TRUCK else ()
        parts = [f"Valhalla {self._status.get('version', '')}", _BY_WORDS[self.by]]
        parts += [f"{value:g} {unit}" for value, unit in truck if value is not None]
        return ", ".join([*parts, *([self.source] if self.source else [])])

    @property
    def at_once(self) -> int:
        """Tell how many questions may be asked at once."""
        return self.backend.at_once

    @property
    def version(self) -> str:
        """Return the key of engine, roads and truck."""
        return json.dumps(
            [
                "valhalla",
                self._status.get("version"),
                self._status.get("tileset_last_modified"),
                self.source,
                self._costing,
            ]
        )

    @cached_property
    def _status(self) -> Mapping[str, Any]:
        answer = self._require("status", {})
        return answer if isinstance(answer, Mapping) else {}

    def snap(self, places: Sequence[LonLat]) -> NDArray[np.float64]:
        """Return the metres from each place to the nearest road that the truck may use."""
        found = np.full(len(places), np.inf)
        for first in range(0, len(places), self.most_places):
            part = places[first : first + self.most_places]
            question = {"locations": _locations(part), "verbose": True, **self._costing}
            with self._reading():
                answer = self._require("locate", question)
                for number, one in enumerate(answer):
                    if edges := one["edges"]:
                        found[first + number] = min(float(edge["distance"]) for edge in edges)
        return found

    def table(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Ways:
        """Return metres and seconds between places; a question that Valhalla refuses for a place is split."""
        shape = len(origins), len(destinations)
        if not all(shape):
            return no_ways(origins, destinations)
        question = {
            "sources": _locations(origins),
            "targets": _locations(destinations),
            "units": "kilometers",
            "verbose": False,
            **self._costing,
        }
        try:
            answer = self.backend.ask("sources_to_targets", question)
        except ValhallaRefusedError as refusal:
            if refusal.number not in _NO_WAY:
                raise RoadsError(RoadsFault.REFUSED, self.backend.where, str(refusal)) from refusal
            return find_by_halves(self.table, origins, destinations)
        with self._reading():
            found = answer["sources_to_targets"]
            metres = to_whole(found["distances"], shape, _METRES_PER_KM)
            return read_ways(metres, to_whole(found["durations"], shape))

    def path(self, places: Sequence[LonLat]) -> tuple[LonLat, ...]:
        """Return the line of the road through places."""
        line: list[LonLat] = []
        for first in range(0, max(1, len(places) - 1), _MOST_ON_A_WAY - 1):
            part = self._part_of_path(places[first : first + _MOST_ON_A_WAY])
            if not part:
                return ()
            line += part
        return tuple(line)

    def _part_of_path(self, places: Sequence[LonLat]) -> tuple[LonLat, ...]:
        question = {
            "locations": _locations(places),
            "directions_type": "none",
            "shape_format": "polyline6",
            "units": "kilometers",
            **self._costing,
        }
        try:
            answer = self.backend.ask("route", question)
        except ValhallaRefusedError as refusal:
            if refusal.number in _NO_WAY:
                return ()
            raise RoadsError(RoadsFault.REFUSED, self.backend.where, str(refusal)) from refusal
        with self._reading():
            return tuple(point for leg in answer["trip"]["legs"] for point in decode_polyline(leg["shape"]))

    @property
    def _costing(self) -> dict[str, Any]:
        if self.by is By.TRUCK:
            return {"costing": "truck", "costing_options": {"truck": self.truck.options}}
        return {"costing": self.by.value}

    def _require(self, action: str, question: Mapping[str, Any]) -> Any:
        try:
            return self.backend.ask(action, question)
        except ValhallaRefusedError as refusal:
            raise RoadsError(RoadsFault.REFUSED, self.backend.where, str(refusal)) from refusal

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RoadsError(RoadsFault.BAD_ANSWER, self.backend.where, repr(error)) from error


def _locations(places: Sequence[LonLat]) -> list[dict[str, float]]:
    return [{"lon": lon, "lat": lat} for lon, lat in places]


def decode_polyline(text: str, digits: int = 6) -> tuple[LonLat, ...]:
    """Return the points (lon, lat) of an encoded polyline: differences of latitude and longitude, five bits a letter.

    Raises
    ------
    ValueError
        If the text ends within a number.
    """
    numbers: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("the polyline ends within a number")
    points = np.cumsum(np.array(numbers, dtype=np.int64).reshape(-1, 2), axis=0) / 10**digits
    return tuple((lon, lat) for lat, lon in points.tolist())


@dataclass(frozen=True, eq=False)
class ValhallaService:
    """Valhalla over HTTP."""

    service: JsonService
    at_once: int = 4

    @property
    def where(self) -> str:
        """Return the address."""
        return self.service.url

    def ask(self, action: str, question: Mapping[str, Any]) -> Any:
        """Return the answer of the service."""
        status, answer = self.service.post(f"/{action}", question)
        if status == 200:
            return answer
        if isinstance(answer, Mapping) and isinstance(answer.get("error_code"), int):
            raise ValhallaRefusedError(answer["error_code"], str(answer.get("error", "")))
        raise RoadsError(RoadsFault.BAD_ANSWER, self.where, f"{status} {str(answer)[:200]}")


@dataclass(frozen=True, eq=False)
class EmbeddedValhalla:
    """Valhalla in this process, on roads that :func:`gis.travel.tiles.build_tiles` made (extra ``roads``)."""

    folder: Path
    config: Mapping[str, Any] = field(repr=False)
    _own: threading.local = field(init=False, repr=False, default_factory=threading.local)

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the library behind when it is pickled."""
        return type(self), (self.folder, self.config)

    @property
    def at_once(self) -> int:
        """Tell how many processors there are: the library lets go of the interpreter's lock."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def where(self) -> str:
        """Return the folder."""
        return str(self.folder)

    @property
    def _actor(self) -> Any:
        """Return the library as opened by this thread: one that two use at once is not safe."""
        from valhalla import Actor  # noqa: PLC0415 - an extra, and only from Python 3.12 on

        if not hasattr(self._own, "actor"):
            self._own.actor = Actor(dict(self.config))
        return self._own.actor

    def ask(self, action: str, question: Mapping[str, Any]) -> Any:
        """Return the answer of the library."""
        method = {"sources_to_targets": "matrix"}.get(action, action)
        try:
            answer = getattr(self._actor, method)(json.dumps(question))
        except RuntimeError as error:
            if isinstance(number := getattr(error, "code", None), int):
                raise ValhallaRefusedError(number, str(error)) from error
            raise RoadsError(RoadsFault.NO_ROADS, self.where, str(error)) from error
        return json.loads(answer) if isinstance(answer, str) else answer
