"""Requests of outlets for more: a union fills them from its other outlets, the chamber by a claim on coming rounds.

What a level does not fill goes up as a request of its own: from the union to the chamber, from there to the government,
whose answers the chamber writes down.
"""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.enums import Account, LedgerKind, Right, Role
from distribution.domain.errors import ForbiddenError, NotFoundError, StateError
from distribution.domain.goods_request import RequestLevel
from distribution.domain.principal import Principal
from distribution.domain.rounds import NANO_PER_PACK, LedgerEntry
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.services.page import Page, cut_page
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import GoodsRequest
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it is made, for an allotment of a round."""

    outlet_code: str
    commodity_code: str
    packs: int
    text: str


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """How many packs are given, from which outlet if a union gives them, and what is said to it."""

    filled_packs: int
    comment: str
    from_outlet_code: str | None = None


def request_goods(
    uow: UnitOfWork, asker: Principal, round_code: str, new: NewRequest, *, idempotency_key: str | None = None
) -> GoodsRequest:
    """Ask for more of a commodity for an outlet of one's own: a cooperative asks its union, a union the chamber.

    Raises
    ------
    NotFoundError
        ``round_unknown``; ``share_unknown`` if the outlet takes no part in the round with the commodity, or is not the
        asker's.
    StateError
        ``idempotency_key_reused``.
    """
    with uow.write() as tx:
        before = tx.dealings.request_by_key(asker.actor, idempotency_key) if idempotency_key else None
        if before is not None:
            said = (before.outlet_code, before.commodity_code, before.packs, before.text)
            if said != (new.outlet_code, new.commodity_code, new.packs, new.text):
                raise StateError("idempotency_key_reused")
            return before
        found = find_round(tx, asker, round_code)
        lines = tx.rounds.allotments(
            round_code, scope=asker.scope, outlet_code=new.outlet_code, commodity_code=new.commodity_code
        )
        if not lines:
            raise NotFoundError("share_unknown", outlet_code=new.outlet_code, commodity_code=new.commodity_code)
        kept = tx.dealings.add_request(
            GoodsRequest(
                outlet_code=new.outlet_code,
                union_code=lines[0].union_code,
                cooperative_code=lines[0].cooperative_code,
                commodity_code=new.commodity_code,
                level=RequestLevel.UNION if asker.role is Role.COOPERATIVE else RequestLevel.CHAMBER,
                packs=new.packs,
                text=new.text,
                asked_by=asker.actor,
                asked_at=tx.now(),
                round_id=found.require_id(),
                idempotency_key=idempotency_key,
            )
        )
        _tell(tx, asker, "goods_requested", kept)
        return kept


def answer_request(uow: UnitOfWork, asker: Principal, number: int, answer: RequestAnswer) -> GoodsRequest:
    """Fill a request, as far as one can; what stays unfilled goes up as a request of its own.

    A union has another of its outlets give the packs, which enters the stock accounts of both. What the chamber or the
    government gives is a claim: it is posted to the outlet's shortfall, which coming rounds repay as their policy says.

    Raises
    ------
    NotFoundError
        ``request_unknown``, also if it is another's; ``share_unknown`` for a giver that is not of the same union;
        ``row_unknown`` for a claim of an outlet that is gone by now.
    ForbiddenError
        ``request_level_other`` if the asker is not who has to answer it.
    StateError
        ``request_answered``; ``request_overfilled``; ``request_giver`` if a union names no giver, or somebody else one;
        ``request_giver_short`` if the giver was not allotted so many; ``request_stock_reported`` if a stock account of the
        round is there already.
    """
    with uow.write() as tx:
        found = tx.dealings.get_request(number, scope=asker.scope, for_update=True)
        is_union = found.level is RequestLevel.UNION
        if not (asker.role is Role.UNION if is_union else asker.may(Right.DECIDE)):
            raise ForbiddenError("request_level_other", level=found.level.value)
        if found.answered_at is not None:
            raise StateError("request_answered", number=number)
        if answer.filled_packs > found.packs:
            raise StateError("request_overfilled", packs=found.packs, filled=answer.filled_packs)
        if (answer.from_outlet_code is not None) != (is_union and answer.filled_packs > 0):
            raise StateError("request_giver")
        if answer.from_outlet_code is not None:
            _require_giver(tx, asker, found, answer.from_outlet_code, answer.filled_packs)
        found.filled_packs, found.comment = answer.filled_packs, answer.comment
        found.from_outlet_code = answer.from_outlet_code
        found.answered_by, found.answered_at = asker.actor, tx.now()
        tx.session.flush()
        if not is_union:
            _claim(tx, found)
        _tell(tx, asker, "goods_request_answered", found)
        left, above = found.packs - found.filled_packs, found.level.above
        if left and above is not None:
            _escalate(tx, asker, found, above, left)
        return found


def list_requests(
    uow: UnitOfWork,
    asker: Principal,
    *,
    round_code: str | None = None,
    level: RequestLevel | None = None,
    is_open: bool | None = None,
    after: int = 0,
    limit: int,
) -> Page[GoodsRequest]:
    """List the requests that the asker may see, in the order they came.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        round_id = None if round_code is None else find_round(tx, asker, round_code).require_id()
        found = tx.dealings.requests(
            scope=asker.scope, round_id=round_id, level=level, is_open=is_open, after=after, limit=limit + 1
        )
    return cut_page([(str(one.id), one) for one in found], limit)


def get_request(uow: UnitOfWork, asker: Principal, number: int) -> GoodsRequest:
    """Get a request.

    Raises
    ------
    NotFoundError
        ``request_unknown``, also if it is another's.
    """
    with uow.read() as tx:
        return tx.dealings.get_request(number, scope=asker.scope)


def _require_giver(tx: Transaction, asker: Principal, found: GoodsRequest, giver: str, packs: int) -> None:
    """Check that an outlet of the same union has so many packs of the round to give, and that its account is open."""
    code = tx.rounds.code_of(found.round_id)
    tx.rounds.get(code, for_update=True)  # nobody else takes the same packs, and no account is told meanwhile
    lines = tx.rounds.allotments(code, scope=asker.scope, outlet_code=giver, commodity_code=found.commodity_code)
    if not lines or giver == found.outlet_code:
        raise NotFoundError("share_unknown", outlet_code=giver, commodity_code=found.commodity_code)
    _, taken = tx.dealings.moved(found.round_id)
    has = lines[0].packs - taken[giver, found.commodity_code]
    if packs > has:
        raise StateError("request_giver_short", outlet_code=giver, packs=has)
    reported = {row.outlet_code for row in tx.outlet_stock.list(found.round_id)
                if row.commodity_code == found.commodity_code}  # fmt: skip
    if closed := sorted(reported & {giver, found.outlet_code}):
        raise StateError("request_stock_reported", outlet_code=closed[0])


def _claim(tx: Transaction, found: GoodsRequest) -> None:
    """Owe an outlet what was given to it."""
    version = tx.datasets.current_version() or 0
    if found.filled_packs and NetworkPages(tx.session).find("outlets", version, found.outlet_code) is None:
        raise NotFoundError("row_unknown", sheet="outlets", code=found.outlet_code)
    entry = LedgerEntry(
        account=Account.SHORTFALL,
        kind=LedgerKind.REQUEST,
        holder_code=found.outlet_code,
        commodity_code=found.commodity_code,
        amount_nano=found.filled_packs * NANO_PER_PACK,
    )
    tx.ledger.post([entry], round_id=found.round_id)


def _escalate(tx: Transaction, asker: Principal, found: GoodsRequest, above: RequestLevel, left: int) -> None:
    risen = tx.dealings.add_request(
        GoodsRequest(
            outlet_code=found.outlet_code,
            union_code=found.union_code,
            cooperative_code=found.cooperative_code,
            commodity_code=found.commodity_code,
            level=above,
            packs=left,
            text=found.text,
            parent=found.require_id(),
            asked_by=asker.actor,
            asked_at=tx.now(),
            round_id=found.round_id,
        )
    )
    _tell(tx, asker, "goods_requested", risen)


def _tell(tx: Transaction, asker: Principal, action: str, found: GoodsRequest) -> None:
    details = {
        "outlet": found.outlet_code, "commodity": found.commodity_code, "level": found.level.value,
        "packs": found.packs, "filled": found.filled_packs, "from": found.from_outlet_code, "parent": found.parent,
    }  # fmt: skip
    record(tx, asker, action, f"request/{found.id}", details)
