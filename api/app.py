"""The web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from api.body_limit import BodyLimitMiddleware
from api.dependencies import get_locale, require_clean_text, require_known_query
from api.docs_page import install_docs
from api.language import LanguageMiddleware
from api.logs import configure_logs
from api.openapi import DESCRIPTION, install_openapi
from api.problems import install_problem_handlers
from api.routers import (
    audit,
    datasets,
    dealings,
    health,
    jobs,
    keys,
    monitoring,
    network,
    people,
    receipts,
    rounds,
    sessions,
    voice,
    webhooks,
)
from api.runtime import open_runtime
from api.safe_headers import SafeHeadersMiddleware
from api.security import get_principal
from api.settings import Settings
from api.throttle import FailureThrottle, RequestLimit
from distribution import __version__


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application; it opens the database and starts the dispatcher when it starts serving.

    Parameters
    ----------
    settings
        Read from the environment if not given.

    Raises
    ------
    UnavailableError
        ``setting_unreadable``.
    """
    given = settings or Settings.from_environment()
    configure_logs()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        app.state.throttle = FailureThrottle()
        app.state.request_limit = RequestLimit(settings.requests_per_minute)
        context = open_runtime(settings)
        app.state.runtime = await run_in_threadpool(context.__enter__)
        try:
            yield
        finally:
            await run_in_threadpool(context.__exit__, None, None, None)

    app = FastAPI(
        title="taavon", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.settings = given
    # Here, so that no route can be forgotten: whoever has no key gets nowhere, and every route knows its parameters.
    checks = (require_clean_text, require_known_query, get_locale)
    v1 = APIRouter(prefix="/v1", dependencies=[Depends(check) for check in (get_principal, *checks)])
    for module in (
        keys,
        people,
        sessions,
        network,
        datasets,
        rounds,
        voice,
        receipts,
        dealings,
        monitoring,
        jobs,
        audit,
        webhooks,
    ):
        v1.include_router(module.router)
    app.include_router(v1)
    app.include_router(sessions.door, prefix="/v1", dependencies=[Depends(check) for check in checks])
    app.include_router(health.router)
    install_docs(app)
    install_problem_handlers(app)
    install_openapi(app)
    uploads = (datasets.UPLOAD_PATH, voice.EVIDENCE_PATH, receipts.UPLOAD_PATH, monitoring.UPLOAD_PATH)
    app.add_middleware(BodyLimitMiddleware, uploads=uploads, max_upload_bytes=given.max_upload_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeadersMiddleware)
    app.add_middleware(LanguageMiddleware, default=given.locale)  # added last, so it comes first
    return app
