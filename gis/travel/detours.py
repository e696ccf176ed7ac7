"""How many metres of road a metre of the straight line is, between every two areas, fitted to a few known ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Groups that a place lies in, from the largest to the smallest.
Groups = tuple[int, ...]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KnownWay:
    """A way whose length on the road is known: the groups of its ends, and its metres; ``straight_m`` above 0."""

    origin: Groups
    destination: Groups
    straight_m: float
    road_m: float


@dataclass(frozen=True)
class Detours:
    """Factors fitted to known ways.

    Attributes
    ----------
    overall
        Over all ways together.
    by_pair
        For each level, from the largest groups: (group, group), the lower first -> factor, where ways are known.
    """

    overall: float
    by_pair: tuple[Mapping[tuple[int, int], float], ...]

    def between(self, origin: Groups, destination: Groups) -> float:
        """Return the factor between two places: of the smallest groups between which a way is known."""
        factor = self.overall
        for level, pairs in enumerate(self.by_pair):
            factor = pairs.get(_pair(origin, destination, level), factor)
        return factor

    def table(self, places: Sequence[Groups]) -> FloatArray:
        """Return the factors between places, of shape (places, places)."""
        distinct = sorted(set(places))
        number = {groups: n for n, groups in enumerate(distinct)}
        of_groups = np.array([[self.between(a, b) for b in distinct] for a in distinct], dtype=np.float64)
        at = np.array([number[groups] for groups in places], dtype=np.int64)
        return np.asarray(of_groups[at[:, np.newaxis], at[np.newaxis, :]], dtype=np.float64)


def fit_detours(ways: Sequence[KnownWay], levels: int) -> Detours:
    """Fit the factor of every pair of groups between which a way is known.

    A factor is the ratio of the sums of road and straight metres (ratio estimator: Cochran 1977, chapter 6). Few ways tell
    little: each pair's ratio is drawn towards that of the larger groups about it, which counts as much as one way
    (shrinkage by level, after Efron and Morris 1975). No factor is below 1.

    Parameters
    ----------
    ways
        At least one; direction does not matter.
    levels
        Groups that every place lies in.

    Raises
    ------
    ValueError
        If there is no way, or one of no length.
    """
    if not ways or any(way.straight_m <= 0 or way.road_m <= 0 for way in ways):
        raise ValueError("no ways, or ways of no length")
    straight_m = sum(way.straight_m for way in ways)
    overall = max(1.0, sum(way.road_m for way in ways) / straight_m)
    found: list[dict[tuple[int, int], float]] = []
    for level in range(levels):
        members: defaultdict[tuple[int, int], list[KnownWay]] = defaultdict(list)
        for way in ways:
            members[_pair(way.origin, way.destination, level)].append(way)
        found.append({})
        for pair, own in members.items():
            above = Detours(overall, tuple(found[:-1])).between(own[0].origin, own[0].destination)
            road, line = sum(way.road_m for way in own), sum(way.straight_m for way in own)
            found[-1][pair] = max(1.0, (len(own) * road / line + above) / (len(own) + 1))
    return Detours(overall, tuple(found))


def left_out_errors(ways: Sequence[KnownWay], levels: int) -> FloatArray:
    """Return by how much of its metres each way is missed if it is estimated from all the others, of shape (ways,).

    Raises
    ------
    ValueError
        If there are fewer than two ways.
    """
    if len(ways) < 2:
        raise ValueError("one way has no others")
    errors = []
    for n, way in enumerate(ways):
        fitted = fit_detours([*ways[:n], *ways[n + 1 :]], levels)
        errors.append(abs(fitted.between(way.origin, way.destination) * way.straight_m / way.road_m - 1))
    return np.array(errors)


def _pair(origin: Groups, destination: Groups, level: int) -> tuple[int, int]:
    a, b = origin[level], destination[level]
    return (a, b) if a <= b else (b, a)
