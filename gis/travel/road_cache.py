"""Ways that were found once, kept on disk: to measure a network again after a small change takes a moment."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.travel.engine import LonLat, Ways

#: Stands in both tables for a way that is not kept.
UNKNOWN = -2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, lon INTEGER NOT NULL, lat INTEGER NOT NULL, UNIQUE (lon, lat));
CREATE TABLE IF NOT EXISTS ways (origin INTEGER PRIMARY KEY, destinations BLOB, metres BLOB, seconds BLOB);
"""
#: Positions that differ by less than some decimetres are one.
_PER_DEGREE = 1_000_000
_CELL = np.dtype("<i4")


@dataclass(frozen=True)
class RoadCache:
    """Ways by one version of an engine.

    Attributes
    ----------
    folder
        Of all caches; there is a file for each version.
    version
        As the engine tells it.
    """

    folder: Path
    version: str

    @property
    def file(self) -> Path:
        """Return the file of this version."""
        return self.folder / f"{hashlib.sha256(self.version.encode()).hexdigest()[:20]}.db"

    def find(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Ways:
        """Return the metres and seconds that are kept, each of shape (origins, destinations); ``UNKNOWN`` elsewhere."""
        shape = len(origins), len(destinations)
        metres, seconds = np.full(shape, UNKNOWN, dtype=np.int64), np.full(shape, UNKNOWN, dtype=np.int64)
        if not self.file.is_file():
            return metres, seconds
        with self._opened() as base:
            number = dict(_number(base, [*origins, *destinations]))
            columns = np.array([number.get(_key(place), UNKNOWN) for place in destinations], dtype=np.int64)
            for row, origin in enumerate(origins):
                kept = _load(base, number.get(_key(origin)))
                if kept is None:
                    continue
                at = np.searchsorted(kept[0], columns)
                found = kept[0][np.minimum(at, len(kept[0]) - 1)] == columns
                metres[row, found], seconds[row, found] = kept[1][at[found]], kept[2][at[found]]
        return metres, seconds

    def keep(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], ways: Ways) -> None:
        """Keep a table of ways beside those that are kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._opened() as base:
            base.execute("BEGIN IMMEDIATE")
            keys = {_key(place) for place in (*origins, *destinations)}
            base.executemany("INSERT OR IGNORE INTO place (lon, lat) VALUES (?, ?)", sorted(keys))
            number = dict(_number(base, [*origins, *destinations]))
            columns = np.array([number[_key(place)] for place in destinations], dtype=_CELL)
            for row, origin in enumerate(origins):
                new = columns, ways[0][row].astype(_CELL), ways[1][row].astype(_CELL)
                old = _load(base, number[_key(origin)])
                parts = new if old is None else tuple(np.concatenate(both) for both in zip(new, old, strict=True))
                _, first = np.unique(parts[0], return_index=True)  # the new one, where both have it
                blobs = [part[first].astype(_CELL).tobytes() for part in parts]
                base.execute("INSERT OR REPLACE INTO ways VALUES (?, ?, ?, ?)", (number[_key(origin)], *blobs))
            base.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=60, isolation_level=None)) as base:
            base.executescript(_SCHEMA)
            yield base


def _key(place: LonLat) -> tuple[int, int]:
    return round(place[0] * _PER_DEGREE), round(place[1] * _PER_DEGREE)


def _number(base: sqlite3.Connection, places: Sequence[LonLat]) -> Iterator[tuple[tuple[int, int], int]]:
    for key in {_key(place) for place in places}:
        if row := base.execute("SELECT id FROM place WHERE lon = ? AND lat = ?", key).fetchone():
            yield key, row[0]


def _load(
    base: sqlite3.Connection, origin: int | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]] | None:
    """Return the destinations that are kept of an origin, ascending, with metres and seconds; None if there are none."""
    row = base.execute("SELECT destinations, metres, seconds FROM ways WHERE origin = ?", (origin,)).fetchone()
    if row is None or not row[0]:
        return None
    destinations, metres, seconds = (np.frombuffer(blob, dtype=_CELL) for blob in row)
    return destinations, metres, seconds
