"""The documentation page at ``/docs``, where ``/`` leads; nothing of it comes from another server."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse, RedirectResponse

STATIC_URL = "/docs/static"


def install_docs(app: FastAPI) -> None:
    """Serve Swagger UI from the files of the package ``fastapi-offline``."""
    app.mount(STATIC_URL, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-static")

    @app.get("/", include_in_schema=False)
    async def read_root(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{_root(request)}/docs")

    @app.get("/docs", include_in_schema=False)
    async def read_docs(request: Request) -> HTMLResponse:
        root = _root(request)
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{STATIC_URL}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{STATIC_URL}/swagger-ui.css",
            swagger_favicon_url=f"{root}{STATIC_URL}/favicon.png",
        )


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")
