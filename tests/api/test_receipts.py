"""Receipts over HTTP: never less than shipped without a reason, whichever way they come; and what follows from them."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from distribution.domain.enums import Account
from distribution.domain.rounds import NANO_PER_PACK
from distribution.services.audit import check_audit
from distribution.services.stock_use import remaining_stock
from tests.support.round_steps import Line, act, drops_of, kept, send
from tests.support.service import Service


def test_receipts_are_kept_once_however_often_they_are_sent(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    first = lines[0] | {
        "receiver": "R",
        "lot": "L-7",
        "lon": 59.02,
        "lat": 36.01,
        "taken_at": "2024-04-20T09:30:00+03:30",
    }
    assert send(on_the_way, [first]).json() == {"new": 1, "known": 0, "open": len(lines) - 1}
    assert send(on_the_way, [first]).json() == {"new": 0, "known": 1, "open": len(lines) - 1}
    assert send(on_the_way, [first, *lines[1:3]]).json() == {"new": 2, "known": 1, "open": len(lines) - 3}
    [one] = [r for r in kept(on_the_way) if r["lot"]]
    assert (one["receiver"], one["lon"], one["taken_at"]) == ("R", 59.02, "2024-04-20T06:00:00Z")
    differs = send(on_the_way, [first | {"receiver": "somebody else"}])
    assert (differs.status_code, differs.json()["findings"][0]["code"]) == (422, "receipt_differs")
    assert len(kept(on_the_way)) == 3


def test_nothing_is_kept_if_one_receipt_is_wrong_and_all_are_told(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    big = [line for line in lines if line["planned_packs"] > 2]
    wrong = [
        big[0],
        big[1] | {"accepted_packs": big[1]["planned_packs"] - 1},
        big[2] | {"accepted_packs": big[2]["planned_packs"], "rejected_packs": 1},
        big[3] | {"outlet_code": "O99"},
        big[4] | {"planned_packs": big[4]["planned_packs"] - 1, "accepted_packs": 0, "reason": "short"},
        big[5] | {"reason": "damaged"},
        big[0],
    ]
    response = send(on_the_way, wrong)
    assert response.status_code == 422
    assert [(f["code"], f["row"]) for f in response.json()["findings"]] == [
        ("receipt_without_reason", 2), ("receipt_beyond_plan", 3), ("receipt_not_planned", 4), ("receipt_plan_changed", 5),
        ("receipt_needs_no_reason", 6), ("duplicate_key", 7),
    ]  # fmt: skip
    assert kept(on_the_way) == []


def test_the_database_itself_refuses_what_came_short_without_a_reason(on_the_way: Service) -> None:
    assert send(on_the_way, drops_of(on_the_way)[:1]).status_code == 200
    for change in ("accepted_packs = accepted_packs - 1", "reason = 'short'", "rejected_packs = 1", "lon = 1"):
        with pytest.raises(IntegrityError), on_the_way.uow.engine.begin() as connection:
            connection.execute(text(f"UPDATE receipt SET {change}"))


def test_everybody_records_and_sees_what_is_theirs(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    second = [line for line in lines if line["outlet_code"] in {"O2", "O5", "O8"}]
    first = [line for line in lines if line not in second]
    for name in ("union_1", "field_1", "cooperative_1"):
        refused = send(on_the_way, second[:1], name)
        assert (refused.status_code, refused.json()["findings"][0]["code"]) == (422, "receipt_not_planned")
    assert send(on_the_way, second[:1], "union_2").json() == {"new": 1, "known": 0, "open": len(second) - 1}
    assert send(on_the_way, first[:1], "field_1").json()["open"] == len(first) - 1
    assert {r["outlet_code"] for r in kept(on_the_way, "union_1")} == {first[0]["outlet_code"]}
    assert len(kept(on_the_way, "auditor")) == 2
    for name in ("approver", "auditor"):
        assert send(on_the_way, lines[:1], name).status_code == 403


def test_the_form_of_a_crew_pack_is_filled_in_and_sent(on_the_way: Service) -> None:
    files = on_the_way.clients["field"].get("/v1/rounds/spring/exports").json()["items"]
    pack = on_the_way.clients["field"].get(next(f["href"] for f in files if f["path"].startswith("crew/")))
    with zipfile.ZipFile(io.BytesIO(pack.content)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("_receipts.csv"))
        text_of = archive.read(name).decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text_of)) if row]
    head = next(n for n, row in enumerate(rows) if any("accepted" in cell or "پذیرفته" in cell for cell in row))
    accepted = next(n for n, cell in enumerate(rows[head]) if "accepted" in cell or "پذیرفته" in cell)
    planned = next(n for n, cell in enumerate(rows[head]) if "planned" in cell or "برنامه" in cell)

    def post(body: str, kind: str = "text/csv; charset=utf-8") -> Response:
        return on_the_way.clients["field"].post(
            "/v1/rounds/spring/receipt-forms", content=body.encode("utf-8"), headers={"Content-Type": kind}
        )

    assert post(text_of).json()["findings"][0]["code"] == "receipts_none"
    for row in rows[head + 1 :]:
        row[accepted] = row[planned]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    done = post(out.getvalue())
    assert done.status_code == 200, done.text
    assert done.json()["new"] == len(rows) - head - 1
    assert post(out.getvalue()).json()["new"] == 0
    assert post(out.getvalue(), "application/json").status_code == 415
    assert post("\x00\x01").status_code == 422
    rows[head + 1][accepted] = "0"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    refused = post(out.getvalue()).json()
    assert [f["code"] for f in refused["findings"]] == ["receipt_without_reason"]
    assert refused["findings"][0]["row"] == head + 2


def test_receipts_are_recorded_while_goods_are_on_their_way(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    for state, status in (("published", 409), ("closed", 409), ("approved", 404)):
        with on_the_way.uow.write() as tx:
            tx.session.execute(text(f"UPDATE round SET state = '{state}'"))
        assert send(on_the_way, lines[:1]).status_code == status
    assert kept(on_the_way) == []


def test_what_did_not_arrive_waits_for_the_next_plan_and_is_owed(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    short = next(line for line in lines if line["planned_packs"] > 3)
    lines[lines.index(short)] = short | {
        "accepted_packs": short["planned_packs"] - 3,
        "rejected_packs": 1,
        "reason": "damaged",
    }
    assert send(on_the_way, lines[:-1]).status_code == 200
    early = act(on_the_way.planner, "close")
    assert (early.status_code, early.json()["code"]) == (409, "receipts_missing")
    assert send(on_the_way, lines[-1:]).json()["open"] == 0
    key = (short["outlet_code"], short["commodity_code"])
    with on_the_way.uow.read() as tx:
        owed = tx.ledger.balances(Account.SHORTFALL).get(key, 0)
        waiting = sum(w.packs for w in tx.waiting.open())
    assert act(on_the_way.planner, "close").json()["state"] == "closed"
    with on_the_way.uow.read() as tx:
        assert tx.ledger.balances(Account.SHORTFALL)[key] == owed + 3 * NANO_PER_PACK
        assert sum(w.packs for w in tx.waiting.open()) == waiting + 3
        [line] = [w for w in tx.waiting.open() if w.waiting_since.isoformat() == short["day"] and w.packs == 3]
        assert (line.outlet_code, line.commodity_code) == key
    assert check_audit(on_the_way.uow).is_whole


def test_scorecards_add_up_at_every_level(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    lost = next(n for n, line in enumerate(lines) if line["outlet_code"] == "O0")
    lines[lost] |= {"accepted_packs": 0, "reason": "short"}
    half = [line for n, line in enumerate(lines) if n % 2 or line["outlet_code"] == "O0"]
    assert send(on_the_way, half).json()["new"] == len(half) < len(lines)
    on_the_way.union_1.post(
        "/v1/rounds/spring/answers",
        json={"answers": [{"outlet_code": "O0", "commodity_code": "rice", "answer": "objected", "reason": "short"}]},
    )
    on_the_way.union_1.post("/v1/appeals", json={"kind": "other", "outlet_code": "O0", "text": "short again"})
    with on_the_way.uow.write() as tx:
        tx.session.execute(text("UPDATE appeal SET due_at = '2020-01-01 00:00:00'"))

    def cards(level: str, name: str = "planner") -> list[Line]:
        items: list[Line] = on_the_way.clients[name].get(f"/v1/rounds/spring/scorecards?level={level}").json()["items"]
        return items

    totals = {}
    sums = ("planned_g", "told_g", "accepted_g", "missing_g", "rejected_g", "drops", "receipts")
    for level in ("union", "cooperative", "outlet", "truck"):
        found = cards(level)
        totals[level] = {name: sum(card[name] for card in found) for name in sums}
        for card in found:
            assert card["told_g"] == card["accepted_g"] + card["rejected_g"] + card["missing_g"]
            assert card["told_g"] <= card["planned_g"]
    assert len({tuple(total.items()) for total in totals.values()}) == 1
    [mine] = [card for card in cards("outlet") if card["code"] == "O0"]
    assert (mine["objected"], mine["appeals"], mine["appeals_open"], mine["appeals_overdue"]) == (1, 1, 1, 1)
    assert mine["reasons"] == {"short": 1}
    assert mine["missing_g"] > 0 == mine["rejected_g"]
    assert mine["discrepancy"] == pytest.approx(mine["missing_g"] / mine["told_g"], abs=1e-4)
    assert mine["fill"] == pytest.approx(mine["accepted_g"] / mine["allotted_g"], abs=1e-4)
    assert {card["code"] for card in cards("union", "union_1")} == {"U1"}
    assert {card["code"] for card in cards("outlet", "union_2")} == {"O2", "O5", "O8"}
    [own] = cards("union", "union_1")
    [same] = [card for card in cards("union") if card["code"] == "U1"]
    assert own == same
    assert own["name"] == "Workers' union"
    people = sum(card["people"] for card in cards("outlet"))
    assert people == sum(card["people"] for card in cards("union")) == 60_000


def test_goods_are_told_from_the_letter_to_the_receipt(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    eggs = next(n for n, line in enumerate(lines) if line["commodity_code"] == "eggs" and line["planned_packs"] > 1)
    lines[eggs] |= {"accepted_packs": lines[eggs]["planned_packs"] - 2, "rejected_packs": 1, "reason": "damaged"}
    assert send(on_the_way, lines).status_code == 200
    goods = {one["code"]: one for one in on_the_way.planner.get("/v1/rounds/spring/goods").json()["items"]}
    assert goods.keys() == {"rice", "eggs", "chicken"}
    for one in goods.values():
        assert one["quota_g"] + one["carried_g"] >= one["allotted_g"] + one["reserved_g"] + one["unplaced_g"]
        assert one["allotted_g"] == one["planned_g"] + one["collected_g"]  # everything fits in this network
        assert one["told_g"] == one["planned_g"] == one["accepted_g"] + one["rejected_g"] + one["missing_g"]
    assert (goods["eggs"]["rejected_g"], goods["eggs"]["missing_g"]) == (goods["eggs"]["pack_g"],) * 2
    assert goods["rice"]["quota_g"] == 12_000_000
    assert goods["rice"]["collected_g"] > 0 == goods["rice"]["missing_g"]


def report(service: Service, *accounts: Line, name: str = "union_1") -> Response:
    return service.clients[name].post("/v1/rounds/spring/stock", json={"accounts": list(accounts)})


def test_the_stock_of_outlets_adds_up_and_opens_the_next_round(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    assert send(on_the_way, lines).status_code == 200
    got = sum(
        line["accepted_packs"] for line in lines if (line["outlet_code"], line["commodity_code"]) == ("O0", "rice")
    )
    account = {"outlet_code": "O0", "commodity_code": "rice", "offtake_packs": got, "loss_packs": 1, "closing_packs": 2,
               "reason": "wet"}  # fmt: skip
    early = report(on_the_way, account)
    assert (early.status_code, early.json()["code"]) == (409, "round_not_closed")
    assert act(on_the_way.planner, "close").status_code == 200
    wrong = report(
        on_the_way,
        account | {"closing_packs": 3},  # O0 had 3 packs when the round was computed
        account | {"outlet_code": "O1", "reason": " "},
        account | {"outlet_code": "O2"},  # another union's
        account,
        {"outlet_code": "O4", "commodity_code": "rice", "collected_packs": 1, "offtake_packs": 1, "closing_packs": 0},
    )
    assert wrong.status_code == 422
    told = [(f["code"], f["row"]) for f in wrong.json()["findings"]]
    assert ("stock_unbalanced", 1) in told
    assert ("stock_loss_unexplained", 2) in told
    assert ("stock_unknown", 3) in told
    assert ("stock_twice", 4) in told
    assert ("stock_collected_beyond", 5) in told
    assert report(on_the_way, account).json() == {"new": 1, "known": 0}
    assert report(on_the_way, account).json() == {"new": 0, "known": 1}
    differs = report(on_the_way, account | {"offtake_packs": got + 1, "loss_packs": 0})
    assert differs.json()["findings"][0]["code"] == "stock_differs"
    [kept_one] = on_the_way.union_1.get("/v1/rounds/spring/stock").json()["items"]
    assert (kept_one["opening_packs"], kept_one["delivered_packs"], kept_one["closing_packs"]) == (3, got, 2)
    assert on_the_way.union_2.get("/v1/rounds/spring/stock").json()["items"] == []
    with on_the_way.uow.read() as tx:
        stock = [line for line in tx.datasets.load().stock if line.place_code == "O0"]
        assert [(line.commodity_code, line.packs) for line in stock] == [("rice", 2)]
        taken = tx.stock_use.since_counted()
        assert remaining_stock(stock, taken) == tuple(stock)  # it was counted anew
    with pytest.raises(IntegrityError), on_the_way.uow.engine.begin() as connection:
        connection.execute(text("UPDATE outlet_stock SET closing_packs = closing_packs + 1"))
    assert check_audit(on_the_way.uow).is_whole


def test_what_an_outlet_fetched_itself_is_in_its_account(on_the_way: Service) -> None:
    assert send(on_the_way, drops_of(on_the_way)).status_code == 200
    assert act(on_the_way.planner, "close").status_code == 200
    fetched = [d for d in on_the_way.planner.get("/v1/rounds/spring/deliveries?limit=500").json()["items"]
               if d["state"] == "to_collect"]  # fmt: skip
    packs = next(p for p in fetched[0]["packs"] if p["packs"])
    account = {"outlet_code": fetched[0]["outlet_code"], "commodity_code": packs["commodity_code"],
               "collected_packs": packs["packs"], "offtake_packs": packs["packs"] - 1, "closing_packs": 1}  # fmt: skip
    assert report(on_the_way, account, name="planner").json() == {"new": 1, "known": 0}
