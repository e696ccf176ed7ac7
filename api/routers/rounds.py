"""Rounds and all that came out of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status

from api.conditional import content_tag, is_fresh, not_modified, require_version, tag_response, version_tag
from api.dependencies import Database, Lang, Paging, Running, read_period, write_cursor
from api.schemas.deliveries import DeliveryOut, show_delivery
from api.schemas.jobs import JobOut, show_job
from api.schemas.page import PageOut
from api.schemas.rounds import (
    ExplanationOut,
    FileOut,
    ListedAllotmentOut,
    ReasonIn,
    RoundLifeOut,
    RoundOut,
    RoundRequest,
    show_explanation,
    show_file,
    show_listed,
    show_round,
    show_round_life,
)
from api.security import SEES_ALL, Asker, Planner, require_right
from distribution.domain.enums import RoundAction, RoundState
from distribution.domain.round_life import STEPS
from distribution.services.explain_allotment import explain_allotments
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.request_round import request_round
from distribution.services.round_life import act_on_round
from distribution.services.run_round import RunOptions
from distribution.services.view_allotment_files import render_own_csv, render_own_workbook
from distribution.services.view_deliveries import list_deliveries
from distribution.services.view_rounds import (
    AllotmentFilter,
    RoundFilter,
    get_file,
    get_plan,
    get_round,
    list_allotments,
    list_files,
    list_rounds,
)
from optimizer.plan import Limits

router = APIRouter(tags=["rounds"])

Code = Annotated[str | None, Query(max_length=64)]


class RoundOrder(StrEnum):
    """Which rounds come first."""

    OLDEST = "oldest"
    NEWEST = "newest"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/rounds", operation_id="list_rounds")
def read_rounds(
    uow: Database,
    asker: Asker,
    paging: Paging,
    period: Annotated[
        str | None, Query(max_length=20, description="year, month or day, Jalali or not: 1403, 1403-07, 2024-10-06")
    ] = None,
    state: RoundState | None = None,
    sort: Annotated[RoundOrder, Query(description="by when they were computed")] = RoundOrder.OLDEST,
) -> PageOut[RoundOut]:
    """List rounds in the order they were computed; a union, a cooperative and a crew see those that are published."""
    wanted = RoundFilter(state, None if period is None else read_period(period), sort is RoundOrder.NEWEST)
    page = list_rounds(uow, asker, wanted, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_round(found) for found in page.items], next=write_cursor(page.next))


@router.post("/rounds", operation_id="run_round", status_code=status.HTTP_202_ACCEPTED)
def start_round(
    runtime: Running,
    asker: Planner,
    locale: Lang,
    wanted: RoundRequest,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="asking twice with one key gives one job")
    ] = None,
) -> JobOut:
    """Ask for a round to be computed; the answer is a job, to be asked after at ``Location``."""
    search = SearchOptions(Limits(wanted.seconds, wanted.iterations), wanted.seed)
    job = request_round(
        runtime.uow,
        asker,
        RunOptions(search, wanted.round_code, wanted.policy_code),
        idempotency_key=idempotency_key,
        announce=runtime.doorbell.ring,
    )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return show_job(job, locale)


@router.get("/rounds/{code}", operation_id="get_round", response_model=RoundLifeOut)
def read_round(uow: Database, asker: Asker, code: str, request: Request, response: Response) -> Any:
    """Get a round; with ``If-None-Match``, only if it has changed."""
    found, approvals = get_round(uow, asker, code)
    tag = version_tag(found.version)
    if is_fresh(request, tag):
        return not_modified(tag)
    tag_response(response, tag)
    return show_round_life(found, approvals)


def _make_step(action: RoundAction) -> Callable[..., RoundOut]:
    def take_step(
        uow: Database,
        asker: Asker,
        code: str,
        request: Request,
        response: Response,
        why: ReasonIn,
        if_match: Annotated[  # noqa: ARG001 - read from the request; here it is documented
            str | None, Header(description="the ETag of the round as the asker has read it")
        ] = None,
    ) -> RoundOut:
        found = act_on_round(uow, asker, code, action, version=require_version(request), reason=why.reason)
        tag_response(response, version_tag(found.version))
        return show_round(found)

    return take_step


_STEPS = {
    RoundAction.SUBMIT: "Submit a round for approval, anew after a rejection",
    RoundAction.APPROVE: "Approve a round at the asker's level; the last level approves it as a whole",
    RoundAction.REJECT: "Reject a round, with a reason",
    RoundAction.PUBLISH: "Publish an approved round under the next number: unions see it from then on",
    RoundAction.DISPATCH: "Begin to send out the goods of a published round",
    RoundAction.CLOSE: "Close a round when its goods are where they are to be",
    RoundAction.WITHDRAW: "Withdraw a round that is not published, with a reason, so that it can be computed anew",
}
for _action, _meaning in _STEPS.items():
    router.add_api_route(
        f"/rounds/{{code}}/{_action.value}",
        _make_step(_action),
        methods=["POST"],
        operation_id=f"{_action.value}_round",
        response_model=RoundOut,
        dependencies=[Depends(require_right(STEPS[_action].right))],
        description=f"{_meaning}. Needs ``If-Match``.",
    )


@router.get("/rounds/{code}/allotments", operation_id="list_allotments")
def read_allotments(
    uow: Database,
    asker: Asker,
    locale: Lang,
    paging: Paging,
    code: str,
    union: Code = None,
    commodity: Code = None,
    outlet: Code = None,
) -> PageOut[ListedAllotmentOut]:
    """List the allotments of a round, with what is answered to them; a union sees its own."""
    wanted = AllotmentFilter(union, commodity, outlet)
    page = list_allotments(uow, asker, code, wanted, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_listed(one, locale) for one in page.items], next=write_cursor(page.next))


@router.get("/rounds/{code}/allotments.xlsx", operation_id="get_allotments_xlsx", response_class=Response)
def read_allotments_xlsx(uow: Database, asker: Asker, locale: Lang, code: str, request: Request) -> Response:
    """Get the allotments of a round as a workbook; a union gets its own rows."""
    content = render_own_workbook(uow, asker, code, locale)
    return _made(request, content, XLSX, f"allotments-{code}.xlsx")


@router.get("/rounds/{code}/allotments.csv", operation_id="get_allotments_csv", response_class=Response)
def read_allotments_csv(uow: Database, asker: Asker, locale: Lang, code: str, request: Request) -> Response:
    """Get the allotments of a round as CSV; a union gets its own rows."""
    content = render_own_csv(uow, asker, code, locale)
    return _made(request, content, "text/csv; charset=utf-8", f"allotments-{code}.csv")


@router.get("/rounds/{code}/deliveries", operation_id="list_deliveries")
def read_deliveries(
    uow: Database, asker: Asker, locale: Lang, paging: Paging, code: str, outlet: Code = None
) -> PageOut[DeliveryOut]:
    """List what comes to which outlet when, by day and hour, and last what waits and why; a union sees its own."""
    page = list_deliveries(uow, asker, code, locale, outlet_code=outlet, after=paging.after_number, limit=paging.limit)
    return PageOut(items=[show_delivery(each, locale) for each in page.items], next=write_cursor(page.next))


@router.get("/allotments/{code}/{outlet}", operation_id="explain_allotments")
def read_reasons(uow: Database, asker: Asker, locale: Lang, code: str, outlet: str) -> list[ExplanationOut]:
    """Tell why an outlet was allotted what it was in a round, term by term."""
    return [show_explanation(each, locale) for each in explain_allotments(uow, asker, code, outlet, locale)]


@router.get("/rounds/{code}/plan", operation_id="get_plan", dependencies=[SEES_ALL], response_model=dict[str, Any])
def read_plan(uow: Database, asker: Asker, code: str, request: Request) -> Response:
    """Get the plan of a round: ``plan.json`` byte for byte."""
    plan = get_plan(uow, asker, code)
    return _bytes(request, plan.content, plan.sha256, "application/json")


@router.get(
    "/rounds/{code}/summary", operation_id="get_summary", dependencies=[SEES_ALL], response_model=dict[str, Any]
)
def read_summary(uow: Database, asker: Asker, code: str, request: Request, response: Response) -> Any:
    """Get the figures of a round."""
    found, _ = get_round(uow, asker, code)
    tag = version_tag(found.version)
    if is_fresh(request, tag):
        return not_modified(tag)
    tag_response(response, tag)
    return json.loads(found.summary)


@router.get("/rounds/{code}/exports", operation_id="list_exports")
def read_exports(uow: Database, asker: Asker, code: str) -> PageOut[FileOut]:
    """List the files of a round that the asker may have; all on one page."""
    return PageOut(items=[show_file(code, file) for file in list_files(uow, asker, code)])


@router.get("/rounds/{code}/exports/{path:path}", operation_id="get_export", response_class=Response)
def read_export(uow: Database, asker: Asker, code: str, path: str, request: Request) -> Response:
    """Get a file of a round."""
    file = get_file(uow, asker, code, path)
    return _bytes(request, file.content, file.sha256, file.media_type, path.rpartition("/")[2])


def _made(request: Request, content: bytes, media_type: str, name: str) -> Response:
    return _bytes(request, content, hashlib.sha256(content).hexdigest(), media_type, name)


def _bytes(request: Request, content: bytes, sha256: str, media_type: str, name: str = "") -> Response:
    tag = content_tag(sha256)
    if is_fresh(request, tag):
        return not_modified(tag)
    response = Response(content, media_type=media_type)
    tag_response(response, tag)
    if name:
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
