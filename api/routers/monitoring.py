"""Inspections of outlets, and the share of the cooperative sector."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from api.dependencies import Database, Lang, Paging, write_cursor
from api.routers.numbers import read_number
from api.schemas.attachments import AttachmentOut, show_attachment
from api.schemas.monitoring import (
    InspectionIn,
    InspectionOut,
    InspectionWithFilesOut,
    SectorOut,
    show_inspection,
    show_inspection_with_files,
    show_sector,
)
from api.schemas.page import PageOut
from api.schemas.voice import ReplyIn
from api.security import SEES_ALL, Asker, require_right
from api.uploads import FILE_BODY, FileName, give_attachment, read_attachment
from distribution.domain.enums import Right
from distribution.services.inspections import (
    NewInspection,
    add_inspection_file,
    get_inspection,
    get_inspection_file,
    list_inspections,
    reply_to_inspection,
    tell_inspection,
)
from distribution.services.sector_share import measure_sector_share

router = APIRouter(tags=["monitoring"])

INSPECTS = Depends(require_right(Right.INSPECT))
SPEAKS = Depends(require_right(Right.SPEAK))
#: Path of the uploads that may be larger than other bodies.
UPLOAD_PATH = r"/v1/inspections/[0-9]+/files"


@router.post(
    "/inspections", operation_id="tell_inspection", status_code=status.HTTP_201_CREATED, dependencies=[INSPECTS]
)
def add(
    uow: Database,
    asker: Asker,
    wanted: InspectionIn,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="sent twice with one key, it is kept once")
    ] = None,
) -> InspectionOut:
    """Tell what was found at an outlet, where and when."""
    told = tell_inspection(uow, asker, NewInspection(**wanted.model_dump()), idempotency_key=idempotency_key)
    response.headers["Location"] = f"/v1/inspections/{told.id}"
    return show_inspection(told)


@router.get("/inspections", operation_id="list_inspections")
def read_inspections(
    uow: Database, asker: Asker, paging: Paging, outlet: Annotated[str | None, Query(max_length=64)] = None
) -> PageOut[InspectionOut]:
    """List inspections in the order they were told."""
    page = list_inspections(uow, asker, outlet_code=outlet, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_inspection(row) for row in page.items], next=write_cursor(page.next))


@router.get("/inspections/{number}", operation_id="get_inspection")
def read_inspection(uow: Database, asker: Asker, number: str) -> InspectionWithFilesOut:
    """Get an inspection and its files."""
    return show_inspection_with_files(*get_inspection(uow, asker, read_number(number)))


@router.post("/inspections/{number}/reply", operation_id="reply_to_inspection", dependencies=[SPEAKS])
def reply(uow: Database, asker: Asker, number: str, wanted: ReplyIn) -> InspectionOut:
    """Say something to an inspection of an outlet of one's own, once."""
    return show_inspection(reply_to_inspection(uow, asker, read_number(number), wanted.text))


@router.post(
    "/inspections/{number}/files",
    operation_id="add_inspection_file",
    status_code=status.HTTP_201_CREATED,
    dependencies=[INSPECTS],
    openapi_extra=FILE_BODY,
)
async def add_file(
    uow: Database, asker: Asker, number: str, request: Request, name: FileName = "inspection"
) -> AttachmentOut:
    """Add a photo (JPEG, PNG) or a document (PDF) to an inspection, sent as it is in the body."""
    content = await read_attachment(request)
    file = await run_in_threadpool(add_inspection_file, uow, asker, read_number(number), name, content)
    return show_attachment(file, f"/v1/inspections/{number}/files")


@router.get("/inspections/{number}/files/{sha256}", operation_id="get_inspection_file", response_class=Response)
def read_file(uow: Database, asker: Asker, number: str, sha256: str) -> Response:
    """Get a file of an inspection."""
    return give_attachment(get_inspection_file(uow, asker, read_number(number), sha256))


@router.get("/rounds/{code}/sector", operation_id="get_sector_share", dependencies=[SEES_ALL])
def read_sector(uow: Database, asker: Asker, locale: Lang, code: str) -> SectorOut:
    """Tell which part of people and goods a round carries through the network, beside the sector's target."""
    return show_sector(measure_sector_share(uow, asker, code), locale)
