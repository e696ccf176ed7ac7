"""Log in, look, change the password, log out."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response, status

from api.dependencies import Database, Lang
from api.routers.keys import show_me
from api.schemas.people import LoginIn, PasswordIn, SessionOut
from api.security import SESSION_COOKIE, Asker, client_address, require_patience, session_cookie
from api.throttle import FailureThrottle
from distribution.domain.errors import NotFoundError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.messages import Locale
from distribution.services.sessions import LASTS, Session, change_password, find_session, log_in, log_out, person_of
from distribution.store.unit_of_work import UnitOfWork

router = APIRouter(prefix="/session", tags=["session"])
#: What is open to whoever is not known yet.
door = APIRouter(prefix="/session", tags=["session"])

Token = Annotated[str | None, Depends(session_cookie)]

log = structlog.get_logger()


@door.post("", operation_id="log_in")
def open_session(request: Request, response: Response, uow: Database, locale: Lang, wanted: LoginIn) -> SessionOut:
    """Log in: the answer sets a cookie that a browser sends back by itself."""
    throttle: FailureThrottle = request.app.state.throttle
    address, name = client_address(request), f"name:{wanted.name}"
    require_patience(throttle, address, name)
    try:
        token, session = log_in(uow, wanted.name, wanted.password)
    except UnauthorizedError:
        throttle.note_failure(address)
        throttle.note_failure(name)
        log.warning("login_failed", name=wanted.name, address=address)
        raise
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return _show(uow, session, locale)


@router.get("", operation_id="get_session")
def read_session(uow: Database, locale: Lang, asker: Asker, token: Token) -> SessionOut:
    """Tell who is logged in, with the second token that changes need."""
    return _show(uow, find_session(uow, _require_session(asker, token)), locale)


@router.put("/password", operation_id="change_password", status_code=status.HTTP_204_NO_CONTENT)
def choose_password(request: Request, uow: Database, asker: Asker, token: Token, wanted: PasswordIn) -> None:
    """Choose another password; all other sessions of the person end."""
    throttle: FailureThrottle = request.app.state.throttle
    token, name = _require_session(asker, token), f"name:{person_of(asker)}"
    require_patience(throttle, name)
    try:
        change_password(uow, asker, token, wanted.old, wanted.new)
    except UnauthorizedError:
        throttle.note_failure(name)
        raise


@router.delete("", operation_id="log_out", status_code=status.HTTP_204_NO_CONTENT)
def close_session(uow: Database, asker: Asker, token: Token, response: Response) -> None:
    """Log out."""
    log_out(uow, _require_session(asker, token))
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")


def _require_session(asker: Principal, token: str | None) -> str:
    """Return the token of the session by which somebody asks.

    Raises
    ------
    NotFoundError
        ``session_missing`` for who asks by a key.
    """
    if token is None or not person_of(asker):
        raise NotFoundError("session_missing")
    return token


def _show(uow: UnitOfWork, session: Session, locale: Locale) -> SessionOut:
    return SessionOut(
        me=show_me(uow, session.principal, locale),
        must_change_password=session.principal.must_change_password,
        expires_at=session.expires_at,
        csrf_token=session.csrf_token,
    )
