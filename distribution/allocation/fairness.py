"""How fair a commodity's allotment came out: reported measures, which decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.fifths import Fifth, measure_fifths
from distribution.allocation.grid import NANO
from distribution.allocation.inequality import (
    weighted_atkinson,
    weighted_gini,
    weighted_hoover,
    weighted_jain,
    weighted_median,
    weighted_theil,
)


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
    hoover, theil, jain, atkinson_half, atkinson_one
        More measures of kg per person (:mod:`distribution.allocation.inequality`), Atkinson's with an aversion of 0.5
        and of 1.
    by_need, by_distance
        The fifths of the people by rising need weight and by rising distance; empty where that is not known.
    """

    gini: float | None
    largest_deviation_packs: float
    fill_min: float | None
    fill_max: float | None
    kg_per_person_min: float | None
    kg_per_person_median: float | None
    kg_per_person_max: float | None
    hoover: float | None = None
    theil: float | None = None
    jain: float | None = None
    atkinson_half: float | None = None
    atkinson_one: float | None = None
    by_need: tuple[Fifth, ...] = ()
    by_distance: tuple[Fifth, ...] = ()


def measure_fairness(
    people: NDArray[np.int64],
    packs: NDArray[np.int64],
    entitlement_nano: NDArray[np.int64],
    pack_g: int,
    *,
    need: NDArray[Any] | None = None,
    distance: NDArray[Any] | None = None,
) -> Fairness:
    """Measure one commodity's allotment over the outlets that take part.

    Parameters
    ----------
    people, packs, entitlement_nano
        Served population, allotted packs and exact share in billionths of a pack, shape (n,).
    pack_g
        Mass of one pack, g.
    need, distance
        Need weight of one person, and distance, in any unit, shape (n,); None = not known.
    """
    away = np.abs(packs * NANO - entitlement_nano)
    entitled = entitlement_nano > 0
    fill = packs[entitled] * NANO / entitlement_nano[entitled]
    served = people > 0
    counts = people[served]
    kg = packs[served] * pack_g / 1000 / counts
    shared = (people, packs, entitlement_nano, pack_g)
    return Fairness(
        gini=weighted_gini(kg, counts),
        largest_deviation_packs=int(away.max(initial=0)) / NANO,
        fill_min=float(fill.min()) if fill.size else None,
        fill_max=float(fill.max()) if fill.size else None,
        kg_per_person_min=float(kg.min()) if counts.size else None,
        kg_per_person_median=weighted_median(kg, counts),
        kg_per_person_max=float(kg.max()) if counts.size else None,
        hoover=weighted_hoover(kg, counts),
        theil=weighted_theil(kg, counts),
        jain=weighted_jain(kg, counts),
        atkinson_half=weighted_atkinson(kg, counts, 0.5),
        atkinson_one=weighted_atkinson(kg, counts, 1),
        by_need=() if need is None else measure_fifths(need, *shared),
        by_distance=() if distance is None else measure_fifths(distance, *shared),
    )
