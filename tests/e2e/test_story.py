"""The whole way over HTTP: a letter's quota, two approvals, a union's appeal, the next round, trucks, receipts, the log."""

from __future__ import annotations

import io
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.support.networks import small_network
from tests.support.nouns import policy
from tests.support.servers import api_server, clean_environment, wait_for
from tests.support.workbooks import workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class People:
    """Everybody in the story, each with a key of their own."""

    def __init__(self, url: str, admin_key: str, stack: ExitStack) -> None:
        self._url = url
        self._stack = stack
        self._clients = {"admin": self._client(admin_key)}

    def _client(self, key: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return self._stack.enter_context(httpx.Client(base_url=self._url, headers=headers, timeout=120))

    def invite(self, name: str, role: str, **bounds: str) -> None:
        made = self.ask("admin", "post", "/v1/keys", json={"role": role, "label": name, **bounds}, status=201)
        self._clients[name] = self._client(made["key"])

    def ask(self, name: str, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        answer = self._clients[name].request(method.upper(), path, **options)
        assert answer.status_code == status, f"{name} {method} {path}: {answer.status_code} {answer.text}"
        kind = answer.headers["content-type"]
        return answer.json() if kind.startswith(("application/json", "application/problem")) else answer.content

    def step(self, name: str, code: str, action: str, *, status: int = 200, reason: str = "") -> Any:
        version = self.ask(name, "get", f"/v1/rounds/{code}")["version"]
        headers = {"If-Match": f'W/"{version}"'}
        return self.ask(
            name, "post", f"/v1/rounds/{code}/{action}", json={"reason": reason}, headers=headers, status=status
        )

    def compute(self, code: str) -> None:
        body = {"round_code": code, "iterations": 5}
        job = self.ask("planner", "post", "/v1/rounds", json=body, status=202, headers={"Idempotency-Key": code})
        again = self.ask("planner", "post", "/v1/rounds", json=body, status=202, headers={"Idempotency-Key": code})
        assert again["id"] == job["id"]

        def is_over() -> bool:
            return self.ask("planner", "get", f"/v1/jobs/{job['id']}")["state"] in {"succeeded", "failed"}

        wait_for(is_over, "the job")
        assert self.ask("planner", "get", f"/v1/jobs/{job['id']}")["state"] == "succeeded"

    def publish(self, code: str) -> None:
        assert self.step("planner", code, "submit")["state"] == "submitted"
        assert self.step("chamber", code, "approve", status=403)["code"] == "approval_level_other"
        assert self.step("province", code, "approve")["state"] == "submitted"
        assert self.step("chamber", code, "approve")["state"] == "approved"
        assert self.step("planner", code, "publish")["state"] == "published"

    def packs(self, name: str, code: str) -> dict[tuple[str, str], int]:
        items = self.ask(name, "get", f"/v1/rounds/{code}/allotments?limit=500")["items"]
        return {(line["outlet_code"], line["commodity_code"]): line["packs"] for line in items}


def two_letters() -> bytes:
    """Two rounds of the same quotas, one after the other, and a policy with two levels of approval."""
    network = small_network()
    later = [
        q.model_copy(update={
            "code": f"later-{q.code}", "round_code": "summer",
            "period_start": q.period_start.replace(month=6), "absorption_deadline": q.deadline.replace(month=6),
            "period_end": q.period_end.replace(month=6),
        })
        for q in network.quotas
    ]  # fmt: skip
    doubled = [line.model_copy(update={"packs": 3 * line.packs}) for line in network.stock]
    levels = (policy("default", approval_levels="province;chamber", payer="union", repay_percent=100),)
    priced = tuple(c.model_copy(update={"price": 250_000}) for c in network.commodities)
    quotas = tuple(sorted((*network.quotas, *later), key=lambda q: q.code))
    return workbook_bytes(replace(network, quotas=quotas, stock=tuple(doubled), policies=levels, commodities=priced))


def everybody_is_invited(people: People) -> None:
    people.invite("planner", "planner")
    for level in ("province", "chamber"):
        people.invite(level, "approver", level=level)
    people.invite("crew", "field")
    people.ask(
        "planner", "post", "/v1/datasets?source=letter-1402", content=two_letters(), headers={"content-type": XLSX},
        status=201,
    )  # fmt: skip
    for union in ("U1", "U2"):
        people.invite(union, "union", union_code=union)


def a_person_of_the_union_logs_in(people: People, url: str, stack: ExitStack) -> httpx.Client:
    """Return the browser of somebody of the first union, who has chosen a password."""
    made = people.ask(
        "admin", "post", "/v1/people", json={"name": "sara", "role": "union", "union_code": "U1"}, status=201
    )
    browser = stack.enter_context(httpx.Client(base_url=url, timeout=120))
    login = browser.post("/v1/session", json={"name": "sara", "password": made["password"]})
    assert login.json()["must_change_password"]
    browser.headers["X-CSRF-Token"] = login.json()["csrf_token"]
    assert browser.get("/v1/rounds").status_code == 403
    chosen = browser.put("/v1/session/password", json={"old": made["password"], "new": "blue doves on the roof"})
    assert chosen.status_code == 204
    return browser


def a_cooperative_asks_for_more(people: People, browser: httpx.Client, outlet: str) -> None:
    """The union gives what it can from another outlet; the chamber owes the rest, and the next round repays it."""
    cooperative = people.ask("U1", "get", f"/v1/outlets/{outlet}")["cooperative_code"]
    people.invite("cooperative", "cooperative", cooperative_code=cooperative)
    own = people.packs("U1", "spring")
    giver = next(o for (o, c), packs in own.items() if c == "rice" and o != outlet and packs > 1)
    wanted = {"outlet_code": outlet, "commodity_code": "rice", "packs": 6, "text": "a school was opened"}
    asked = people.ask("cooperative", "post", "/v1/rounds/spring/requests", json=wanted, status=201)
    said = {"filled_packs": 1, "comment": "one from the bazaar", "from_outlet_code": giver}
    given = browser.post(f"/v1/requests/{asked['number']}/answer", json=said)
    assert given.status_code == 200, given.text
    [risen] = people.ask("planner", "get", "/v1/requests?open=true")["items"]
    assert (risen["level"], risen["packs"], risen["parent"]) == ("chamber", 5, asked["number"])
    said = {"filled_packs": 5, "comment": "with the next letter"}
    people.ask("planner", "post", f"/v1/requests/{risen['number']}/answer", json=said)


def the_unions_pay(people: People, code: str) -> None:
    assert people.step("planner", code, "dispatch", status=409)["code"] == "payments_missing"
    for dues in people.ask("planner", "get", f"/v1/rounds/{code}/dues")["items"]:
        assert dues["left"] == dues["due"] > 0
        paid = {
            "payer_code": dues["payer_code"],
            "amount": dues["due"],
            "reference": "SATNA-1",
            "paid_on": "2024-06-01",
        }
        people.ask("planner", "post", f"/v1/rounds/{code}/payments", json=paid, status=201)


def the_union_accepts_and_appeals(people: People, outlet: str) -> None:
    own = people.packs("U1", "spring")
    reasons = people.ask("U1", "get", f"/v1/allotments/spring/{outlet}?lang=fa")
    assert {reason["packs"] for reason in reasons} <= set(own.values())
    answers = [{"outlet_code": o, "commodity_code": c, "answer": "accepted"} for o, c in own if o != outlet]
    people.ask("U1", "post", "/v1/rounds/spring/answers", json={"answers": answers})
    body = {"outlet_code": outlet, "kind": "population", "claim": {"served_population": 8000}, "text": "a new quarter",
            "round_code": "spring"}  # fmt: skip
    appeal = people.ask("U1", "post", "/v1/appeals", json=body, status=201)
    people.ask("U1", "post", f"/v1/appeals/{appeal['id']}/files", content=b"%PDF-1.7 census", status=201)
    assert people.ask("U2", "get", f"/v1/appeals/{appeal['id']}", status=404)["code"] == "appeal_unknown"

    shadow = people.ask("planner", "get", f"/v1/appeals/{appeal['id']}/shadow")
    gained = [line for line in shadow["lines"] if line["outlet_code"] == outlet]
    assert all(line["packs_if_granted"] > line["packs"] for line in gained)
    assert gained
    assert people.packs("planner", "spring") == people.packs("U1", "spring") | people.packs("U2", "spring")
    decision = {"grant": True, "reason": "the census office agrees"}
    granted = people.ask(
        "planner", "post", f"/v1/appeals/{appeal['id']}/decision", json=decision, headers={"If-Match": 'W/"1"'}
    )
    assert granted["dataset_version"] == 2


def the_next_round_knows(people: People, outlet: str) -> None:
    after = people.ask("U1", "get", f"/v1/rounds/summer/allotments?outlet={outlet}")["items"]
    assert any(line["packs"] > line["previous_packs"] for line in after)
    assert any(line["repaid_nano"] > 0 for line in after if line["commodity_code"] == "rice")  # what was owed to it
    assert {line["people"] for line in after} == {8000}


def a_crew_sets_out(people: People) -> None:
    assert people.ask("crew", "get", "/v1/rounds/summer/deliveries")["items"]
    exports = people.ask("crew", "get", "/v1/rounds/summer/exports")["items"]
    pack = people.ask("crew", "get", exports[0]["href"])
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} >= {
            "pdf",
            "gpx",
            "kml",
            "gpkg",
            "csv",
            "txt",
        }
    assert people.step("planner", "summer", "dispatch")["state"] == "dispatching"


def goods_arrive_but_for_five_packs(people: People) -> str:
    """Return the outlet where they are missing."""
    drops = []
    for stop in people.ask("planner", "get", "/v1/rounds/summer/deliveries?limit=500")["items"]:
        if stop["state"] == "planned":
            drops += [
                {"day": stop["date"], "truck": f"{stop['truck_code']}-{stop['truck_number']}", "trip": stop["trip"],
                 "outlet_code": stop["outlet_code"], "commodity_code": packs["commodity_code"],
                 "planned_packs": packs["packs"], "accepted_packs": packs["packs"]}
                for packs in stop["packs"]
            ]  # fmt: skip
    short = next(n for n, drop in enumerate(drops) if drop["planned_packs"] > 5)
    drops[short]["accepted_packs"] -= 5
    refused = people.ask("crew", "post", "/v1/rounds/summer/receipts", json={"receipts": drops}, status=422)
    assert [found["code"] for found in refused["findings"]] == ["receipt_without_reason"]
    drops[short] |= {"reason": "short", "shipped_g": 50_000, "arrived_g": 45_000, "accepted_g": 45_000}
    half = len(drops) // 2
    people.ask("crew", "post", "/v1/rounds/summer/receipts", json={"receipts": drops[:half]})
    done = people.ask("crew", "post", "/v1/rounds/summer/receipts", json={"receipts": drops})
    assert done == {"new": len(drops) - half, "known": half, "open": 0}
    assert people.step("planner", "summer", "close")["state"] == "closed"
    return str(drops[short]["outlet_code"])


def the_scorecards_tell(people: People, outlet: str) -> None:
    cards = {card["code"]: card for card in people.ask("planner", "get", "/v1/rounds/summer/scorecards")["items"]}
    owner = "U2" if outlet in {"O2", "O5", "O8"} else "U1"
    assert cards[owner]["reasons"] == {"short": 1}
    assert cards[owner]["missing_g"] > 0
    assert 0 < cards[owner]["discrepancy"] < 0.2
    assert people.ask("U1", "get", "/v1/rounds/summer/scorecards")["items"] == [cards["U1"]]
    assert cards[owner]["coverage"] > 0
    reply = {"text": "the truck was loaded short"}
    people.ask(owner, "post", f"/v1/rounds/summer/scorecards/union/{owner}/reply", json=reply)
    again = {card["code"]: card for card in people.ask("planner", "get", "/v1/rounds/summer/scorecards")["items"]}
    assert again[owner]["reply"]["text"] == reply["text"]
    losses = people.ask("planner", "get", "/v1/rounds/summer/losses?by=truck")["items"]
    assert sum(line["lost_g"] for line in losses) == 5_000
    assert all(line["shipped_g"] == line["accepted_g"] + line["returned_g"] + line["lost_g"] for line in losses)


def somebody_goes_and_looks(people: People, outlet: str) -> None:
    place = people.ask("planner", "get", f"/v1/outlets/{outlet}")
    visit = {"outlet_code": outlet, "round_code": "summer", "taken_at": "2024-06-20T10:00:00+03:30", "lon": place["lon"],
             "lat": place["lat"], "in_order": False, "text": "five packs are missing indeed"}  # fmt: skip
    told = people.ask("crew", "post", "/v1/inspections", json=visit, status=201)
    photo = b"\x89PNG\r\n\x1a\n shelf"
    people.ask("crew", "post", f"/v1/inspections/{told['number']}/files", content=photo, status=201)
    owner = told["union_code"]
    seen = people.ask(owner, "get", f"/v1/inspections/{told['number']}")
    assert people.ask(owner, "get", seen["files"][0]["href"]) == photo
    people.ask(owner, "post", f"/v1/inspections/{told['number']}/reply", json={"text": "thank you"})


def the_log_holds_it_all(people: People, head: str) -> None:
    check = people.ask("auditor", "get", f"/v1/audit/check?head={head}")
    assert check["is_whole"]
    events = people.ask("auditor", "get", "/v1/audit?limit=500")["items"]
    actions = [event["action"] for event in events]
    for action in (
        "key_made", "dataset_imported", "round_computed", "round_submit", "round_approve", "round_publish",
        "allotments_answered", "appeal_filed", "file_added", "appeal_decided", "round_dispatch",
        "receipts_recorded", "round_close", "person_added", "logged_in", "password_changed", "goods_requested",
        "goods_request_answered", "payment_recorded", "scorecard_replied", "inspection_told", "inspection_replied",
        "job_asked",
    ):  # fmt: skip
        assert action in actions, action


@pytest.mark.slow
def test_from_the_letter_to_the_log(tmp_path: Path) -> None:
    with (
        api_server(tmp_path, clean_environment(), "--db", str(tmp_path / "taavon.db")) as (url, admin_key),
        ExitStack() as stack,
    ):
        people = People(url, admin_key, stack)
        people.invite("auditor", "auditor")
        head = people.ask("auditor", "get", "/v1/audit/check")["head"]
        everybody_is_invited(people)
        people.compute("spring")
        assert people.ask("U1", "get", "/v1/rounds/spring", status=404)["code"] == "round_unknown"
        people.publish("spring")
        a_cooperative_asks_for_more(people, a_person_of_the_union_logs_in(people, url, stack), "O0")
        the_union_accepts_and_appeals(people, "O0")
        people.compute("summer")
        people.publish("summer")
        the_next_round_knows(people, "O0")
        the_unions_pay(people, "summer")
        a_crew_sets_out(people)
        short_at = goods_arrive_but_for_five_packs(people)
        the_scorecards_tell(people, short_at)
        somebody_goes_and_looks(people, short_at)
        the_log_holds_it_all(people, head)
