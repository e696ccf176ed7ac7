"""Payments before goods leave, requests that go up, and what becomes of goods that nobody lifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.jobs.absorber import Absorber
from distribution.domain.enums import Account
from distribution.domain.payment import Payer
from distribution.domain.rounds import NANO_PER_PACK
from distribution.services.audit import check_audit
from distribution.services.lifts import absorb_due, local_today
from tests.support.networks import small_network
from tests.support.nouns import policy
from tests.support.round_steps import Line, act, compute, drops_of, send
from tests.support.service import Service

Run = Callable[..., AbstractContextManager[Service]]


def published(service: Service) -> Service:
    for client, action in ((service.planner, "submit"), (service.approver, "approve"), (service.planner, "publish")):
        assert act(client, action).status_code == 200
    return service


def dues(service: Service, name: str = "planner") -> dict[str, Line]:
    items = service.clients[name].get("/v1/rounds/spring/dues").json()["items"]
    for one in items:
        assert one["due"] == one["paid"] + one["deferred"] + one["left"]
    return {one["payer_code"]: one for one in items}


def pay(service: Service, payer: str, amount: int, reference: str = "T-1", name: str = "planner") -> Response:
    body = {"payer_code": payer, "amount": amount, "reference": reference, "paid_on": "2024-04-19"}
    return service.clients[name].post("/v1/rounds/spring/payments", json=body)


@pytest.mark.parametrize("payer", [Payer.UNION, Payer.COOPERATIVE])
def test_goods_leave_when_everything_is_paid_or_may_wait(run_service: Run, payer: Payer) -> None:
    network = small_network()
    priced = tuple(c.model_copy(update={"price": 1_000 * n}) for n, c in enumerate(network.commodities, start=1))
    network = replace(network, commodities=priced, policies=(policy("paid", payer=payer),))
    with run_service(network) as service:
        compute(service, "spring", "paid")
        assert pay(service, "U1", 1).json()["code"] == "round_not_published"
        published(service)
        lines = service.planner.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
        price = {c.code: c.price for c in priced}
        worth: dict[str, int] = {}
        for line in lines:
            of = line["union_code"] if payer is Payer.UNION else line["cooperative_code"]
            worth[of] = worth.get(of, 0) + line["packs"] * price[line["commodity_code"]]
        assert {code: one["due"] for code, one in dues(service).items()} == worth
        mine, other = ("U1", "U2") if payer is Payer.UNION else ("C-workers", "C-rural")
        assert mine in dues(service, "union_1")
        assert other not in dues(service, "union_1")
        assert dues(service, "cooperative_1").keys() == ({mine} if payer is Payer.COOPERATIVE else set())
        early = act(service.planner, "dispatch")
        assert (early.status_code, early.json()["code"]) == (409, "payments_missing")
        assert pay(service, mine, worth[mine] + 1).json()["code"] == "payment_beyond_due"
        assert pay(service, "X", 1).json()["code"] == "payer_unknown"
        assert pay(service, mine, 1, name="union_1").status_code == 403
        assert pay(service, mine, worth[mine] - 5).status_code == 201
        assert pay(service, mine, worth[mine] - 5).status_code == 201  # sent again
        assert pay(service, mine, 3).json()["code"] == "payment_differs"
        assert dues(service)[mine]["left"] == 5
        assert pay(service, mine, -5, "T-2").status_code == 201  # a transfer that came back
        assert pay(service, mine, -worth[mine], "T-3").json()["code"] == "payment_beyond_due"
        assert pay(service, mine, 10, "T-4").status_code == 201
        assert dues(service)[mine] | {"name": ""} == {
            "payer_code": mine, "name": "", "due": worth[mine], "paid": worth[mine], "deferred": 0, "left": 0
        }  # fmt: skip
        deferral = {"payer_code": other, "reference": "L-9", "deferred_on": "2024-04-19", "reason": "drought"}
        assert service.planner.post("/v1/rounds/spring/deferrals", json=deferral | {"reason": " "}).status_code == 422
        assert act(service.planner, "dispatch").status_code == 409
        for code in worth.keys() - {mine}:
            assert service.planner.post("/v1/rounds/spring/deferrals", json=deferral | {"payer_code": code}).is_success
        assert act(service.planner, "dispatch").json()["state"] == "dispatching"
        shown = service.union_2.get("/v1/rounds/spring/payments").json()["items"]
        assert {(one["payer_code"], one["kind"], one["reason"]) for one in shown} == {(other, "deferred", "drought")}
        with pytest.raises(IntegrityError), service.uow.engine.begin() as connection:
            connection.execute(text("UPDATE payment SET reason = '' WHERE kind = 'deferred'"))
        assert check_audit(service.uow).is_whole


def test_a_round_whose_policy_wants_no_payment_has_no_dues(on_the_way: Service) -> None:
    assert dues(on_the_way) == {}
    assert pay(on_the_way, "U1", 1).json()["code"] == "payer_unknown"


ASK = {"outlet_code": "O0", "commodity_code": "rice", "packs": 9, "text": "a school was opened"}


def ask(service: Service, name: str, **changes: object) -> Response:
    return service.clients[name].post("/v1/rounds/spring/requests", json=ASK | changes)


def answer(service: Service, name: str, number: int, filled: int, giver: str | None = None) -> Response:
    body = {"filled_packs": filled, "comment": "as far as we can", "from_outlet_code": giver}
    return service.clients[name].post(f"/v1/requests/{number}/answer", json=body)


def test_a_request_goes_up_from_the_cooperative_to_the_government(on_the_way: Service) -> None:
    first = ask(on_the_way, "cooperative_1")
    assert (first.status_code, first.json()["level"], first.json()["number"]) == (201, "union", 1)
    for name in ("planner", "cooperative_1"):
        assert answer(on_the_way, name, 1, 1).json()["code"] == "request_level_other"
    assert answer(on_the_way, "union_2", 1, 1).json()["code"] == "request_unknown"
    for filled, giver, code in (
        (10, "O1", "request_overfilled"), (2, None, "request_giver"), (0, "O1", "request_giver"),
        (2, "O2", "share_unknown"), (2, "O0", "share_unknown"),
    ):  # fmt: skip
        assert answer(on_the_way, "union_1", 1, filled, giver).json()["code"] == code
    assert answer(on_the_way, "union_1", 1, 2, "O1").json()["filled_packs"] == 2
    assert answer(on_the_way, "union_1", 1, 2, "O1").json()["code"] == "request_answered"
    risen = on_the_way.planner.get("/v1/requests?level=chamber&open=true").json()["items"]
    assert [(r["number"], r["parent"], r["packs"], r["text"]) for r in risen] == [(2, 1, 7, ASK["text"])]
    assert answer(on_the_way, "union_1", 2, 1).json()["code"] == "request_level_other"
    assert answer(on_the_way, "planner", 2, 3, "O1").json()["code"] == "request_giver"
    with on_the_way.uow.read() as tx:
        owed = tx.ledger.balances(Account.SHORTFALL).get(("O0", "rice"), 0)
    assert answer(on_the_way, "planner", 2, 3).status_code == 200
    [up] = on_the_way.planner.get("/v1/requests?level=government").json()["items"]
    assert (up["packs"], up["parent"]) == (4, 2)
    assert answer(on_the_way, "planner", 3, 1).status_code == 200
    with on_the_way.uow.read() as tx:
        assert tx.ledger.balances(Account.SHORTFALL)["O0", "rice"] == owed + 4 * NANO_PER_PACK
    everything = on_the_way.clients["cooperative_1"].get("/v1/requests?round=spring").json()["items"]
    assert [r["filled_packs"] for r in everything] == [2, 3, 1]
    assert on_the_way.union_2.get("/v1/requests").json()["items"] == []
    assert check_audit(on_the_way.uow).is_whole


def test_a_request_is_made_once_for_an_outlet_of_ones_own(on_the_way: Service) -> None:
    key = {"Idempotency-Key": "k"}
    client = on_the_way.union_1
    first = client.post("/v1/rounds/spring/requests", json=ASK, headers=key).json()
    assert first["level"] == "chamber"
    assert client.post("/v1/rounds/spring/requests", json=ASK, headers=key).json()["number"] == first["number"]
    reused = client.post("/v1/rounds/spring/requests", json=ASK | {"packs": 1}, headers=key)
    assert reused.json()["code"] == "idempotency_key_reused"
    assert ask(on_the_way, "union_2").json()["code"] == "share_unknown"
    assert ask(on_the_way, "union_1", commodity_code="gold").status_code == 404
    assert ask(on_the_way, "planner").status_code == 403
    assert ask(on_the_way, "union_1", packs=0).status_code == 422


def test_packs_that_a_union_moves_are_in_the_stock_accounts_of_both(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    got = {
        code: sum(x["planned_packs"] for x in lines if (x["outlet_code"], x["commodity_code"]) == (code, "rice"))
        for code in ("O0", "O1")
    }
    allotted = {line["outlet_code"]: line["packs"] for line in
                on_the_way.planner.get("/v1/rounds/spring/allotments?commodity=rice").json()["items"]}  # fmt: skip
    assert ask(on_the_way, "cooperative_1").status_code == 201
    too_much = ask(on_the_way, "cooperative_1", packs=10**6).json()["number"]
    short = answer(on_the_way, "union_1", too_much, allotted["O1"] + 1, "O1")
    assert short.json()["code"] == "request_giver_short"
    assert answer(on_the_way, "union_1", 1, 2, "O1").status_code == 200
    assert send(on_the_way, lines).status_code == 200
    assert act(on_the_way.planner, "close").status_code == 200

    def account(code: str, offtake: int) -> Response:
        body = {"outlet_code": code, "commodity_code": "rice", "offtake_packs": offtake, "closing_packs": 0}
        return on_the_way.union_1.post("/v1/rounds/spring/stock", json={"accounts": [body]})

    assert account("O0", got["O0"] + 3).json()["findings"][0]["code"] == "stock_unbalanced"
    assert account("O0", got["O0"] + 3 + 2).status_code == 200  # 3 lay there before
    assert account("O1", got["O1"]).json()["findings"][0]["code"] == "stock_unbalanced"
    assert account("O1", got["O1"] - 2).status_code == 200
    moved = {s["outlet_code"]: (s["moved_in_packs"], s["moved_out_packs"])
             for s in on_the_way.union_1.get("/v1/rounds/spring/stock").json()["items"]}  # fmt: skip
    assert moved == {"O0": (2, 0), "O1": (0, 2)}
    late = answer(on_the_way, "union_1", too_much, 1, "O1")
    assert late.json()["code"] == "request_stock_reported"


def lift(service: Service, *lines: Line, name: str = "union_1") -> Response:
    return service.clients[name].post("/v1/rounds/spring/lifts", json={"lifts": list(lines)})


def allotments(service: Service, name: str = "planner") -> list[Line]:
    items: list[Line] = service.clients[name].get("/v1/rounds/spring/allotments?limit=500").json()["items"]
    return items


def unlifted(service: Service) -> Line:
    """The largest allotment of the first union, of which nothing is lifted."""
    big = max(allotments(service, "union_1"), key=lambda line: line["packs"])
    return {"outlet_code": big["outlet_code"], "commodity_code": big["commodity_code"], "lifted_packs": 0,
            "packs": big["packs"]}  # fmt: skip


def test_what_is_said_not_to_be_lifted_is_moved_once_and_nothing_else(on_the_way: Service) -> None:
    line = unlifted(on_the_way)
    packs = line.pop("packs")
    wrong = lift(on_the_way, line | {"lifted_packs": packs + 1}, line, line | {"outlet_code": "O2"})
    assert {f["code"] for f in wrong.json()["findings"]} == {
        "lifted_beyond_allotment", "duplicate_key", "lifted_outlet_unknown"
    }  # fmt: skip
    assert lift(on_the_way, line | {"kept_packs": 1}).status_code == 200
    assert lift(on_the_way, line).status_code == 200
    [kept] = on_the_way.planner.get("/v1/rounds/spring/lifts").json()["items"]
    assert (kept["lifted_packs"], kept["kept_packs"]) == (0, 0)
    assert on_the_way.union_2.get("/v1/rounds/spring/lifts").json()["items"] == []
    early = on_the_way.planner.post("/v1/rounds/spring/absorptions", json={"day": "2024-01-01"})
    assert (early.status_code, early.json()["code"]) == (409, "absorb_outside_days")
    with on_the_way.uow.read() as tx:
        deadline = max(q.deadline for q in tx.datasets.load().quotas if q.round_code == "spring")
    asked = {"day": deadline.isoformat(), "days": 365}
    done = on_the_way.planner.post("/v1/rounds/spring/absorptions", json=asked).json()
    moves = [m for m in done["moves"] if m["from_outlet"] != m["to_outlet"]]
    assert {(m["from_outlet"], m["commodity_code"]) for m in moves} == {(line["outlet_code"], line["commodity_code"])}
    assert sum(m["packs"] for m in done["moves"]) == packs
    assert on_the_way.planner.get(f"/v1/rounds/spring/exports/{done['file']}").status_code == 200
    [event] = [e for e in on_the_way.planner.get("/v1/audit?subject=round/spring&limit=500").json()["items"]
               if e["action"] == "round_absorbed"]  # fmt: skip
    assert sum(move[3] for move in event["details"]["moved"]) == packs
    again = on_the_way.planner.post("/v1/rounds/spring/absorptions", json=asked).json()
    assert (again["moves"], len(again["left_out"]), again["file"]) == ([], 1, None)
    assert on_the_way.union_1.post("/v1/rounds/spring/absorptions", json={}).status_code == 403


@pytest.mark.parametrize(("days", "moved"), [(0, ()), (1, ()), (3, ("spring",))])
def test_the_service_absorbs_by_itself_when_the_days_have_come(
    run_service: Run, days: int, moved: tuple[str, ...]
) -> None:
    network = small_network()
    today = local_today(dt.datetime.now(dt.UTC), 210)
    period = {
        "period_start": today - dt.timedelta(days=2), "period_end": today + dt.timedelta(days=4),
        "absorption_deadline": today + dt.timedelta(days=2),
    }  # fmt: skip
    network = replace(
        network,
        quotas=tuple(q.model_copy(update=period) for q in network.quotas),
        stock=tuple(s.model_copy(update={"available_on": None}) for s in network.stock),
        settings=network.settings.model_copy(update={"absorb_days": days}),
    )
    with run_service(network) as service:
        compute(service)
        published(service)
        line = unlifted(service)
        line.pop("packs")
        assert lift(service, line).status_code == 200
        assert absorb_due(service.uow) == moved
        assert absorb_due(service.uow) == ()
        with service.uow.write() as tx:  # as if it had never been
            tx.session.execute(text("DELETE FROM export_file WHERE path LIKE 'absorption-%'"))
        absorber = Absorber(service.uow, look_s=0.05)
        absorber.start()
        absorber.stop()
        events = service.planner.get("/v1/audit?limit=500").json()["items"]
        assert [e["actor"] for e in events if e["action"] == "round_absorbed"] == ["program", "program"][
            : 2 * len(moved)
        ]
