"""A program that asked for it is told of a publication by the running service, and can prove who told it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from distribution.services.webhooks import SIGNATURE_HEADER, sign
from tests.support.service import Service


class Taken:
    """What a listener took; the first try of each is refused."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, str]] = []


@pytest.fixture
def listener() -> Iterator[tuple[str, Taken]]:
    taken = Taken()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.bodies.append((body, self.headers[SIGNATURE_HEADER]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/events", taken
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_running_service_tells_what_happens(service: Service, listener: tuple[str, Taken]) -> None:
    url, taken = listener
    made = service.admin.post("/v1/webhooks", json={"url": url, "actions": ["feedback_said"]})
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert secret not in service.admin.get("/v1/webhooks").text
    service.union_1.post("/v1/feedback", json={"kind": "view", "text": "well done"})
    end = time.monotonic() + 20
    while not taken.bodies:
        assert time.monotonic() < end
        time.sleep(0.1)
    [(body, signature)] = taken.bodies
    assert signature == sign(secret, body)
    event = json.loads(body)
    assert (event["action"], event["subject"]) == ("feedback_said", "feedback/1")
    number = made.json()["id"]
    assert service.admin.delete(f"/v1/webhooks/{number}").status_code == 204
    assert service.admin.delete(f"/v1/webhooks/{number}").status_code == 404
    for wrong in ("ftp://x", "http://", "http:// x"):
        assert service.admin.post("/v1/webhooks", json={"url": wrong}).status_code in {409, 422}
