"""Every error is a problem of RFC 9457 in the language asked for, and tells no more than it should."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from httpx2 import Response

from api.problems import MEDIA_TYPE
from distribution.domain.errors import UnavailableError
from tests.support.service import Service

PERSIAN = re.compile("[\u0600-\u06ff]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def problem(response: Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    body: dict[str, object] = response.json()
    assert body["type"] == f"urn:taavon:error:{code}"
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    return body


Ask = Callable[[Service, dict[str, str]], Response]
CASES: dict[str, tuple[int, str, Ask]] = {
    "no key": (401, "api_key_invalid", lambda s, h: s.nobody.get("/v1/me", headers=h)),
    "wrong role": (403, "role_required", lambda s, h: s.union_1.get("/v1/jobs", headers=h)),
    "no such route": (404, "route_unknown", lambda s, h: s.nobody.get("/v2/everything", headers=h)),
    "no such row": (404, "row_unknown", lambda s, h: s.planner.get("/v1/outlets/NONE", headers=h)),
    "no such round": (404, "round_unknown", lambda s, h: s.planner.get("/v1/rounds/NONE", headers=h)),
    "no such job": (404, "job_unknown", lambda s, h: s.planner.get("/v1/jobs/NONE", headers=h)),
    "no such file": (404, "file_unknown", lambda s, h: s.planner.get("/v1/rounds/spring/exports/x", headers=h)),
    "wrong method": (405, "method_not_allowed", lambda s, h: s.planner.put("/v1/rounds", headers=h)),
    "round exists": (
        409, "round_exists", lambda s, h: s.planner.post("/v1/rounds", json={"round_code": "spring"}, headers=h),
    ),
    "no such round left": (
        409, "round_not_in_quotas", lambda s, h: s.planner.post("/v1/rounds", json={"round_code": "x"}, headers=h),
    ),
    "too large": (413, "body_too_large", lambda s, h: s.planner.post("/v1/rounds", content=b" " * 1_000_001, headers=h)),
    "wrong media type": (
        415, "media_type_unsupported",
        lambda s, h: s.planner.post("/v1/datasets", content=b"x", headers=h | {"content-type": "text/csv"}),
    ),
    "bad field": (422, "request_malformed", lambda s, h: s.planner.post("/v1/rounds", json={"seed": -1}, headers=h)),
    "bad cursor": (422, "cursor_unreadable", lambda s, h: s.planner.get("/v1/areas?cursor=*", headers=h)),
    "bad workbook": (
        422, "input_rejected",
        lambda s, h: s.planner.post("/v1/datasets", content=b"x", headers=h | {"content-type": XLSX}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_error_is_a_problem_in_the_language_asked_for(kept: Service, case: str) -> None:
    status, code, ask = CASES[case]
    details = []
    for language in ("en", "fa"):
        response = ask(kept, {"Accept-Language": language})
        body = problem(response, status, code)
        assert response.headers["content-language"] == language
        assert bool(PERSIAN.search(str(body["title"]))) == (language == "fa")
        details.append(body["detail"])
    assert details[0] != details[1]


def test_whoever_has_no_key_is_told_how_to_come_in(kept: Service) -> None:
    assert kept.nobody.get("/v1/me").headers["www-authenticate"] == "Bearer"
    for header in ("Basic abc", "Bearer", "Bearer x", "Bearer 0123456789ab.secret", "Bearer \xe9.\xe9"):
        response = kept.nobody.get("/v1/me", headers={"Authorization": header.encode("latin-1")})  # type: ignore[dict-item]
        problem(response, 401, "api_key_invalid")


def test_a_wrong_method_names_the_right_ones(kept: Service) -> None:
    assert "GET" in kept.planner.put("/v1/rounds").headers["allow"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"seed": "one"}, "/seed", "int_parsing"),
        ({"seconds": -1}, "/seconds", "greater_than_equal"),
        ({"iterations": 1.5}, "/iterations", "int_from_float"),
        ({"round_code": 7}, "/round_code", "string_type"),
        ({"a/b~": 1}, "/a~1b~0", "extra_forbidden"),
        ([], "", "model_attributes_type"),
    ],
)
def test_a_field_that_does_not_fit_is_pointed_at(kept: Service, body: object, pointer: str, code: str) -> None:
    errors = problem(kept.planner.post("/v1/rounds", json=body), 422, "request_malformed")["errors"]
    assert isinstance(errors, list)
    assert [(e["place"], e["pointer"], e["code"]) for e in errors] == [("body", pointer, code)]
    assert errors[0]["message"] != "This value does not fit."


def test_a_query_that_does_not_fit_is_pointed_at(kept: Service) -> None:
    body = problem(kept.planner.get("/v1/areas?limit=0&lang=de"), 422, "request_malformed")
    assert isinstance(body["errors"], list)
    assert {(e["place"], e["pointer"]) for e in body["errors"]} == {("query", "/limit"), ("query", "/lang")}


def test_text_that_is_not_json_is_malformed(kept: Service) -> None:
    response = kept.planner.post("/v1/rounds", content=b"{", headers={"content-type": "application/json"})
    assert problem(response, 422, "request_malformed")["errors"]


def test_a_body_without_a_length_is_counted(kept: Service) -> None:
    pieces = (b" " * 100_000 for _ in range(11))
    problem(kept.planner.post("/v1/rounds", content=pieces), 413, "body_too_large")


def test_an_error_of_the_program_gives_a_reference_and_no_details(
    service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr("api.routers.jobs.get_job", fail)
    response = service.planner.get("/v1/jobs/any?lang=fa")
    body = problem(response, 500, "internal")
    assert response.headers["content-language"] == "fa"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert str(body["reference"]) in str(body["detail"])
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    logged = next(line for line in lines if line["event"] == "internal")
    assert logged["reference"] == body["reference"]
    assert "the secret of the house" in json.dumps(logged)
    key = service.planner.headers["authorization"].removeprefix("Bearer ")
    assert key not in json.dumps(lines)
    assert key.partition(".")[2] not in json.dumps(lines)


def test_a_database_that_is_away_is_told_as_such(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnavailableError("database_busy", name="x")

    monkeypatch.setattr("api.routers.jobs.get_job", fail)
    problem(service.planner.get("/v1/jobs/any"), 503, "database_busy")


def test_a_service_whose_dispatcher_is_gone_is_alive_but_not_ready(
    run_service: Callable[..., AbstractContextManager[Service]], tmp_path: Path
) -> None:
    with run_service() as service:
        assert service.nobody.get("/readyz").json() == {"status": "ok"}
        service.app.state.runtime.doorbell.stop()
        problem(service.nobody.get("/readyz"), 503, "dispatcher_gone")
        assert service.nobody.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.planner.get("/v1/outlets/O%001"),
        lambda s: s.planner.get("/v1/rounds/spring/allotments?outlet=%00"),
        lambda s: s.planner.get("/v1/jobs/%00"),
        lambda s: s.admin.post("/v1/keys", json={"role": "planner", "label": "a\x00b"}),
        lambda s: s.admin.post("/v1/keys", json={"role": "union", "union_code": "U\x001"}),
        lambda s: s.planner.post("/v1/rounds", json={"round_code": "a\x00b"}),
    ],
)
def test_text_that_no_database_holds_is_refused(kept: Service, ask: Callable[[Service], Response]) -> None:
    assert ask(kept).status_code == 422


@pytest.mark.parametrize("path", ["/v1/outlets", "/v1/outlets/O1", "/v1/rounds/spring/allotments", "/v1/me"])
def test_a_parameter_with_a_slip_in_it_is_not_ignored(kept: Service, path: str) -> None:
    assert kept.planner.get(f"{path}?lang=en").status_code == 200
    response = kept.planner.get(f"{path}?lang=en&outlett=O1")
    assert (response.status_code, response.json()["code"]) == (422, "query_unknown")
    assert "outlett" in response.json()["detail"]
    assert "lang" in response.json()["detail"]


def test_every_parameter_that_is_described_is_known(kept: Service) -> None:
    for path, operations in kept.nobody.get("/openapi.json").json()["paths"].items():
        if path.startswith("/v1") and "get" in operations:
            names = [p["name"] for p in operations["get"].get("parameters", ()) if p["in"] == "query"]
            assert "lang" in names, path
            parts = dict.fromkeys(re.findall(r"\{(\w+)", path), "1") | {"code": "spring", "outlet": "O1"}
            response = kept.planner.get(path.format(**parts), params=dict.fromkeys(names, "1"))
            assert "query_unknown" not in response.text, path


def test_the_root_leads_to_the_documentation(kept: Service) -> None:
    response = kept.nobody.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "/docs")
