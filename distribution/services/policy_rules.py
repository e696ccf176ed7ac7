"""A policy as the engine takes it: rules, methods by level, the levels themselves and the parts that are fixed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from distribution.allocation.round_input import FixedShares, SharingRules, Tree
from distribution.domain.dataset import Dataset
from distribution.domain.enums import ApportionmentMethod, Hierarchy
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet
from distribution.domain.policy import Policy


def build_rules(policy: Policy) -> SharingRules:
    """Return what a policy asks of every commodity."""
    return SharingRules(
        people_exponent=policy.people_exponent,
        reserve=policy.reserve,
        repay=policy.repay,
        min_drop_packs=policy.min_drop_packs,
        deviation=policy.deviation,
        deviation_kind=policy.deviation_kind,
        spare_full=policy.deviation_spares_full,
    )


def methods_for(policy: Policy, quota: Quota) -> tuple[ApportionmentMethod, ...]:
    """Return the methods of the levels from the top: the policy's, else the quota's for all."""
    return policy.methods or (quota.method,)


def build_tree(dataset: Dataset, hierarchy: Hierarchy, outlets: Sequence[Outlet]) -> Tree | None:
    """Build the levels above outlets: areas below the last one that all have in common, or union and cooperative.

    Returns
    -------
    Tree or None
        None where packs are shared among all outlets at once.
    """
    if hierarchy is Hierarchy.FLAT:
        return None
    chains: list[tuple[str, ...]]
    if hierarchy is Hierarchy.UNIONS:
        chains = [(f"union:{dataset.union_of(o)}", f"cooperative:{o.cooperative_code}") for o in outlets]
    else:
        above = dataset.area_levels
        chains = [tuple(f"area:{code}" for code in above[o.area_code]) for o in outlets]
    names = sorted({name for chain in chains for name in chain})
    place = {name: i for i, name in enumerate(names)}
    paths = np.full((len(chains), max(map(len, chains), default=0)), -1, dtype=np.int64)
    for i, chain in enumerate(chains):
        paths[i, : len(chain)] = [place[name] for name in chain]
    return Tree(paths, tuple(names))


def build_fixed_shares(dataset: Dataset, policy: Policy, outlets: Sequence[Outlet]) -> FixedShares | None:
    """Group outlets by the areas or unions of a policy that have a fixed part; all others share what is left.

    Returns
    -------
    FixedShares or None
        None where the policy fixes nothing.
    """
    rows = sorted(
        (row for row in dataset.fixed_shares if row.policy_code == policy.code), key=lambda row: row.node_code
    )
    if not rows:
        return None
    group_of_node = {row.node_code: g for g, row in enumerate(rows)}
    parts = [Fraction(row.percent) / 100 for row in rows]
    group = np.full(len(outlets), len(rows), dtype=np.int64)
    for i, outlet in enumerate(outlets):
        nodes = (*dataset.area_and_ancestors(outlet.area_code), dataset.union_of(outlet))
        group[i] = next((group_of_node[node] for node in nodes if node in group_of_node), len(rows))
    return FixedShares(group, (*parts, 1 - sum(parts, Fraction(0))))
