"""Entity tags: an answer that has not changed is not sent again (RFC 9110, section 13)."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from api.problems import EdgeError


def version_tag(version: int | None) -> str:
    """Return the weak tag of a row's version."""
    return f'W/"{version}"'


def content_tag(sha256: str) -> str:
    """Return the strong tag of bytes."""
    return f'"{sha256}"'


def is_fresh(request: Request, tag: str) -> bool:
    """Tell whether the asker has what a tag names; weak comparison."""
    given = request.headers.get("if-none-match", "")
    wanted = tag.removeprefix("W/")
    return given.strip() == "*" or wanted in (part.strip().removeprefix("W/") for part in given.split(","))


def require_version(request: Request) -> int:
    """Return the version that the header ``If-Match`` names: nobody decides on what they have not read.

    Raises
    ------
    EdgeError
        ``if_match_missing`` (428) without one, ``if_match_unreadable`` if it names no version.
    """
    given = request.headers.get("if-match", "").strip()
    if not given:
        raise EdgeError(428, "if_match_missing")
    found = re.fullmatch(r'W/"([1-9][0-9]{0,9})"', given)
    if found is None:
        raise EdgeError(412, "if_match_unreadable")
    return int(found[1])


def tag_response(response: Response, tag: str) -> None:
    """Put a tag on an answer that the asker alone may keep."""
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"


def not_modified(tag: str) -> Response:
    """Make the answer to an asker who has it already."""
    response = Response(status_code=304)
    tag_response(response, tag)
    return response
