"""The figures of a run that a planner asks for first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from distribution.allocation.fairness import Fairness, measure_fairness
from distribution.domain.dataset import Dataset
from distribution.domain.enums import PopulationBasis
from distribution.domain.policy import Policy
from distribution.domain.rounds import NANO_PER_PACK, Allotment, RoundGoods, WaitingPacks
from distribution.messages import Locale
from distribution.services.allocate_round import Allocation
from distribution.services.basket_figures import BasketFigures, count_baskets
from distribution.services.delivery_figures import DeliveryFigures, count_deliveries
from distribution.services.need import nearest_warehouse_metres
from distribution.services.plan_deliveries import DeliveryPlan
from distribution.services.remedy_figures import RemedyFigures
from distribution.services.unplaced import UnplacedFigures, count_held, find_stops
from gis.travel.protocol import UNREACHABLE

SCHEMA = "taavon.summary/2"
#: What is known only after the bundle has been made.
_NOT_FROZEN = frozenset({"bundle_sha256", "remedies"})


@dataclass(frozen=True)
class GoodsFigures:
    """What a round had of one commodity and how fairly it was shared. Mass in g.

    ``held`` counts the outlets by what kept them from their share, a value of :class:`Bound`; ``unplaced`` tells why
    packs found no place, None if all did; ``largest_rounding_packs`` is the furthest that whole packs are from the
    exact target with its debt.
    """

    code: str
    name_fa: str
    name_en: str
    quota_g: int
    carried_g: int
    packs_to_share: int
    allotted_packs: int
    allotted_g: int
    unplaced_packs: int
    remainder_g: int
    held: Mapping[str, int]
    largest_rounding_packs: float
    fairness: Fairness
    unplaced: UnplacedFigures | None = None

    def name(self, locale: Locale) -> str:
        """Return the commodity's name in a language, else its code."""
        return (self.name_fa if locale == "fa" else self.name_en) or self.code


@dataclass(frozen=True)
class RoundSummary:
    """A run in figures.

    ``bundle_sha256`` is the root hash of the bundle that the round is frozen in; ``summary.json``, which is in the
    bundle, cannot hold it. ``remedies`` tell what would serve the loads that wait: advice, found after the bundle.
    """

    round_code: str
    policy: Policy
    title_fa: str
    title_en: str
    synthetic: bool
    currency: str
    dataset_version: int
    outlets: int
    people: int
    people_assumed: int
    goods: tuple[GoodsFigures, ...]
    delivery: DeliveryFigures
    travel: str
    travel_is_estimate: bool
    status: str
    seed: int
    iterations: int
    files: tuple[str, ...] = ()
    bundle_sha256: str = ""
    remedies: RemedyFigures | None = None
    baskets: BasketFigures | None = None

    @property
    def allotted_g(self) -> int:
        """Return the mass allotted in all, g."""
        return sum(goods.allotted_g for goods in self.goods)

    def to_json(self) -> bytes:
        """Render as the bytes of ``summary.json``."""
        policy = {"code": self.policy.code, "name_fa": self.policy.name_fa, "name_en": self.policy.name_en}
        figures = asdict(replace(self, remedies=None)) | {"policy": policy}
        record = {"schema": SCHEMA} | {key: value for key, value in figures.items() if key not in _NOT_FROZEN}
        return (json.dumps(record, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def summarise(
    dataset: Dataset,
    version: int,
    round_code: str,
    allocation: Allocation,
    deliveries: DeliveryPlan,
    parked: Iterable[WaitingPacks],
) -> RoundSummary:
    """Sum up a round; ``parked`` packs wait for an outlet or a commodity that is gone."""
    people = {code: served.people for code, served in allocation.served.items()}
    assumed = [served.residents for served in allocation.served.values() if served.basis is PopulationBasis.ASSUMED]
    return RoundSummary(
        round_code=round_code,
        policy=allocation.policy,
        title_fa=dataset.settings.title_fa,
        title_en=dataset.settings.title_en,
        synthetic=dataset.settings.synthetic,
        currency=dataset.settings.currency,
        dataset_version=version,
        outlets=len(allocation.outlets),
        people=sum(people.values()),
        people_assumed=sum(assumed),
        goods=_goods_figures(dataset, allocation),
        delivery=count_deliveries(deliveries, people, parked),
        travel=deliveries.travel_label,
        travel_is_estimate=deliveries.travel_is_estimate,
        status=deliveries.plan.status.value,
        seed=deliveries.plan.seed,
        iterations=deliveries.plan.iterations,
        baskets=count_baskets(allocation),
    )


def _goods_figures(dataset: Dataset, allocation: Allocation) -> tuple[GoodsFigures, ...]:
    by_commodity: dict[str, list[Allotment]] = defaultdict(list)
    for allotment in allocation.allotments:
        by_commodity[allotment.commodity_code].append(allotment)
    need, metres = _need_and_metres(dataset, allocation)
    figures = []
    for j, goods in enumerate(allocation.goods):
        rows = by_commodity[goods.commodity_code]
        unplaced = find_stops(dataset, goods.unplaced_packs, rows, _bottleneck(allocation, j, rows))
        figures.append(replace(_figures_of(dataset, goods, rows, need, metres), unplaced=unplaced))
    return tuple(figures)


def _bottleneck(allocation: Allocation, j: int, rows: Sequence[Allotment]) -> frozenset[str]:
    """Return the outlets whose capacity holds all others back by the deviation bound of a commodity."""
    bound = allocation.result.deviation[j]
    if bound is None:
        return frozenset()
    return frozenset(a.outlet_code for a, narrow in zip(rows, bound.bottleneck.tolist(), strict=True) if narrow)


def _need_and_metres(dataset: Dataset, allocation: Allocation) -> tuple[dict[str, Decimal], dict[str, int]]:
    """Return each outlet's need weight, and its road from the nearest warehouse, m: the longest where there is none."""
    codes = [outlet.code for outlet in allocation.outlets]
    metres = allocation.need.metres or nearest_warehouse_metres(dataset, allocation.outlets)
    farthest = max(metres, default=0) + 1
    roads = [farthest if road == UNREACHABLE else road for road in metres]
    return dict(zip(codes, allocation.need.need, strict=True)), dict(zip(codes, roads, strict=True))


def _figures_of(
    dataset: Dataset,
    goods: RoundGoods,
    rows: Sequence[Allotment],
    need: Mapping[str, Decimal],
    metres: Mapping[str, int],
) -> GoodsFigures:
    commodity = dataset.commodity_by_code[goods.commodity_code]
    return GoodsFigures(
        code=commodity.code,
        name_fa=commodity.name("fa"),
        name_en=commodity.name("en"),
        quota_g=goods.quota_g,
        carried_g=goods.carried_g,
        packs_to_share=goods.packs_to_share,
        allotted_packs=goods.allotted_packs,
        allotted_g=goods.allotted_packs * goods.pack_g,
        unplaced_packs=goods.unplaced_packs,
        remainder_g=goods.remainder_g,
        held=count_held(rows),
        largest_rounding_packs=max((abs(_rounding_nano(a)) for a in rows), default=0) / NANO_PER_PACK,
        fairness=measure_fairness(
            np.array([a.people for a in rows], dtype=np.int64),
            np.array([a.packs for a in rows], dtype=np.int64),
            np.array([a.entitlement_nano for a in rows], dtype=np.int64),
            goods.pack_g,
            need=np.array([need[a.outlet_code] for a in rows], dtype=object),
            distance=np.array([metres[a.outlet_code] for a in rows], dtype=np.int64),
        ),
    )


def _rounding_nano(allotment: Allotment) -> int:
    """Return what rounding added to, or took from, the exact target and the debt repaid with it."""
    repaid = allotment.debt_before_nano if allotment.method.carries_debt else 0
    return allotment.packs * NANO_PER_PACK - allotment.target_nano - repaid


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
