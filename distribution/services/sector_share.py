"""The share of the cooperative sector: of the people, and of goods that are assigned through all channels together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from distribution.domain.goods import Quota
from distribution.domain.network import Area, Named
from distribution.domain.principal import Principal
from distribution.services.find_round import find_round
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SectorGoods:
    """A commodity of a round; masses in g.

    Attributes
    ----------
    code, noun
        Of the commodity.
    quota_g, received_g
        Assigned to the network, and of that received by outlets so far.
    whole_g
        Assigned through all channels together; None where no letter of the round says it.
    """

    code: str
    noun: Named | None
    quota_g: int
    received_g: int
    whole_g: int | None

    @property
    def share(self) -> float | None:
        """Return the network's part of the whole."""
        return self.quota_g / self.whole_g if self.whole_g else None


@dataclass(frozen=True, slots=True)
class SectorShare:
    """The sector's share beside its target, a part of one; ``population`` is everybody in the areas of the network."""

    target: float
    people: int
    population: int
    goods: tuple[SectorGoods, ...]

    @property
    def people_share(self) -> float | None:
        """Return the people served as a part of all."""
        return self.people / self.population if self.population else None

    @property
    def goods_share(self) -> float | None:
        """Return the network's part of all goods whose whole is known, by mass."""
        known = [(one.quota_g, one.whole_g) for one in self.goods if one.whole_g]
        return sum(quota for quota, _ in known) / sum(whole for _, whole in known) if known else None


def measure_sector_share(uow: UnitOfWork, asker: Principal, round_code: str) -> SectorShare:
    """Measure which part of people and goods a round carries through the network.

    People are those served by outlets with an allotment, each once. The whole of a commodity is the ``whole_tonnes`` of its
    quotas; one quota without it leaves the commodity's share unknown.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        pages, version = NetworkPages(tx.session), found.dataset_version
        received: Counter[str] = Counter()
        for receipt in tx.receipts.list(found.require_id()):
            received[receipt.commodity_code] += receipt.accepted_packs
        for account in tx.outlet_stock.list(found.require_id()):
            received[account.commodity_code] += account.collected_packs
        people = {line.outlet_code: line.people for line in tx.rounds.allotments(round_code)}
        areas = [noun for _, noun in pages.page("areas", version) if isinstance(noun, Area)]
        quotas: defaultdict[str, list[Quota]] = defaultdict(list)
        for _, noun in pages.page("quotas", version):
            if isinstance(noun, Quota) and noun.round_code == found.code:
                quotas[noun.commodity_code].append(noun)
        goods = sorted(tx.rounds.goods(round_code), key=lambda one: one.commodity_code)
        names = pages.named("commodities", version, {one.commodity_code for one in goods})
        target = tx.datasets.settings(version).sector_target_percent
    return SectorShare(
        target=float(target) / 100,
        people=sum(people.values()),
        population=count_population(areas),
        goods=tuple(
            SectorGoods(
                code=one.commodity_code,
                noun=names.get(one.commodity_code),
                quota_g=one.quota_g,
                received_g=received[one.commodity_code] * one.pack_g,
                whole_g=_whole_g(quotas[one.commodity_code]),
            )
            for one in goods
        ),
    )


def count_population(areas: Iterable[Area]) -> int:
    """Count the people of areas, each once: an area counts everybody below it, one without a count has those below it."""
    below: defaultdict[str | None, list[Area]] = defaultdict(list)
    for area in areas:
        below[area.parent_code].append(area)

    def count(area: Area) -> int:
        return sum(map(count, below[area.code])) if area.population is None else area.population

    return sum(map(count, below[None]))


def _whole_g(quotas: list[Quota]) -> int | None:
    wholes = [quota.whole_g for quota in quotas]
    return sum(whole for whole in wholes if whole is not None) if wholes and None not in wholes else None
