"""The audit log, for those who may read it."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import Database, Paging, write_cursor
from api.schemas.audit import AuditCheckOut, AuditEventOut
from api.schemas.page import PageOut
from api.security import require_right
from distribution.domain.enums import Right
from distribution.services.audit import check_audit, list_events

router = APIRouter(tags=["audit"], dependencies=[Depends(require_right(Right.AUDIT))])


@router.get("/audit", operation_id="list_audit_events")
def read_events(
    uow: Database,
    paging: Paging,
    subject: Annotated[str | None, Query(max_length=200, description="what it happened to, e.g. round/spring")] = None,
) -> PageOut[AuditEventOut]:
    """List what happened, in its order."""
    page = list_events(uow, subject=subject, after=paging.after_number, limit=paging.limit)
    items = [
        AuditEventOut(**{name: getattr(event, name) for name in AuditEventOut.model_fields if name != "details"},
                      details=json.loads(event.details))
        for event in page.items
    ]  # fmt: skip
    return PageOut(items=items, next=write_cursor(page.next))


@router.get("/audit/check", operation_id="check_audit")
def read_check(
    uow: Database,
    head: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="a head noted before, which must be in the log")
    ] = None,
) -> AuditCheckOut:
    """Work out every hash of the log anew."""
    check = check_audit(uow, head)
    return AuditCheckOut(
        is_whole=check.is_whole, events=check.events, head=check.head, broken_at=check.broken_at,
        head_found=check.head_found,
    )  # fmt: skip
