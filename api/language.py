"""The language an answer is given in."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distribution.messages import LOCALES, Locale


def choose_language(lang: str | None, accept_language: str | None, default: Locale) -> Locale:
    """Choose a language: the one asked for by name, else the best accepted one, else the default.

    Parameters
    ----------
    lang
        Value of ``?lang=``; anything but a known language counts as absent.
    accept_language
        The header of RFC 9110, section 12.5.4: ``fa-IR, fa;q=0.9, en;q=0.5``.
    """
    for locale in LOCALES:
        if lang == locale:
            return locale
    best: Locale = default
    best_quality = 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        primary = tag.strip().lower().partition("-")[0]
        for locale in LOCALES:
            if primary == locale and quality > best_quality:
                best, best_quality = locale, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


class LanguageMiddleware:
    """Choose the language of every request, into ``request.state.locale``, and name it in the answer."""

    def __init__(self, app: ASGIApp, default: Locale) -> None:
        self.app = app
        self.default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = QueryParams(scope["query_string"])
        locale = choose_language(query.get("lang"), Headers(scope=scope).get("accept-language"), self.default)
        scope.setdefault("state", {})["locale"] = locale

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-language", locale)
                headers.add_vary_header("accept-language")
                headers.setdefault("x-content-type-options", "nosniff")
            await send(message)

        await self.app(scope, receive, send_named)
