"""How many complete baskets a round makes for the people it serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from distribution.allocation.basket import BasketStop, complete_baskets
from distribution.domain.enums import CountBasis
from distribution.services.allocate_round import Allocation


@dataclass(frozen=True)
class BasketFigures:
    """Complete baskets in the allotted packs, per person or household as the policy counts.

    Attributes
    ----------
    counts
        Whom a basket is for.
    outlets
        Outlets that have a basket to fill.
    minimum, median, mean
        Of the outlet with the fewest, of the median person, of all; None if nobody is served.
    scarcest
        How many outlets run out of each commodity first, by its code, the most first.
    held_by
        How many outlets' baskets were stopped by a commodity that was used up, by a full room, or by a cap.
    """

    counts: CountBasis
    outlets: int
    minimum: float | None
    median: float | None
    mean: float | None
    scarcest: Mapping[str, int]
    held_by: Mapping[str, int]


def count_baskets(allocation: Allocation) -> BasketFigures | None:
    """Count the complete baskets of a round; None if its policy has no basket."""
    result, given = allocation.result, allocation.result.round_input
    columns = [j for j, commodity in enumerate(given.commodities) if commodity.basket_mg]
    if result.basket is None or not columns:
        return None
    goods = [given.commodities[j] for j in columns]
    report = complete_baskets(
        result.packs[:, columns],
        counts=given.people,
        basket_g=np.array([c.basket_mg for c in goods], dtype=np.int64),
        eligible=np.column_stack([c.eligible for c in goods]),
        pack_g=np.array([c.pack_g * 1000 for c in goods], dtype=np.int64),
    )
    first = Counter(goods[j].code for j in report.scarcest[report.scarcest >= 0].tolist())
    held = Counter(stop.value for stop in result.basket.stop.tolist() if stop is not BasketStop.NO_BASKET)
    return BasketFigures(
        counts=allocation.policy.counts,
        outlets=int((report.scarcest >= 0).sum()),
        minimum=report.minimum,
        median=report.median,
        mean=report.mean,
        scarcest=dict(sorted(first.items(), key=lambda item: (-item[1], item[0]))),
        held_by={stop.value: held[stop.value] for stop in (BasketStop.BUDGET, BasketStop.ROOM, BasketStop.CAP)},
    )
