"""A whole network at one moment: everything a round is computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel

from distribution.domain.calendar import CalendarDay
from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity, Quota, StockLine
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet, Succession, Warehouse
from distribution.domain.policy import BasketLine, FixedShare, MemberCount, NeedWeight, OutletLimit, Policy
from distribution.domain.settings import NetworkSettings
from distribution.domain.work_clock import WorkClock


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Measured road metres and seconds between places named by code.

    ``metres`` and ``seconds`` have shape (n, n) for n codes; -1 where no road is known.
    """

    codes: tuple[str, ...]
    metres: NDArray[np.int32]
    seconds: NDArray[np.int32]


#: Sheet name -> the noun in its rows, in the order of the workbook. ``settings`` (key, value) and
#: ``travel`` (a matrix) are read apart.
SHEETS: Mapping[str, type[SQLModel]] = MappingProxyType(
    {
        "areas": Area,
        "unions": CoopUnion,
        "cooperatives": Cooperative,
        "outlets": Outlet,
        "warehouses": Warehouse,
        "commodities": Commodity,
        "stock": StockLine,
        "vehicles": Vehicle,
        "quotas": Quota,
        "calendar": CalendarDay,
        "successions": Succession,
        "members": MemberCount,
        "limits": OutletLimit,
        "policies": Policy,
        "need_weights": NeedWeight,
        "fixed_shares": FixedShare,
        "baskets": BasketLine,
    }
)

#: Sheet name -> the columns that identify a row.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(SHEETS, ("code",))
    | {
        "stock": ("place_code", "commodity_code", "available_on"),
        "calendar": ("day",),
        "successions": ("sheet", "old_code", "new_code"),
        "members": ("area_code", "outlet_code"),
        "limits": ("outlet_code", "commodity_code"),
        "need_weights": ("policy_code", "basis", "key"),
        "fixed_shares": ("policy_code", "node_code"),
        "baskets": ("policy_code", "commodity_code"),
    }
)


@dataclass(frozen=True)
class Dataset:
    """The rows of every sheet, each in order of its key; ``travel`` where a matrix was given."""

    areas: tuple[Area, ...] = ()
    unions: tuple[CoopUnion, ...] = ()
    cooperatives: tuple[Cooperative, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    warehouses: tuple[Warehouse, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    stock: tuple[StockLine, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    quotas: tuple[Quota, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    successions: tuple[Succession, ...] = ()
    members: tuple[MemberCount, ...] = ()
    limits: tuple[OutletLimit, ...] = ()
    policies: tuple[Policy, ...] = ()
    need_weights: tuple[NeedWeight, ...] = ()
    fixed_shares: tuple[FixedShare, ...] = ()
    baskets: tuple[BasketLine, ...] = ()
    settings: NetworkSettings = field(default_factory=NetworkSettings)
    travel: TravelMatrix | None = None

    @cached_property
    def work_clock(self) -> WorkClock:
        """Return the clock that stands still in the hours of rest."""
        return WorkClock(self.settings.rest_hours)

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        """Index the areas."""
        return {a.code: a for a in self.areas}

    @cached_property
    def union_by_code(self) -> dict[str, CoopUnion]:
        """Index the unions."""
        return {u.code: u for u in self.unions}

    @cached_property
    def cooperative_by_code(self) -> dict[str, Cooperative]:
        """Index the cooperatives."""
        return {c.code: c for c in self.cooperatives}

    @cached_property
    def outlet_by_code(self) -> dict[str, Outlet]:
        """Index the outlets."""
        return {o.code: o for o in self.outlets}

    @cached_property
    def warehouse_by_code(self) -> dict[str, Warehouse]:
        """Index the warehouses."""
        return {w.code: w for w in self.warehouses}

    @cached_property
    def commodity_by_code(self) -> dict[str, Commodity]:
        """Index the commodities."""
        return {c.code: c for c in self.commodities}

    @cached_property
    def quotas_by_round(self) -> dict[str, tuple[Quota, ...]]:
        """Group the quotas by round, the earliest round first."""
        groups: dict[str, list[Quota]] = defaultdict(list)
        for quota in self.quotas:
            groups[quota.round_code].append(quota)
        ordered = sorted(groups.items(), key=lambda item: (min(q.period_start for q in item[1]), item[0]))
        return {code: tuple(sorted(quotas, key=lambda q: q.code)) for code, quotas in ordered}

    def area_and_ancestors(self, code: str) -> tuple[str, ...]:
        """List an area's code and those of the areas that contain it, the nearest first."""
        chain: list[str] = []
        step: str | None = code
        while step is not None and step not in chain:
            chain.append(step)
            area = self.area_by_code.get(step)
            step = area.parent_code if area else None
        return tuple(chain)

    @cached_property
    def area_levels(self) -> dict[str, tuple[str, ...]]:
        """Return the areas above the outlets of each area, from the top, below the last one that all have in common."""
        chains = {o.area_code: self.area_and_ancestors(o.area_code)[::-1] for o in self.outlets}
        common = 0
        for nodes in zip(*chains.values(), strict=False):
            if len(set(nodes)) > 1:
                break
            common += 1
        return {code: chain[common:] for code, chain in chains.items()}

    def union_of(self, outlet: Outlet) -> str:
        """Return the code of the union an outlet's cooperative belongs to."""
        return self.cooperative_by_code[outlet.cooperative_code].union_code
