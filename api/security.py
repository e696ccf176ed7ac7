"""Who asks, and whether the role is enough; what each may see is narrowed in the services' queries."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.dependencies import Database
from api.problems import EdgeError
from api.throttle import FailureThrottle, RequestLimit
from distribution.domain.enums import Right
from distribution.domain.errors import ForbiddenError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.domain.rights import roles_with
from distribution.services.api_keys import authenticate
from distribution.services.sessions import csrf_token, find_session

#: The cookie of a session, and the header with its second token.
SESSION_COOKIE, CSRF_HEADER = "taavon_session", "X-CSRF-Token"
#: Methods that change nothing.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

bearer = HTTPBearer(auto_error=False, scheme_name="api_key", description="An API key: `prefix.secret`.")
session_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"A session that `log_in` opened; what changes anything needs the header `{CSRF_HEADER}` as well.",
)


def get_principal(
    request: Request,
    uow: Database,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    token: Annotated[str | None, Depends(session_cookie)],
) -> Principal:
    """Tell who asks, by the key in the header ``Authorization: Bearer prefix.secret``, else by the cookie of a session.

    Raises
    ------
    UnauthorizedError
        If there is no valid key, and no session.
    ForbiddenError
        ``csrf_token_missing`` for a change by a session without the second token; ``password_to_change`` for anything but
        that, if the password is one that somebody else has set.
    EdgeError
        ``too_many_attempts`` (429) if wrong keys came from the same address again and again; ``too_many_requests`` (429)
        if the asker has used up what may be asked in a minute.
    """
    throttle: FailureThrottle = request.app.state.throttle
    address = client_address(request)
    require_patience(throttle, address)
    if credentials is not None:
        try:
            principal = authenticate(uow, credentials.credentials)
        except UnauthorizedError:
            throttle.note_failure(address)
            raise
    elif token is not None:
        principal = find_session(uow, token).principal
        _require_own_page(request, token)
        if principal.must_change_password and not request.url.path.startswith("/v1/session"):
            raise ForbiddenError("password_to_change")
    else:
        raise UnauthorizedError("api_key_invalid")
    limit: RequestLimit = request.app.state.request_limit
    if (seconds := limit.take(principal.actor)) > 0:
        raise EdgeError(429, "too_many_requests", seconds=seconds)
    return principal


def client_address(request: Request) -> str:
    """Return the address a request came from."""
    return request.client.host if request.client else ""


def require_patience(throttle: FailureThrottle, *names: str) -> None:
    """Let nobody try on who has failed too often.

    Raises
    ------
    EdgeError
        ``too_many_attempts`` (429).
    """
    if (seconds := max(throttle.wait_s(name) for name in names)) > 0:
        raise EdgeError(429, "too_many_attempts", seconds=seconds)


def _require_own_page(request: Request, token: str) -> None:
    """Check that a change comes from a page that could read the second token, and not from anybody's."""
    if request.method in _SAFE:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(token).encode()):
        raise ForbiddenError("csrf_token_missing", header=CSRF_HEADER)


def require_right(*rights: Right) -> Callable[[Principal], Awaitable[Principal]]:
    """Make a dependency that refuses every role that has none of some rights, before anything is looked up."""

    async def require(asker: Asker) -> Principal:
        if not any(asker.may(right) for right in rights):
            raise ForbiddenError("role_required", roles=", ".join(roles_with(*rights)))
        return asker

    return require


Asker = Annotated[Principal, Depends(get_principal)]
Admin = Annotated[Principal, Depends(require_right(Right.MANAGE_KEYS))]
Planner = Annotated[Principal, Depends(require_right(Right.PLAN))]

#: For routes that need the right but not who it is.
SEES_ALL = Depends(require_right(Right.SEE_ALL))
