"""Answers, feedback and appeals over HTTP: kept whole or not at all, each within the asker's part of the network."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from httpx2 import Response
from sqlalchemy import text

from api.routers.datasets import XLSX
from distribution.domain.voice import CLAIMS, AppealKind
from distribution.services.audit import check_audit
from tests.support.networks import small_network
from tests.support.round_steps import act, compute
from tests.support.service import Service
from tests.support.workbooks import workbook_bytes


@pytest.fixture
def published(service: Service) -> Service:
    """A service with a published round."""
    compute(service)
    for client, action in ((service.planner, "submit"), (service.approver, "approve"), (service.planner, "publish")):
        assert act(client, action).status_code == 200
    return service


def answer(service: Service, *answers: tuple[str, str, str, str], name: str = "union_1") -> Response:
    names = ("outlet_code", "commodity_code", "answer", "reason")
    body = {"answers": [dict(zip(names, one, strict=True)) for one in answers]}
    return service.clients[name].post("/v1/rounds/spring/answers", json=body)


def appeal(service: Service, kind: str, outlet: str = "O0", name: str = "union_1", **claim: object) -> Response:
    body = {"kind": kind, "outlet_code": outlet, "text": "because", "claim": claim}
    return service.clients[name].post("/v1/appeals", json=body)


def decide(service: Service, number: int, *, grant: bool, version: int | None = None) -> Response:
    version = version or service.planner.get(f"/v1/appeals/{number}").json()["version"]
    body = {"grant": grant, "reason": "we counted"}
    return service.planner.post(f"/v1/appeals/{number}/decision", json=body, headers={"If-Match": f'W/"{version}"'})


def packs(service: Service, code: str = "spring") -> dict[tuple[str, str], int]:
    items = service.planner.get(f"/v1/rounds/{code}/allotments?limit=500").json()["items"]
    return {(line["outlet_code"], line["commodity_code"]): line["packs"] for line in items}


def test_answers_are_kept_all_or_none_and_the_last_one_holds(published: Service) -> None:
    assert answer(published, ("O0", "rice", "accepted", ""), ("O1", "eggs", "objected", "too few")).status_code == 200
    assert answer(published, ("O0", "rice", "objected", "we were not asked")).status_code == 200
    wrong = answer(
        published,
        ("O3", "rice", "accepted", ""),
        ("O2", "rice", "accepted", ""),  # another union's
        ("O4", "rice", "objected", "  "),
        ("O3", "rice", "objected", "twice"),
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "input_rejected")
    assert [(f["code"], f["row"]) for f in wrong.json()["findings"]] == [
        ("answer_allotment_unknown", 2), ("answer_without_reason", 3), ("answer_twice", 4),
    ]  # fmt: skip
    kept = {
        (a["outlet_code"], a["commodity_code"]): (a["answer"], a["reason"])
        for a in published.planner.get("/v1/rounds/spring/answers").json()["items"]
    }
    assert kept == {("O0", "rice"): ("objected", "we were not asked"), ("O1", "eggs"): ("objected", "too few")}
    assert published.union_2.get("/v1/rounds/spring/answers").json()["items"] == []
    own = published.clients["cooperative_1"].get("/v1/rounds/spring/answers").json()["items"]
    assert {a["outlet_code"] for a in own} == {"O0"}


def test_a_round_is_answered_while_it_is_published_and_on_its_way(published: Service) -> None:
    with published.uow.write() as tx:
        tx.session.execute(text("UPDATE round SET state = 'closed'"))
    closed = answer(published, ("O0", "rice", "accepted", ""))
    assert (closed.status_code, closed.json()["code"]) == (409, "round_not_answerable")
    with published.uow.write() as tx:
        tx.session.execute(text("UPDATE round SET state = 'approved'"))
    assert answer(published, ("O0", "rice", "accepted", "")).status_code == 404


def test_what_is_said_is_kept_once_and_answered_once(service: Service) -> None:
    said = {"kind": "suggestion", "text": "  open on Fridays too  "}
    headers = {"Idempotency-Key": "phone-1"}
    first = service.union_1.post("/v1/feedback", json=said, headers=headers)
    assert (first.status_code, first.json()["text"], first.json()["union_code"]) == (201, "open on Fridays too", "U1")
    assert service.union_1.post("/v1/feedback", json=said, headers=headers).json() == first.json()
    other = service.union_1.post("/v1/feedback", json=said | {"kind": "view"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert service.clients["cooperative_2"].post("/v1/feedback", json=said).json()["union_code"] == "U2"
    number = first.json()["id"]
    reply = service.planner.post(f"/v1/feedback/{number}/answer", json={"text": "from spring on"}).json()
    assert (reply["answer"], bool(reply["answered_at"])) == ("from spring on", True)
    again = service.planner.post(f"/v1/feedback/{number}/answer", json={"text": "no"})
    assert (again.status_code, again.json()["code"]) == (409, "feedback_answered")
    assert [f["id"] for f in service.union_1.get("/v1/feedback").json()["items"]] == [number]
    assert len(service.planner.get("/v1/feedback").json()["items"]) == 2
    assert service.planner.post("/v1/feedback/999/answer", json={"text": "x"}).json()["code"] == "feedback_unknown"
    for blank in ("", "   "):
        assert service.union_1.post("/v1/feedback", json=said | {"text": blank}).status_code == 422


@pytest.mark.parametrize("kind", AppealKind)
def test_an_appeal_claims_what_its_kind_has_to_and_nothing_else(service: Service, kind: AppealKind) -> None:
    values = {
        "served_population": 7000, "people": 10, "area_code": "west", "successor_code": "O1", "storage_dry_kg": 9000,
        "lon": 59.1, "lat": 36.1, "receiving_windows": "08:00-12:00", "receiving_days": "sat;sun", "warehouse_code": "W2",
    }  # fmt: skip
    fit = {name: values[name] for name in CLAIMS[kind] if name in values}
    filed = appeal(service, kind.value, **fit)
    assert filed.status_code == 201, filed.text
    assert filed.json()["claim"] == fit
    assert filed.headers["Location"] == f"/v1/appeals/{filed.json()['id']}"
    stranger = next(name for name in values if name not in CLAIMS[kind])
    assert appeal(service, kind.value, **fit, **{stranger: values[stranger]}).json()["code"] == "appeal_claim_unfit"
    needs = kind not in {AppealKind.OUTLET_CLOSED, AppealKind.PRICE_OR_QUALITY, AppealKind.OTHER}
    assert appeal(service, kind.value).status_code == (409 if needs else 201)


def test_an_appeal_names_what_is_there_and_an_outlet_of_ones_own(service: Service) -> None:
    for outlet in ("O2", "O99"):
        response = appeal(service, "other", outlet)
        assert (response.status_code, response.json()["code"]) == (404, "row_unknown")
    assert appeal(service, "other", "O1", name="cooperative_1").status_code == 404  # another cooperative's
    assert appeal(service, "other", "O0", name="cooperative_1").status_code == 201
    assert appeal(service, "warehouse", warehouse_code="W9").status_code == 404
    assert appeal(service, "outlet_closed", successor_code="O99").status_code == 404
    assert len(service.planner.get("/v1/appeals").json()["items"]) == 1


def test_an_appeal_has_a_clock_that_the_network_sets(service: Service) -> None:
    filed = appeal(service, "other").json()
    span = dt.datetime.fromisoformat(filed["due_at"]) - dt.datetime.fromisoformat(filed["filed_at"])
    assert span == dt.timedelta(days=14)
    assert not filed["is_overdue"]
    with service.uow.write() as tx:
        tx.session.execute(text("UPDATE appeal SET due_at = '2020-01-01 00:00:00'"))
    assert service.union_1.get("/v1/appeals/1").json()["is_overdue"]
    assert decide(service, 1, grant=False).json()["is_overdue"] is False


def test_a_granted_appeal_corrects_the_network_and_the_next_round(published: Service) -> None:
    filed = appeal(published, "population", served_population=10_000).json()
    before, counts = packs(published), published.planner.get("/v1/datasets/current").json()
    shadow = published.planner.get(f"/v1/appeals/{filed['id']}/shadow").json()
    assert packs(published) == before
    assert published.planner.get("/v1/datasets/current").json() == counts  # nothing was touched
    would = before | {(s["outlet_code"], s["commodity_code"]): s["packs_if_granted"] for s in shadow["lines"]}
    assert would["O0", "rice"] > before["O0", "rice"]
    for commodity in ("rice", "eggs", "chicken"):
        changes = [would[key] - before[key] for key in before if key[1] == commodity]
        assert shadow["gains"][commodity] == sum(c for c in changes if c > 0)
        assert shadow["losses"][commodity] == -sum(c for c in changes if c < 0)
        assert shadow["change"][commodity] == sum(changes)
    granted = decide(published, filed["id"], grant=True).json()
    assert (granted["state"], granted["reason"], granted["dataset_version"]) == ("granted", "we counted", 2)
    assert published.union_1.get("/v1/outlets/O0").json()["served_population"] == 10_000
    late = decide(published, filed["id"], grant=False)
    assert (late.status_code, late.json()["code"]) == (409, "appeal_decided")
    # The round computed anew from the corrected network is the one that the shadow run showed.
    with published.uow.write() as tx:
        tx.session.execute(text("UPDATE round SET state = 'computed'"))
    assert act(published.planner, "withdraw", reason="after an appeal").status_code == 200
    compute(published)
    assert packs(published) == would


def test_a_rejected_appeal_changes_nothing_and_says_why(service: Service) -> None:
    filed = appeal(service, "capacity", storage_dry_kg=9_000).json()
    assert decide(service, filed["id"], grant=False, version=9).status_code == 412
    body = {"grant": False, "reason": "x"}
    missing = service.planner.post(f"/v1/appeals/{filed['id']}/decision", json=body)
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_missing")
    blank = service.planner.post(
        f"/v1/appeals/{filed['id']}/decision", json={"grant": True, "reason": " "}, headers={"If-Match": 'W/"1"'}
    )
    assert blank.status_code == 422
    assert decide(service, filed["id"], grant=False).json()["state"] == "rejected"
    assert service.planner.get("/v1/datasets/current").json()["version"] == 1
    assert service.union_1.get("/v1/outlets/O0").json()["storage_dry_kg"] == 4000


@pytest.mark.parametrize(("kind", "claim"), [
    ("location", {"lon": 59.3, "lat": 36.2}), ("delivery_time", {"receiving_windows": "08:00-12:00", "receiving_days": "sat"}),
    ("members", {"people": 100, "area_code": "east"}), ("outlet_closed", {"successor_code": "O1"}), ("outlet_closed", {}),
])  # fmt: skip
def test_every_kind_that_corrects_does(service: Service, kind: str, claim: dict[str, object]) -> None:
    outlet_code = "O9" if kind == "members" else "O0"  # which declares nobody itself
    number = appeal(service, kind, outlet_code, **claim).json()["id"]
    granted = decide(service, number, grant=True)
    assert granted.status_code == 200, granted.text
    assert granted.json()["dataset_version"] == 2
    outlet = service.planner.get("/v1/outlets/O0")
    if kind == "outlet_closed":
        assert outlet.status_code == 404
    elif kind == "members":
        with service.uow.read() as tx:
            assert [(m.area_code, m.people) for m in tx.datasets.load().members] == [("east", 100)]
    else:
        found = outlet.json()
        assert found["lon"] == claim.get("lon", found["lon"])
        if kind == "delivery_time":
            assert found["receiving_days"] == ["sat"]
    compute(service)


def test_a_correction_that_the_network_cannot_bear_is_refused_and_the_appeal_stays_open(service: Service) -> None:
    number = appeal(service, "location", lon=0, lat=0).json()["id"]
    refused = decide(service, number, grant=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "input_rejected")
    assert service.planner.get(f"/v1/appeals/{number}").json()["state"] == "open"
    assert service.planner.get("/v1/datasets/current").json()["version"] == 1
    odd = appeal(service, "delivery_time", receiving_windows="25:00-26:00").json()["id"]
    assert decide(service, odd, grant=True).status_code == 409


def test_what_is_answered_in_words_has_no_shadow(published: Service) -> None:
    number = appeal(published, "warehouse", warehouse_code="W2").json()["id"]
    shadow = published.planner.get(f"/v1/appeals/{number}/shadow")
    assert (shadow.status_code, shadow.json()["code"]) == (409, "appeal_corrects_nothing")
    assert decide(published, number, grant=True).json()["dataset_version"] is None


def test_an_appeal_is_taken_back_by_its_own_and_by_nobody_else(service: Service) -> None:
    number = appeal(service, "other").json()["id"]
    assert service.union_2.post(f"/v1/appeals/{number}/take-back").status_code == 404
    assert service.union_1.post(f"/v1/appeals/{number}/take-back").json()["state"] == "taken_back"
    assert service.union_1.post(f"/v1/appeals/{number}/take-back").status_code == 409
    states = {s: len(service.planner.get(f"/v1/appeals?state={s}").json()["items"]) for s in ("open", "taken_back")}
    assert states == {"open": 0, "taken_back": 1}


def test_evidence_is_a_photo_or_a_document_and_comes_back_as_it_was(service: Service) -> None:
    number = appeal(service, "other").json()["id"]
    path = f"/v1/appeals/{number}/files"
    photo = b"\xff\xd8\xff" + bytes(2_000_000)  # larger than any other body may be
    kept = service.union_1.post(f"{path}?name=عکس.jpg", content=photo)
    assert (kept.status_code, kept.json()["media_type"]) == (201, "image/jpeg")
    assert service.union_1.post(path, content=photo).json()["sha256"] == kept.json()["sha256"]  # once
    for name in ("union_1", "planner", "auditor"):
        got = service.clients[name].get(kept.json()["href"])
        assert (got.content, got.headers["X-Content-Type-Options"]) == (photo, "nosniff")
    assert service.union_2.get(kept.json()["href"]).status_code == 404
    for wrong in (b"", b"<html>", b"MZ\x90"):
        assert service.union_1.post(path, content=wrong).json()["code"] == "evidence_kind"
    assert service.union_1.post(path, content=b"%PDF-" + bytes(5_000_000)).status_code == 413
    assert service.union_2.post(path, content=b"%PDF-1").status_code == 404
    for n in range(4):
        assert service.union_1.post(path, content=b"%PDF-1." + str(n).encode()).status_code == 201
    assert service.union_1.post(path, content=b"%PDF-2").json()["code"] == "evidence_too_many"
    assert len(service.planner.get(f"/v1/appeals/{number}").json()["files"]) == 5
    assert check_audit(service.uow).is_whole


def test_an_import_that_undoes_a_correction_says_so(service: Service) -> None:
    number = appeal(service, "population", served_population=7_000).json()["id"]
    assert decide(service, number, grant=True).status_code == 200
    closed = appeal(service, "outlet_closed", "O1").json()["id"]
    assert decide(service, closed, grant=True).status_code == 200

    def send(*changed: tuple[int, dict[str, object]]) -> list[dict[str, object]]:
        network = small_network()
        outlets = list(network.outlets)
        for index, fields in changed:
            outlets[index] = outlets[index].model_copy(update=fields)
        body = workbook_bytes(replace(network, outlets=tuple(outlets)))
        taken = service.planner.post("/v1/datasets", content=body, headers={"content-type": XLSX})
        assert taken.status_code == 201, taken.text
        return [f for f in taken.json()["findings"] if f["code"] == "correction_undone"]

    told = send()
    assert [(f["value"], f["column"]) for f in told] == [("O0", "served_population"), ("O1", "outlet_code")]
    assert "we counted" in str(told[0]["message"])
    assert [f["value"] for f in send((0, {"served_population": 7_000}))] == ["O1"]
