"""The network as a whole: take a new one in, look at the current one."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from api.dependencies import Database, Lang
from api.problems import EdgeError, render_findings
from api.schemas.datasets import DatasetOut, DiffOut
from api.security import SEES_ALL, Planner
from distribution.messages import Locale
from distribution.services.take_in_file import Imported, current_dataset, take_in_file

router = APIRouter(tags=["datasets"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD_PATH = "/v1/datasets"

_WORKBOOK = {"requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/datasets",
    operation_id="import_dataset",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": DiffOut, "description": "The workbook holds what was there already."}},
    openapi_extra=_WORKBOOK,
)
async def import_workbook(
    uow: Database,
    asker: Planner,
    locale: Lang,
    request: Request,
    response: Response,
    source: Annotated[str, Query(max_length=200, description="where it comes from, e.g. its file name")] = "upload",
) -> DiffOut:
    """Take in an XLSX workbook, sent as it is in the body, as the new version of the network.

    A file with errors is refused with all of them, and nothing is stored.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != XLSX:
        raise EdgeError(415, "media_type_unsupported", expected=XLSX)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload.xlsx"
        with path.open("wb") as file:
            async for chunk in request.stream():
                await run_in_threadpool(file.write, chunk)
        imported = await run_in_threadpool(take_in_file, uow, path, source, asker)
    if not imported.diff:
        response.status_code = status.HTTP_200_OK
    return _show(imported, locale)


@router.get("/datasets/current", operation_id="get_dataset", dependencies=[SEES_ALL])
def read_current(uow: Database) -> DatasetOut:
    """Get what the network that holds now consists of."""
    version = current_dataset(uow)
    return DatasetOut(
        version=version.number, created_at=version.created_at, source=version.source, sha256=version.sha256,
        counts=version.counts, settings=version.settings,
    )  # fmt: skip


def _show(imported: Imported, locale: Locale) -> DiffOut:
    diff = imported.diff
    return DiffOut(
        version=diff.version,
        previous=diff.previous,
        changed=bool(diff),
        sheets={sheet: asdict(changes) for sheet, changes in diff.sheets.items()},
        settings=[asdict(change) for change in diff.settings],
        travel_changed=diff.travel_changed,
        findings=render_findings(imported.findings, locale),
    )
