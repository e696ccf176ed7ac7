"""Receipts of deliveries, and the scorecards that follow from them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from api.dependencies import Database, Lang, Paging, write_cursor
from api.schemas.attachments import AttachmentOut, show_attachment
from api.schemas.monitoring import ReplyOut, show_reply
from api.schemas.page import PageOut
from api.schemas.receipts import (
    AlertOut,
    GoodsProgressOut,
    LossOut,
    ReceiptOut,
    ReceiptsIn,
    RecordedOut,
    ReportedOut,
    ScorecardOut,
    StockOut,
    StocksIn,
    show_alert,
    show_loss,
    show_progress,
    show_receipt,
    show_scorecard,
    show_stock,
    to_receipt,
)
from api.schemas.voice import ReplyIn
from api.security import SEES_ALL, Asker, require_right
from api.uploads import FILE_BODY, FileName, give_attachment, raw_body, read_attachment, read_raw
from distribution.domain.enums import Right
from distribution.domain.outlet_stock import StockReport
from distribution.services.alerts import list_alerts
from distribution.services.delivery_files import Halt, add_delivery_file, get_delivery_file, list_delivery_files
from distribution.services.loss_account import LossBy, account_losses
from distribution.services.outlet_stock import list_stock, report_stock
from distribution.services.receipts import Recorded, list_receipts, record_form, record_receipts, record_text
from distribution.services.round_progress import measure_progress
from distribution.services.scorecards import Level, build_scorecards, reply_to_scorecard

router = APIRouter(tags=["receipts"])


def read_halt(
    day: dt.date,
    truck: Annotated[str, Path(max_length=100, description="truck, as on its waybill")],
    trip: Annotated[int, Path(ge=1, le=100, description="trip of its day")],
    outlet: Annotated[str, Path(max_length=64, description="code of the outlet")],
) -> Halt:
    """Read which halt is meant."""
    return Halt(day, truck, trip, outlet)


_HALT_FILES = "/rounds/{code}/halts/{day}/{truck}/{trip}/{outlet}/files"
OneHalt = Annotated[Halt, Depends(read_halt)]
SPEAKS = Depends(require_right(Right.SPEAK))
RECEIVES = Depends(require_right(Right.RECEIVE))
#: Path of the uploads that may be larger than other bodies.
UPLOAD_PATH = r"/v1/rounds/[^/]+/(receipt-forms|halts/.+/files)"
CSV, TEXT = "text/csv", "text/plain"


@router.post("/rounds/{code}/receipts", operation_id="record_receipts", dependencies=[RECEIVES])
def add_receipts(uow: Database, asker: Asker, code: str, wanted: ReceiptsIn) -> RecordedOut:
    """Record what outlets were handed, all or none; a receipt that was recorded before may be sent again."""
    return _show(record_receipts(uow, asker, code, [to_receipt(one) for one in wanted.receipts]))


@router.post(
    "/rounds/{code}/receipt-forms",
    operation_id="record_receipt_form",
    dependencies=[RECEIVES],
    openapi_extra=raw_body(CSV, format="binary"),
)
async def add_form(uow: Database, asker: Asker, code: str, request: Request) -> RecordedOut:
    """Record the receipt form of a crew pack, filled in, sent as it is in the body."""
    content = await read_raw(request, CSV)
    return _show(await run_in_threadpool(record_form, uow, asker, code, content))


@router.post(
    "/rounds/{code}/receipt-texts",
    operation_id="record_receipt_text",
    dependencies=[RECEIVES],
    openapi_extra=raw_body(TEXT),
)
async def add_text(uow: Database, asker: Asker, code: str, request: Request) -> RecordedOut:
    """Record what phones have read in the QR codes of waybills, sent as it is in the body, one halt after the other."""
    text = await read_raw(request, TEXT)
    return _show(await run_in_threadpool(record_text, uow, asker, code, text.decode("utf-8-sig", errors="replace")))


@router.get("/rounds/{code}/receipts", operation_id="list_receipts")
def read_receipts(uow: Database, asker: Asker, paging: Paging, code: str) -> PageOut[ReceiptOut]:
    """List the receipts of a round in the order they were recorded."""
    page = list_receipts(uow, asker, code, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_receipt(row) for row in page.items], next=write_cursor(page.next))


@router.post(
    _HALT_FILES,
    operation_id="add_delivery_file",
    status_code=status.HTTP_201_CREATED,
    dependencies=[RECEIVES],
    openapi_extra=FILE_BODY,
)
async def add_file(
    uow: Database, asker: Asker, code: str, halt: OneHalt, request: Request, name: FileName = "delivery"
) -> AttachmentOut:
    """Add a photo (JPEG, PNG) or a signed paper (PDF) of a halt, sent as it is in the body, before its receipt or after."""
    content = await read_attachment(request)
    file = await run_in_threadpool(add_delivery_file, uow, asker, code, halt, name, content)
    return show_attachment(file, _files_of(code, halt))


@router.get(_HALT_FILES, operation_id="list_delivery_files")
def read_files(uow: Database, asker: Asker, code: str, halt: OneHalt) -> PageOut[AttachmentOut]:
    """List the photos and papers of a halt; all on one page."""
    files = list_delivery_files(uow, asker, code, halt)
    return PageOut(items=[show_attachment(file, _files_of(code, halt)) for file in files])


@router.get(
    f"{_HALT_FILES}/{{sha256}}",
    operation_id="get_delivery_file",
    response_class=Response,
)
def read_file(uow: Database, asker: Asker, code: str, halt: OneHalt, sha256: str) -> Response:
    """Get a photo or a paper of a halt."""
    return give_attachment(get_delivery_file(uow, asker, code, halt, sha256))


@router.get("/rounds/{code}/losses", operation_id="list_losses")
def read_losses(
    uow: Database,
    asker: Asker,
    code: str,
    by: Annotated[LossBy, Query(description="what a line stands for")] = LossBy.CARRIER,
) -> PageOut[LossOut]:
    """List what was loaded, accepted, brought back and lost, by the receipts so far; it balances. All on one page."""
    return PageOut(items=[show_loss(line) for line in account_losses(uow, asker, code, by)])


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


@router.post(
    "/rounds/{code}/scorecards/{level}/{holder}/reply", operation_id="reply_to_scorecard", dependencies=[SPEAKS]
)
def reply(uow: Database, asker: Asker, code: str, level: Level, holder: str, wanted: ReplyIn) -> ReplyOut:
    """Say something to a scorecard of one's own; it stands beside the figures, and may be said anew."""
    return show_reply(reply_to_scorecard(uow, asker, code, level, holder, wanted.text))


@router.get("/rounds/{code}/goods", operation_id="list_goods", dependencies=[SEES_ALL])
def read_goods(uow: Database, asker: Asker, locale: Lang, code: str) -> PageOut[GoodsProgressOut]:
    """List how far the goods of a round are: the round before, assigned, allotted, approved, planned and received, side by side; all on one page."""
    return PageOut(items=[show_progress(goods, locale) for goods in measure_progress(uow, asker, code)])


@router.get("/alerts", operation_id="list_alerts")
def read_alerts(uow: Database, asker: Asker, locale: Lang) -> PageOut[AlertOut]:
    """List what should be looked at in the asker's part of the network: overdue, outstanding, short again, odd; on one page."""
    return PageOut(items=[show_alert(alert, locale) for alert in list_alerts(uow, asker)])


def _files_of(code: str, halt: Halt) -> str:
    parts = (code, "halts", halt.day.isoformat(), halt.truck, str(halt.trip), halt.outlet_code, "files")
    return "/v1/rounds/" + "/".join(quote(part, safe="") for part in parts)


def _show(recorded: Recorded) -> RecordedOut:
    return RecordedOut(new=recorded.new, known=recorded.known, open=recorded.open)
