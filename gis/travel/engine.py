"""What every road engine offers, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gis.travel.protocol import UNREACHABLE, IntArray

LonLat = tuple[float, float]
Ways = tuple[IntArray, IntArray]


class RoadsFault(StrEnum):
    """What is wrong with an engine or with what it was asked."""

    NO_ANSWER = "no_answer"  # nobody answers at the address, or not in time
    REFUSED = "refused"  # the engine says no, and why
    BAD_ANSWER = "bad_answer"  # what comes back is no answer to what was asked
    NO_PACKAGE = "no_package"  # the engine is not installed
    NO_ROADS = "no_roads"  # the folder holds no roads, or the map no usable ones
    BUILD_FAILED = "build_failed"  # the map could not be made into roads


class RoadsError(RuntimeError):
    """A road engine does not do what it is asked; ``fault`` says how, ``where`` which one, ``detail`` its words."""

    def __init__(self, fault: RoadsFault, where: str, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {where}: {detail}")
        self.fault = fault
        self.where = where
        self.detail = detail


class RoadEngine(Protocol):
    """Finds ways on real roads between positions (lon, lat).

    ``label`` names the engine, the vehicle and the source of the roads in Latin letters; ``version`` changes whenever
    the roads or the rules of the road do, so that what was found before is not taken for what is true now.
    ``most_places`` is how many origins, and how many destinations, one question may have; ``at_once`` how many questions
    it may be asked at once, each from a thread of its own.
    """

    @property
    def label(self) -> str:
        """Name the source of the figures."""
        ...

    @property
    def version(self) -> str:
        """Return the key of the roads and rules."""
        ...

    @property
    def most_places(self) -> int:
        """Tell how many origins or destinations one question may have."""
        ...

    @property
    def at_once(self) -> int:
        """Tell how many questions may be asked at once."""
        ...

    def snap(self, places: Sequence[LonLat]) -> NDArray[np.float64]:
        """Return the metres from each place to the nearest road, infinite where there is none near.

        Raises
        ------
        RoadsError
            If the engine does not answer.
        """
        ...

    def table(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Ways:
        """Return metres and seconds, each of shape (origins, destinations); -1 where there is no way.

        Raises
        ------
        RoadsError
            If the engine does not answer.
        """
        ...

    def path(self, places: Sequence[LonLat]) -> tuple[LonLat, ...]:
        """Return the line of the road through places in their order; empty where there is no way.

        Raises
        ------
        RoadsError
            If the engine does not answer.
        """
        ...


def to_whole(figures: Sequence[Sequence[float | None]], shape: tuple[int, int], scale: float = 1.0) -> IntArray:
    """Return a table of numbers, with blanks, as whole ones, -1 where blank.

    Raises
    ------
    ValueError
        If it is not of the shape, or holds what is no number from 0 on.
    """
    table = np.array(
        [[np.nan if figure is None else float(figure) for figure in row] for row in figures], dtype=np.float64
    ).reshape(len(figures), -1)
    if table.shape != shape:
        raise ValueError(f"a table of shape {table.shape} for {shape}")
    if np.isinf(table).any() or (table < 0).any():
        raise ValueError("a way is negative or endless")
    whole: IntArray = np.where(np.isnan(table), -1, np.rint(table * scale)).astype(np.int64)
    return whole


def read_ways(metres: IntArray, seconds: IntArray) -> Ways:
    """Return metres and seconds, unreachable in both where they are in one."""
    nowhere = (metres == UNREACHABLE) | (seconds == UNREACHABLE)
    metres[nowhere] = seconds[nowhere] = UNREACHABLE
    return metres, seconds


def find_by_halves(
    table: Callable[[Sequence[LonLat], Sequence[LonLat]], Ways],
    origins: Sequence[LonLat],
    destinations: Sequence[LonLat],
) -> Ways:
    """Ask in two halves what an engine refuses as a whole because one place has no way; one pair alone has none."""
    if len(origins) == len(destinations) == 1:
        nowhere = np.full((1, 1), UNREACHABLE, dtype=np.int64)
        return nowhere, nowhere.copy()
    if len(origins) >= len(destinations):
        half = len(origins) // 2
        above, below = table(origins[:half], destinations), table(origins[half:], destinations)
        return np.vstack([above[0], below[0]]), np.vstack([above[1], below[1]])
    half = len(destinations) // 2
    left, right = table(origins, destinations[:half]), table(origins, destinations[half:])
    return np.hstack([left[0], right[0]]), np.hstack([left[1], right[1]])


def no_ways(origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Ways:
    """Return the answer to a question without origins or without destinations."""
    shape = len(origins), len(destinations)
    return np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
