"""Travel on real roads: a road engine asked in blocks, what it found kept on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import require_positions
from gis.travel.engine import LonLat, RoadEngine, Ways
from gis.travel.protocol import UNREACHABLE, Indices, IntArray, require_indices
from gis.travel.road_cache import UNKNOWN, RoadCache

#: A place further from every road than this is on none, m.
MOST_OFF_ROAD_M = 5_000.0

_NOBODY: Callable[[float], None] = lambda _fraction: None  # noqa: E731


@dataclass(frozen=True, eq=False)
class RoadTravel:
    """Road metres and seconds by an engine.

    A place that is further than ``MOST_OFF_ROAD_M`` from every road is unreachable, never moved to one.

    Attributes
    ----------
    engine
        Who finds the ways.
    lon, lat
        Degrees, of shape (places,).
    cache
        Where ways are kept; None for nowhere.

    Raises
    ------
    PositionError
        If a position is not a longitude and a latitude in degrees.
    """

    engine: RoadEngine
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cache: RoadCache | None = None
    _places: tuple[LonLat, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the positions."""
        lon, lat = require_positions(self.lon, self.lat)
        object.__setattr__(self, "_places", tuple(zip(lon.tolist(), lat.tolist(), strict=True)))

    @property
    def label(self) -> str:
        """Name the source of the figures."""
        return self.engine.label

    @property
    def is_estimate(self) -> bool:
        """Tell that the figures are road figures."""
        return False

    @cached_property
    def off_road_m(self) -> NDArray[np.float64]:
        """Return the metres from each place to the nearest road, infinite where there is none near."""
        return self.engine.snap(self._places)

    def matrix(self, origins: Indices, destinations: Indices) -> tuple[IntArray, IntArray]:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no road.

        Raises
        ------
        IndexError
            If a place does not exist.
        RoadsError
            If the engine does not answer.
        """
        return self.measure(origins, destinations)

    def measure(self, origins: Indices, destinations: Indices, on_progress: Callable[[float], None] = _NOBODY) -> Ways:
        """Do what ``matrix`` does, and tell now and then which part is done."""
        count = len(self._places)
        rows, columns = require_indices(origins, count), require_indices(destinations, count)
        on_road = self.off_road_m <= MOST_OFF_ROAD_M
        from_rows, to_columns = np.unique(rows[on_road[rows]]), np.unique(columns[on_road[columns]])
        found = self._find(from_rows.tolist(), to_columns.tolist(), on_progress)
        inside = np.ix_(on_road[rows], on_road[columns])
        at = np.ix_(
            np.searchsorted(from_rows, rows[on_road[rows]]), np.searchsorted(to_columns, columns[on_road[columns]])
        )
        same = rows[:, np.newaxis] == columns[np.newaxis, :]

        def spread(ways: IntArray) -> IntArray:
            block = np.full(same.shape, UNREACHABLE, dtype=np.int64)
            block[inside] = ways[at]
            block[same] = 0
            return block

        return spread(found[0]), spread(found[1])

    def _find(self, origins: Sequence[int], destinations: Sequence[int], on_progress: Callable[[float], None]) -> Ways:
        """Return the ways between places on roads: those that are kept, and for the others ask the engine."""
        starts, ends = [self._places[i] for i in origins], [self._places[i] for i in destinations]
        metres, seconds = self._look_up(starts, ends)
        most = self.engine.most_places
        missing = metres == UNKNOWN
        done, total = 0, max(1, int(missing.sum()))
        blocks = [
            (top + np.flatnonzero(block.any(axis=1)), left + np.flatnonzero(block.any(axis=0)))
            for top in range(0, len(starts), most)
            for left in range(0, len(ends), most)
            if (block := missing[top : top + most, left : left + most]).any()
        ]
        with ThreadPoolExecutor(max(1, self.engine.at_once)) as threads:
            asked = [([starts[i] for i in rows], [ends[j] for j in columns]) for rows, columns in blocks]
            answers = threads.map(lambda one: self.engine.table(*one), asked)
            try:
                for (rows, columns), question, ways in zip(blocks, asked, answers, strict=True):
                    at = np.ix_(rows, columns)
                    done += int(missing[at].sum())
                    metres[at], seconds[at] = ways
                    self._keep(*question, ways)
                    on_progress(done / total)
            finally:
                threads.shutdown(cancel_futures=True)
        return metres, seconds

    def _look_up(self, starts: Sequence[LonLat], ends: Sequence[LonLat]) -> Ways:
        if self.cache is not None:
            # A cache that cannot be read holds nothing: its ways are found again.
            with suppress(sqlite3.Error, OSError):
                return self.cache.find(starts, ends)
        shape = len(starts), len(ends)
        return np.full(shape, UNKNOWN, dtype=np.int64), np.full(shape, UNKNOWN, dtype=np.int64)

    def _keep(self, starts: Sequence[LonLat], ends: Sequence[LonLat], ways: Ways) -> None:
        if self.cache is not None:
            with suppress(sqlite3.Error, OSError):
                self.cache.keep(starts, ends, ways)
