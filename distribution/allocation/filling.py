"""Water-filling of one commodity, within the groups that have a fixed part of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.apportion import apportion
from distribution.allocation.grid import Integers, order_by, total
from distribution.allocation.round_input import FixedShares
from distribution.allocation.waterfill import WaterFill, waterfill
from distribution.domain.enums import ApportionmentMethod


@dataclass(frozen=True, eq=False)
class FillInput:
    """What water-filling takes but for the packs and the bounds; arrays have shape (n,).

    ``fixed`` holds the groups of these very outlets.
    """

    weights: Integers
    ties: NDArray[np.int64]
    balances: NDArray[np.int64]
    fixed: FixedShares | None = None


@dataclass(frozen=True, eq=False)
class Filling:
    """The targets of all outlets, and the water-filling of each group.

    ``parts`` holds the rows of each group with their water-filling; one part with every row where nothing is fixed.
    """

    target_nano: NDArray[np.int64]
    capped: NDArray[np.bool_]
    floored: NDArray[np.bool_]
    placed_packs: int
    unplaced_packs: int
    floor_short_packs: int
    parts: tuple[tuple[NDArray[np.int64], WaterFill], ...]


_NOBODY = np.zeros(0, np.bool_)

#: Before any pack is given.
UNFILLED = Filling(np.zeros(0, np.int64), _NOBODY, _NOBODY, 0, 0, 0, ())


def fill(packs: int, given: FillInput, *, floors: NDArray[np.int64], caps: NDArray[np.int64]) -> Filling:
    """Fill every outlet within its bounds: to one level, or to one level in each group.

    A group's packs are its fixed part in whole packs, by largest remainders (ties: the larger part, then the first),
    between what its floors need and what its caps leave room for; what one group has no room for goes to the others.
    Floors that cannot all be met come before fixed parts: they then share what there is at one level for all.
    """
    if given.fixed is None:
        return _join([(np.arange(given.ties.size), packs)], packs, given, floors, caps)
    groups = given.fixed.group
    rows = [members for g in range(len(given.fixed.parts)) if (members := np.flatnonzero(groups == g)).size]
    lower = np.minimum(floors, caps)
    reach = np.where(given.weights > 0, np.minimum(caps, packs), lower)
    kept = [given.fixed.parts[int(groups[members[0]])] for members in rows]
    need = np.array([total(lower[members]) for members in rows], dtype=object)
    reached = (reach if part else lower for part in kept)  # where the part is nothing, floors are all there is
    room = np.array([total(most[members]) for members, most in zip(rows, reached, strict=True)], dtype=object)
    if total(need) > packs:
        return _join([(np.arange(given.ties.size), packs)], packs, given, floors, caps)
    whole = math.lcm(*(part.denominator for part in kept))
    weights = np.array([int(part * whole) for part in kept], dtype=object)
    budgets = room
    if total(room) > packs:
        budgets = apportion(
            ApportionmentMethod.HAMILTON,
            packs,
            weights,
            ties=np.argsort(order_by(-weights, np.arange(len(rows)))),
            lower=need.astype(np.int64),
            upper=np.minimum(room, packs).astype(np.int64),
        )
    filling = _join(list(zip(rows, budgets.tolist(), strict=True)), packs, given, floors, caps)
    capped = filling.capped.copy()
    for members, budget, most, weight in zip(rows, budgets.tolist(), room.tolist(), weights.tolist(), strict=True):
        if budget == most and budget * total(weights) < packs * weight:  # its room keeps the group from its part
            capped[members] |= given.weights[members] > 0
    return replace(filling, capped=capped)


def _join(
    budgets: list[tuple[NDArray[np.int64], int]],
    packs: int,
    given: FillInput,
    floors: NDArray[np.int64],
    caps: NDArray[np.int64],
) -> Filling:
    parts = tuple((rows, _fill_rows(budget, given, rows, floors, caps)) for rows, budget in budgets)
    if len(parts) == 1 and parts[0][0].size == given.ties.size:
        one = parts[0][1]
        target, capped, floored = one.target_nano, one.capped, one.floored
    else:
        target = np.zeros(given.ties.shape, np.int64)
        capped, floored = np.zeros(given.ties.shape, np.bool_), np.zeros(given.ties.shape, np.bool_)
        for rows, part in parts:
            target[rows], capped[rows], floored[rows] = part.target_nano, part.capped, part.floored
    placed = sum(part.placed_packs for _, part in parts)
    short = sum(part.floor_short_packs for _, part in parts)
    return Filling(target, capped, floored, placed, packs - placed, short, parts)


def _fill_rows(
    packs: int, given: FillInput, rows: NDArray[np.int64], floors: NDArray[np.int64], caps: NDArray[np.int64]
) -> WaterFill:
    return waterfill(
        packs,
        given.weights[rows],
        balances=given.balances[rows],
        floors=floors[rows],
        caps=caps[rows],
        ties=given.ties[rows],
    )
