"""Measures of access: how much of what is supplied a person can get at. They assign nobody."""

from __future__ import annotations

import numpy as np

from gis.catchments.candidates import Candidates
from gis.catchments.methods import balanced_floating, impedance
from gis.catchments.sites import FloatArray, IntArray


def enhanced_two_step(people: IntArray, supply: FloatArray, candidates: Candidates, threshold_s: int) -> FloatArray:
    """Measure the supply per person within reach of each cell, of shape (n,) (E2SFCA).

    People are counted at every site that they can reach, so that this is no assignment; the sum of people x access is
    the supply of all sites that anybody can reach.

    Parameters
    ----------
    people
        Of each cell, of shape (n,).
    supply
        Of each site, of shape (m,), in any unit.
    threshold_s
        Way at and beyond which nobody goes, s.

    Raises
    ------
    ValueError
        If the threshold is not above 0.

    Notes
    -----
    W. Luo & Y. Qi, *An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial accessibility to
    primary care physicians*, 2009; with continuous decay (Dai 2010) in place of steps.
    """
    weight = impedance(candidates, threshold_s)
    return _gather(weight, _per_person(people, supply, candidates, weight), candidates)


def balanced_access(people: IntArray, supply: FloatArray, candidates: Candidates, threshold_s: int) -> FloatArray:
    """Measure the supply per person within reach of each cell, each person counted once, of shape (n,) (BFCA).

    The sum of people x access is the supply of all sites that anybody can reach.

    Parameters
    ----------
    people, supply, candidates, threshold_s
        As of ``enhanced_two_step``.

    Raises
    ------
    ValueError
        If the threshold is not above 0.

    Notes
    -----
    Level of service of Páez, Higgins & Vivona 2019, met by the people in the parts in which they go to the sites.
    """
    parts = balanced_floating(candidates, threshold_s)
    return _gather(parts, _per_person(people, supply, candidates, parts), candidates)


def _per_person(people: IntArray, supply: FloatArray, candidates: Candidates, weight: FloatArray) -> FloatArray:
    """Divide the supply of each site by the weighted people who come to it, of shape (m,)."""
    coming = np.bincount(
        candidates.site[candidates.reached],
        weights=(people[:, None] * weight)[candidates.reached],
        minlength=supply.size,
    )
    return np.asarray(np.divide(supply, coming, out=np.zeros(supply.size), where=coming > 0))


def _gather(weight: FloatArray, per_person: FloatArray, candidates: Candidates) -> FloatArray:
    return np.asarray((weight * candidates.of_site(per_person)).sum(axis=1))
