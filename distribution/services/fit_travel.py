"""Estimate the ways of a network from a few that are known: a detour for every pair of areas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from distribution.domain.dataset import Dataset, TravelMatrix
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where, has_errors
from distribution.domain.known_way import KnownWay as KnownWayRow
from distribution.domain.network import Outlet, Positioned
from distribution.domain.numerals import format_number
from distribution.intake.fields import KNOWN_WAYS_SHEET
from distribution.intake.known_ways import read_known_ways
from distribution.intake.limits import MAX_TRAVEL_PLACES
from distribution.intake.log import FindingLog
from distribution.messages import Locale, render_message
from gis.geodesy import build_unit_vectors, distances_m, pair_distances_m
from gis.travel.detours import Detours, Groups, KnownWay, fit_detours, left_out_errors

#: A known way may be shorter than the line between its ends by so much: positions and kilometres are rounded.
_LEAST_DETOUR = 0.97
#: Ends nearer to each other than this tell nothing of the detour, m.
_SHORTEST_M = 100.0
#: Rows of the matrix that are worked out at once.
_ROWS = 256


@dataclass(frozen=True)
class FittedTravel:
    """A network with its estimated travel, and how good the estimate is.

    Attributes
    ----------
    dataset
        The network with the travel matrix, labelled an estimate.
    ways
        How many known ways it is fitted to.
    factor
        Road over straight line, over all known ways together.
    least, most
        The lowest and the highest factor of a pair of areas.
    speed_kmh
        Over all ways whose minutes are known, else the network's own.
    error, error_before
        Median part of its length by which a known way is missed: estimated from all the others; by the factor that the
        network had. ``error`` is None for a single way.
    """

    dataset: Dataset
    ways: int
    factor: float
    least: float
    most: float
    speed_kmh: Decimal
    error: float | None
    error_before: float


def fit_travel(dataset: Dataset, file: Path) -> FittedTravel:
    """Fit detours to the known ways of a file, and put the ways between all places in as the travel matrix.

    An area stands in the median of its outlets, a warehouse in the area of the outlet nearest to it.

    Raises
    ------
    InputError
        ``travel_given_and_measured`` if the network has a matrix of its own; ``travel_too_large``; and with every row that is
        wrong: ``known_way_place``, ``known_way_nowhere``, ``known_way_same_place``, ``known_way_too_short``.
    """
    places: dict[str, Positioned] = {place.code: place for place in (*dataset.warehouses, *dataset.outlets)}
    if dataset.travel is not None:
        raise InputError((Finding(Severity.ERROR, "travel_given_and_measured", Where(sheet="travel")),))
    if len(places) > MAX_TRAVEL_PLACES:
        params = {"places": len(places), "limit": MAX_TRAVEL_PLACES}
        raise InputError((Finding(Severity.ERROR, "travel_too_large", Where(sheet="travel"), params),))
    log = FindingLog()
    rows = read_known_ways(file, {*places, *dataset.area_by_code}, log)
    atlas = _Atlas(dataset)
    ways = list(_measure(rows, atlas, log))
    if has_errors(log.findings()):
        raise InputError(log.findings())
    fitted = fit_detours(ways, atlas.levels)
    speed = _speed([row for _, row in rows]) or dataset.settings.speed_kmh
    label = render_message("roads.fitted_source", "en", {"ways": len(ways), "file": file.name})
    settings = dataset.settings.model_copy(
        update={"travel_source": label[:200], "travel_is_estimate": True, "speed_kmh": speed,
                "detour_factor": round(Decimal(fitted.overall), 3)}
    )  # fmt: skip
    before = float(dataset.settings.detour_factor)
    factors = [fitted.overall, *(factor for pairs in fitted.by_pair for factor in pairs.values())]
    return FittedTravel(
        replace(dataset, travel=_matrix(places, atlas, fitted, float(speed)), settings=settings),
        len(ways),
        fitted.overall,
        min(factors),
        max(factors),
        speed,
        float(np.median(left_out_errors(ways, atlas.levels))) if len(ways) > 1 else None,
        median(abs(before * way.straight_m / way.road_m - 1) for way in ways),
    )


def describe_fit(fitted: FittedTravel, locale: Locale) -> str:
    """Tell how long ways are, and by how much known ones are missed."""

    def percent(part: float) -> str:
        return format_number(round(Decimal(100 * part), 1), locale)

    params = {
        "ways": format_number(fitted.ways, locale),
        "factor": format_number(round(Decimal(fitted.factor), 2), locale),
        "least": format_number(round(Decimal(fitted.least), 2), locale),
        "most": format_number(round(Decimal(fitted.most), 2), locale),
    }
    text = render_message("roads.fitted", locale, params)
    if fitted.error is None:
        return text
    errors = {"error": percent(fitted.error), "before": percent(fitted.error_before)}
    return f"{text} {render_message('roads.fitted_error', locale, errors)}"


class _Atlas:
    """Where places and areas of a network are, and the areas about them from the largest to the smallest."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        chains = dataset.area_levels
        self.levels = max([len(chain) for chain in chains.values()], default=0)
        self._number = {code: n for n, code in enumerate(sorted(dataset.area_by_code))}
        self._vectors = build_unit_vectors([o.lon for o in dataset.outlets], [o.lat for o in dataset.outlets])

    def groups_of_area(self, code: str) -> Groups:
        """Return the areas about an area and itself, filled up with the smallest."""
        chain = self._dataset.area_levels.get(code)
        if chain is None:  # no outlet stands in the area itself: its part of what the outlets below have about them
            up = self._dataset.area_and_ancestors(code)
            within = next((c for c in self._dataset.area_levels.values() if code in c), ())
            chain = within[: within.index(code) + 1] if within else tuple(reversed(up))[: self.levels]
        numbers = [self._number[one] for one in chain] or [self._number[code]]
        return tuple((numbers + [numbers[-1]] * self.levels)[: self.levels])

    def groups_of(self, place: Positioned) -> Groups:
        """Return the areas about a place."""
        if isinstance(place, Outlet):
            return self.groups_of_area(place.area_code)
        here = build_unit_vectors([place.lon], [place.lat])
        nearest = int(distances_m(here, self._vectors)[0].argmin())
        return self.groups_of_area(self._dataset.outlets[nearest].area_code)

    def find(self, code: str) -> tuple[float, float, Groups] | None:
        """Return longitude, latitude and areas of a place or an area; None for an area without outlets."""
        place = self._dataset.outlet_by_code.get(code) or self._dataset.warehouse_by_code.get(code)
        if place is not None:
            return place.lon, place.lat, self.groups_of(place)
        members = [o for o in self._dataset.outlets if code in self._dataset.area_and_ancestors(o.area_code)]
        if not members:
            return None
        return median(o.lon for o in members), median(o.lat for o in members), self.groups_of_area(code)


def _measure(rows: list[tuple[int, KnownWayRow]], atlas: _Atlas, log: FindingLog) -> Iterator[KnownWay]:
    for number, row in rows:
        ends = {name: atlas.find(getattr(row, name)) for name in ("origin_code", "destination_code")}
        lost = [name for name, end in ends.items() if end is None]
        for name in lost:
            log.add("known_way_nowhere", sheet=KNOWN_WAYS_SHEET, row=number, column=name, value=getattr(row, name))
        origin, destination = ends.values()
        if origin is None or destination is None:
            continue
        straight_m = float(pair_distances_m([origin[0]], [origin[1]], [destination[0]], [destination[1]])[0])
        road_m = 1000 * float(row.km)
        where: dict[str, Any] = {"sheet": KNOWN_WAYS_SHEET, "row": number, "column": "km", "value": row.km}
        if straight_m < _SHORTEST_M:
            log.add("known_way_same_place", **where, origin=row.origin_code, destination=row.destination_code)
        elif road_m < _LEAST_DETOUR * straight_m:
            log.add("known_way_too_short", **where, straight_km=round(Decimal(straight_m / 1000), 1))
        else:
            yield KnownWay(origin[2], destination[2], straight_m, road_m)


def _speed(rows: list[KnownWayRow]) -> Decimal | None:
    timed = [(row.km, row.minutes) for row in rows if row.minutes is not None]
    if not timed:
        return None
    km, minutes = (sum(side, Decimal(0)) for side in zip(*timed, strict=True))
    return round(60 * km / minutes, 3)


def _matrix(places: dict[str, Positioned], atlas: _Atlas, fitted: Detours, speed_kmh: float) -> TravelMatrix:
    codes = tuple(sorted(places))
    ordered = [places[code] for code in codes]
    vectors = build_unit_vectors([p.lon for p in ordered], [p.lat for p in ordered])
    factors = fitted.table([atlas.groups_of(place) for place in ordered])
    metres = np.empty((len(codes), len(codes)), dtype=np.int32)
    for start in range(0, len(codes), _ROWS):
        part = np.arange(start, min(start + _ROWS, len(codes)))
        metres[part] = np.rint(distances_m(vectors.take(part), vectors) * factors[part])
    np.fill_diagonal(metres, 0)
    return TravelMatrix(codes, metres, np.rint(metres * (3.6 / speed_kmh)).astype(np.int32))
