"""Packs nobody lifted before the deadline: who gives them up, who takes them over, and what the accounts say of it.

What an outlet neither lifted nor still will lift is released, of its own choice: its claim to it ends, and no
shortfall arises. The packs go to the other eligible outlets as far as their stores have room:

1. to repay shortfalls, the largest first, each by the whole packs that cover it;
2. to repay rounding debts, likewise;
3. the rest in proportion to the free capacity that is left, by largest remainders (Hamilton 1792). Since no more is
   given out than there is room, no part exceeds its own room and no bound needs a second pass.

Only if nobody else has room do packs return to those who released them, and only if nobody at all has room do they
lapse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS, NANO, SAFE, Integers, first_by, order_by, total
from distribution.domain.absorption import MoveReason

NOBODY = -1  # the taker of a pack that lapses


@dataclass(frozen=True, eq=False)
class Unlifted:
    """One commodity shortly before its deadline; arrays have shape (n,), one row for each holder of an account.

    Attributes
    ----------
    allotted, lifted, kept
        Packs allotted, packs lifted, and packs that the outlet still will lift or that wait for a truck.
    eligible
        Who may take packs over.
    room
        Packs that the store can still take beside what was lifted or is kept.
    shortfall_nano, debt_nano
        The two accounts, in billionths of a pack; positive = owed to the holder.
    ties
        Rank for ties (:func:`distribution.allocation.grid.tie_ranks`).
    """

    allotted: NDArray[np.int64]
    lifted: NDArray[np.int64]
    kept: NDArray[np.int64]
    eligible: NDArray[np.bool_]
    room: NDArray[np.int64]
    shortfall_nano: NDArray[np.int64]
    debt_nano: NDArray[np.int64]
    ties: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves of packs in the order in which they were decided; arrays have shape (moves,).

    A pack that returns has one row as giver and taker; the taker of one that lapses is :data:`NOBODY`.
    """

    giver: NDArray[np.int64]
    taker: NDArray[np.int64]
    packs: NDArray[np.int64]
    reason: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Absorption:
    """What became of the released packs; arrays have shape (n,).

    ``released = given to others + returned + lapsed`` for every row, and all together
    ``released = taken + returned + lapsed_packs``.

    Attributes
    ----------
    released, taken, returned
        Packs each gave up, took over from others, and had back because nobody else had room.
    lapsed_packs
        Packs for which nobody had room.
    shortfall_nano, debt_nano, bonus_nano
        Postings, in billionths of a pack. Of what was taken over, the part that repays a shortfall or a debt is
        posted there as a negative amount, the rest as bonus. Debts that are repaid are forgiven to those ahead of
        their due, in proportion, so that debts which summed to zero still do.
    moves
        The same, move by move.
    """

    released: NDArray[np.int64]
    taken: NDArray[np.int64]
    returned: NDArray[np.int64]
    lapsed_packs: int
    shortfall_nano: NDArray[np.int64]
    debt_nano: NDArray[np.int64]
    bonus_nano: NDArray[np.int64]
    moves: Moves


@dataclass(frozen=True, eq=False)
class _Grants:
    """Packs granted, in order of their turn."""

    taker: NDArray[np.int64]
    packs: NDArray[np.int64]
    reason: NDArray[np.object_]

    def by_row(self, n: int) -> NDArray[np.int64]:
        granted = np.zeros(n, np.int64)
        np.add.at(granted, self.taker, self.packs)
        return granted


def reallocate_unlifted(given: Unlifted) -> Absorption:
    """Move the packs that nobody will lift to those who are owed most, then to those with most room.

    Raises
    ------
    ValueError
        If a count is negative, more was lifted or kept than allotted, or the packs do not fit the ledger.
    """
    _require_sound(given)
    n = given.ties.size
    released = given.allotted - given.lifted - given.kept
    room = np.where(given.eligible, given.room, 0)
    gives = released > 0
    left = total(released)
    first = _grant(left, np.where(gives, 0, room), given)
    left -= total(first.packs)
    own = _grant(left, np.where(gives, np.minimum(room, released), 0), given)
    returned = own.by_row(n)
    left -= total(returned)
    last = _grant(left, np.where(gives, room - returned, 0), given)
    left -= total(last.packs)
    taken = first.by_row(n) + last.by_row(n)
    shortfall, debt, bonus = _postings(taken, given)
    return Absorption(
        released=released,
        taken=taken,
        returned=returned,
        lapsed_packs=left,
        shortfall_nano=shortfall,
        debt_nano=debt,
        bonus_nano=bonus,
        moves=_list_moves(released - returned, _join(first, last), returned, left, given.ties),
    )


def _require_sound(given: Unlifted) -> None:
    counts = (given.allotted, given.lifted, given.kept, given.room)
    if min(int(a.min(initial=0)) for a in counts) < 0:
        raise ValueError("a count of packs is negative")
    if total(given.allotted) > MAX_PACKS:
        raise ValueError(f"more packs than the ledger holds; the most is {MAX_PACKS}")
    rest = given.allotted - given.lifted
    if (rest < 0).any() or (rest < given.kept).any():
        raise ValueError("more packs were lifted or kept than allotted")


def _grant(packs: int, room: NDArray[np.int64], given: Unlifted) -> _Grants:
    """Grant packs within the room: by shortfall, by debt, by what room is left."""
    shortfall, debt = np.maximum(given.shortfall_nano, 0), np.maximum(given.debt_nano, 0)
    for_shortfall = _repay(packs, shortfall, room, given.ties)
    packs, room = packs - total(for_shortfall), room - for_shortfall
    beyond = np.maximum(for_shortfall * NANO - shortfall, 0)  # of a last whole pack, which repays debt as well
    debt = np.maximum(debt - beyond, 0)
    for_debt = _repay(packs, debt, room, given.ties)
    packs, room = packs - total(for_debt), room - for_debt
    for_room = _in_proportion(min(packs, total(room)), room, given.ties)
    return _join(
        _in_turn(for_shortfall, shortfall, MoveReason.SHORTFALL, given.ties),
        _in_turn(for_debt, debt, MoveReason.DEBT, given.ties),
        _in_turn(for_room, for_room, MoveReason.CAPACITY, given.ties),
    )


def _in_turn(packs: NDArray[np.int64], key: NDArray[np.int64], reason: MoveReason, ties: NDArray[np.int64]) -> _Grants:
    """List the rows that have packs, the largest key first."""
    order = order_by(-key, ties)
    rows = order[packs[order] > 0]
    return _Grants(rows, packs[rows], np.array([reason], dtype=object).repeat(rows.size))


def _join(*grants: _Grants) -> _Grants:
    return _Grants(
        np.concatenate([g.taker for g in grants]),
        np.concatenate([g.packs for g in grants]),
        np.concatenate([g.reason for g in grants]),
    )


def _repay(
    packs: int, owed_nano: NDArray[np.int64], room: NDArray[np.int64], ties: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give the most owed first, each the whole packs that cover it, as far as packs and room reach."""
    order = order_by(-owed_nano, ties)
    wanted = np.minimum(-(-owed_nano // NANO), room)[order]
    before = np.cumsum(wanted) - wanted
    granted = np.zeros_like(room)
    granted[order] = np.clip(packs - before, 0, wanted)
    return granted


def _in_proportion(amount: int, weights: NDArray[np.int64], ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share an amount that does not exceed the sum of the weights: whole parts, none above its own weight."""
    whole = total(weights)
    if amount == whole:
        return weights
    numbers: Integers = weights
    if whole >= SAFE or amount * int(weights.max()) >= SAFE:
        numbers = weights.astype(object)
    product = numbers * amount
    shares = (product // whole).astype(np.int64)
    shares[first_by(-(product % whole), ties, amount - total(shares))] += 1
    return np.asarray(shares)


def _postings(
    taken: NDArray[np.int64], given: Unlifted
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Book what was taken over: shortfall first, then debt, then bonus; and forgive those ahead what was repaid."""
    worth = taken * NANO
    shortfall = np.minimum(np.maximum(given.shortfall_nano, 0), worth)
    debt = np.minimum(np.maximum(given.debt_nano, 0), worth - shortfall)
    ahead = np.maximum(-given.debt_nano, 0)
    forgiven = _in_proportion(min(total(debt), total(ahead)), ahead, given.ties)
    return -shortfall, forgiven - debt, worth - shortfall - debt


def _list_moves(
    supply: NDArray[np.int64], grants: _Grants, returned: NDArray[np.int64], lapsed: int, ties: NDArray[np.int64]
) -> Moves:
    """Match the givers, the largest first, with the grants in order of their turn; then what returns."""
    if lapsed:
        lost = np.array([MoveReason.LAPSED], dtype=object)
        grants = _join(grants, _Grants(np.array([NOBODY]), np.array([lapsed]), lost))
    givers = order_by(-supply, ties)
    givers = givers[supply[givers] > 0]
    back = _in_turn(returned, returned, MoveReason.RETURNED, ties)
    supply_ends, grant_ends = np.cumsum(supply[givers]), np.cumsum(grants.packs)
    ends = np.union1d(supply_ends, grant_ends)  # a move ends where a giver's packs or a grant end
    turn = np.searchsorted(grant_ends, ends)
    return Moves(
        giver=np.concatenate([givers[np.searchsorted(supply_ends, ends)], back.taker]),
        taker=np.concatenate([grants.taker[turn], back.taker]),
        packs=np.concatenate([np.diff(ends, prepend=0), back.packs]),
        reason=np.concatenate([grants.reason[turn], back.reason]),
    )
