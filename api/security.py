"""Who asks, and whether the role is enough; what each may see is narrowed in the services' queries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.dependencies import Database
from api.problems import EdgeError
from api.throttle import FailureThrottle
from distribution.domain.enums import Right
from distribution.domain.errors import ForbiddenError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.domain.rights import roles_with
from distribution.services.api_keys import authenticate

bearer = HTTPBearer(auto_error=False, scheme_name="api_key", description="An API key: `prefix.secret`.")


def get_principal(
    request: Request, uow: Database, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    """Tell who asks, by the key in the header ``Authorization: Bearer prefix.secret``.

    Raises
    ------
    UnauthorizedError
        If there is no valid key.
    EdgeError
        ``too_many_attempts`` (429) if wrong keys came from the same address again and again.
    """
    throttle: FailureThrottle = request.app.state.throttle
    address = request.client.host if request.client else ""
    if (seconds := throttle.wait_s(address)) > 0:
        raise EdgeError(429, "too_many_attempts", seconds=seconds)
    if credentials is None:
        raise UnauthorizedError("api_key_invalid")
    try:
        return authenticate(uow, credentials.credentials)
    except UnauthorizedError:
        throttle.note_failure(address)
        raise


def require_right(right: Right) -> Callable[[Principal], Awaitable[Principal]]:
    """Make a dependency that refuses every role without a right, before anything is looked up."""

    async def require(asker: Asker) -> Principal:
        if not asker.may(right):
            raise ForbiddenError("role_required", roles=", ".join(roles_with(right)))
        return asker

    return require


Asker = Annotated[Principal, Depends(get_principal)]
Admin = Annotated[Principal, Depends(require_right(Right.MANAGE_KEYS))]
Planner = Annotated[Principal, Depends(require_right(Right.PLAN))]

#: For routes that need the right but not who it is.
SEES_ALL = Depends(require_right(Right.SEE_ALL))
