"""A slow, plain way to move unlifted packs, and small ways to describe them, for the tests of absorption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import strategies as st

from distribution.allocation.absorption import Absorption, Unlifted
from distribution.allocation.grid import NANO
from distribution.domain.absorption import MoveReason
from tests.support.allocation import ints

#: (giver, taker, packs, reason)
Move = tuple[int, int, int, MoveReason]


@dataclass
class PlainAbsorption:
    """The grants of the plain way, one entry a row."""

    taken: list[int]
    returned: list[int]
    lapsed: int
    reasons: dict[tuple[int, MoveReason], int] = field(default_factory=dict)


def unlifted(
    allotted: Sequence[int],
    lifted: Sequence[int],
    *,
    kept: Sequence[int] | None = None,
    eligible: Sequence[bool] | None = None,
    room: Sequence[int] | None = None,
    shortfall: Sequence[int] | None = None,
    debt: Sequence[int] | None = None,
) -> Unlifted:
    """Describe a commodity; nothing is kept or owed, everyone is eligible with plenty of room, unless given."""
    n = len(allotted)
    return Unlifted(
        allotted=ints(allotted),
        lifted=ints(lifted),
        kept=ints(kept or [0] * n),
        eligible=np.array(eligible if eligible is not None else [True] * n),
        room=ints(room or [1000] * n),
        shortfall_nano=ints(shortfall or [0] * n),
        debt_nano=ints(debt or [0] * n),
        ties=np.arange(n),
    )


def moves_of(result: Absorption) -> list[Move]:
    moves = result.moves
    return list(zip(moves.giver.tolist(), moves.taker.tolist(), moves.packs.tolist(), moves.reason, strict=True))


def packs_covering(owed_nano: int) -> int:
    return -(-max(owed_nano, 0) // NANO)


def plain_absorption(given: Unlifted) -> PlainAbsorption:
    """Hand out pack by pack to whoever's turn it is; the last part by largest remainders in rationals."""
    n = given.ties.size
    released = (given.allotted - given.lifted - given.kept).tolist()
    room = np.where(given.eligible, given.room, 0).tolist()
    result = PlainAbsorption([0] * n, [0] * n, sum(released))

    def hand_out(rooms: list[int], held: list[int]) -> None:
        rooms = list(rooms)
        owed = {
            MoveReason.SHORTFALL: [max(x, 0) for x in given.shortfall_nano.tolist()],
            MoveReason.DEBT: [max(x, 0) for x in given.debt_nano.tolist()],
        }
        for reason in (MoveReason.SHORTFALL, MoveReason.DEBT):
            for i in sorted(range(n), key=lambda i: (-owed[reason][i], given.ties[i])):
                while owed[reason][i] > 0 and rooms[i] and result.lapsed:
                    give(i, reason, rooms, held)
                    over = NANO - owed[reason][i]
                    owed[reason][i] -= NANO
                    if reason is MoveReason.SHORTFALL and over > 0:
                        owed[MoveReason.DEBT][i] = max(owed[MoveReason.DEBT][i] - over, 0)
        rest = min(result.lapsed, sum(rooms))
        if rest:
            exact = [Fraction(rest * r, sum(rooms)) for r in rooms]
            parts = [floor(x) for x in exact]
            for i in sorted(range(n), key=lambda i: (-(exact[i] - parts[i]), given.ties[i]))[: rest - sum(parts)]:
                parts[i] += 1
            for i, part in enumerate(parts):
                for _ in range(part):
                    give(i, MoveReason.CAPACITY, rooms, held)

    def give(i: int, reason: MoveReason, rooms: list[int], held: list[int]) -> None:
        rooms[i] -= 1
        held[i] += 1
        result.lapsed -= 1
        if held is result.taken:
            result.reasons[i, reason] = result.reasons.get((i, reason), 0) + 1

    hand_out([0 if released[i] else room[i] for i in range(n)], result.taken)
    hand_out([min(room[i], released[i]) for i in range(n)], result.returned)
    hand_out([room[i] - result.returned[i] if released[i] else 0 for i in range(n)], result.taken)
    return result


@st.composite
def unlifted_packs(draw: st.DrawFn, max_outlets: int = 7) -> Unlifted:
    """Draw a commodity in which every reason turns up; debts sum to zero, as those of a round do."""
    n = draw(st.integers(1, max_outlets))

    def column(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    allotted = column(0, 12)
    lifted = [draw(st.one_of(st.just(a), st.integers(0, a))) for a in allotted]
    owed = draw(st.sampled_from([1, NANO // 2, NANO, 3 * NANO]))
    debt = column(-owed, owed)
    debt[-1] -= sum(debt)
    return Unlifted(
        allotted=ints(allotted),
        lifted=ints(lifted),
        kept=ints([draw(st.integers(0, a - b)) for a, b in zip(allotted, lifted, strict=True)]),
        eligible=np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n))),
        room=ints(column(0, draw(st.sampled_from([1, 5, 30])))),
        shortfall_nano=ints(column(-owed, owed)),
        debt_nano=ints(debt),
        ties=ints(draw(st.permutations(range(n)))),
    )
