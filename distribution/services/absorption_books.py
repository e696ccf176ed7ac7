"""From the books of a round to the packs nobody lifted of one commodity, and back to postings and moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from distribution.allocation.absorption import NOBODY, Absorption, Unlifted
from distribution.allocation.grid import tie_ranks
from distribution.domain.absorption import PackMove
from distribution.domain.dataset import Dataset
from distribution.domain.enums import Account, HolderKind, LedgerKind
from distribution.domain.rounds import NANO_PER_PACK, Allotment, LedgerEntry
from distribution.store.tables.rounds import Round
from distribution.store.unit_of_work import Transaction

#: (outlet code, commodity code)
Pair = tuple[str, str]


@dataclass(frozen=True)
class RoundBooks:
    """A kept round as absorption sees it; mappings are by (outlet code, commodity code).

    Attributes
    ----------
    dataset
        The network that the round was computed from.
    waiting
        Packs of this round that no truck brought: they head the next plan and are not released.
    open_outlets
        Outlets that are in the network now.
    passed_on
        Outlets that have closed since and whose packs passed to successors.
    shortfall_nano
        What is owed beyond packs that wait: those are repaid by their delivery.
    outlet_debt_nano, area_debt_nano
        Rounding debts by holder.
    """

    round: Round
    dataset: Dataset
    allotments: Mapping[Pair, Allotment]
    waiting: Mapping[Pair, int]
    open_outlets: frozenset[str]
    passed_on: frozenset[str]
    shortfall_nano: Mapping[Pair, int]
    outlet_debt_nano: Mapping[Pair, int]
    area_debt_nano: Mapping[Pair, int]

    @cached_property
    def by_commodity(self) -> dict[str, list[Allotment]]:
        """Group the allotments, in order of their outlets."""
        groups: dict[str, list[Allotment]] = defaultdict(list)
        for (_, commodity), allotment in sorted(self.allotments.items(), key=lambda item: item[0]):
            groups[commodity].append(allotment)
        return groups

    def is_released(self, pair: Pair) -> bool:
        """Tell whether packs of an allotment would be released if none of them were lifted."""
        return pair[0] not in self.passed_on and self.allotments[pair].packs > self.waiting.get(pair, 0)


def load_books(tx: Transaction, kept: Round) -> RoundBooks:
    """Load what absorption needs of a round."""
    round_id = kept.require_id()
    dataset, now = tx.datasets.load(kept.dataset_version), tx.datasets.load()
    waiting: Counter[Pair] = Counter()
    for line in tx.waiting.left_by(round_id):
        waiting[line.outlet_code, line.commodity_code] += line.packs
    owed = Counter(tx.ledger.balances(Account.SHORTFALL))
    for line in tx.waiting.open():
        owed[line.outlet_code, line.commodity_code] -= line.packs * NANO_PER_PACK
    allotments = {(a.outlet_code, a.commodity_code): a for a in tx.rounds.allotments(kept.code)}
    successions = {s.old_code for s in now.successions if s.sheet == "outlets"}
    closed = {outlet for outlet, _ in allotments} - now.outlet_by_code.keys()
    return RoundBooks(
        round=kept,
        dataset=dataset,
        allotments=allotments,
        # Trucks bring the oldest packs first: what waits beyond this round's packs is of earlier rounds.
        waiting={pair: min(packs, allotments[pair].packs) for pair, packs in waiting.items() if pair in allotments},
        open_outlets=frozenset(now.outlet_by_code),
        passed_on=frozenset(closed & successions),
        shortfall_nano=owed,
        outlet_debt_nano=tx.ledger.balances(Account.ROUNDING_DEBT),
        area_debt_nano=tx.ledger.balances(Account.ROUNDING_DEBT, holder_kind=HolderKind.AREA),
    )


@dataclass(frozen=True)
class GoodsBooks:
    """One commodity of the books: a row for each outlet of the round, then for other holders of rounding debt."""

    commodity_code: str
    holders: tuple[tuple[HolderKind, str], ...]
    unlifted: Unlifted

    def moves(self, absorption: Absorption) -> tuple[PackMove, ...]:
        """Name the moves' outlets."""
        moves = absorption.moves
        rows = zip(moves.giver.tolist(), moves.taker.tolist(), moves.packs.tolist(), moves.reason, strict=True)
        return tuple(
            PackMove(self.holders[giver][1], None if taker == NOBODY else self.holders[taker][1], packs, reason)
            for giver, taker, packs, reason in rows
        )

    def entries(self, absorption: Absorption) -> tuple[LedgerEntry, ...]:
        """List the postings, holder by holder; none of nothing."""
        columns = {
            Account.SHORTFALL: absorption.shortfall_nano.tolist(),
            Account.ROUNDING_DEBT: absorption.debt_nano.tolist(),
            Account.BONUS: absorption.bonus_nano.tolist(),
        }
        return tuple(
            LedgerEntry(
                account=account,
                holder_kind=kind,
                holder_code=code,
                commodity_code=self.commodity_code,
                amount_nano=amounts[row],
                kind=LedgerKind.ABSORPTION,
            )
            for row, (kind, code) in enumerate(self.holders)
            for account, amounts in columns.items()
            if amounts[row]
        )


def goods_books(
    books: RoundBooks, commodity_code: str, lifted: Mapping[Pair, int], kept: Mapping[Pair, int]
) -> GoodsBooks:
    """Lay out one commodity in rows.

    Parameters
    ----------
    lifted, kept
        Packs lifted, and packs that are still to be lifted, of every allotment of the commodity.
    """
    lines = books.by_commodity.get(commodity_code, [])
    carries = any(line.method.carries_debt for line in lines)  # a one-off method neither reads nor writes the debt
    debts = {(HolderKind.OUTLET, code): n for (code, c), n in books.outlet_debt_nano.items() if c == commodity_code}
    debts |= {(HolderKind.AREA, code): n for (code, c), n in books.area_debt_nano.items() if c == commodity_code}
    taking_part = [(HolderKind.OUTLET, line.outlet_code) for line in lines]
    others = sorted(debts.keys() - set(taking_part)) if carries else []
    holders = (*taking_part, *others)
    empty = [0] * len(others)

    def column(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values + empty, dtype=np.int64)

    pairs = [(line.outlet_code, commodity_code) for line in lines]
    remaining = [line.packs - lifted[pair] - kept[pair] for line, pair in zip(lines, pairs, strict=True)]
    released = sum(remaining)
    room = [
        released if line.cap_packs is None else max(line.cap_packs - line.packs + rest, 0)
        for line, rest in zip(lines, remaining, strict=True)
    ]
    return GoodsBooks(
        commodity_code,
        holders,
        Unlifted(
            allotted=column([line.packs for line in lines]),
            lifted=column([lifted[pair] for pair in pairs]),
            kept=column([kept[pair] for pair in pairs]),
            eligible=column([line.outlet_code in books.open_outlets for line in lines]).astype(bool),
            room=column(room),
            shortfall_nano=column([books.shortfall_nano.get(pair, 0) for pair in pairs]),
            debt_nano=np.array([debts.get(holder, 0) if carries else 0 for holder in holders], dtype=np.int64),
            ties=tie_ranks(column([line.weight_grid for line in lines]), [code for _, code in holders]),
        ),
    )
