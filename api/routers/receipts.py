"""Receipts of deliveries, and the scorecards that follow from them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from api.dependencies import Database, Lang, Paging, write_cursor
from api.problems import EdgeError
from api.schemas.page import PageOut
from api.schemas.receipts import (
    AlertOut,
    GoodsProgressOut,
    ReceiptOut,
    ReceiptsIn,
    RecordedOut,
    ReportedOut,
    ScorecardOut,
    StockOut,
    StocksIn,
    show_alert,
    show_progress,
    show_receipt,
    show_scorecard,
    show_stock,
    to_receipt,
)
from api.security import SEES_ALL, Asker, require_right
from distribution.domain.enums import Right
from distribution.domain.outlet_stock import StockReport
from distribution.services.alerts import list_alerts
from distribution.services.outlet_stock import list_stock, report_stock
from distribution.services.receipts import Recorded, list_receipts, record_form, record_receipts
from distribution.services.round_progress import measure_progress
from distribution.services.scorecards import Level, build_scorecards

router = APIRouter(tags=["receipts"])

RECEIVES = Depends(require_right(Right.RECEIVE))
#: Path of the uploads that may be larger than other bodies.
FORM_PATH = r"/v1/rounds/[^/]+/receipt-forms"
CSV = "text/csv"
_FORM = {"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/rounds/{code}/receipts", operation_id="record_receipts", dependencies=[RECEIVES])
def add_receipts(uow: Database, asker: Asker, code: str, wanted: ReceiptsIn) -> RecordedOut:
    """Record what outlets were handed, all or none; a receipt that was recorded before may be sent again."""
    return _show(record_receipts(uow, asker, code, [to_receipt(one) for one in wanted.receipts]))


@router.post(
    "/rounds/{code}/receipt-forms", operation_id="record_receipt_form", dependencies=[RECEIVES], openapi_extra=_FORM
)
async def add_form(uow: Database, asker: Asker, code: str, request: Request) -> RecordedOut:
    """Record the receipt form of a crew pack, filled in, sent as it is in the body."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
        raise EdgeError(415, "media_type_unsupported", expected=CSV)
    content = await request.body()
    return _show(await run_in_threadpool(record_form, uow, asker, code, content))


@router.get("/rounds/{code}/receipts", operation_id="list_receipts")
def read_receipts(uow: Database, asker: Asker, paging: Paging, code: str) -> PageOut[ReceiptOut]:
    """List the receipts of a round in the order they were recorded."""
    page = list_receipts(uow, asker, code, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_receipt(row) for row in page.items], next=write_cursor(page.next))


@router.post("/rounds/{code}/stock", operation_id="report_stock", dependencies=[RECEIVES])
def add_stock(uow: Database, asker: Asker, code: str, wanted: StocksIn) -> ReportedOut:
    """Report what became of goods at outlets and what is left, for a closed round, all or none; it opens the next one."""
    reports = [StockReport.model_construct(**one.model_dump()) for one in wanted.accounts]
    done = report_stock(uow, asker, code, reports)
    return ReportedOut(new=done.new, known=done.known)


@router.get("/rounds/{code}/stock", operation_id="list_stock")
def read_stock(uow: Database, asker: Asker, paging: Paging, code: str) -> PageOut[StockOut]:
    """List the stock accounts of a round in the order they came."""
    page = list_stock(uow, asker, code, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_stock(row) for row in page.items], next=write_cursor(page.next))


@router.get("/rounds/{code}/scorecards", operation_id="list_scorecards")
def read_scorecards(
    uow: Database,
    asker: Asker,
    locale: Lang,
    code: str,
    level: Annotated[Level, Query(description="whose scorecards")] = Level.UNION,
) -> PageOut[ScorecardOut]:
    """List the scorecards of a round: what was allotted, planned, received and answered; all on one page."""
    return PageOut(items=[show_scorecard(card, locale) for card in build_scorecards(uow, asker, code, level)])


@router.get("/rounds/{code}/goods", operation_id="list_goods", dependencies=[SEES_ALL])
def read_goods(uow: Database, asker: Asker, locale: Lang, code: str) -> PageOut[GoodsProgressOut]:
    """List how far the goods of a round are: assigned, allotted, planned and received, side by side; all on one page."""
    return PageOut(items=[show_progress(goods, locale) for goods in measure_progress(uow, asker, code)])


@router.get("/alerts", operation_id="list_alerts")
def read_alerts(uow: Database, asker: Asker, locale: Lang) -> PageOut[AlertOut]:
    """List what should be looked at in the asker's part of the network: overdue, outstanding, short again, odd; on one page."""
    return PageOut(items=[show_alert(alert, locale) for alert in list_alerts(uow, asker)])


def _show(recorded: Recorded) -> RecordedOut:
    return RecordedOut(new=recorded.new, known=recorded.known, open=recorded.open)
