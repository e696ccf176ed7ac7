"""The voice of unions and cooperatives: answers, feedback, appeals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from api.conditional import require_version, tag_response, version_tag
from api.dependencies import Database, Lang, Paging, write_cursor
from api.routers.numbers import read_number
from api.schemas.attachments import AttachmentOut, show_attachment
from api.schemas.page import PageOut
from api.schemas.voice import (
    AnswerOut,
    AnswersIn,
    AppealIn,
    AppealOut,
    AppealWithFilesOut,
    DecisionIn,
    FeedbackIn,
    FeedbackOut,
    ReplyIn,
    ShadowOut,
    show_answer,
    show_appeal,
    show_appeal_with_files,
    show_feedback,
    show_shadow,
)
from api.security import Asker, require_right
from api.uploads import FILE_BODY, FileName, give_attachment, read_attachment
from distribution.domain.enums import Right
from distribution.domain.voice import AppealState
from distribution.services.answers import NewAnswer, answer_allotments, list_answers
from distribution.services.appeals import (
    NewAppeal,
    add_evidence,
    decide_appeal,
    file_appeal,
    get_appeal,
    get_evidence,
    list_appeals,
    take_back_appeal,
)
from distribution.services.feedback import answer_feedback, list_feedback, say
from distribution.services.shadow_run import shadow_appeal

router = APIRouter(tags=["voice"])

SPEAKS = Depends(require_right(Right.SPEAK))
DECIDES = Depends(require_right(Right.DECIDE))
#: Path of the uploads that may be larger than other bodies.
EVIDENCE_PATH = r"/v1/appeals/[0-9]+/files"

IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=200, description="sent twice with one key, it is kept once")
]
IfMatch = Annotated[str | None, Header(description="the ETag of what the asker has read")]


@router.post("/rounds/{code}/answers", operation_id="answer_allotments", dependencies=[SPEAKS])
def answer(uow: Database, asker: Asker, code: str, wanted: AnswersIn) -> PageOut[AnswerOut]:
    """Accept allotments or object to them with a reason, all at once or none."""
    answers = [NewAnswer(**one.model_dump()) for one in wanted.answers]
    return PageOut(items=[show_answer(row) for row in answer_allotments(uow, asker, code, answers)])


@router.get("/rounds/{code}/answers", operation_id="list_answers")
def read_answers(uow: Database, asker: Asker, code: str) -> PageOut[AnswerOut]:
    """List what is answered to the allotments of a round; all on one page."""
    return PageOut(items=[show_answer(row) for row in list_answers(uow, asker, code)])


@router.post("/feedback", operation_id="say", status_code=status.HTTP_201_CREATED, dependencies=[SPEAKS])
def add_feedback(
    uow: Database, asker: Asker, locale: Lang, said: FeedbackIn, idempotency_key: IdempotencyKey = None
) -> FeedbackOut:
    """Say a view, a suggestion or a criticism."""
    return show_feedback(say(uow, asker, said.kind, said.text, idempotency_key=idempotency_key), locale)


@router.get("/feedback", operation_id="list_feedback")
def read_feedback(uow: Database, asker: Asker, locale: Lang, paging: Paging) -> PageOut[FeedbackOut]:
    """List what was said, with what is answered."""
    page = list_feedback(uow, asker, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_feedback(row, locale) for row in page.items], next=write_cursor(page.next))


@router.post("/feedback/{number}/answer", operation_id="answer_feedback", dependencies=[DECIDES])
def reply(uow: Database, asker: Asker, locale: Lang, number: str, wanted: ReplyIn) -> FeedbackOut:
    """Answer what somebody said, once."""
    return show_feedback(answer_feedback(uow, asker, read_number(number), wanted.text), locale)


@router.post("/appeals", operation_id="file_appeal", status_code=status.HTTP_201_CREATED, dependencies=[SPEAKS])
def add_appeal(
    uow: Database,
    asker: Asker,
    locale: Lang,
    wanted: AppealIn,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> AppealOut:
    """Appeal for an outlet of one's own: it is to be decided within the network's ``appeal_days``."""
    fields = wanted.model_dump(exclude={"claim"})
    new = NewAppeal(**fields, claim=wanted.claim.model_dump(exclude_none=True))
    filed = file_appeal(uow, asker, new, idempotency_key=idempotency_key)
    tag_response(response, version_tag(filed.version))
    response.headers["Location"] = f"/v1/appeals/{filed.id}"
    return show_appeal(filed, locale)


@router.get("/appeals", operation_id="list_appeals")
def read_appeals(
    uow: Database,
    asker: Asker,
    locale: Lang,
    paging: Paging,
    state: Annotated[AppealState | None, Query()] = None,
    outlet: Annotated[str | None, Query(max_length=64)] = None,
) -> PageOut[AppealOut]:
    """List appeals in the order they were filed."""
    page = list_appeals(uow, asker, state=state, outlet_code=outlet, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_appeal(row, locale) for row in page.items], next=write_cursor(page.next))


@router.get("/appeals/{number}", operation_id="get_appeal")
def read_appeal(uow: Database, asker: Asker, locale: Lang, number: str, response: Response) -> AppealWithFilesOut:
    """Get an appeal and its files."""
    found, files = get_appeal(uow, asker, read_number(number))
    tag_response(response, version_tag(found.version))
    return show_appeal_with_files(found, files, locale)


@router.post("/appeals/{number}/decision", operation_id="decide_appeal", dependencies=[DECIDES])
def decide(
    uow: Database,
    asker: Asker,
    locale: Lang,
    number: str,
    wanted: DecisionIn,
    request: Request,
    response: Response,
    if_match: IfMatch = None,  # noqa: ARG001 - read from the request; here it is documented
) -> AppealOut:
    """Grant an appeal or reject it, with a reason; a granted one corrects the network for the next round. Needs ``If-Match``."""
    version = require_version(request)
    found = decide_appeal(uow, asker, read_number(number), grant=wanted.grant, reason=wanted.reason, version=version)
    tag_response(response, version_tag(found.version))
    return show_appeal(found, locale)


@router.post("/appeals/{number}/take-back", operation_id="take_back_appeal", dependencies=[SPEAKS])
def take_back(uow: Database, asker: Asker, locale: Lang, number: str) -> AppealOut:
    """Take an appeal of one's own back."""
    return show_appeal(take_back_appeal(uow, asker, read_number(number)), locale)


@router.get("/appeals/{number}/shadow", operation_id="shadow_appeal", dependencies=[DECIDES])
def shadow(uow: Database, number: str) -> ShadowOut:
    """Show who would gain and who would lose if an appeal were granted; nothing is changed."""
    return show_shadow(shadow_appeal(uow, read_number(number)))


@router.post(
    "/appeals/{number}/files",
    operation_id="add_evidence",
    status_code=status.HTTP_201_CREATED,
    dependencies=[SPEAKS],
    openapi_extra=FILE_BODY,
)
async def add_file(
    uow: Database, asker: Asker, number: str, request: Request, name: FileName = "evidence"
) -> AttachmentOut:
    """Add a photo (JPEG, PNG) or a document (PDF) to an open appeal, sent as it is in the body."""
    content = await read_attachment(request)
    file = await run_in_threadpool(add_evidence, uow, asker, read_number(number), name, content)
    return show_attachment(file, f"/v1/appeals/{number}/files")


@router.get("/appeals/{number}/files/{sha256}", operation_id="get_evidence", response_class=Response)
def read_file(uow: Database, asker: Asker, number: str, sha256: str) -> Response:
    """Get a file of an appeal."""
    return give_attachment(get_evidence(uow, asker, read_number(number), sha256))
