"""What should be looked at is told to whom it concerns, and is gone when it is dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from distribution.domain.enums import Account, RoundState
from distribution.domain.rounds import NANO_PER_PACK, LedgerEntry
from tests.support.networks import small_network
from tests.support.round_steps import act, compute, drops_of, send
from tests.support.service import Service, running, settings_for


def alerts(service: Service, kind: str, name: str = "planner") -> dict[str, dict[str, int]]:
    items: list[dict[str, Any]] = service.clients[name].get("/v1/alerts").json()["items"]
    return {item["subject"]: item["numbers"] for item in items if item["kind"] == kind}


def test_an_overdue_appeal_is_told_until_it_is_decided(service: Service) -> None:
    filed = service.union_1.post("/v1/appeals", json={"kind": "other", "outlet_code": "O0", "text": "x"}).json()
    assert alerts(service, "appeal_overdue") == {}
    with service.uow.write() as tx:
        tx.session.execute(text("UPDATE appeal SET due_at = '2020-01-01 00:00:00'"))
    assert alerts(service, "appeal_overdue")["appeal/1"]["days"] > 2000
    assert alerts(service, "appeal_overdue", "union_1")
    assert not alerts(service, "appeal_overdue", "union_2")
    body = {"grant": False, "reason": "x"}
    decided = service.planner.post(f"/v1/appeals/{filed['id']}/decision", json=body, headers={"If-Match": 'W/"1"'})
    assert decided.status_code == 200
    assert alerts(service, "appeal_overdue") == {}


def test_deliveries_that_nobody_acknowledges_are_told_by_outlet(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)  # of 2024: long ago
    told = alerts(on_the_way, "receipts_outstanding")
    assert sum(one["drops"] for one in told.values()) == len(lines)
    assert set(alerts(on_the_way, "receipts_outstanding", "union_2")) <= {"outlet/O2", "outlet/O5", "outlet/O8"}
    assert send(on_the_way, lines).status_code == 200
    assert alerts(on_the_way, "receipts_outstanding") == {}


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[Service]:
    """Two closed rounds, in both of which O0 got a pack of rice less than planned."""
    network = small_network()
    later = [q.model_copy(update={"code": f"l-{q.code}", "round_code": "summer"}) for q in network.quotas]
    stock = tuple(
        line.model_copy(update={"packs": 3 * line.packs}) for line in network.stock if line.place_code != "O0"
    )
    network = replace(network, quotas=(*network.quotas, *later), stock=stock)
    with running(settings_for(tmp_path), network) as service:
        for code in ("spring", "summer"):
            compute(service, code)
            with service.uow.write() as tx:
                tx.rounds.get(code).state = RoundState.DISPATCHING
            lines = drops_of(service, code)
            short = next(line for line in lines if (line["outlet_code"], line["commodity_code"]) == ("O0", "rice"))
            short |= {"accepted_packs": short["planned_packs"] - 1, "reason": "short"}
            assert send(service, lines, code=code).status_code == 200
            assert act(service.planner, "close", code=code).status_code == 200
        yield service


def test_a_shortage_that_becomes_a_habit_is_told(twice: Service) -> None:
    assert alerts(twice, "short_again")["outlet/O0"] == {"rounds": 2, "packs": 2}
    assert "outlet/O1" not in alerts(twice, "short_again")
    assert alerts(twice, "short_again", "union_2") == {}


def test_stock_that_grows_while_packs_are_owed_is_told(twice: Service) -> None:
    for code, closing in (("spring", 1), ("summer", 4)):
        known = twice.planner.get(f"/v1/rounds/{code}/receipts?limit=500").json()["items"]
        got = sum(r["accepted_packs"] for r in known if (r["outlet_code"], r["commodity_code"]) == ("O0", "rice"))
        lines = twice.planner.get(f"/v1/rounds/{code}/allotments?outlet=O0&commodity=rice").json()["items"]
        had = got + lines[0]["opening_packs"]
        account = {
            "outlet_code": "O0",
            "commodity_code": "rice",
            "offtake_packs": had - closing,
            "closing_packs": closing,
        }
        done = twice.union_1.post(f"/v1/rounds/{code}/stock", json={"accounts": [account]})
        assert done.status_code == 200, done.text
    owed = LedgerEntry(
        account=Account.SHORTFALL, holder_code="O0", commodity_code="rice", amount_nano=9 * NANO_PER_PACK
    )
    with twice.uow.write() as tx:
        tx.ledger.post([owed])
    told = alerts(twice, "stock_grows_while_owed", "union_1")["outlet/O0/rice"]
    assert (told["packs"], told["before"]) == (4, 1)
    assert told["owed"] >= 9


def test_weight_that_goes_missing_again_is_told_of_the_truck(twice: Service) -> None:
    with twice.uow.write() as tx:
        tx.session.execute(
            text("UPDATE receipt SET shipped_g = 10000, arrived_g = 9900, accepted_g = 9900, reason = 'short_weight'")
        )
    told = alerts(twice, "short_weight_again")
    assert told
    assert all(one["rounds"] == 2 and one["grams"] >= 200 for one in told.values())
    goods = {g["code"]: g for g in twice.planner.get("/v1/rounds/summer/goods").json()["items"]}
    before = {g["code"]: g for g in twice.planner.get("/v1/rounds/spring/goods").json()["items"]}
    assert goods["rice"]["before_g"] == before["rice"]["accepted_g"] > 0
