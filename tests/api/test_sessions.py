"""People log in with a browser: a cookie, a second token for changes, and limits on who asks too much."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient

from api.security import CSRF_HEADER, SESSION_COOKIE
from api.throttle import MOST_FAILURES, RequestLimit
from tests.support.networks import small_network
from tests.support.service import Service

OWN = "blue doves on the roof"


def log_in(service: Service, name: str, password: str) -> TestClient:
    """A browser in which somebody has logged in; it brings the second token with everything."""
    browser = service.with_key(None)
    answer = browser.post("/v1/session", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    browser.headers[CSRF_HEADER] = answer.json()["csrf_token"]
    return browser


def person(service: Service, name: str, **holder: str) -> TestClient:
    """The browser of a person who has just chosen a password."""
    first = service.admin.post("/v1/people", json={"name": name, **holder}).json()["password"]
    browser = log_in(service, name, first)
    assert browser.put("/v1/session/password", json={"old": first, "new": OWN}).status_code == 204
    return browser


def test_somebody_is_let_in_chooses_a_password_and_sees_their_part(service: Service) -> None:
    made = service.admin.post("/v1/people", json={"name": "sara", "role": "union", "union_code": "U1"})
    assert made.status_code == 201
    browser = log_in(service, "sara", made.json()["password"])
    assert browser.get("/v1/session").json()["must_change_password"]
    for locked in (browser.get("/v1/me"), browser.get("/v1/outlets"), browser.post("/v1/feedback", json={})):
        assert (locked.status_code, locked.json()["code"]) == (403, "password_to_change")
    changed = browser.put("/v1/session/password", json={"old": made.json()["password"], "new": OWN})
    assert changed.status_code == 204
    me = browser.get("/v1/me").json()
    assert (me["actor"], me["role"], me["union_code"]) == ("@sara", "union", "U1")
    assert {o["code"] for o in browser.get("/v1/outlets").json()["items"]} == {"O0", "O1", "O3", "O4", "O6", "O7", "O9"}
    assert browser.get("/v1/keys").status_code == 403
    said = browser.post("/v1/feedback", json={"kind": "view", "text": "good"})
    assert said.json()["said_by"] == "@sara"
    assert browser.delete("/v1/session").status_code == 204
    assert browser.get("/v1/me").status_code == 401


def test_the_cookie_is_for_the_browser_alone(service: Service) -> None:
    person(service, "sara", role="planner")
    answer = service.with_key(None).post("/v1/session", json={"name": "sara", "password": OWN})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.cookies[SESSION_COOKIE] not in answer.text


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_change_by_cookie_alone_is_refused(service: Service, token: str | None) -> None:
    browser = person(service, "sara", role="planner")
    del browser.headers[CSRF_HEADER]
    headers = {} if token is None else {CSRF_HEADER.encode(): token.encode()}
    answer = browser.post("/v1/feedback", json={"kind": "view", "text": "forged"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_missing")
    assert browser.get("/v1/feedback").json()["items"] == []


def test_a_token_of_another_session_does_not_do(service: Service) -> None:
    first, second = person(service, "sara", role="planner"), person(service, "reza", role="planner")
    first.headers[CSRF_HEADER] = second.headers[CSRF_HEADER]
    assert first.delete("/v1/session").json()["code"] == "csrf_token_missing"


def test_a_made_up_session_opens_nothing(service: Service) -> None:
    browser = service.with_key(None)
    browser.cookies[SESSION_COOKIE] = "made-up"
    answer = browser.get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")


def test_who_asks_by_a_key_has_no_session(service: Service) -> None:
    for answer in (service.planner.get("/v1/session"), service.planner.delete("/v1/session"),
                   service.planner.put("/v1/session/password", json={"old": "x", "new": OWN})):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "session_missing")


def test_guessing_is_slowed_down_by_name_wherever_it_comes_from(service: Service) -> None:
    person(service, "sara", role="planner")
    person(service, "reza", role="planner")
    for _ in range(MOST_FAILURES):
        service.app.state.throttle.note_failure("name:sara")
    answer = service.with_key(None).post("/v1/session", json={"name": "sara", "password": OWN})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert log_in(service, "reza", OWN)
    wrong = service.with_key(None).post("/v1/session", json={"name": "reza", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "login_failed")


def test_a_person_is_listed_reset_and_revoked_without_secrets(service: Service) -> None:
    browser = person(service, "sara", role="auditor")
    listed = service.admin.get("/v1/people")
    assert [(p["name"], p["must_change_password"]) for p in listed.json()["items"]] == [("sara", False)]
    assert "hash" not in listed.text
    assert service.admin.post("/v1/people/sara/password").json()["password"]
    assert browser.get("/v1/me").status_code == 401
    assert service.admin.delete("/v1/people/sara").json()["revoked_at"]
    assert service.admin.delete("/v1/people/nobody").status_code == 404
    actions = [e["action"] for e in service.admin.get("/v1/audit?subject=person/sara").json()["items"]]
    assert actions == ["person_added", "logged_in", "password_changed", "password_reset", "person_revoked"]


def test_whoever_asks_too_much_waits(run_service: Callable[..., AbstractContextManager[Service]]) -> None:
    with run_service(small_network(), requests_per_minute=5) as service:
        answers = [service.planner.get("/v1/me") for _ in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        assert answers[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 12
        assert service.union_1.get("/v1/me").status_code == 200


def test_requests_are_counted_to_the_second() -> None:
    now = 0.0
    limit = RequestLimit(60, lambda: now)
    assert [limit.take("a") for _ in range(60)] == [0] * 60
    assert limit.take("a") == 1
    assert limit.take("b") == 0
    now = 1.0
    assert limit.take("a") == 0
    assert limit.take("a") == 1
    now = 1000.0
    assert [limit.take("a") for _ in range(61)] == [0] * 60 + [1]
