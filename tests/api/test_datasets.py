"""A workbook comes in over HTTP: all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from httpx2 import Response

from api.problems import render_problem
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, NotFoundError
from distribution.domain.findings import Finding, Where
from tests.support.networks import small_network
from tests.support.service import Service
from tests.support.workbooks import workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send(service: Service, content: bytes, query: str = "") -> Response:
    return service.planner.post(f"/v1/datasets{query}", content=content, headers={"content-type": XLSX})


def test_a_workbook_becomes_the_current_network(empty_service: Service) -> None:
    service = empty_service
    assert service.planner.get("/v1/datasets/current").json()["code"] == "dataset_missing"
    assert service.planner.get("/v1/outlets").json()["code"] == "dataset_missing"
    response = send(service, workbook_bytes(small_network()), "?source=spring.xlsx")
    assert response.status_code == 201, response.text
    diff = response.json()
    assert (diff["version"], diff["previous"], diff["changed"]) == (1, None, True)
    assert diff["sheets"]["outlets"]["added"] == [f"O{i}" for i in range(10)]
    current = service.planner.get("/v1/datasets/current").json()
    assert (current["source"], current["counts"]["outlets"]) == ("spring.xlsx", 10)
    with service.uow.read() as tx:
        assert tx.datasets.load() == small_network()


def test_the_same_workbook_again_makes_no_new_version(service: Service) -> None:
    response = send(service, workbook_bytes(small_network()))
    assert response.status_code == 200
    assert (response.json()["version"], response.json()["changed"]) == (1, False)


def test_what_changed_is_told_field_by_field(service: Service) -> None:
    dataset = small_network()
    changed = [o.model_copy(update={"priority": 7}) if o.code == "O4" else o for o in dataset.outlets]
    gone = tuple(o for o in changed if o.code != "O9")
    diff = send(service, workbook_bytes(replace(dataset, outlets=gone))).json()
    assert diff["sheets"]["outlets"] == {
        "added": [],
        "changed": [{"key": "O4", "fields": [{"field": "priority", "old": 0, "new": 7}]}],
        "reactivated": [],
        "deactivated": ["O9"],
    }
    assert service.planner.get("/v1/outlets/O9").status_code == 404


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_mistake_comes_back_with_its_place_and_repair_and_nothing_is_stored(
    empty_service: Service, language: str
) -> None:
    rows = [
        ["code", "name_en", "lon", "lat"],
        ["W1", "West store", "fifty-nine", "36"],
        ["W 2", "East store", "59.5", "136"],
    ]
    response = send(empty_service, workbook_bytes(small_network(), warehouses=rows), f"?lang={language}")
    assert response.status_code == 422
    assert response.json()["code"] == "input_rejected"
    found = {(f["sheet"], f["row"], f["column"]) for f in response.json()["findings"] if f["severity"] == "error"}
    assert {("warehouses", 2, "lon"), ("warehouses", 3, "code"), ("warehouses", 3, "lat")} <= found
    for finding in response.json()["findings"]:
        assert finding["message"]
        assert finding["where"]
        assert finding["fix"]
        assert "{" not in finding["message"] + finding["fix"]
    with empty_service.uow.read() as tx, pytest.raises(NotFoundError):
        tx.datasets.load()


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"PK\x03\x04" + bytes(3000)], ids=["empty", "text", "torn"])
def test_what_is_no_workbook_is_refused_with_a_finding(empty_service: Service, content: bytes) -> None:
    response = send(empty_service, content)
    assert response.status_code == 422
    assert response.json()["findings"][0]["fix"]


def test_an_upload_has_a_limit_of_its_own(
    run_service: Callable[..., AbstractContextManager[Service]],
) -> None:
    with run_service(max_upload_bytes=2_000_000) as service:
        assert send(service, bytes(1_500_000)).status_code == 422
        response = send(service, bytes(2_000_001))
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
        assert "2 MB" in response.json()["detail"]


def test_a_rejected_file_counts_its_errors_and_not_its_warnings() -> None:
    findings = tuple(Finding(severity, "file_missing", Where(value="x")) for severity in Severity)
    body = json.loads(render_problem(InputError(findings), "en").body)
    assert body["detail"] == "Errors in the input: 1."
    assert len(body["findings"]) == 3
