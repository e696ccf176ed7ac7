"""Errors as ``application/problem+json`` (RFC 9457), in the language asked for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.schemas.problem import FieldError, FindingOut, Problem
from distribution.domain.errors import InputError, TaavonError
from distribution.domain.findings import Finding
from distribution.messages import Locale, has_message, render_message
from distribution.services.sentences import describe_error, describe_finding

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:taavon:error:"

_ROUTING_CODES = {404: "route_unknown", 405: "method_not_allowed"}

log = structlog.get_logger()


class EdgeError(TaavonError):
    """An error of HTTP itself: too large a body, a wrong media type, a cursor that was made up."""

    def __init__(self, status: int, code: str, **params: str | int) -> None:
        super().__init__(code, **params)
        self.status = status


class BodyTooLargeError(HTTPException):
    """More bytes came than are taken in; an HTTP exception, for those alone pass through FastAPI's reading of a body."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(413)
        self.limit_bytes = limit_bytes


def install_problem_handlers(app: FastAPI) -> None:
    """Let every error leave the app as a problem."""
    app.add_exception_handler(TaavonError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_malformed)
    app.add_exception_handler(HTTPException, _on_routing)
    app.add_exception_handler(Exception, _on_unknown)


def render_problem(error: TaavonError, locale: Locale, *, reference: str | None = None) -> Response:
    """Render an error."""
    problem = _problem(error.status, error.code, describe_error(error, locale), locale)
    problem.reference = reference
    if isinstance(error, InputError):
        problem.findings = render_findings(error.findings, locale)
    return _respond(problem, locale, _headers(error))


def problem_body(error: TaavonError, locale: Locale) -> dict[str, Any]:
    """Return the body of an error as it is sent, but for its findings and reference."""
    body: dict[str, Any] = jsonable_encoder(
        _problem(error.status, error.code, describe_error(error, locale), locale), exclude_none=True
    )
    return body


def _headers(error: TaavonError) -> dict[str, str]:
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(error.params["seconds"])} if error.status == 429 else {}


def render_too_large(limit_bytes: int, locale: Locale) -> Response:
    """Render the error about too large a body."""
    return render_problem(EdgeError(413, "body_too_large", limit_mb=limit_bytes // 1_000_000), locale)


def render_findings(findings: Sequence[Finding], locale: Locale) -> list[FindingOut]:
    """Put findings into words."""
    out = []
    for finding in findings:
        sentence, where = describe_finding(finding, locale), finding.where
        out.append(
            FindingOut(
                severity=finding.severity, code=finding.code, sheet=where.sheet, row=where.row, column=where.column,
                value=where.value, where=sentence.where, message=sentence.message, fix=sentence.fix,
            )
        )  # fmt: skip
    return out


def request_locale(request: Request) -> Locale:
    """Return the language that was chosen for a request."""
    locale: Locale = request.state.locale
    return locale


async def _on_known(request: Request, error: Exception) -> Response:
    if not isinstance(error, TaavonError):
        raise error
    if error.status < 500:
        return render_problem(error, request_locale(request))
    if error.status == 503:
        log.warning("unavailable", code=error.code, params=error.params, path=request.url.path)
        return render_problem(error, request_locale(request))
    return _log_unknown(request, error)


async def _on_malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    locale = request_locale(request)
    problem = _problem(422, "request_malformed", render_message("error.request_malformed", locale), locale)
    problem.errors = [_field_error(one, locale) for one in error.errors()]
    return _respond(problem, locale)


async def _on_routing(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    locale = request_locale(request)
    if isinstance(error, BodyTooLargeError):
        return render_too_large(error.limit_bytes, locale)
    code = _ROUTING_CODES.get(error.status_code, "request_refused")
    params = {"path": request.url.path, "method": request.method}
    problem = _problem(error.status_code, code, render_message(f"error.{code}", locale, params), locale)
    return _respond(problem, locale, error.headers or {})


async def _on_unknown(request: Request, error: Exception) -> Response:
    return _log_unknown(request, error)


def _log_unknown(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(6)
    log.error("internal", reference=reference, method=request.method, path=request.url.path, exc_info=error)
    internal = TaavonError("internal", reference=reference)
    return render_problem(internal, request_locale(request), reference=reference)


def _problem(status: int, code: str, detail: str, locale: Locale) -> Problem:
    title = render_message(f"problem.{status}" if has_message(f"problem.{status}", locale) else "problem.other", locale)
    return Problem(type=TYPE_PREFIX + code, title=title, status=status, detail=detail, code=code)


def _field_error(error: Mapping[str, Any], locale: Locale) -> FieldError:
    place, *path = error["loc"]
    key = f"invalid.{error['type']}"
    params = {name: value for name, value in error.get("ctx", {}).items() if isinstance(value, int | float | str)}
    sentence = render_message(key if has_message(key, locale) else "invalid.other", locale, params)
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    return FieldError(place=str(place), pointer=pointer, code=error["type"], message=sentence)


def _respond(problem: Problem, locale: Locale, headers: Mapping[str, str] | None = None) -> Response:
    content = jsonable_encoder(problem, exclude_none=True)
    fixed = {"Content-Language": locale, "Cache-Control": "no-store"}
    return JSONResponse(content, problem.status, headers={**fixed, **(headers or {})}, media_type=MEDIA_TYPE)
