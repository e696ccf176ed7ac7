"""Refuse bodies that are too large before they are in memory."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import EdgeError, render_problem
from distribution.messages import Locale

#: Most bytes of a body that is not an upload.
MAX_BODY_BYTES = 1_000_000


class _TooLargeError(Exception):
    """More bytes came than are taken in."""


class BodyLimitMiddleware:
    """Count the bytes of every body, whatever its header says; uploads have a limit of their own."""

    def __init__(self, app: ASGIApp, uploads: tuple[str, ...], max_upload_bytes: int) -> None:
        self.app = app
        self.uploads = uploads
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as its body is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.max_upload_bytes if scope["path"] in self.uploads else MAX_BODY_BYTES
        length = Headers(scope=scope).get("content-length", "0")
        received, started = 0, False

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if length.isdigit() and int(length) > limit:
                raise _TooLargeError
            await self.app(scope, receive_counted, send_noted)
        except _TooLargeError:
            if started:
                raise
            locale: Locale = scope["state"]["locale"]
            error = EdgeError(413, "body_too_large", limit_mb=limit // 1_000_000)
            response = render_problem(error, locale)
            response.headers["Connection"] = "close"  # what else was sent is not read
            await response(scope, receive, send)
