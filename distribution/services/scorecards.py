"""Scorecards of a round: what was allotted, planned and received, what was answered, and what is overdue."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from distribution.domain.goods import Commodity
from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.domain.rounds import Allotment
from distribution.domain.voice import AllotmentAnswer, Answer, AppealBase, AppealState
from distribution.intake.receipts import DropKey
from distribution.services.find_round import find_round
from distribution.services.receipts import load_drops, read_owners
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Receipt
from distribution.store.unit_of_work import UnitOfWork


class Level(StrEnum):
    """Whose scorecards."""

    UNION = "union"
    COOPERATIVE = "cooperative"
    OUTLET = "outlet"
    TRUCK = "truck"


#: Level -> the sheet that its holders stand in; trucks are told apart by number and stand in none.
_SHEETS = {Level.UNION: "unions", Level.COOPERATIVE: "cooperatives", Level.OUTLET: "outlets"}


@dataclass
class Scorecard:
    """The figures of one holder; masses in g, all whole numbers.

    Attributes
    ----------
    code, noun
        Of the union, cooperative, outlet or truck; a truck is no noun.
    people
        Served, each once.
    allotted_g
        Allotted in the round; 0 for a truck.
    planned_g
        Planned to be brought by trucks.
    told_g
        Planned mass of the drops that have a receipt.
    accepted_g, rejected_g, missing_g
        Of that: accepted, sent back, not come.
    drops, receipts
        Drops planned, and those that have a receipt.
    allotments, accepted, objected
        Allotments, and those that were accepted or objected to.
    appeals, appeals_open, appeals_overdue, appeals_late
        Filed for the round or without one; not decided; not decided in time; decided too late.
    reasons
        How often each reason was given for a discrepancy.
    """

    code: str = ""
    noun: Named | None = None
    people: int = 0
    allotted_g: int = 0
    planned_g: int = 0
    told_g: int = 0
    accepted_g: int = 0
    rejected_g: int = 0
    missing_g: int = 0
    drops: int = 0
    receipts: int = 0
    allotments: int = 0
    accepted: int = 0
    objected: int = 0
    appeals: int = 0
    appeals_open: int = 0
    appeals_overdue: int = 0
    appeals_late: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def fill(self) -> float | None:
        """Return the part of what was allotted that was accepted from trucks, not what was fetched; None for no allotment."""
        return self.accepted_g / self.allotted_g if self.allotted_g else None

    @property
    def discrepancy(self) -> float | None:
        """Return the part of what receipts tell of that was not accepted; None without receipts."""
        return 1 - self.accepted_g / self.told_g if self.told_g else None


def build_scorecards(uow: UnitOfWork, asker: Principal, round_code: str, level: Level) -> tuple[Scorecard, ...]:
    """Add up the scorecards of a round at a level, those of the asker's part of the network, in order of code.

    Raises
    ------
    NotFoundError
        ``round_unknown``, ``plan_missing``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        round_id, now, version = found.require_id(), tx.now(), found.dataset_version
        pages = NetworkPages(tx.session)
        deck = _Deck(level, read_owners(pages, version, asker.scope))
        commodities = dict(pages.page("commodities", version))
        pack_g = {code: noun.pack_g for code, noun in commodities.items() if isinstance(noun, Commodity)}
        deck.add_allotments(tx.rounds.allotments(round_code, scope=asker.scope), pack_g)
        deck.add_drops(load_drops(tx, found), pack_g)
        deck.add_receipts(tx.receipts.list(round_id, scope=asker.scope), pack_g)
        deck.add_answers(tx.voice.answers(round_id, scope=asker.scope).values())
        appeals = tx.voice.appeals(scope=asker.scope)
        deck.add_appeals([one for one in appeals if one.round_code in {None, round_code}], now)
        sheet = _SHEETS.get(level)
        names = {} if sheet is None else pages.named(sheet, version, deck.cards)
    for code, card in deck.cards.items():
        card.code, card.noun = code, names.get(code)
    return tuple(deck.cards[code] for code in sorted(deck.cards))


class _Deck:
    """The scorecards of a level; what belongs to nobody of the asker's is passed over."""

    def __init__(self, level: Level, owners: Mapping[str, tuple[str, str]]) -> None:
        self.cards: defaultdict[str, Scorecard] = defaultdict(Scorecard)
        self._level = level
        self._owners = owners

    def _of_outlet(self, outlet: str) -> Scorecard | None:
        if outlet not in self._owners or self._level is Level.TRUCK:
            return None
        union, cooperative = self._owners[outlet]
        return self.cards[{Level.UNION: union, Level.COOPERATIVE: cooperative}.get(self._level, outlet)]

    def _of_drop(self, outlet: str, truck: str) -> Scorecard | None:
        if self._level is not Level.TRUCK or outlet not in self._owners:
            return self._of_outlet(outlet)
        return self.cards[truck]

    def add_allotments(self, lines: Iterable[Allotment], pack_g: Mapping[str, int]) -> None:
        counted = set()
        for line in lines:
            if (card := self._of_outlet(line.outlet_code)) is None:
                continue
            card.allotments += 1
            card.allotted_g += line.packs * pack_g[line.commodity_code]
            if line.outlet_code not in counted:
                card.people += line.people
                counted.add(line.outlet_code)

    def add_drops(self, drops: Mapping[DropKey, int], pack_g: Mapping[str, int]) -> None:
        for key, packs in drops.items():
            if (card := self._of_drop(key.outlet_code, key.truck)) is not None:
                card.drops += 1
                card.planned_g += packs * pack_g[key.commodity_code]

    def add_receipts(self, receipts: Iterable[Receipt], pack_g: Mapping[str, int]) -> None:
        for one in receipts:
            if (card := self._of_drop(one.outlet_code, one.truck)) is None:
                continue
            mass = pack_g[one.commodity_code]
            card.receipts += 1
            card.told_g += one.planned_packs * mass
            card.accepted_g += one.accepted_packs * mass
            card.rejected_g += one.rejected_packs * mass
            card.missing_g += (one.planned_packs - one.accepted_packs - one.rejected_packs) * mass
            if one.reason is not None:
                card.reasons[one.reason.value] += 1

    def add_answers(self, answers: Iterable[Answer]) -> None:
        for one in answers:
            if (card := self._of_outlet(one.outlet_code)) is not None:
                card.accepted += one.answer is AllotmentAnswer.ACCEPTED
                card.objected += one.answer is AllotmentAnswer.OBJECTED

    def add_appeals(self, appeals: Iterable[AppealBase], now: dt.datetime) -> None:
        for one in appeals:
            if (card := self._of_outlet(one.outlet_code)) is not None:
                is_open = one.state is AppealState.OPEN
                card.appeals += 1
                card.appeals_open += is_open
                card.appeals_overdue += is_open and one.due_at < now
                card.appeals_late += one.decided_at is not None and one.decided_at > one.due_at
