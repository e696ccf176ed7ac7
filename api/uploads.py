"""Files that are sent as they are in the body of a request, and given back so."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response

from api.conditional import tag_response
from api.problems import EdgeError
from distribution.services.attachments import MOST_FILE_BYTES
from distribution.store.tables import Attachment

FileName = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="name of the file")]

_KINDS = ("image/jpeg", "image/png", "application/pdf")
#: What the description of an operation says of a photo or a document in its body.
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS},
    }
}


def raw_body(media_type: str, **schema: str) -> dict[str, Any]:
    """Return what the description of an operation says of a body of one media type that is sent as it is."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": {"type": "string", **schema}}}}}


async def read_raw(request: Request, media_type: str) -> bytes:
    """Return a body that is of the media type that is taken.

    Raises
    ------
    EdgeError
        ``media_type_unsupported`` (415).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise EdgeError(415, "media_type_unsupported", expected=media_type)
    return await request.body()


async def read_attachment(request: Request) -> bytes:
    """Return a photo or a document that is sent in the body.

    Raises
    ------
    EdgeError
        ``body_too_large`` (413).
    """
    content = await request.body()
    if len(content) > MOST_FILE_BYTES:
        raise EdgeError(413, "body_too_large", limit_mb=MOST_FILE_BYTES // 1_000_000)
    return content


def give_attachment(file: Attachment) -> Response:
    """Answer with a file."""
    response = Response(file.content, media_type=file.media_type)
    tag_response(response, f'"{file.sha256}"')
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return response
