"""Catchments of a network: which people each outlet serves, by a method of choice, everybody counted once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.domain.catchments import CatchmentMethod, CatchmentOptions
from distribution.domain.dataset import Dataset
from distribution.domain.errors import StateError
from distribution.domain.network import Outlet
from distribution.services.people_travel import PeopleRoads, people_travel
from distribution.services.residents import ResidentTable, area_among
from distribution.services.roads import roads_in_words
from gis.catchments.candidates import Candidates, Reach, find_candidates
from gis.catchments.methods import balanced_floating, huff, in_whole_people, nearest_by_line, nearest_by_way
from gis.catchments.sites import Cells, Sites, gather_sites
from gis.catchments.table import Catchments, to_catchments
from gis.travel.protocol import TravelProvider
from optimizer.catchment_flow import assign_within_capacity

#: Zone of cells and outlets that belong to none.
_NOWHERE = -1
#: Ways beyond which people count as far from their outlet, m and s.
FAR_M = (5_000, 10_000, 20_000)
FAR_S = (30 * 60, 60 * 60)


@dataclass(frozen=True, eq=False)
class AreaLine:
    """What becomes of the people of one area of residence: ``people = served + unserved``.

    ``beyond_m`` and ``beyond_s`` count those who live farther than ``FAR_M`` and ``FAR_S`` from their outlet, or are not
    served.
    """

    code: str
    people: int
    served: int
    unserved: int
    beyond_m: tuple[int, ...]
    beyond_s: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class CatchmentReport:
    """The catchments of a network, and what they come to.

    Attributes
    ----------
    options, residents, outlets
        What was asked: outlets by code.
    catchments
        Rows of cell and outlet, by index.
    served
        People of each outlet, of shape (outlets,).
    areas
        By code; the people of cells without an area stand under a blank one.
    astray
        Codes of outlets that can serve nobody: they lie in no area that anybody lives in.
    roads
        Where ways were measured; None if they are estimated.
    """

    options: CatchmentOptions
    residents: ResidentTable
    outlets: tuple[Outlet, ...]
    catchments: Catchments
    served: NDArray[np.int64]
    areas: tuple[AreaLine, ...]
    astray: tuple[str, ...]
    roads: str | None = None


def build_catchments(
    dataset: Dataset,
    residents: ResidentTable,
    options: CatchmentOptions,
    roads: PeopleRoads | None = None,
) -> CatchmentReport:
    """Assign the residents to the outlets of a network that take residents (``resident_weight`` above 0).

    Parameters
    ----------
    roads
        Finds the ways of people from where they live; without it they are estimated from positions, as for all places that
        a measured matrix does not hold.

    Raises
    ------
    UnavailableError
        If the engine does not answer.
    StateError
        ``catchments_no_outlet`` if no outlet takes residents, or ``catchments_no_area`` if people are kept to their
        areas and the residents' file names none.
    """
    outlets = tuple(sorted(dataset.outlets, key=lambda outlet: outlet.code))
    weight = np.array([float(outlet.resident_weight) for outlet in outlets])
    if not (weight > 0).any():
        raise StateError("catchments_no_outlet")
    if options.within_areas and not any(residents.area):
        raise StateError("catchments_no_area")
    zones = {code: n for n, code in enumerate(sorted({code for code in residents.area if code is not None}))}
    zone_of_outlet = np.array(
        [zones.get(area_among(dataset, outlet.area_code, zones) or "", _NOWHERE) for outlet in outlets], dtype=np.int64
    )
    cells = Cells(
        residents.lon,
        residents.lat,
        residents.people,
        np.array([_NOWHERE if code is None else zones[code] for code in residents.area], dtype=np.int64),
    )
    astray = options.within_areas & (zone_of_outlet == _NOWHERE) & (weight > 0)
    sites = gather_sites(
        [outlet.lon for outlet in outlets],
        [outlet.lat for outlet in outlets],
        np.where(astray, 0.0, weight),
        zone_of_outlet if options.within_areas else np.zeros(len(outlets), dtype=np.int64),
    )
    lon, lat = np.concatenate([sites.lon, cells.lon]), np.concatenate([sites.lat, cells.lat])
    travel = people_travel(dataset, lon, lat, roads)
    with roads_in_words():
        candidates, assigned = _assign(cells, sites, travel, options)
    catchments = to_catchments(cells.people, assigned, candidates, sites)
    return CatchmentReport(
        options,
        residents,
        outlets,
        catchments,
        catchments.served_by(len(outlets)),
        _area_lines(residents, catchments),
        tuple(outlet.code for outlet, lost in zip(outlets, astray.tolist(), strict=True) if lost),
        None if roads is None else travel.label,
    )


def _reach(options: CatchmentOptions, count: int) -> Reach:
    return Reach(
        count,
        options.within_areas,
        None if options.max_km is None else round(1000 * options.max_km),
        None if options.max_minutes is None else round(60 * options.max_minutes),
    )


def _assign(
    cells: Cells, sites: Sites, travel: TravelProvider, options: CatchmentOptions
) -> tuple[Candidates, NDArray[np.int64]]:
    """Return the sites that may serve each cell, and the people of it at each of them."""
    if options.method is CatchmentMethod.CAPACITY:
        return _assign_within_capacity(cells, sites, travel, options)
    candidates = find_candidates(cells, sites, travel, _reach(options, options.count))
    match options.method:
        case CatchmentMethod.NEAREST:
            parts = nearest_by_way(candidates)
        case CatchmentMethod.VORONOI:
            parts = nearest_by_line(cells, sites, candidates)
        case CatchmentMethod.HUFF:
            parts = huff(sites, candidates, attraction=options.attraction, friction=options.friction)
        case CatchmentMethod.BALANCED:
            parts = balanced_floating(candidates, round(60 * options.threshold_minutes))
    return candidates, in_whole_people(cells.people, parts, candidates.site)


def _assign_within_capacity(
    cells: Cells, sites: Sites, travel: TravelProvider, options: CatchmentOptions
) -> tuple[Candidates, NDArray[np.int64]]:
    """Assign by a flow; where the nearest sites are full, twice as many are looked at, until that helps nobody."""
    zone = cells.zone if options.within_areas else np.zeros_like(cells.zone)
    people = _sums_by(sites.zone, zone, cells.people)
    weight = _sums_by(sites.zone, sites.zone, sites.weight)
    capacity = np.ceil(people * sites.weight / weight * (1 + options.slack_percent / 100)).astype(np.int64)
    count, most = options.count, int(np.unique(sites.zone, return_counts=True)[1].max())
    served = -1
    while True:
        candidates = find_candidates(cells, sites, travel, _reach(options, count))
        assigned = assign_within_capacity(cells.people, candidates.site, candidates.seconds, capacity)
        before, served = served, int(assigned.sum())
        if served == int(cells.people.sum()) or served == before or count >= most:
            return candidates, assigned
        count *= 2


def _sums_by(asked: NDArray[np.int64], zone: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.float64]:
    """Return for each zone asked for the sum of the values in it."""
    zones, number = np.unique(zone, return_inverse=True)
    sums = np.bincount(number, weights=values, minlength=zones.size)
    at = np.clip(np.searchsorted(zones, asked), 0, zones.size - 1)
    return np.where(zones[at] == asked, sums[at], 0.0)


def _area_lines(residents: ResidentTable, catchments: Catchments) -> tuple[AreaLine, ...]:
    codes = sorted({code or "" for code in residents.area})
    number = {code: n for n, code in enumerate(codes)}
    area = np.array([number[code or ""] for code in residents.area], dtype=np.int64)

    def by_area(cell: NDArray[np.int64], people: NDArray[np.int64]) -> list[int]:
        sums = np.zeros(len(codes), dtype=np.int64)
        np.add.at(sums, area[cell], people)
        return [int(one) for one in sums]

    def beyond(way: NDArray[np.int64], most: int) -> list[int]:
        far = way > most
        return by_area(catchments.cell[far], catchments.people[far])

    every = np.arange(area.size)
    people, served = by_area(every, residents.people), by_area(catchments.cell, catchments.people)
    unserved = by_area(every, catchments.unserved)
    far_m = [beyond(catchments.metres, most) for most in FAR_M]
    far_s = [beyond(catchments.seconds, most) for most in FAR_S]
    return tuple(
        AreaLine(
            code,
            people[n],
            served[n],
            unserved[n],
            tuple(column[n] + unserved[n] for column in far_m),
            tuple(column[n] + unserved[n] for column in far_s),
        )
        for n, code in enumerate(codes)
    )
