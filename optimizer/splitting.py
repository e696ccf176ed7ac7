"""Cuts what an outlet is due into drops that its store can hold and loads that a truck can carry.

Packs are never cut: every commodity's packs add up exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.travel import IntArray


def split_drops(packs: Sequence[int] | IntArray, drops: int, pack_g: Sequence[int] | IntArray) -> list[IntArray]:
    """Spread an outlet's packs evenly over its drops.

    Of each commodity every drop gets the whole part of its equal share or one pack more; the odd packs go, heaviest
    commodity first, to the drops that are lightest so far (longest processing time rule, Graham 1969), ties to the
    earlier drop.

    Parameters
    ----------
    packs
        Packs per commodity, shape (c,).
    drops
        How many drops, at least 1.
    pack_g
        Weight of one pack of each commodity, g, shape (c,).

    Returns
    -------
    list of IntArray
        Packs per commodity of each drop.

    Raises
    ------
    ValueError
        If there is no drop or a negative number of packs.
    """
    wanted, weight_g = _as_counts(packs), np.asarray(pack_g, dtype=np.int64)
    if drops < 1:
        raise ValueError("at least one drop is needed")
    shares = np.repeat((wanted // drops)[None, :], drops, axis=0)
    load_g = shares @ weight_g
    for commodity in np.argsort(-weight_g, kind="stable"):
        odd = int(wanted[commodity] % drops)
        lightest = np.argsort(load_g, kind="stable")[:odd]
        shares[lightest, commodity] += 1
        load_g[lightest] += weight_g[commodity]
    return list(shares)


def drops_needed(
    groups: Sequence[Sequence[int] | IntArray], pack_g: Sequence[int] | IntArray, room_g: int, most: Sequence[int]
) -> list[int]:
    """Return the fewest drops of each group that fit into the room, whichever of them come together.

    Parameters
    ----------
    groups
        Packs per commodity of each group; groups come on days of their own but share the room.
    pack_g
        Weight of one pack of each commodity, g.
    room_g
        What the place can store at a time, g.
    most
        The most drops of each group, at least 1.

    Returns
    -------
    list of int
        Drops of each group, as alike as ``most`` allows; ``most`` if even that many do not fit.
    """
    weight_g = np.asarray(pack_g, dtype=np.int64)
    total_g = sum(int(_as_counts(packs) @ weight_g) for packs in groups)
    fewest = max(1, -(-total_g // room_g)) if room_g > 0 else max(most)
    for drops in range(fewest, max(most)):
        counts = [min(drops, limit) for limit in most]
        heaviest = (
            max(int(drop @ weight_g) for drop in split_drops(packs, count, pack_g))
            for packs, count in zip(groups, counts, strict=True)
        )
        if sum(heaviest) <= room_g:
            return counts
    return list(most)


def split_loads(
    packs: Sequence[int] | IntArray,
    pack_g: Sequence[int] | IntArray,
    pack_ml: Sequence[int] | IntArray,
    capacity_g: int,
    capacity_ml: int,
) -> list[IntArray]:
    """Cut packs into full truckloads and, last, the remainder.

    Each load takes the commodities in the proportion in which they are left, so that neither weight nor volume is
    used up before the other without need, and is then topped up, heaviest pack first, until no pack that is left
    would fit. Packs that are larger than a whole truck stay together in one load at the very end, for the search to
    say that it is too large: nothing is dropped here.

    Returns
    -------
    list of IntArray
        Packs per commodity of each load; empty if there are no packs.

    Raises
    ------
    ValueError
        If a number of packs is negative.
    """
    left = _as_counts(packs)
    weight_g, volume_ml = np.asarray(pack_g, dtype=np.int64), np.asarray(pack_ml, dtype=np.int64)
    oversize = np.where((weight_g > capacity_g) | (volume_ml > capacity_ml), left, 0)
    left = left - oversize
    loads = []
    while left.any():
        load = _fill(left, weight_g, volume_ml, capacity_g, capacity_ml)
        left = left - load
        loads.append(load)
    if oversize.any():
        loads.append(oversize)
    return loads


def halve_pieces(
    packs: Sequence[int] | IntArray,
    pack_g: Sequence[int] | IntArray,
    pack_ml: Sequence[int] | IntArray,
    capacity_g: int,
    capacity_ml: int,
) -> list[IntArray]:
    """Cut packs into a half, half of what is left, and so on to a single pack.

    Of one commodity every number of packs is then the sum of some pieces, so a delivery of n packs can be parted between
    two trucks in any way with only log2(n) + 2 pieces. No piece is more than a truck carries.

    Parameters
    ----------
    packs
        Packs per commodity, shape (c,).
    pack_g, pack_ml
        Weight and volume of one pack of each commodity, g and ml, shape (c,); every pack fits a truck.
    capacity_g, capacity_ml
        What a truck carries.

    Returns
    -------
    list of IntArray
        Packs per commodity of each piece, largest first; empty if there are no packs.

    Raises
    ------
    ValueError
        If a number of packs is negative.
    """
    left = _as_counts(packs)
    weight_g, volume_ml = np.asarray(pack_g, dtype=np.int64), np.asarray(pack_ml, dtype=np.int64)
    pieces = []
    while left.any():
        among = left > 0
        room_g = min(capacity_g, _half(int(left @ weight_g), int(weight_g[among].max())))
        room_ml = min(capacity_ml, _half(int(left @ volume_ml), int(volume_ml[among].max())))
        pieces.append(_fill(left, weight_g, volume_ml, room_g, room_ml))
        left = left - pieces[-1]
    return pieces


def _half(total: int, largest: int) -> int:
    """Return half of a total, rounded to the next whole pack of the largest."""
    return (total + largest) // 2


def _fill(left: IntArray, weight_g: IntArray, volume_ml: IntArray, capacity_g: int, capacity_ml: int) -> IntArray:
    """Take one load off what is left; at least one pack, since each fits by itself."""
    total_g, total_ml = int(left @ weight_g), int(left @ volume_ml)
    load = left.copy()
    if total_g > capacity_g:
        load = np.minimum(load, left * capacity_g // total_g)
    if total_ml > capacity_ml:
        load = np.minimum(load, left * capacity_ml // total_ml)
    room_g, room_ml = capacity_g - int(load @ weight_g), capacity_ml - int(load @ volume_ml)
    for commodity in np.argsort(-weight_g, kind="stable"):
        each_g, each_ml = int(weight_g[commodity]), int(volume_ml[commodity])
        more = int(left[commodity] - load[commodity])
        if each_g:
            more = min(more, room_g // each_g)
        if each_ml:
            more = min(more, room_ml // each_ml)
        load[commodity] += more
        room_g -= more * each_g
        room_ml -= more * each_ml
    return load


def _as_counts(packs: Sequence[int] | IntArray) -> IntArray:
    counts = np.asarray(packs, dtype=np.int64)
    if counts.min(initial=0) < 0:
        raise ValueError("packs are negative")
    return counts
