"""From exact targets to whole packs, handed down level by level: area to area to outlet, union to cooperative to outlet.

At every level a node's whole packs are shared among its children by that level's method. Under ``cumulative`` a
child's claim is the sum of the claims (target and debt) of the outlets below it, rounded to its floor or ceiling
within its parent's: the floors of a sum's parts never exceed the sum's own floor, nor fall the ceilings short of
its ceiling, so such a rounding always exists and every node of every level stays below one pack of debt (controlled
rounding in a hierarchy: Cox & Ernst 1982). Any other method shares a parent's packs by weight, and the outlets
below a child are then filled anew to one level with the packs it got.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.apportion import apportion
from distribution.allocation.cumulative import round_cumulative, round_cumulative_within
from distribution.allocation.grid import NANO, SAFE, Integers, order_by
from distribution.allocation.round_input import Tree
from distribution.allocation.waterfill import WaterFill, waterfill
from distribution.domain.enums import ApportionmentMethod

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Leaves:
    """The outlets whose targets are rounded together; arrays have shape (n,).

    Attributes
    ----------
    weights
        Grid weights.
    balances
        Packs that lie there already.
    lower, upper
        Bounds in whole packs that hold the targets and their rounding.
    least
        Least packs after rounding, between ``lower`` and the target (the smallest drop worth making).
    debt_nano
        Rounding debt carried in.
    ties
        Rank for ties.
    names
        Names, for ties with nodes.
    """

    weights: Integers
    balances: IntArray
    lower: IntArray
    upper: IntArray
    least: IntArray
    debt_nano: IntArray
    ties: IntArray
    names: Sequence[str]


@dataclass(frozen=True, eq=False)
class Rounded:
    """Whole packs, and the exact targets they were rounded from, in billionths; shape (n,)."""

    packs: IntArray
    target_nano: IntArray


def round_levels(fill: WaterFill, leaves: Leaves, tree: Tree | None, methods: Sequence[ApportionmentMethod]) -> Rounded:
    """Hand the placed packs of a water-filling down a tree in whole packs.

    Parameters
    ----------
    fill
        Targets of the outlets, all within ``[lower, upper]``.
    leaves
        The outlets.
    tree
        The levels above these outlets; None for none.
    methods
        Method of each level from the top, the last one for all below; below ``cumulative`` only ``cumulative``.
    """
    if tree is None or tree.paths.shape[1] == 0:
        return Rounded(round_flat(methods[-1], fill, leaves), fill.target_nano)
    return _Descent(fill, leaves, tree, methods).run()


def round_flat(method: ApportionmentMethod, fill: WaterFill, leaves: Leaves) -> IntArray:
    """Round the targets of one level; shape (n,)."""
    packs, ties = fill.placed_packs, leaves.ties
    if method.carries_debt:
        return round_cumulative(
            packs, fill.target_nano, leaves.debt_nano, lower=leaves.least, upper=leaves.upper, ties=ties
        )
    at_hand = fill if leaves.least is leaves.lower else None  # filled within these very bounds
    return apportion(method, packs, fill.effective, ties=ties, lower=leaves.least, upper=leaves.upper, fill=at_hand)


class _Descent:
    """The state while packs are handed down; a *child* is a node, or an outlet, below a node of the last level."""

    def __init__(self, fill: WaterFill, leaves: Leaves, tree: Tree, methods: Sequence[ApportionmentMethod]) -> None:
        self.leaves, self.tree, self.methods = leaves, tree, methods
        self.target = fill.target_nano.copy()
        self.packs = np.zeros_like(self.target)
        self.open = np.arange(self.target.size)  # outlets that have no packs yet
        self.owner = np.zeros_like(self.open)  # of each of these, the node whose packs it shares
        self.budgets = np.array([fill.placed_packs], dtype=np.int64)
        self.fills = [fill]
        self.name_rank = np.empty(len(tree.names) + len(leaves.names), np.int64)
        names = [*tree.names, *leaves.names]
        self.name_rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))

    def run(self) -> Rounded:
        for level in range(self.tree.paths.shape[1] + 1):
            if self.open.size:
                self._descend(level, self.methods[min(level, len(self.methods) - 1)])
        return Rounded(self.packs, self.target)

    def _descend(self, level: int, method: ApportionmentMethod) -> None:
        """Share every owner's packs among its children, and make those children that are nodes the owners."""
        nodes = len(self.tree.names)
        below = self.tree.paths[self.open, level] if level < self.tree.paths.shape[1] else np.full(self.open.shape, -1)
        keys, first, child = np.unique(
            np.where(below >= 0, below, nodes + self.open), return_index=True, return_inverse=True
        )
        owner = self.owner[first]
        by_claims = method.carries_debt
        packs = (
            self._share_by_claims(keys, child, owner)
            if by_claims
            else self._share_by_weights(method, keys, child, owner)
        )
        is_node = keys < nodes
        done = ~is_node[child]
        self.packs[self.open[done]] = packs[child[done]]
        renumber = np.cumsum(is_node) - 1
        self.open, self.owner = self.open[~done], renumber[child[~done]]
        self.budgets = packs[is_node]
        if not by_claims:
            self._fill_anew()

    def _share_by_claims(self, keys: IntArray, child: IntArray, owner: IntArray) -> IntArray:
        leaves, rows = self.leaves, self.open
        claim = self.target[rows] + leaves.debt_nano[rows]
        lower, upper = leaves.least[rows], leaves.upper[rows]
        held_in = np.where(keys[child] < len(self.tree.names), np.clip(claim, lower * NANO, upper * NANO), claim)
        return round_cumulative_within(
            self.budgets,
            owner,
            _sums(child, held_in, keys.size),
            lower=_sums(child, lower, keys.size),
            upper=_sums(child, upper, keys.size),
            ties=self._ties(keys, _sums(child, leaves.weights[rows], keys.size)),
        )

    def _share_by_weights(
        self, method: ApportionmentMethod, keys: IntArray, child: IntArray, owner: IntArray
    ) -> IntArray:
        leaves, rows, size = self.leaves, self.open, keys.size
        weights = leaves.weights[rows]
        lower = leaves.least[rows]
        upper = np.where(weights > 0, leaves.upper[rows], lower)  # without weight, the floor and no more
        ties = self._ties(keys, _sums(child, weights, size))
        least, most = _sums(child, lower, size), _sums(child, upper, size)
        packs = np.zeros(keys.shape, np.int64)
        mine_of = _split(owner, self.budgets.size)
        for number, members in enumerate(_split(self.owner, self.budgets.size)):
            mine = mine_of[number]
            only_leaves = bool((keys[mine] >= len(self.tree.names)).all())
            packs[mine] = apportion(
                method,
                int(self.budgets[number]),
                _sums(np.searchsorted(mine, child[members]), self._shares(number, members, only_leaves), mine.size),
                ties=np.argsort(np.argsort(ties[mine])),
                lower=least[mine],
                upper=most[mine],
            )
            if not only_leaves:  # an outlet beside nodes is treated as one: its whole packs become its target
                beside = members[keys[child[members]] >= len(self.tree.names)]
                self.target[self.open[beside]] = packs[child[beside]] * NANO
        return packs

    def _shares(self, number: int, members: IntArray, only_leaves: bool) -> Integers:
        """Return what an owner's packs are shared by: levels, weights where nothing is in the way, else targets."""
        fill, outlets = self.fills[number], self.open[members]
        if only_leaves:
            return fill.effective
        bounded = fill.capped.any() or fill.floored.any() or self.leaves.balances[outlets].any()
        return self.target[outlets] if bounded else self.leaves.weights[outlets]

    def _fill_anew(self) -> None:
        """Fill the outlets below every new owner to one level with its packs."""
        leaves, self.fills = self.leaves, []
        for members, budget in zip(_split(self.owner, self.budgets.size), self.budgets.tolist(), strict=True):
            outlets = self.open[members]
            fill = waterfill(
                budget,
                leaves.weights[outlets],
                balances=leaves.balances[outlets],
                floors=leaves.least[outlets],
                caps=leaves.upper[outlets],
                ties=leaves.ties[outlets],
            )
            self.fills.append(fill)
            self.target[outlets] = fill.target_nano

    def _ties(self, keys: IntArray, weights: Integers) -> IntArray:
        """Rank children for ties: the larger weight first, then the name by code point."""
        ranks = np.empty(keys.shape, np.int64)
        ranks[order_by(-weights, self.name_rank[keys])] = np.arange(keys.size)
        return ranks


def _split(group: IntArray, size: int) -> list[IntArray]:
    """List the members of each group, in order."""
    if size == 0:
        return []
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, size)))


def _sums(group: IntArray, values: Integers, size: int) -> Integers:
    """Add up integers by group, exactly."""
    if values.dtype != object and values.size * int(np.abs(values).max(initial=0)) >= SAFE:
        values = values.astype(object)
    sums = np.zeros(size, values.dtype)
    np.add.at(sums, group, values)
    return sums
