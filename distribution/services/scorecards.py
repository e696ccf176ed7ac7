"""Scorecards of a round: what was allotted, planned and received, what was answered, and what is overdue."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from distribution.domain.errors import NotFoundError
from distribution.domain.goods import Commodity
from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.domain.rounds import Allotment
from distribution.domain.voice import AllotmentAnswer, Answer, AppealBase, AppealState
from distribution.intake.receipts import DropKey
from distribution.services.audit import record
from distribution.services.distance_ranks import QUINTILES
from distribution.services.find_round import find_round
from distribution.services.lateness import HaltKey, Lateness, actual_arrivals, distance_fifths, planned_arrivals
from distribution.services.loss_account import read_carriers
from distribution.services.receipts import load_drops, read_owners
from distribution.services.route_costs import vehicle_of
from distribution.services.stored_plan import load_stored_plan
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Receipt, ScorecardReply, StockAccountRow
from distribution.store.unit_of_work import UnitOfWork


class Level(StrEnum):
    """Whose scorecards."""

    UNION = "union"
    COOPERATIVE = "cooperative"
    OUTLET = "outlet"
    TRUCK = "truck"
    CARRIER = "carrier"

    @property
    def is_of_trucks(self) -> bool:
        """Tell whether it is about who brings goods, not about who gets them."""
        return self in {Level.TRUCK, Level.CARRIER}


#: Level -> the sheet that its holders stand in; trucks and carriers stand in none.
_SHEETS = {Level.UNION: "unions", Level.COOPERATIVE: "cooperatives", Level.OUTLET: "outlets"}


@dataclass
class Scorecard:
    """The figures of one holder; masses in g, all whole numbers.

    Attributes
    ----------
    code, noun
        Of the union, cooperative, outlet, truck or carrier; the last two are no nouns.
    people, people_reached
        Served, each once; those of outlets that have received anything so far.
    allotted_g
        Allotted in the round; 0 for a truck.
    collected_g
        Fetched by outlets themselves, by their stock accounts.
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
    lateness
        Of halts that have a time, by fifths of the outlets by distance, the nearest first.
    reply
        What the union or the cooperative says to it.
    """

    code: str = ""
    noun: Named | None = None
    people: int = 0
    people_reached: int = 0
    allotted_g: int = 0
    collected_g: int = 0
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
    lateness: tuple[Lateness, ...] = field(default_factory=lambda: tuple(Lateness() for _ in range(QUINTILES)))
    reply: ScorecardReply | None = None

    @property
    def fill(self) -> float | None:
        """Return the part of what was allotted that was accepted from trucks or fetched; None without an allotment."""
        return (self.accepted_g + self.collected_g) / self.allotted_g if self.allotted_g else None

    @property
    def coverage(self) -> float | None:
        """Return the part of the people whose outlet has received anything so far; None for no people."""
        return self.people_reached / self.people if self.people else None

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
        carriers = read_carriers(tx, found) if level is Level.CARRIER else {}
        deck = _Deck(level, read_owners(pages, version, asker.scope), carriers)
        commodities = dict(pages.page("commodities", version))
        pack_g = {code: noun.pack_g for code, noun in commodities.items() if isinstance(noun, Commodity)}
        deck.add_allotments(tx.rounds.allotments(round_code, scope=asker.scope), pack_g)
        deck.add_drops(load_drops(tx, found), pack_g)
        receipts = tx.receipts.list(round_id, scope=asker.scope)
        deck.add_receipts(receipts, pack_g)
        deck.add_collected(tx.outlet_stock.list(round_id, scope=asker.scope), pack_g)
        settings = tx.datasets.settings(version)
        actual = actual_arrivals(receipts, dt.timedelta(minutes=settings.utc_offset_minutes))
        if actual:
            planned = planned_arrivals(load_stored_plan(tx, found))
            deck.add_arrivals(planned, actual, distance_fifths(pages, version), settings.late_minutes * 60)
        deck.add_answers(tx.voice.answers(round_id, scope=asker.scope).values())
        appeals = tx.voice.appeals(scope=asker.scope)
        deck.add_appeals([one for one in appeals if one.round_code in {None, round_code}], now)
        sheet = _SHEETS.get(level)
        names = {} if sheet is None else pages.named(sheet, version, deck.cards)
        replies = tx.monitoring.replies(round_id, level.value)
    for code, card in deck.cards.items():
        card.code, card.noun, card.reply = code, names.get(code), replies.get(code)
    return tuple(deck.cards[code] for code in sorted(deck.cards))


def reply_to_scorecard(
    uow: UnitOfWork, asker: Principal, round_code: str, level: Level, code: str, text: str
) -> ScorecardReply:
    """Say something to a scorecard of one's own part of the network; it stands beside the figures from then on.

    Raises
    ------
    NotFoundError
        ``round_unknown``; ``scorecard_unknown`` for one that is not there, or not the asker's.
    """
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)  # one reply after the other
        owners = read_owners(NetworkPages(tx.session), found.dataset_version, asker.scope)
        own = {
            Level.UNION: {union for union, _ in owners.values()} if asker.cooperative_code is None else set(),
            Level.COOPERATIVE: {cooperative for _, cooperative in owners.values()},
            Level.OUTLET: set(owners),
        }
        if code not in own.get(level, set()):
            raise NotFoundError("scorecard_unknown", level=level.value, code=code)
        reply = ScorecardReply(
            round_id=found.require_id(),
            level=level.value,
            code=code,
            text=text,
            said_by=asker.actor,
            said_at=tx.now(),
        )
        record(
            tx, asker, "scorecard_replied", f"round/{round_code}", {"level": level.value, "code": code, "text": text}
        )
        return tx.monitoring.put_reply(reply)


class _Deck:
    """The scorecards of a level; what belongs to nobody of the asker's is passed over."""

    def __init__(self, level: Level, owners: Mapping[str, tuple[str, str]], carriers: Mapping[str, str]) -> None:
        self.cards: defaultdict[str, Scorecard] = defaultdict(Scorecard)
        self._level = level
        self._owners = owners
        self._carriers = carriers
        self._people: dict[str, int] = {}
        self._reached: set[str] = set()

    def _of_outlet(self, outlet: str) -> Scorecard | None:
        if outlet not in self._owners or self._level.is_of_trucks:
            return None
        union, cooperative = self._owners[outlet]
        return self.cards[{Level.UNION: union, Level.COOPERATIVE: cooperative}.get(self._level, outlet)]

    def _of_drop(self, outlet: str, truck: str) -> Scorecard | None:
        if not self._level.is_of_trucks or outlet not in self._owners:
            return self._of_outlet(outlet)
        return self.cards[truck if self._level is Level.TRUCK else self._carriers.get(vehicle_of(truck), "")]

    def _reach(self, outlet: str, card: Scorecard) -> None:
        """Count the people of an outlet that has received something, once."""
        if outlet not in self._reached and not self._level.is_of_trucks:
            self._reached.add(outlet)
            card.people_reached += self._people.get(outlet, 0)

    def add_allotments(self, lines: Iterable[Allotment], pack_g: Mapping[str, int]) -> None:
        for line in lines:
            if (card := self._of_outlet(line.outlet_code)) is None:
                continue
            card.allotments += 1
            card.allotted_g += line.packs * pack_g[line.commodity_code]
            if line.outlet_code not in self._people:
                card.people += line.people
                self._people[line.outlet_code] = line.people

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
            card.missing_g += one.missing_packs * mass
            if one.accepted_packs:
                self._reach(one.outlet_code, card)
            if one.reason is not None:
                card.reasons[one.reason.value] += 1

    def add_collected(self, accounts: Iterable[StockAccountRow], pack_g: Mapping[str, int]) -> None:
        for one in accounts:
            if one.collected_packs and (card := self._of_outlet(one.outlet_code)) is not None:
                card.collected_g += one.collected_packs * pack_g[one.commodity_code]
                self._reach(one.outlet_code, card)

    def add_arrivals(
        self,
        planned: Mapping[HaltKey, int],
        actual: Mapping[HaltKey, int],
        fifth_of: Mapping[str, int],
        patience_s: int,
    ) -> None:
        for key, arrival in actual.items():
            _, truck, _, outlet = key
            if (card := self._of_drop(outlet, truck)) is not None:
                fifth, late_s = card.lateness[fifth_of[outlet]], arrival - planned[key]
                fifth.timed += 1
                if late_s > patience_s:
                    fifth.late += 1
                    fifth.late_s += late_s

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
