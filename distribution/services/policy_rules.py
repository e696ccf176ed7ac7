"""A policy as the engine takes it: rules, methods by level, the levels themselves and the parts that are fixed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from distribution.allocation.round_input import FixedShares, SharingRules, Tree
from distribution.domain.dataset import Dataset
from distribution.domain.enums import ApportionmentMethod, Hierarchy
from distribution.domain.errors import StateError
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
    )


def methods_for(policy: Policy, quota: Quota) -> tuple[ApportionmentMethod, ...]:
    """Return the methods of the levels from the top: the policy's, else the quota's for all.

    Raises
    ------
    StateError
        ``methods_out_of_order`` if a level below a cumulative one is not cumulative.
    """
    methods = policy.methods or (quota.method,)
    if any(not below.carries_debt for above, below in itertools.pairwise(methods) if above.carries_debt):
        raise StateError("methods_out_of_order", policy=policy.code)
    return methods


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
        above = {a: dataset.area_and_ancestors(a)[::-1] for a in sorted({o.area_code for o in outlets})}
        common = _common_length(list(above.values()))
        chains = [tuple(f"area:{code}" for code in above[o.area_code][common:]) for o in outlets]
    names = sorted({name for chain in chains for name in chain})
    place = {name: i for i, name in enumerate(names)}
    paths = np.full((len(chains), max(map(len, chains), default=0)), -1, dtype=np.int64)
    for i, chain in enumerate(chains):
        paths[i, : len(chain)] = [place[name] for name in chain]
    return Tree(paths, tuple(names))


def _common_length(chains: Sequence[tuple[str, ...]]) -> int:
    """Return how many nodes from the top all chains share."""
    length = 0
    for nodes in zip(*chains, strict=False):
        if len(set(nodes)) > 1:
            break
        length += 1
    return length


def build_fixed_shares(dataset: Dataset, policy: Policy, outlets: Sequence[Outlet]) -> FixedShares | None:
    """Group outlets by the areas or unions of a policy that have a fixed part; all others share what is left.

    Returns
    -------
    FixedShares or None
        None where the policy fixes nothing.
    """
    rows = [row for row in dataset.fixed_shares if row.policy_code == policy.code]
    if not rows:
        return None
    group_of_node = {row.node_code: g for g, row in enumerate(rows)}
    parts = [Fraction(row.percent) / 100 for row in rows]
    group = np.full(len(outlets), len(rows), dtype=np.int64)
    for i, outlet in enumerate(outlets):
        nodes = (*dataset.area_and_ancestors(outlet.area_code), dataset.union_of(outlet))
        group[i] = next((group_of_node[node] for node in nodes if node in group_of_node), len(rows))
    return FixedShares(group, (*parts, 1 - sum(parts, Fraction(0))))
