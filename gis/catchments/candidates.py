"""The nearest sites of every cell, and the way to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from gis.catchments.sites import Cells, FloatArray, IntArray, Sites
from gis.geodesy import WGS84_FLATTENING, build_unit_vectors
from gis.travel.protocol import UNREACHABLE, TravelProvider

#: Neighbouring cells whose ways are asked for at once.
_CELLS_AT_ONCE = 256
#: Stands for a way that does not exist, or to no site, where ways are put in order.
_NO_WAY = np.iinfo(np.int64).max
NO_SITE = -1


@dataclass(frozen=True, eq=False)
class Reach:
    """Which sites may serve a cell.

    Attributes
    ----------
    count
        The most sites that are looked at for each cell: the nearest as the crow flies.
    within_zones
        Whether people stay in their zone.
    max_metres, max_seconds
        Longest way; None for any.
    """

    count: int = 16
    within_zones: bool = True
    max_metres: int | None = None
    max_seconds: int | None = None


@dataclass(frozen=True, eq=False)
class Candidates:
    """The sites that may serve each cell, by seconds, then metres, then number; ``NO_SITE`` behind the last.

    ``site``, ``metres`` and ``seconds`` have shape (n, k).
    """

    site: IntArray
    metres: IntArray
    seconds: IntArray

    @property
    def reached(self) -> np.ndarray:
        """Tell which entries are sites."""
        return np.asarray(self.site != NO_SITE)

    def of_site(self, values: FloatArray) -> FloatArray:
        """Return what each candidate has of a value of the sites, 0 where there is no site, of shape (n, k)."""
        return np.append(values, 0.0)[self.site]  # NO_SITE is the last


def find_candidates(cells: Cells, sites: Sites, travel: TravelProvider, reach: Reach) -> Candidates:
    """Find the nearest sites of every cell as the crow flies, and put them in the order of the way.

    Parameters
    ----------
    cells, sites
        People, and who may serve them.
    travel
        Ways between places: first the sites, then the cells.
    reach
        Which sites may serve a cell.

    Raises
    ------
    ValueError
        If ``reach.count`` is below 1.
    """
    if reach.count < 1:
        raise ValueError(f"{reach.count} sites for each cell")
    n, k = cells.lon.size, min(reach.count, max(1, len(sites)))
    site = np.full((n, k), NO_SITE, dtype=np.int64)
    rank = np.zeros(len(sites), dtype=np.int64)
    # On the ellipsoid itself: there the order of chords is that of geodesics.
    axes = np.array([1.0, 1.0, 1.0 - WGS84_FLATTENING])
    points = [np.stack(build_unit_vectors(side.lon, side.lat), axis=1) * axes for side in (cells, sites)]
    begun = 0
    for of_cells, of_sites in _zones(cells, sites, within_zones=reach.within_zones):
        tree = cKDTree(points[1][of_sites])
        rank[of_sites[tree.indices]] = begun + np.arange(of_sites.size)
        begun += of_sites.size
        near = min(k, of_sites.size)
        found = tree.query(points[0][of_cells], k=np.arange(1, near + 1))[1]
        site[of_cells, :near] = of_sites[found]
    return _by_way(site, *_ways(site, rank, travel, len(sites)), reach)


def _zones(cells: Cells, sites: Sites, *, within_zones: bool) -> list[tuple[IntArray, IntArray]]:
    """Return the cells and the sites that belong together, where there are both."""
    if not within_zones:
        every = [np.arange(cells.lon.size), np.arange(len(sites))]
        return [(every[0], every[1])] if min(map(len, every)) else []
    shared = np.intersect1d(cells.zone, sites.zone)
    return [(np.flatnonzero(cells.zone == zone), np.flatnonzero(sites.zone == zone)) for zone in shared.tolist()]


def _ways(site: IntArray, rank: IntArray, travel: TravelProvider, n_sites: int) -> tuple[IntArray, IntArray]:
    """Return metres and seconds from each cell to its sites, asked for in blocks of neighbours."""
    metres, seconds = np.full_like(site, UNREACHABLE), np.full_like(site, UNREACHABLE)
    served = np.flatnonzero(site[:, 0] != NO_SITE)
    order = served[np.argsort(rank[site[served, 0]], kind="stable")]
    for start in range(0, order.size, _CELLS_AT_ONCE):
        part = order[start : start + _CELLS_AT_ONCE]
        wanted = np.unique(site[part])
        wanted = wanted[wanted != NO_SITE]
        column = np.clip(np.searchsorted(wanted, site[part]), 0, wanted.size - 1)
        for table, block in zip((metres, seconds), travel.matrix(n_sites + part, wanted), strict=True):
            table[part] = np.take_along_axis(block, column, axis=1)
    return metres, seconds


def _by_way(site: IntArray, metres: IntArray, seconds: IntArray, reach: Reach) -> Candidates:
    reached = (site != NO_SITE) & (metres != UNREACHABLE)
    if reach.max_metres is not None:
        reached &= metres <= reach.max_metres
    if reach.max_seconds is not None:
        reached &= seconds <= reach.max_seconds
    keys = [np.where(reached, key, _NO_WAY) for key in (site, metres, seconds)]
    order = np.lexsort(keys, axis=1)
    tables = [np.where(reached, table, UNREACHABLE) for table in (site, metres, seconds)]
    return Candidates(*(np.take_along_axis(table, order, axis=1) for table in tables))
