"""How the people of a cell divide among the sites that may serve them.

Every method returns parts of shape (n, k), in the order of the candidates: of each cell they add up to 1, or are all 0
where no site is in reach.
"""

from __future__ import annotations

import numpy as np

from gis.catchments.candidates import Candidates
from gis.catchments.sites import Cells, FloatArray, IntArray, Sites
from gis.geodesy import pair_distances_m
from gis.rounding import round_to_sum

#: A way is never thought of as shorter than this, s: from door to door even a neighbour walks a while.
_SHORTEST_S = 60


def nearest_by_way(candidates: Candidates) -> FloatArray:
    """Give all people of a cell to the site with the quickest way."""
    parts = np.zeros(candidates.site.shape)
    parts[:, 0] = candidates.reached[:, 0]
    return parts


def nearest_by_line(cells: Cells, sites: Sites, candidates: Candidates) -> FloatArray:
    """Give all people of a cell to the site nearest as the crow flies: the one in whose Voronoi polygon they live."""
    n, k = candidates.site.shape
    row, column = np.nonzero(candidates.reached)
    site = candidates.site[row, column]
    metres = np.full((n, k), np.inf)
    metres[row, column] = pair_distances_m(cells.lon[row], cells.lat[row], sites.lon[site], sites.lat[site])
    # Equally near sites go by number, not by the way.
    order = np.lexsort((np.where(candidates.reached, candidates.site, np.iinfo(np.int64).max), metres), axis=1)[:, 0]
    parts = np.zeros((n, k))
    parts[np.arange(n), order] = candidates.reached.any(axis=1)
    return parts


def huff(sites: Sites, candidates: Candidates, *, attraction: float = 1.0, friction: float = 2.0) -> FloatArray:
    """Divide the people of a cell in proportion to weight ** attraction / seconds ** friction.

    Parameters
    ----------
    attraction, friction
        Powers of the weight of a site and of the way to it, at least 0.

    Raises
    ------
    ValueError
        If a power is negative.

    Notes
    -----
    D. L. Huff, *A probabilistic analysis of shopping center trade areas*, 1963.
    """
    if min(attraction, friction) < 0:
        raise ValueError(f"powers {attraction} and {friction} are not both at least 0")
    weight = candidates.of_site(sites.weight) ** attraction
    pull = weight * (np.maximum(candidates.seconds, _SHORTEST_S) / _SHORTEST_S) ** -friction
    return _in_proportion(np.where(candidates.reached, pull, 0.0))


def balanced_floating(candidates: Candidates, threshold_s: int) -> FloatArray:
    """Divide the people of a cell in proportion to the impedance of the ways within a threshold.

    Parameters
    ----------
    threshold_s
        Way at and beyond which nobody goes, s.

    Notes
    -----
    A. Páez, C. D. Higgins & S. F. Vivona, *Demand and level of service inflation in Floating Catchment Area (FCA)
    methods*, 2019: impedances are standardised by row, so that people are counted once however catchments overlap.
    """
    return _in_proportion(impedance(candidates, threshold_s))


def impedance(candidates: Candidates, threshold_s: int) -> FloatArray:
    """Weigh each way from 1 (no way at all) down to 0 at a threshold, s, of shape (n, k).

    Raises
    ------
    ValueError
        If the threshold is not above 0.

    Notes
    -----
    Gaussian decay of D. Dai, *Black residential segregation, disparities in spatial access to health care facilities,
    and late-stage breast cancer diagnosis in metropolitan Detroit*, 2010.
    """
    if threshold_s <= 0:
        raise ValueError(f"a threshold of {threshold_s} s is not above 0")
    at_threshold = np.exp(-0.5)
    decay = (np.exp(-0.5 * (candidates.seconds / threshold_s) ** 2) - at_threshold) / (1 - at_threshold)
    return np.asarray(np.where(candidates.reached & (candidates.seconds < threshold_s), decay, 0.0))


def in_whole_people(people: IntArray, parts: FloatArray, column_of: IntArray) -> IntArray:
    """Turn parts into whole people that add up to the people of each cell, of shape (n, k).

    What a column is short of its exact figure after one cell, or has too much, is set off in the next ones, so that its
    sum over all cells stays near the exact sum as well. A cell of which all parts are 0 stays unserved.

    Parameters
    ----------
    people
        Of each cell, of shape (n,).
    parts
        Of each cell, of shape (n, k): they add up to 1, or are all 0.
    column_of
        Whose sum each figure belongs to (a site), of shape (n, k); not negative where a part is above 0.

    Notes
    -----
    Largest remainders in each cell; between cells error diffusion (R. W. Floyd & L. Steinberg 1976), a plain way of
    controlled rounding (L. H. Cox 1987).
    """
    if np.isin(parts, (0, 1)).all():
        return np.asarray(people[:, None] * parts, dtype=np.int64)
    whole = np.zeros(parts.shape, dtype=np.int64)
    owed: dict[int, float] = {}
    filled = [np.flatnonzero(row).tolist() for row in parts > 0]
    for cell, (columns, total) in enumerate(zip(filled, people.tolist(), strict=True)):
        if columns and total:
            owners = column_of[cell, columns].tolist()
            shares = parts[cell, columns].tolist()
            exact = [share * total + owed.get(owner, 0.0) for share, owner in zip(shares, owners, strict=True)]
            given = round_to_sum(exact, total)
            whole[cell, columns] = given
            owed.update((owner, e - g) for owner, e, g in zip(owners, exact, given, strict=True))
    return whole


def _in_proportion(weight: FloatArray) -> FloatArray:
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))
