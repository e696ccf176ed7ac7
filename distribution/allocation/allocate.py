"""One round: from quotas, people and stores to whole packs per outlet, every step kept.

Each commodity runs the same way: packs to share, less a reserve; the share by weight; what repayments, fixed parts,
closing balances, floors and caps move (all by water-filling); whole packs, level by level. The caps of a storage class
depend on all its commodities, so they are found together, pass by pass, before anything is rounded.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.basket import BasketFill, BasketInput, fill_baskets
from distribution.allocation.fit_stores import fit_stores
from distribution.allocation.grid import NANO, grid_weights, tie_ranks
from distribution.allocation.levels import Leaves, round_levels
from distribution.allocation.line import Line, open_line
from distribution.allocation.min_drop import defer_small_drops
from distribution.allocation.round_input import RoundInput, Tree
from distribution.allocation.round_result import RoundedLine, RoundResult, collect_result


def allocate_round(round_input: RoundInput) -> RoundResult:
    """Allot every commodity of a round in whole packs.

    Per commodity the allotments, the reserve and the unplaced packs sum exactly to the packs to share, and no
    allotment exceeds its cap.

    Raises
    ------
    ValueError
        If a figure leaves the exact range (9 x 10^9 packs of a commodity, balances included).
    """
    weights = grid_weights(round_input.people, round_input.need, round_input.rules.people_exponent)
    ties = tie_ranks(weights, round_input.names)
    columns = range(len(round_input.commodities))
    lines = [open_line(round_input, j, weights, ties) for j in columns]
    basket = _fill_baskets(round_input, lines)
    if basket is not None:
        lines = [open_line(round_input, j, weights, ties, basket.floor_packs[:, j]) for j in columns]
    lines, passes = fit_stores(round_input, lines)
    if round_input.rules.min_drop_packs:
        lines, more = defer_small_drops(round_input, lines)
        passes += more
    lines = [line.within_deviation() for line in lines]
    rounded = [_round_line(round_input, line, round_input.debt_nano[line.rows, j]) for j, line in enumerate(lines)]
    return collect_result(round_input, weights, rounded, passes, basket)


def _fill_baskets(round_input: RoundInput, lines: list[Line]) -> BasketFill | None:
    """Raise complete baskets for all together; their goods are the floors of the round."""
    columns = [j for j, line in enumerate(lines) if line.source.basket_mg > 0]
    if not columns:
        return None
    goods = [lines[j] for j in columns]
    classes = sorted({line.source.storage_class for line in goods})
    n = len(round_input.names)
    room_mg = np.zeros((n, len(classes)), np.int64)
    for k, storage_class in enumerate(classes):
        mine = [j for j, line in zip(columns, goods, strict=True) if line.source.storage_class == storage_class]
        drops = round_input.deliveries[:, mine].min(axis=1)
        room_mg[:, k] = round_input.storage_g[storage_class] * drops * 1000
    filled = fill_baskets(
        BasketInput(
            counts=round_input.people,
            basket_g=np.array([line.source.basket_mg for line in goods], dtype=np.int64),
            eligible=np.column_stack([line.source.eligible for line in goods]),
            packs=np.array([line.packs for line in goods], dtype=np.int64),
            pack_g=np.array([line.source.pack_g * 1000 for line in goods], dtype=np.int64),
            storage_class=np.array([classes.index(line.source.storage_class) for line in goods], dtype=np.int64),
            room_g=room_mg,
            caps=np.column_stack([line.source.caps for line in goods]),
        )
    )
    floors = np.zeros((n, len(lines)), np.int64)
    floors[:, columns] = filled.floor_packs
    return replace(filled, floor_packs=floors)


def _round_line(round_input: RoundInput, line: Line, debt_nano: NDArray[np.int64]) -> RoundedLine:
    """Round a line's targets, level by level."""
    packs, target = np.zeros_like(line.rows), np.zeros_like(line.rows)
    floors, caps = line.net_floors, line.net_caps
    if line.deviation is not None:
        floors, caps = line.deviation.floors, line.deviation.caps
    for members, fill in line.filling.parts:
        lower, upper = np.minimum(floors, caps)[members], caps[members]
        weights, least = line.given.weights[members], lower
        if fill.floor_short_packs:  # the floors cannot all be met: they are what is shared
            least, lower, upper, weights = np.zeros_like(lower), np.zeros_like(lower), lower, np.maximum(weights, 1)
        elif line.rules.min_drop_packs:
            smallest = np.maximum(line.rules.min_drop_packs - line.repaid[members], 0)
            least = np.maximum(lower, np.where(fill.target_nano > 0, smallest, 0))
            upper = np.where(line.target_nano[members] > 0, upper, 0)  # a debt alone is no drop worth making
        leaves = Leaves(
            weights=weights,
            balances=line.given.balances[members],
            lower=lower,
            upper=upper,
            least=least,
            debt_nano=debt_nano[members],
            ties=line.given.ties[members],
            names=[round_input.names[i] for i in line.rows[members]] if round_input.tree else (),
        )
        tree = None
        if round_input.tree is not None:
            tree = Tree(round_input.tree.paths[line.rows[members]], round_input.tree.names)
        rounded = round_levels(fill, leaves, tree, line.source.methods)
        packs[members], target[members] = rounded.packs, rounded.target_nano
    debt_after = target + debt_nano - packs * NANO if line.source.method.carries_debt else debt_nano
    return RoundedLine(line, packs, target, debt_after)
