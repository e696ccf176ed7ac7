"""The OpenAPI description, with every error that an operation can answer."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.examples import BODIES, RAW, error_example
from api.problems import MEDIA_TYPE
from api.schemas.problem import FieldError, FindingOut, Problem

DESCRIPTION = """
Carry a quota of goods fairly and provably through a network of consumer cooperatives.

**Conventions.** Quantities are whole numbers: packs, g, m, s, people; amounts in `_nano` are billionths of a pack.
Positions are (lon, lat), WGS 84. Times are UTC, dates Gregorian (ISO 8601).
`?lang=fa|en`, else `Accept-Language`, chooses the language of names and sentences.
Lists come in pages: pass `next` as `cursor`. Long work answers 202 with a job: ask after it at `Location`.
Errors are `application/problem+json` (RFC 9457) with a stable `code`.
What is not yours answers 404, as if it were not there.
"""

_TEXTS = {
    304: "Not changed since the version in `If-None-Match`",
    401: "No valid key, and no session",
    403: "The key's role does not allow it",
    404: "There is no such thing, or it is not the asker's",
    412: "It has changed since the version in `If-Match`",
    428: "The header `If-Match` is missing",
    409: "Its state does not allow it",
    413: "The body is too large",
    415: "The body's media type is not taken",
    422: "The request or the uploaded file is malformed",
    429: "Wrong keys came again and again, or too much was asked; wait as long as `Retry-After` says",
    500: "An error of the service; `reference` names it in the log",
    503: "The database or another service is away",
}
_TAGGED = frozenset({"get_round", "get_summary", "get_plan", "get_export", "get_allotments_xlsx", "get_allotments_csv"})


def install_openapi(app: FastAPI) -> None:
    """Let the app describe itself with its problems."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # the way FastAPI documents


def _describe(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = schema["components"]["schemas"]
    components.pop("HTTPValidationError", None)
    components.pop("ValidationError", None)
    models: list[Any] = [(model, "serialization") for model in (Problem, FindingOut, FieldError)]
    _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")
    components.update(definitions["$defs"])
    for name, body in BODIES.items():
        components[name]["examples"] = [body]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["summary"] = re.split(r"[.;:]", operation["description"])[0]
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                if media_type in RAW:
                    content["example"] = RAW[media_type]
            for status in _statuses(path, method, operation):
                operation["responses"][str(status)] = _response(status)
    return schema


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    if not path.startswith("/v1"):
        operation["responses"].pop("422", None)
        return [500, 503]
    statuses = [401, 403, 404, 422, 429, 500, 503]
    if method != "get":
        statuses += [409, 413]
    elif operation["operationId"] in {"shadow_appeal", "get_export", "explain_allotments"}:
        statuses.append(409)
    if any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", ())):
        statuses += [412, 428]
    if operation["operationId"] in {"import_dataset", "record_receipt_form", "record_receipt_text"}:
        statuses.append(415)
    if operation["operationId"] in _TAGGED:
        statuses.append(304)
    return sorted(statuses)


def _response(status: int) -> dict[str, Any]:
    if status == 304:
        return {"description": _TEXTS[status]}
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {MEDIA_TYPE: {"schema": schema, "example": error_example(status)}}
    return {"description": _TEXTS[status], "content": content}
