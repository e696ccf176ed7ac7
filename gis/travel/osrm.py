"""Roads by OSRM over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.travel.engine import LonLat, RoadsError, RoadsFault, Ways, find_by_halves, no_ways, read_ways, to_whole
from gis.travel.http_json import JsonService
from gis.travel.valhalla import decode_polyline

_NO_WAY = frozenset({"NoSegment", "NoRoute", "NoTable"})
#: Stands for what a service does not tell: the version of its roads.
_UNTOLD = ""


@dataclass(frozen=True, eq=False)
class OsrmEngine:
    """Ways for the vehicle that the service was made for.

    Attributes
    ----------
    service
        Its address.
    roads
        What roads the service has, as its keeper says: OSRM itself does not tell, so that ways kept on disk are only
        found again under the same name.
    most_places
        A service with OSRM's own limits takes 100 places a question, origins and destinations together.
    """

    service: JsonService
    roads: str = _UNTOLD
    most_places: int = 50
    at_once: int = 4

    @property
    def label(self) -> str:
        """Name the engine and the roads."""
        return f"OSRM, {self.roads or self.service.url}"

    @property
    def version(self) -> str:
        """Return the key of service and roads."""
        return json.dumps(["osrm", self.service.url, self.roads])

    def snap(self, places: Sequence[LonLat]) -> NDArray[np.float64]:
        """Return the metres from each place to the nearest road."""
        found = np.full(len(places), np.inf)
        for first in range(0, len(places), self.most_places):
            part = places[first : first + self.most_places]
            answer = self._ask("table", part, sources=range(len(part)), destinations=[0])
            if answer is not None:
                with self._reading():
                    found[first : first + len(part)] = [float(one["distance"]) for one in answer["sources"]]
            elif len(part) > 1:
                found[first : first + len(part)] = [self.snap([place])[0] for place in part]
        return found

    def table(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Ways:
        """Return metres and seconds between places."""
        shape = len(origins), len(destinations)
        if not all(shape):
            return no_ways(origins, destinations)
        both = [*origins, *destinations]
        answer = self._ask(
            "table", both, sources=range(len(origins)), destinations=range(len(origins), len(both)),
            annotations="duration,distance",
        )  # fmt: skip
        if answer is None:
            return find_by_halves(self.table, origins, destinations)
        with self._reading():
            return read_ways(to_whole(answer["distances"], shape), to_whole(answer["durations"], shape))

    def path(self, places: Sequence[LonLat]) -> tuple[LonLat, ...]:
        """Return the line of the road through places."""
        answer = self._ask("route", places, overview="full", geometries="polyline6", steps="false")
        if answer is None:
            return ()
        with self._reading():
            return decode_polyline(answer["routes"][0]["geometry"])

    def _ask(self, action: str, places: Sequence[LonLat], **options: str | Sequence[int]) -> Any:
        """Return the answer; None if OSRM finds no road or no way.

        Raises
        ------
        RoadsError
            If it does not answer, or says no for another reason.
        """
        points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in places)
        told = "&".join(
            f"{name}={value if isinstance(value, str) else ';'.join(map(str, value))}"
            for name, value in options.items()
        )
        status, answer = self.service.get(f"/{action}/v1/driving/{points}?{told}")
        code = answer.get("code") if isinstance(answer, Mapping) else None
        if status == 200 and code == "Ok":
            return answer
        if code in _NO_WAY:
            return None
        if isinstance(code, str):
            raise RoadsError(RoadsFault.REFUSED, self.service.url, f"{code}: {answer.get('message', '')}")
        raise RoadsError(RoadsFault.BAD_ANSWER, self.service.url, f"{status} {str(answer)[:200]}")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RoadsError(RoadsFault.BAD_ANSWER, self.service.url, repr(error)) from error
