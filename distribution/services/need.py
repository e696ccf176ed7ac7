"""How many an outlet counts and how much each weighs, as a policy says: the two sides of its weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from distribution.allocation.need import NeedFactor, NeedRangeError, NeedTable, combine_factors
from distribution.allocation.population import PopulationTable, Served, share_people
from distribution.domain.dataset import Dataset
from distribution.domain.enums import CountBasis
from distribution.domain.errors import StateError
from distribution.domain.network import Outlet
from distribution.domain.policy import Policy
from distribution.services.policies import find_policy
from distribution.services.travel import build_travel
from gis.travel.protocol import UNREACHABLE

_CELLS_AT_ONCE = 2_000_000  # of a block of the travel matrix: some 50 MB


@dataclass(frozen=True)
class OutletNeed:
    """The need of every outlet, in the order asked for, and what it is made of.

    Attributes
    ----------
    need
        ``combine_factors(factors, exponent)``, in billionths.
    factors
        What fits each outlet.
    exponent
        Power of the product of the factors.
    metres
        Road from the nearest warehouse to each outlet, -1 where there is none: such an outlet counts as one of the
        farthest band. None if the policy does not look at distances.
    metres_are_estimates
        Whether those roads were estimated from positions, as no matrix was given.
    """

    need: tuple[Decimal, ...]
    factors: tuple[tuple[NeedFactor, ...], ...]
    exponent: Decimal = Decimal(1)
    metres: tuple[int, ...] | None = None
    metres_are_estimates: bool = False


def share_people_by(dataset: Dataset, policy: Policy | str | None = None) -> PopulationTable:
    """Share the people, or the households if the policy counts those, of a network among its outlets, cell by cell.

    Raises
    ------
    NotFoundError
        ``policy_unknown``.
    """
    found = find_policy(dataset, policy)
    counts = CountBasis.PEOPLE if found is None else found.counts
    return share_people(dataset.areas, dataset.outlets, dataset.members, counts)


def served_by(dataset: Dataset, policy: Policy | str | None = None) -> Mapping[str, Served]:
    """Return what each outlet of a network serves, as the policy counts, in order of code.

    Raises
    ------
    NotFoundError
        ``policy_unknown``.
    """
    return share_people_by(dataset, policy).served


def build_need(dataset: Dataset, policy: Policy | str | None, outlets: Sequence[Outlet]) -> OutletNeed:
    """Weigh the need of outlets; without a policy it is the need weight of the area each stands in.

    Roads are looked at only if the policy weighs distances.

    Raises
    ------
    NotFoundError
        ``policy_unknown``.
    StateError
        ``need_out_of_range`` if the weights that fit an outlet make less than a billionth or more than a billion.
    """
    found = find_policy(dataset, policy)
    weights = () if found is None else [row for row in dataset.need_weights if row.policy_code == found.code]
    table = NeedTable(dataset.areas, weights)
    exponent = Decimal(1) if found is None else found.need_exponent
    metres = nearest_warehouse_metres(dataset, outlets) if table.needs_distance else None
    factors = tuple(
        table.factors(
            outlet.area_code,
            dataset.cooperative_by_code[outlet.cooperative_code].kind,
            outlet.setting,
            None if metres is None else table.band(None if metres[i] == UNREACHABLE else metres[i]),
        )
        for i, outlet in enumerate(outlets)
    )
    return OutletNeed(
        _combined(factors, exponent, outlets),
        factors,
        exponent,
        metres,
        metres_are_estimates=metres is not None and dataset.travel is None,
    )


def _combined(
    factors: Sequence[tuple[NeedFactor, ...]], exponent: Decimal, outlets: Sequence[Outlet]
) -> tuple[Decimal, ...]:
    known: dict[tuple[NeedFactor, ...], Decimal] = {}
    for fitting, outlet in zip(factors, outlets, strict=True):
        if fitting not in known:
            try:
                known[fitting] = combine_factors(fitting, exponent)
            except NeedRangeError as error:
                raise StateError("need_out_of_range", outlet=outlet.code) from error
    return tuple(known[fitting] for fitting in factors)


def nearest_warehouse_metres(dataset: Dataset, outlets: Sequence[Outlet]) -> tuple[int, ...]:
    """Return the road from the nearest warehouse to each outlet, m; -1 where no warehouse has a road to it."""
    warehouses = len(dataset.warehouses)
    if not warehouses:
        return (UNREACHABLE,) * len(outlets)
    travel = build_travel(dataset, (*dataset.warehouses, *outlets))
    farthest = np.iinfo(np.int64).max
    nearest = np.full(len(outlets), farthest, dtype=np.int64)
    step = max(1, _CELLS_AT_ONCE // warehouses)
    for start in range(0, len(outlets), step):
        part = np.arange(start, min(start + step, len(outlets)))
        metres, _ = travel.matrix(np.arange(warehouses), warehouses + part)
        nearest[part] = np.where(metres == UNREACHABLE, farthest, metres).min(axis=0)
    return tuple(np.where(nearest == farthest, UNREACHABLE, nearest).tolist())
