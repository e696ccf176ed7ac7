"""What a tighter deviation bound costs: the frontier between how fair and how much.

The price of a bound is the part of what could be delivered without it that is given up (Bertsimas, Farias & Trichakis
2011, "The price of fairness"); the bound is that of Orgut, Ivy & Uzsoy (2016). Every point is the round as the engine
would do it, with the policy's own bound replaced, and without its baskets and smallest drop, which exclude a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from distribution.allocation.allocate import allocate_round
from distribution.allocation.capacity_worth import price_capacities
from distribution.allocation.inequality import weighted_gini
from distribution.allocation.round_result import RoundResult
from distribution.domain.dataset import Dataset
from distribution.domain.enums import DeviationKind
from distribution.domain.errors import StateError
from distribution.domain.frontier import DEFAULT_BOUNDS
from distribution.domain.goods import Commodity
from distribution.domain.network import Area, Outlet
from distribution.services.gather_round import Accounts, GatheredRound, gather_round
from distribution.services.round_quotas import choose_quotas


@dataclass(frozen=True)
class Bottleneck:
    """An outlet whose capacity keeps packs from being delivered.

    ``worth`` is how many packs more one pack more of its capacity would bring in all; where several capacities bind
    only together, if all of them grow in proportion.
    """

    outlet: Outlet
    capacity_packs: int
    worth: float


@dataclass(frozen=True)
class AreaBottleneck:
    """The bottleneck outlets of an area, and the worth of a pack more for each of them."""

    area: Area
    outlets: int
    capacity_packs: int
    worth: float


@dataclass(frozen=True)
class FrontierPoint:
    """A round under one bound.

    Attributes
    ----------
    bound
        The deviation bound, a part of one; None = no bound.
    packs, mass_g
        What is delivered.
    price
        Part of what is delivered without a bound that is given up.
    gini
        Gini coefficient of kg per person; None if nobody gets anything.
    bottlenecks
        Who keeps more from being delivered, the worthiest first, then by code.
    """

    bound: Decimal | None
    packs: int
    mass_g: int
    price: float
    gini: float | None
    bottlenecks: tuple[Bottleneck, ...] = ()

    def areas(self, dataset: Dataset) -> tuple[AreaBottleneck, ...]:
        """Add the bottlenecks up by area, the worthiest first, then by code."""
        members: dict[str, list[Bottleneck]] = defaultdict(list)
        for bottleneck in self.bottlenecks:
            members[bottleneck.outlet.area_code].append(bottleneck)
        areas = (
            AreaBottleneck(
                dataset.area_by_code[code],
                len(outlets),
                sum(b.capacity_packs for b in outlets),
                sum(b.worth for b in outlets),
            )
            for code, outlets in members.items()
        )
        return tuple(sorted(areas, key=lambda a: (-a.worth, a.area.code)))


@dataclass(frozen=True)
class CommodityFrontier:
    """The points of one commodity, from the tightest bound to none."""

    commodity: Commodity
    packs_to_share: int
    points: tuple[FrontierPoint, ...]

    @property
    def tightest_held_back(self) -> FrontierPoint | None:
        """Return the point of the tightest bound that keeps anything back, if one does."""
        return next((point for point in self.points if point.bottlenecks), None)


@dataclass(frozen=True, eq=False)
class Frontier:
    """The price of fairness of a round, commodity by commodity; how the bound is read stands beside it."""

    dataset: Dataset
    round_code: str
    policy_code: str
    kind: DeviationKind
    spare_full: bool
    commodities: tuple[CommodityFrontier, ...]


def trace_frontier(
    dataset: Dataset,
    bounds: Sequence[Decimal] = DEFAULT_BOUNDS,
    *,
    round_code: str | None = None,
    policy_code: str | None = None,
    accounts: Accounts | None = None,
    spare_full: bool | None = None,
) -> Frontier:
    """Share a round's quotas under one deviation bound after another, and under none.

    Parameters
    ----------
    dataset
        The network.
    bounds
        Parts of one, of each fair share or of all that is delivered, as the policy says.
    round_code
        The round; the earliest of the network if none is named.
    policy_code
        The policy; as :func:`distribution.services.gather_round.gather_round` if none is named.
    accounts
        What earlier rounds left behind, nothing by default.
    spare_full
        Whether an outlet that is filled to its capacity may fall below the bound; None = as the policy says.

    Raises
    ------
    StateError
        ``bound_negative``, ``round_not_in_quotas``, or as :func:`gather_round`.
    NotFoundError
        ``policy_unknown``.
    """
    for bound in bounds:
        if bound < 0:
            raise StateError("bound_negative", bound=str(bound))
    quotas = choose_quotas(dataset, round_code)
    given = gather_round(dataset, quotas, accounts or Accounts(), policy_code)
    spared = given.numbers.rules.spare_full if spare_full is None else spare_full
    free = _share_under(given, None, spare_full=spared)
    results = [(bound, _share_under(given, bound, spare_full=spared)) for bound in sorted(set(bounds))]
    return Frontier(
        dataset,
        quotas[0].round_code,
        given.policy.code,
        given.policy.deviation_kind,
        spared,
        tuple(
            CommodityFrontier(
                commodity=dataset.commodity_by_code[commodity.code],
                packs_to_share=int(free.packs_to_share[j]),
                points=tuple(
                    _point(dataset, given, bound, result, free, j) for bound, result in [*results, (None, free)]
                ),
            )
            for j, commodity in enumerate(given.numbers.commodities)
        ),
    )


def _share_under(given: GatheredRound, bound: Decimal | None, *, spare_full: bool) -> RoundResult:
    """Share the round under a bound, without what excludes one: a smallest drop, and baskets that come first."""
    deviation = None if bound is None else Fraction(bound)
    rules = replace(given.numbers.rules, deviation=deviation, spare_full=spare_full, min_drop_packs=0)
    commodities = tuple(replace(commodity, basket_mg=0) for commodity in given.numbers.commodities)
    return allocate_round(replace(given.numbers, rules=rules, commodities=commodities))


def _point(
    dataset: Dataset, given: GatheredRound, bound: Decimal | None, result: RoundResult, free: RoundResult, j: int
) -> FrontierPoint:
    commodity = given.numbers.commodities[j]
    packs, most = int(result.packs[:, j].sum()), int(free.packs[:, j].sum())
    people = np.array([given.served[name].people for name in given.numbers.names], dtype=np.int64)
    served = commodity.eligible & (people > 0)
    return FrontierPoint(
        bound=bound,
        packs=packs,
        mass_g=packs * commodity.pack_g,
        price=1 - packs / most if most else 0.0,
        gini=weighted_gini(result.packs[served, j] / people[served], people[served]),
        bottlenecks=_bottlenecks(dataset, given, result, j),
    )


def _bottlenecks(dataset: Dataset, given: GatheredRound, result: RoundResult, j: int) -> tuple[Bottleneck, ...]:
    bound = result.deviation[j] if result.deviation else None
    if bound is None:
        return ()
    rows = np.flatnonzero(given.numbers.commodities[j].eligible)
    worth = price_capacities(bound)
    found = [
        Bottleneck(dataset.outlet_by_code[given.numbers.names[i]], int(result.cap_packs[i, j]), float(value))
        for i, value, held in zip(rows.tolist(), worth, bound.bottleneck, strict=True)
        if held
    ]
    return tuple(sorted(found, key=lambda b: (-b.worth, b.outlet.code)))
