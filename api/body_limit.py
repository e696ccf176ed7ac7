"""Refuse bodies that are too large before they are in memory."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BodyTooLargeError, render_too_large

#: Most bytes of a body that is not an upload.
MAX_BODY_BYTES = 1_000_000


class BodyLimitMiddleware:
    """Count the bytes of every body, whatever its header says; uploads, by patterns of paths, have a limit of their own."""

    def __init__(self, app: ASGIApp, uploads: tuple[str, ...], max_upload_bytes: int) -> None:
        self.app = app
        self.uploads = re.compile("|".join(uploads))
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as its body is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.max_upload_bytes if self.uploads.fullmatch(scope["path"]) else MAX_BODY_BYTES
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdigit() and int(length) > limit:
            response = render_too_large(limit, scope["state"]["locale"])
            response.headers["Connection"] = "close"  # the body is not read
            await response(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLargeError(limit)
            return message

        await self.app(scope, receive_counted, send)
