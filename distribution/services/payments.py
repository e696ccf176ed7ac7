"""What unions or cooperatives have to pay for a round before its goods leave, and what they have paid."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Named
from distribution.domain.payment import Payer, PaymentKind
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.services.find_round import find_round, policy_of
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Payment, Round
from distribution.store.unit_of_work import Transaction, UnitOfWork

_SHEETS = {Payer.UNION: "unions", Payer.COOPERATIVE: "cooperatives"}


@dataclass(frozen=True, slots=True)
class Dues:
    """What a payer owes for a round, in the network's currency: due = paid + deferred + left."""

    payer_code: str
    noun: Named | None
    due: int
    paid: int
    deferred: int

    @property
    def left(self) -> int:
        """Return what has neither come nor may wait."""
        return self.due - self.paid - self.deferred


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came, or may come later; an ``amount`` of None defers all that is left."""

    payer_code: str
    kind: PaymentKind
    reference: str
    paid_on: dt.date
    amount: int | None = None
    reason: str = ""


def list_dues(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[Dues, ...]:
    """List what is due for a round, of the asker's part of the network, in order of code.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        return add_up_dues(tx, find_round(tx, asker, round_code), asker)


def list_payments(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[Payment, ...]:
    """List the payments of a round, of the asker's part of the network, in the order they were recorded.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        payers = [dues.payer_code for dues in add_up_dues(tx, found, asker)]
        return tx.dealings.payments(found.require_id(), payers)


def record_payment(uow: UnitOfWork, asker: Principal, round_code: str, new: NewPayment) -> Payment:
    """Keep that money has come, or may come later, with a reason; the same reference of a payer is kept once.

    Raises
    ------
    NotFoundError
        ``round_unknown``; ``payer_unknown`` if nothing is due from such a payer.
    StateError
        ``payment_reason_missing``; ``payment_differs`` from what was recorded under this reference; ``payment_beyond_due``
        if there would be more than is due, or less than nothing; ``round_not_published``.
    """
    if new.kind is PaymentKind.DEFERRED and not new.reason.strip():
        raise StateError("payment_reason_missing")
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)
        if not found.state.is_public:
            raise StateError("round_not_published", round_code=round_code)
        dues = {one.payer_code: one for one in add_up_dues(tx, found, asker)}
        if new.payer_code not in dues:
            raise NotFoundError("payer_unknown", code=new.payer_code, round_code=round_code)
        of_payer = dues[new.payer_code]
        for before in tx.dealings.payments(found.require_id(), [new.payer_code]):
            if before.reference == new.reference:
                if (before.kind, before.amount) != (new.kind, new.amount or before.amount):
                    raise StateError("payment_differs", reference=new.reference, by=before.recorded_by)
                return before
        amount = of_payer.left if new.amount is None else new.amount
        of_kind = of_payer.paid if new.kind is PaymentKind.PAID else of_payer.deferred
        if amount == 0 or amount > of_payer.left or of_kind + amount < 0:
            raise StateError("payment_beyond_due", amount=amount, left=of_payer.left)
        kept = tx.dealings.add_payment(
            Payment(
                payer_code=new.payer_code,
                kind=new.kind,
                amount=amount,
                reference=new.reference,
                paid_on=new.paid_on,
                reason=new.reason.strip(),
                round_id=found.require_id(),
                recorded_by=asker.actor,
                recorded_at=tx.now(),
            )
        )
        details = {"payer": kept.payer_code, "kind": kept.kind.value, "amount": amount, "reference": kept.reference}
        record(tx, asker, "payment_recorded", f"round/{round_code}", details)
        return kept


def require_paid(tx: Transaction, asker: Principal, found: Round) -> None:
    """Check that all that is due for a round is paid or may wait.

    Raises
    ------
    StateError
        ``payments_missing``.
    """
    open_dues = [dues for dues in add_up_dues(tx, found, asker) if dues.left > 0]
    if open_dues:
        first = open_dues[0]
        raise StateError("payments_missing", count=len(open_dues), payer=first.payer_code, left=first.left)


def add_up_dues(tx: Transaction, found: Round, asker: Principal) -> tuple[Dues, ...]:
    """Add up what is due for a round by payer: packs times their price, over all allotments; nothing if nobody pays."""
    payer = policy_of(tx, found).payer
    if payer is Payer.NOBODY:
        return ()
    due: Counter[str] = Counter()
    for line in tx.rounds.allotments(found.code, scope=asker.scope):
        due[line.union_code if payer is Payer.UNION else line.cooperative_code] += line.packs * line.price
    if payer is Payer.UNION and asker.cooperative_code is not None:  # its union's dues are not its own
        due.clear()
    sums: Counter[tuple[str, PaymentKind]] = Counter()
    for payment in tx.dealings.payments(found.require_id()):
        sums[payment.payer_code, payment.kind] += payment.amount
    names = NetworkPages(tx.session).named(_SHEETS[payer], found.dataset_version, due)
    return tuple(
        Dues(code, names.get(code), due[code], sums[code, PaymentKind.PAID], sums[code, PaymentKind.DEFERRED])
        for code in sorted(due)
    )
