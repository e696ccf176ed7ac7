"""How many packs an outlet's store can take: space per class and drop, shared among the class's goods.

A class's space is shared among its commodities in proportion to what they are entitled to there by mass. A
commodity's cap is ``deliveries x floor(its space / pack mass)``, so every drop fits. What a commodity does not
need is offered again to those whose cap binds. Each pass looks only at the state the last one left, and
ties go by commodity code, so the order of the commodities does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, SAFE, Integers


@dataclass(frozen=True, eq=False)
class ClassSpace:
    """The space of one storage class and the commodities that share it.

    Attributes
    ----------
    space_g
        Mass that one drop may bring, g, shape (n,).
    deliveries
        Drops of each commodity in its period, shape (n, k).
    pack_g
        Mass of one pack per commodity, g, length k; the commodities stand in order of their code.
    want_g
        Entitled mass per commodity, g, shape (n, k); 0 where the outlet takes no part.
    floor_packs
        Least packs for the whole period, shape (n, k): they have the first claim where all of them fit.
    """

    space_g: NDArray[np.int64]
    deliveries: NDArray[np.int64]
    pack_g: tuple[int, ...]
    want_g: NDArray[np.int64]
    floor_packs: NDArray[np.int64]

    def at(self, rows: NDArray[np.int64]) -> ClassSpace:
        """Return the same for some outlets only."""
        return ClassSpace(
            self.space_g[rows], self.deliveries[rows], self.pack_g, self.want_g[rows], self.floor_packs[rows]
        )


def entitled_mass_g(entitlement_nano: NDArray[np.int64], pack_g: int) -> NDArray[np.int64]:
    """Return the mass of an entitlement, rounded up to whole grams."""
    whole, part = np.divmod(entitlement_nano, NANO)
    return np.asarray(whole * pack_g - (-(part * pack_g) // NANO))


def first_caps(space: ClassSpace) -> NDArray[np.int64]:
    """Share the space by entitled mass, floors first where they fit: caps in packs for the period, shape (n, k)."""
    per_drop = _packs_per_drop(space, space.space_g, space.want_g)
    if space.floor_packs.any():
        mass = np.asarray(space.pack_g, dtype=np.int64)
        first = -(-space.floor_packs // np.maximum(space.deliveries, 1))
        left = space.space_g - (first * mass).sum(axis=1)
        wants = np.maximum(space.want_g - first * space.deliveries * mass, 0)
        fits = (left >= 0)[:, None]
        per_drop = np.where(fits, first + _packs_per_drop(space, np.maximum(left, 0), wants), per_drop)
    return per_drop * space.deliveries


def offer_unused(
    space: ClassSpace, caps: NDArray[np.int64], target_nano: NDArray[np.int64], hungry: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Offer the space that some commodities leave unused to those whose cap binds.

    Parameters
    ----------
    space
        The class.
    caps, target_nano
        State of the last pass, shape (n, k).
    hungry
        Where the cap binds, shape (n, k).

    Returns
    -------
    ndarray
        New caps, shape (n, k): never below what a commodity was given, and they fit the space together.
    """
    hungry = np.asarray(hungry & (space.deliveries > 0))
    rows = np.flatnonzero(hungry.any(axis=1))
    new = caps.copy(order="F")
    if rows.size:
        new[rows] = _offer_rows(space.at(rows), caps[rows], target_nano[rows], hungry[rows])
    return new


def _offer_rows(
    space: ClassSpace, caps: NDArray[np.int64], target_nano: NDArray[np.int64], hungry: NDArray[np.bool_]
) -> NDArray[np.int64]:
    drops = np.maximum(space.deliveries, 1)
    need = np.minimum(caps, target_nano // NANO + 1)  # the whole pack above the target, for rounding
    per_drop = np.where(hungry, caps // drops, -(-need // drops))
    packs = np.asarray(space.pack_g, dtype=np.int64)
    left = space.space_g - (per_drop * packs).sum(axis=1)
    per_drop = per_drop + _packs_per_drop(space, left, np.where(hungry, space.want_g, 0))
    left = space.space_g - (per_drop * packs).sum(axis=1)
    order = np.argsort(-space.want_g, axis=1, kind="stable")  # larger want first, then the code
    for place in range(order.shape[1]):
        column = order[:, place]
        lines = np.arange(column.size)
        more = np.where(hungry[lines, column], left // packs[column], 0)
        per_drop[lines, column] += more
        left = left - more * packs[column]
    return per_drop * space.deliveries


def _packs_per_drop(space: ClassSpace, room_g: NDArray[np.int64], wants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share room by wants and count the whole packs in each share, shape (n, k)."""
    room: Integers = room_g[:, None]
    packs = np.asarray(space.pack_g, dtype=np.int64)
    if int(room_g.max(initial=0)) * int(wants.max(initial=0)) >= SAFE:
        room, wants = room.astype(object), wants.astype(object)
    whole = np.maximum(wants.sum(axis=1), 1)[:, None]
    return np.asarray((room * wants // whole // packs).astype(np.int64))
