"""How fair a commodity's allotment came out: reported measures, which decide nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO


@dataclass(frozen=True, slots=True)
class Fairness:
    """Measures of one commodity over the outlets that take part; None where nobody is served.

    Attributes
    ----------
    gini
        Gini coefficient of kg per person, weighted by people: 0 = equal.
    largest_deviation_packs
        Largest distance of an allotment from its entitlement, packs.
    fill_min, fill_max
        Smallest and largest allotment over entitlement, where there is an entitlement.
    kg_per_person_min, kg_per_person_median, kg_per_person_max
        Over outlets that serve people; the median is that of the persons.
    """

    gini: float | None
    largest_deviation_packs: float
    fill_min: float | None
    fill_max: float | None
    kg_per_person_min: float | None
    kg_per_person_median: float | None
    kg_per_person_max: float | None


def weighted_gini(values: NDArray[np.float64], people: NDArray[np.int64]) -> float | None:
    """Return the Gini coefficient of values held by groups of people.

    ``1 - sum p_i (S_i + S_i-1) / S_n`` over the groups by rising value, with p the part of the people and S
    the running sum of ``p x value``: exact for groups with equal values inside (Lerman & Yitzhaki 1989,
    "Improving the accuracy of estimates of Gini coefficients"). None if there are no people or no goods.
    """
    order = np.argsort(values, kind="stable")
    part = people[order].astype(np.float64)
    running = np.cumsum(part * values[order])
    if part.sum() == 0 or running[-1] <= 0:
        return None
    before = np.concatenate([[0.0], running[:-1]])
    gini = 1 - float(np.sum(part * (running + before))) / (float(part.sum()) * float(running[-1]))
    return max(0.0, gini)


def measure_fairness(
    people: NDArray[np.int64], packs: NDArray[np.int64], entitlement_nano: NDArray[np.int64], pack_g: int
) -> Fairness:
    """Measure one commodity's allotment over the outlets that take part.

    Parameters
    ----------
    people, packs, entitlement_nano
        Served population, allotted packs and exact share in billionths of a pack, shape (n,).
    pack_g
        Mass of one pack, g.
    """
    away = np.abs(packs * NANO - entitlement_nano)
    entitled = entitlement_nano > 0
    fill = packs[entitled] * NANO / entitlement_nano[entitled]
    served = people > 0
    counts = people[served]
    kg_per_person = packs[served] * pack_g / 1000 / counts
    return Fairness(
        gini=weighted_gini(kg_per_person, counts),
        largest_deviation_packs=int(away.max(initial=0)) / NANO,
        fill_min=float(fill.min()) if fill.size else None,
        fill_max=float(fill.max()) if fill.size else None,
        kg_per_person_min=float(kg_per_person.min()) if counts.size else None,
        kg_per_person_median=_weighted_median(kg_per_person, counts),
        kg_per_person_max=float(kg_per_person.max()) if counts.size else None,
    )


def _weighted_median(values: NDArray[np.float64], people: NDArray[np.int64]) -> float | None:
    if not people.size:
        return None
    order = np.argsort(values, kind="stable")
    running = np.cumsum(people[order])
    return float(values[order][np.searchsorted(2 * running, running[-1])])
