"""Ask a service over HTTP and read the JSON it answers with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import urllib3

from gis.travel.engine import RoadsError, RoadsFault

#: Tries after the first: a service that is starting up, or busy, is asked again after 0.5, 1, 2 and 4 s.
_RETRIES = urllib3.Retry(total=4, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), allowed_methods=None)
#: Longest to wait for the connection, and for the answer, s.
_TIMEOUT = urllib3.Timeout(connect=5, read=300)
#: Of what a service says of a fault, so much is passed on.
_MOST_CHARACTERS = 300


@dataclass(frozen=True, eq=False)
class JsonService:
    """A service at an address, e.g. ``http://localhost:8002``.

    ``retries`` says how often it is asked again.
    """

    url: str
    retries: urllib3.Retry = field(default=_RETRIES, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave open connections behind when it is pickled."""
        return type(self), (self.url, self.retries)

    @cached_property
    def _pool(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(retries=self.retries, timeout=_TIMEOUT, headers={"User-Agent": "taavon"})

    def get(self, path: str) -> tuple[int, Any]:
        """Return the status and the JSON of the answer to a GET.

        Raises
        ------
        RoadsError
            ``no_answer`` or ``bad_answer``.
        """
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Return the status and the JSON of the answer to a POST of JSON.

        Raises
        ------
        RoadsError
            ``no_answer`` or ``bad_answer``.
        """
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"} if body else None
        try:
            answer = self._pool.request(method, self.url.rstrip("/") + path, body=body, headers=headers)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            why = getattr(error, "reason", None) or error  # of the last try, without all that was asked
            raise RoadsError(RoadsFault.NO_ANSWER, self.url, str(why)[:_MOST_CHARACTERS]) from error
        try:
            return answer.status, json.loads(answer.data)
        except ValueError as error:
            shown = f"{answer.status} {answer.data[:_MOST_CHARACTERS].decode('utf-8', 'replace')}"
            raise RoadsError(RoadsFault.BAD_ANSWER, self.url, shown) from error
