"""What routers ask for: the database, the language, a page.

None of it waits for anything, so that all of it runs where the request is and takes no thread.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant

from api.problems import EdgeError, request_locale
from api.runtime import Runtime
from distribution.domain.enums import Language
from distribution.domain.jalali import parse_period
from distribution.messages import Locale
from distribution.store.unit_of_work import UnitOfWork

DEFAULT_LIMIT, MAX_LIMIT = 100, 500

#: Query parameters that come from the dependencies of all routes together, of which a route itself does not know.
EVERYWHERE = frozenset({"lang"})


async def get_runtime(request: Request) -> Runtime:
    """Return what the running service has in hand."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def get_database(runtime: Annotated[Runtime, Depends(get_runtime)]) -> UnitOfWork:
    """Return the database."""
    return runtime.uow


async def get_locale(
    request: Request,
    lang: Annotated[  # noqa: ARG001 - the middleware has read it; here it is checked and documented
        Language | None, Query(description="language of names and sentences; else `Accept-Language` decides")
    ] = None,
) -> Locale:
    """Return the language of the answer."""
    return request_locale(request)


async def require_clean_text(request: Request) -> None:
    """Refuse NUL in the path and the query: PostgreSQL knows no such text.

    Raises
    ------
    EdgeError
        ``text_unreadable``.
    """
    if any("\x00" in text for text in (request.url.path, request.scope["path"], *request.query_params.values())):
        raise EdgeError(422, "text_unreadable")


async def require_known_query(request: Request) -> None:
    """Refuse a parameter that the route does not know: a filter with a slip in it must not pass for no filter.

    Raises
    ------
    EdgeError
        ``query_unknown``, naming the parameter and those that are known.
    """
    route = request.scope["route"]
    known = _query_names(route.dependant) | EVERYWHERE
    for name in request.query_params:
        if name not in known:
            raise EdgeError(422, "query_unknown", name=name, known=", ".join(sorted(known)))


def _query_names(dependant: Dependant) -> set[str]:
    """Name the query parameters of a route and of everything it depends on."""
    names = {field.alias for field in dependant.query_params}
    for needed in dependant.dependencies:
        names |= _query_names(needed)
    return names


class PageQuery:
    """Which page of a list is asked for."""

    def __init__(self, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self.after = None if cursor is None else read_cursor(cursor)

    @property
    def after_number(self) -> int:
        """Return the number after which the page begins.

        Raises
        ------
        EdgeError
            If the cursor is of another list.
        """
        if self.after is None:
            return 0
        if not (self.after.isascii() and self.after.isdigit() and len(self.after) < 19):
            raise EdgeError(422, "cursor_unreadable")
        return int(self.after)


async def read_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="most items of a page")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
) -> PageQuery:
    """Read which page is asked for."""
    return PageQuery(limit, cursor)


def write_cursor(key: str | None) -> str | None:
    """Write the key of a page's last item as a cursor."""
    return None if key is None else base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Read a cursor.

    Raises
    ------
    EdgeError
        If it was not made by :func:`write_cursor`.
    """
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise EdgeError(422, "cursor_unreadable") from error
    if "\x00" in key:  # PostgreSQL knows no such text
        raise EdgeError(422, "cursor_unreadable")
    return key


def read_period(text: str) -> tuple[dt.date, dt.date]:
    """Read a year, a month or a day, Jalali or not, as its first day and its last.

    Raises
    ------
    EdgeError
        ``period_unreadable`` (422).
    """
    try:
        return parse_period(text)
    except (ValueError, OverflowError) as error:
        raise EdgeError(422, "period_unreadable", period=text) from error


Running = Annotated[Runtime, Depends(get_runtime)]
Database = Annotated[UnitOfWork, Depends(get_database)]
Lang = Annotated[Locale, Depends(get_locale)]
Paging = Annotated[PageQuery, Depends(read_page)]
