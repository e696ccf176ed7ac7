"""Dues and payments, requests for more, what was lifted and what becomes of the rest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response, status

from api.dependencies import Database, Lang, Paging, write_cursor
from api.routers.numbers import read_number
from api.schemas.dealings import (
    AbsorptionIn,
    AbsorptionOut,
    DeferralIn,
    DuesOut,
    GoodsRequestAnswerIn,
    GoodsRequestIn,
    GoodsRequestOut,
    LiftOut,
    LiftsIn,
    PaymentIn,
    PaymentOut,
    show_absorption,
    show_dues,
    show_lift,
    show_payment,
    show_request,
)
from api.schemas.page import PageOut
from api.security import Asker, Planner, require_right
from distribution.domain.absorption import LiftedLine
from distribution.domain.enums import Right
from distribution.domain.goods_request import RequestLevel
from distribution.domain.payment import PaymentKind
from distribution.services.goods_requests import (
    NewRequest,
    RequestAnswer,
    answer_request,
    get_request,
    list_requests,
    request_goods,
)
from distribution.services.lifts import absorb_lifts, list_lifts, report_lifts
from distribution.services.payments import NewPayment, list_dues, list_payments, record_payment

router = APIRouter(tags=["dealings"])

SPEAKS = Depends(require_right(Right.SPEAK))
#: Money is nothing to crews.
COUNTS = Depends(require_right(Right.SEE_ALL, Right.SPEAK))
ANSWERS = Depends(require_right(Right.DECIDE, Right.SPEAK))


@router.get("/rounds/{code}/dues", operation_id="list_dues", dependencies=[COUNTS])
def read_dues(uow: Database, asker: Asker, locale: Lang, code: str) -> PageOut[DuesOut]:
    """List what is to be paid before a round's goods leave, and what has come; nothing if its policy wants nothing. On one page."""
    return PageOut(items=[show_dues(dues, locale) for dues in list_dues(uow, asker, code)])


@router.get("/rounds/{code}/payments", operation_id="list_payments", dependencies=[COUNTS])
def read_payments(uow: Database, asker: Asker, code: str) -> PageOut[PaymentOut]:
    """List the payments of a round in the order they were recorded; all on one page."""
    return PageOut(items=[show_payment(row) for row in list_payments(uow, asker, code)])


@router.post("/rounds/{code}/payments", operation_id="record_payment", status_code=status.HTTP_201_CREATED)
def add_payment(uow: Database, asker: Planner, code: str, wanted: PaymentIn) -> PaymentOut:
    """Record that money has come; the same reference of a payer is kept once."""
    new = NewPayment(wanted.payer_code, PaymentKind.PAID, wanted.reference, wanted.paid_on, wanted.amount)
    return show_payment(record_payment(uow, asker, code, new))


@router.post("/rounds/{code}/deferrals", operation_id="defer_payment", status_code=status.HTTP_201_CREATED)
def defer(uow: Database, asker: Planner, code: str, wanted: DeferralIn) -> PaymentOut:
    """Let all that is left of what a payer owes come later, with a reason."""
    new = NewPayment(
        wanted.payer_code, PaymentKind.DEFERRED, wanted.reference, wanted.deferred_on, reason=wanted.reason
    )
    return show_payment(record_payment(uow, asker, code, new))


@router.post(
    "/rounds/{code}/requests",
    operation_id="request_goods",
    status_code=status.HTTP_201_CREATED,
    dependencies=[SPEAKS],
)
def ask(
    uow: Database,
    asker: Asker,
    code: str,
    wanted: GoodsRequestIn,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="sent twice with one key, it is kept once")
    ] = None,
) -> GoodsRequestOut:
    """Ask for more for an outlet of one's own: a cooperative asks its union, a union the chamber."""
    kept = request_goods(uow, asker, code, NewRequest(**wanted.model_dump()), idempotency_key=idempotency_key)
    response.headers["Location"] = f"/v1/requests/{kept.id}"
    return show_request(kept)


@router.get("/requests", operation_id="list_requests")
def read_requests(
    uow: Database,
    asker: Asker,
    paging: Paging,
    round_code: Annotated[str | None, Query(max_length=64, alias="round")] = None,
    level: Annotated[RequestLevel | None, Query(description="who has to answer")] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="only those that nobody has answered")] = None,
) -> PageOut[GoodsRequestOut]:
    """List requests in the order they came."""
    page = list_requests(
        uow, asker, round_code=round_code, level=level, is_open=is_open, after=paging.after_number, limit=paging.limit
    )
    return PageOut(items=[show_request(row) for row in page.items], next=write_cursor(page.next))


@router.get("/requests/{number}", operation_id="get_request")
def read_request(uow: Database, asker: Asker, number: str) -> GoodsRequestOut:
    """Get a request."""
    return show_request(get_request(uow, asker, read_number(number)))


@router.post("/requests/{number}/answer", operation_id="answer_request", dependencies=[ANSWERS])
def answer(uow: Database, asker: Asker, number: str, wanted: GoodsRequestAnswerIn) -> GoodsRequestOut:
    """Fill a request as far as one can; what stays unfilled goes to the level above as a request of its own."""
    said = RequestAnswer(wanted.filled_packs, wanted.comment, wanted.from_outlet_code)
    return show_request(answer_request(uow, asker, read_number(number), said))


@router.post("/rounds/{code}/lifts", operation_id="report_lifts", dependencies=[SPEAKS])
def add_lifts(uow: Database, asker: Asker, code: str, wanted: LiftsIn) -> PageOut[LiftOut]:
    """Report what outlets have lifted and still will, all or none; the last word counts."""
    lines = [LiftedLine.model_construct(**one.model_dump()) for one in wanted.lifts]
    return PageOut(items=[show_lift(row) for row in report_lifts(uow, asker, code, lines)])


@router.get("/rounds/{code}/lifts", operation_id="list_lifts")
def read_lifts(uow: Database, asker: Asker, code: str) -> PageOut[LiftOut]:
    """List what outlets say they have lifted; all on one page."""
    return PageOut(items=[show_lift(row) for row in list_lifts(uow, asker, code)])


@router.post("/rounds/{code}/absorptions", operation_id="absorb_round")
def absorb(uow: Database, asker: Planner, locale: Lang, code: str, wanted: AbsorptionIn) -> AbsorptionOut:
    """Move what is said not to be lifted to whom packs are owed and who has room, each commodity once."""
    return show_absorption(absorb_lifts(uow, asker, code, wanted.day, wanted.days), locale)
