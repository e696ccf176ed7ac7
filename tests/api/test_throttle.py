"""Whoever tries keys is slowed down; nobody else is."""

from __future__ import annotations

from api.throttle import MOST_FAILURES, WINDOW_S, FailureThrottle
from tests.support.service import Service


def test_an_address_waits_after_too_many_wrong_keys_and_no_longer_than_it_has_to() -> None:
    now = 100.0
    throttle = FailureThrottle(lambda: now)
    for _ in range(MOST_FAILURES - 1):
        throttle.note_failure("a")
    assert throttle.wait_s("a") == 0
    throttle.note_failure("a")
    assert throttle.wait_s("a") == WINDOW_S
    assert throttle.wait_s("b") == 0
    now += WINDOW_S - 0.5
    assert throttle.wait_s("a") == 1
    now += 0.5
    assert throttle.wait_s("a") == 0


def test_wrong_keys_are_answered_429_with_the_seconds_to_wait(service: Service) -> None:
    wrong = service.with_key("0" * 12 + ".nothing")
    answers = [wrong.get("/v1/me") for _ in range(MOST_FAILURES + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {401}
    last = answers[-1]
    assert (last.status_code, last.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(last.headers["Retry-After"]) <= WINDOW_S


def test_answers_are_safe_and_small(service: Service) -> None:
    answer = service.planner.get("/v1/outlets?limit=500", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert len(answer.json()["items"]) == 10
    docs = service.nobody.get("/docs")
    assert "Content-Security-Policy" not in docs.headers
