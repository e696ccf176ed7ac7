"""What somebody should look at: answers that are overdue, receipts that stay away, the same shortage again, odd stock."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from distribution.domain.enums import Account, RoundState
from distribution.domain.inspection import NEAR_M
from distribution.domain.principal import Principal
from distribution.domain.rounds import NANO_PER_PACK
from distribution.domain.voice import AppealState
from distribution.intake.receipts import DropKey
from distribution.services.receipts import load_drops, read_owners
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Receipt, Round, StockAccountRow
from distribution.store.unit_of_work import Transaction, UnitOfWork

#: Closed rounds that are looked at, and rounds with a shortage at one place that make it a habit.
ROUNDS, HABIT = 3, 2
#: Days after a delivery in which its receipt may come.
PATIENCE_DAYS = 2
#: Days in which an inspection from elsewhere is told.
RECENT_DAYS = 90


class AlertKind(StrEnum):
    """What is odd."""

    APPEAL_OVERDUE = "appeal_overdue"
    RECEIPTS_OUTSTANDING = "receipts_outstanding"
    SHORT_AGAIN = "short_again"
    SHORT_WEIGHT_AGAIN = "short_weight_again"
    STOCK_GROWS_WHILE_OWED = "stock_grows_while_owed"
    INSPECTION_NOT_IN_ORDER = "inspection_not_in_order"
    INSPECTION_ELSEWHERE = "inspection_elsewhere"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at: of what kind, what it is about, and its numbers."""

    kind: AlertKind
    subject: str
    numbers: dict[str, int] = field(default_factory=dict)


def list_alerts(uow: UnitOfWork, asker: Principal) -> tuple[Alert, ...]:
    """List what should be looked at in the asker's part of the network, by kind and subject.

    - an appeal that should have been decided by now: days since;
    - an outlet that has not acknowledged deliveries that are more than two days old: drops;
    - an outlet, or a truck, with a discrepancy in two of the last three closed rounds: rounds, and packs missing;
    - a truck that arrived with less weight than it was loaded with in two of the last three closed rounds: rounds, g;
    - an inspection that found something wrong, until the union or the cooperative has replied: days since;
    - an inspection told from more than 500 m away from its outlet, in the last 90 days: m;
    - an outlet whose stock of a commodity grew over the last two accounts while packs of it are owed to it: packs.
    """
    with uow.read() as tx:
        version = tx.datasets.current_version()
        if version is None:
            return ()
        closed = [found for found in tx.rounds.list() if found.state is RoundState.CLOSED][-ROUNDS:]
        under_way = [found for found in tx.rounds.list() if found.state is RoundState.DISPATCHING]
        receipts = [tx.receipts.list(found.require_id(), scope=asker.scope) for found in closed]
        alerts = [
            *_overdue(tx, asker),
            *(alert for found in under_way for alert in _outstanding(tx, asker, found)),
            *_short_again(receipts),
            *_short_weight_again(receipts),
            *_inspections(tx, asker),
            *_growing(tx, [tx.outlet_stock.list(found.require_id(), scope=asker.scope) for found in closed[-2:]]),
        ]
    return tuple(sorted(alerts, key=lambda alert: (alert.kind, alert.subject)))


def _overdue(tx: Transaction, asker: Principal) -> Iterator[Alert]:
    now = tx.now()
    for appeal in tx.voice.appeals(scope=asker.scope, states=(AppealState.OPEN,)):
        if appeal.due_at < now:
            days = {"days": (now - appeal.due_at).days}
            yield Alert(AlertKind.APPEAL_OVERDUE, f"appeal/{appeal.id}", days)


def _outstanding(tx: Transaction, asker: Principal, found: Round) -> Iterator[Alert]:
    owners = read_owners(NetworkPages(tx.session), found.dataset_version, asker.scope)
    told = {DropKey.of(one) for one in tx.receipts.list(found.require_id(), scope=asker.scope)}
    today = tx.now().date()
    late: Counter[str] = Counter()
    for drop in load_drops(tx, found).keys() - told:
        if drop.outlet_code in owners and (today - dt.date.fromisoformat(drop.day)).days > PATIENCE_DAYS:
            late[drop.outlet_code] += 1
    for outlet, drops in late.items():
        yield Alert(AlertKind.RECEIPTS_OUTSTANDING, f"outlet/{outlet}", {"drops": drops})


def _short_again(rounds: Iterable[Iterable[Receipt]]) -> Iterator[Alert]:
    times: Counter[str] = Counter()
    packs: Counter[str] = Counter()
    for receipts in rounds:
        short: defaultdict[str, int] = defaultdict(int)
        for one in receipts:
            for subject in (f"outlet/{one.outlet_code}", f"truck/{one.truck}"):
                short[subject] += one.planned_packs - one.accepted_packs
        for subject, missing in short.items():
            times[subject] += missing > 0
            packs[subject] += missing
    for subject, count in times.items():
        if count >= HABIT:
            yield Alert(AlertKind.SHORT_AGAIN, subject, {"rounds": count, "packs": packs[subject]})


def _short_weight_again(rounds: Iterable[Iterable[Receipt]]) -> Iterator[Alert]:
    times: Counter[str] = Counter()
    grams: Counter[str] = Counter()
    for receipts in rounds:
        lost: Counter[str] = Counter()
        for one in receipts:
            if one.shipped_g is not None and one.arrived_g is not None:
                lost[f"truck/{one.truck}"] += one.shipped_g - one.arrived_g
        for subject, missing in lost.items():
            times[subject] += missing > 0
            grams[subject] += missing
    for subject, count in times.items():
        if count >= HABIT:
            yield Alert(AlertKind.SHORT_WEIGHT_AGAIN, subject, {"rounds": count, "grams": grams[subject]})


def _inspections(tx: Transaction, asker: Principal) -> Iterator[Alert]:
    now = tx.now()
    for one in tx.monitoring.inspections(scope=asker.scope):
        days = (now - one.inspected_at).days
        if not one.in_order and one.replied_at is None:
            yield Alert(AlertKind.INSPECTION_NOT_IN_ORDER, f"inspection/{one.id}", {"days": days})
        if one.distance_m > NEAR_M and days <= RECENT_DAYS:
            yield Alert(AlertKind.INSPECTION_ELSEWHERE, f"inspection/{one.id}", {"metres": one.distance_m})


def _growing(tx: Transaction, accounts: list[tuple[StockAccountRow, ...]]) -> Iterator[Alert]:
    if len(accounts) < 2:
        return
    owed = tx.ledger.balances(Account.SHORTFALL)
    before, after = ({(row.outlet_code, row.commodity_code): row.closing_packs for row in rows} for rows in accounts)
    for key, left in after.items():
        if key in before and left > before[key] and owed.get(key, 0) >= NANO_PER_PACK:
            numbers = {"packs": left, "before": before[key], "owed": owed[key] // NANO_PER_PACK}
            yield Alert(AlertKind.STOCK_GROWS_WHILE_OWED, f"outlet/{key[0]}/{key[1]}", numbers)
