"""The catchments themselves: how many people of which cell each outlet serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.catchments.candidates import Candidates
from gis.catchments.methods import in_whole_people
from gis.catchments.sites import FloatArray, IntArray, Sites


@dataclass(frozen=True, eq=False)
class Catchments:
    """Who is served where: rows by cell, then by the way, each with at least one person.

    Attributes
    ----------
    cell, outlet, people, metres, seconds
        Of shape (rows,): people of a cell whom an outlet serves, and their way to it.
    unserved
        People of each cell whom no outlet serves, of shape (n,).
    """

    cell: IntArray
    outlet: IntArray
    people: IntArray
    metres: IntArray
    seconds: IntArray
    unserved: IntArray

    def served_by(self, n_outlets: int) -> IntArray:
        """Return the people whom each outlet serves, of shape (outlets,)."""
        return _sums(self.outlet, self.people, n_outlets)

    def served_of(self, n_cells: int) -> IntArray:
        """Return the people of each cell who are served, of shape (n,)."""
        return _sums(self.cell, self.people, n_cells)


def to_catchments(people: IntArray, assigned: IntArray, candidates: Candidates, sites: Sites) -> Catchments:
    """Hand the people of each site on to its outlets, by their weights, in whole people.

    Parameters
    ----------
    people
        Of each cell, of shape (n,).
    assigned
        Of each cell at each candidate, of shape (n, k).
    candidates, sites
        What ``assigned`` refers to.
    """
    cell, column = np.nonzero(assigned)
    site, count = candidates.site[cell, column], assigned[cell, column]
    sizes = np.diff(sites.first)
    shared = sizes[site] > 1
    row = np.repeat(np.arange(cell.size), np.where(shared, sizes[site], 1))
    outlet = sites.outlet[sites.first[site]][row]
    given = count[row]
    for size in np.unique(sizes[site[shared]]).tolist():
        of_size = np.flatnonzero(shared & (sizes[site] == size))
        members = sites.first[site[of_size]][:, None] + np.arange(size)
        mine = np.isin(row, of_size)
        outlet[mine] = sites.outlet[members].reshape(-1)
        parts = _parts(sites.outlet_weight[members])
        given[mine] = in_whole_people(count[of_size], parts, sites.outlet[members]).reshape(-1)
    row, outlet, given = (array[given > 0] for array in (row, outlet, given))
    metres, seconds = (table[cell[row], column[row]] for table in (candidates.metres, candidates.seconds))
    return Catchments(cell[row], outlet, given, metres, seconds, people - assigned.sum(axis=1))


def _parts(weights: FloatArray) -> FloatArray:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _sums(index: IntArray, people: IntArray, length: int) -> IntArray:
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, index, people)
    return sums
