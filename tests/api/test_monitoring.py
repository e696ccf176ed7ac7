"""Scorecards tell who was reached and how late, with the union's reply; inspections; the sector's share."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from distribution.domain.enums import RoundState
from distribution.domain.network import Area
from distribution.services.import_dataset import import_dataset
from distribution.services.lateness import planned_arrivals
from distribution.services.sector_share import count_population
from distribution.services.stored_plan import load_stored_plan
from tests.support.networks import small_network
from tests.support.round_steps import Line, act, compute, drops_of, send
from tests.support.service import Service

IRAN = dt.timezone(dt.timedelta(minutes=210))
VISIT = {"outlet_code": "O2", "taken_at": "2024-04-21T10:00:00+03:30", "lon": 59.0, "lat": 36.0, "in_order": False,
         "text": "the scale shows 2 kg less"}  # fmt: skip


def cards(service: Service, level: str, name: str = "planner") -> dict[str, Line]:
    items = service.clients[name].get(f"/v1/rounds/spring/scorecards?level={level}").json()["items"]
    return {card["code"]: card for card in items}


def timed(service: Service, late_s: dict[str, int]) -> list[Line]:
    """Every drop, accepted at the hour of the plan or so many seconds later, by outlet."""
    with service.uow.read() as tx:
        planned = planned_arrivals(load_stored_plan(tx, tx.rounds.get("spring")))
    lines = []
    for line in drops_of(service):
        at = planned[line["day"], line["truck"], line["trip"], line["outlet_code"]] + late_s.get(line["outlet_code"], 0)
        moment = dt.datetime.combine(dt.date.fromisoformat(line["day"]), dt.time(), IRAN) + dt.timedelta(seconds=at)
        lines.append(line | {"taken_at": moment.isoformat()})
    return lines


def test_late_deliveries_are_counted_by_fifths_of_the_distance(on_the_way: Service) -> None:
    outlets = {line["outlet_code"] for line in drops_of(on_the_way)}
    late = min(outlets)
    lines = timed(on_the_way, {late: 31 * 60} | {o: 30 * 60 for o in outlets if o != late})
    halts = {(line["day"], line["truck"], line["trip"], line["outlet_code"]) for line in lines}
    wrong = {halt for halt in halts if halt[3] == late}
    assert send(on_the_way, lines).status_code == 200
    for level in ("union", "cooperative", "outlet", "truck", "carrier"):
        fifths = [fifth for card in cards(on_the_way, level).values() for fifth in card["lateness"]]
        assert len(fifths) == 5 * len(cards(on_the_way, level))
        assert sum(f["timed"] for f in fifths) == len(halts)
        assert sum(f["late"] for f in fifths) == len(wrong)
        assert {f["mean_late_s"] for f in fifths} == {None, 31 * 60}
    own = cards(on_the_way, "outlet")[late]["lateness"]
    assert [f["timed"] for f in own].count(0) == 4


def test_early_ones_and_ones_without_a_time_are_not_late(on_the_way: Service) -> None:
    lines = timed(on_the_way, {line["outlet_code"]: -7200 for line in drops_of(on_the_way)})
    for line in lines[: len(lines) // 2]:
        del line["taken_at"]
    assert send(on_the_way, lines).status_code == 200
    assert all(f["late"] == 0 for card in cards(on_the_way, "union").values() for f in card["lateness"])


def test_coverage_counts_people_whose_outlet_has_received_anything(on_the_way: Service) -> None:
    lines = drops_of(on_the_way)
    assert {card["coverage"] for card in cards(on_the_way, "union").values()} == {0}
    reached = {line["outlet_code"] for line in lines if line["outlet_code"] in {"O2", "O5"}}
    for line in lines:
        if line["outlet_code"] not in reached:
            line |= {"accepted_packs": 0, "reason": "closed"}
    assert send(on_the_way, lines).status_code == 200
    outlets, second = cards(on_the_way, "outlet"), cards(on_the_way, "union")["U2"]
    assert {code for code, card in outlets.items() if card["coverage"]} == reached
    assert second["people_reached"] == sum(outlets[code]["people"] for code in reached)
    assert second["coverage"] == pytest.approx(second["people_reached"] / second["people"], abs=1e-4)
    assert {card["coverage"] for card in cards(on_the_way, "truck").values()} == {None}


def test_what_outlets_fetch_counts_once_they_have_told_it(on_the_way: Service) -> None:
    assert send(on_the_way, drops_of(on_the_way)).status_code == 200
    assert act(on_the_way.planner, "close").status_code == 200
    deliveries = on_the_way.planner.get("/v1/rounds/spring/deliveries?limit=500").json()["items"]
    fetched = next(d for d in deliveries if d["state"] == "to_collect")
    packs = next(p for p in fetched["packs"] if p["packs"])
    code = fetched["outlet_code"]
    assert cards(on_the_way, "outlet")[code]["fill"] == 0
    account = {"outlet_code": code, "commodity_code": packs["commodity_code"], "collected_packs": packs["packs"],
               "offtake_packs": packs["packs"], "closing_packs": 0}  # fmt: skip
    assert on_the_way.planner.post("/v1/rounds/spring/stock", json={"accounts": [account]}).status_code == 200
    card = cards(on_the_way, "outlet")[code]
    assert card["fill"] == pytest.approx(card["collected_g"] / card["allotted_g"], abs=1e-4)
    assert card["coverage"] == 1
    goods = {g["code"]: g for g in on_the_way.planner.get("/v1/rounds/spring/goods").json()["items"]}
    assert goods[packs["commodity_code"]]["fetched_g"] == card["collected_g"]


def test_a_union_replies_to_its_own_scorecard_and_the_last_word_stands(on_the_way: Service) -> None:
    def reply(name: str, level: str, holder: str, text: str = "the road was closed") -> Any:
        path = f"/v1/rounds/spring/scorecards/{level}/{holder}/reply"
        return on_the_way.clients[name].post(path, json={"text": text})

    assert reply("union_2", "union", "U2").status_code == 200
    assert reply("union_2", "union", "U2", "the bridge was closed").json()["said_by"]
    assert reply("union_2", "outlet", "O2").status_code == 200
    assert cards(on_the_way, "union")["U2"]["reply"]["text"] == "the bridge was closed"
    assert cards(on_the_way, "union")["U1"]["reply"] is None
    assert cards(on_the_way, "outlet", "union_2")["O2"]["reply"]["text"] == "the road was closed"
    for name, level, holder in (
        ("union_1", "union", "U2"), ("union_1", "outlet", "O2"), ("cooperative_1", "union", "U1"),
        ("union_1", "truck", drops_of(on_the_way)[0]["truck"]), ("union_2", "union", "U9"),
    ):  # fmt: skip
        assert reply(name, level, holder).json()["code"] == "scorecard_unknown"
    assert reply("planner", "union", "U2").status_code == 403
    assert reply("union_2", "union", "U2", "  ").status_code == 422


def test_an_inspection_is_told_with_place_and_photo_and_replied_to(service: Service) -> None:
    inspector = service.clients["field"]
    outlet = service.planner.get("/v1/outlets/O2").json()
    near = VISIT | {"lon": outlet["lon"], "lat": outlet["lat"]}
    far = near | {"lat": outlet["lat"] + 0.01, "in_order": True}
    first = inspector.post("/v1/inspections", json=near, headers={"Idempotency-Key": "a"})
    assert first.status_code == 201
    assert inspector.post("/v1/inspections", json=near, headers={"Idempotency-Key": "a"}).json() == first.json()
    reused = inspector.post("/v1/inspections", json=far, headers={"Idempotency-Key": "a"})
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    second = inspector.post("/v1/inspections", json=far).json()
    assert (first.json()["distance_m"], first.json()["union_code"]) == (0, "U2")
    assert 1_100 < second["distance_m"] < 1_120
    photo = inspector.post("/v1/inspections/1/files?name=scale.png", content=b"\x89PNG\r\n\x1a\n scale")
    assert photo.status_code == 201
    kinds = [(a["kind"], a["subject"]) for a in service.union_2.get("/v1/alerts").json()["items"]]
    assert kinds == [("inspection_elsewhere", "inspection/2"), ("inspection_not_in_order", "inspection/1")]
    seen = service.union_2.get("/v1/inspections/1").json()
    assert service.union_2.get(seen["files"][0]["href"]).content.endswith(b"scale")
    replied = service.union_2.post("/v1/inspections/1/reply", json={"text": "a new scale is ordered"})
    assert (replied.json()["reply"], replied.status_code) == ("a new scale is ordered", 200)
    again = service.union_2.post("/v1/inspections/1/reply", json={"text": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "inspection_replied")
    assert [a["subject"] for a in service.union_2.get("/v1/alerts").json()["items"]] == ["inspection/2"]
    assert [i["number"] for i in service.planner.get("/v1/inspections?outlet=O2").json()["items"]] == [1, 2]
    assert (
        service.union_1.get("/v1/inspections").json()["items"]
        == service.union_1.get("/v1/alerts").json()["items"]
        == []
    )


def test_nobody_inspects_or_replies_beyond_their_part(service: Service) -> None:
    assert service.clients["field_1"].post("/v1/inspections", json=VISIT).json()["code"] == "row_unknown"
    assert service.planner.post("/v1/inspections", json=VISIT | {"outlet_code": "O99"}).status_code == 404
    assert service.planner.post("/v1/inspections", json=VISIT | {"round_code": "never"}).status_code == 404
    assert service.planner.post("/v1/inspections", json=VISIT).status_code == 201
    for name in ("union_1", "cooperative_1"):
        asker = service.clients[name]
        assert asker.post("/v1/inspections/1/reply", json={"text": "x"}).json()["code"] == "inspection_unknown"
        assert asker.post("/v1/inspections", json=VISIT).status_code == 403


def test_the_share_of_the_sector_stands_beside_its_target(service: Service) -> None:
    network = small_network()
    quotas = tuple(
        q.model_copy(update={"whole_tonnes": 4 * q.tonnes}) if q.commodity_code == "rice" else q for q in network.quotas
    )
    import_dataset(service.uow, replace(network, quotas=quotas), "with the whole")
    compute(service)
    share = service.planner.get("/v1/rounds/spring/sector").json()
    goods = {one["code"]: one for one in share["goods"]}
    assert (share["target"], goods["rice"]["share"], goods["eggs"]["share"]) == (0.25, 0.25, None)
    assert share["goods_share"] == 0.25
    assert share["people"] == 60_000
    assert share["population"] == count_population(network.areas)
    assert share["people_share"] == round(60_000 / share["population"], 4)
    assert goods["rice"]["received_g"] == 0


def test_people_of_areas_are_counted_once() -> None:
    def area(code: str, parent: str | None, population: int | None) -> Area:
        return Area(code=code, name_fa=code, parent_code=parent, population=population)

    assert count_population([area("p", None, 10), area("a", "p", 4), area("b", "p", 6)]) == 10
    assert count_population([area("p", None, None), area("a", "p", 4), area("b", "p", None), area("c", "b", 5)]) == 9
    assert count_population([area("p", None, None), area("q", None, 3)]) == 3


def test_goods_show_the_round_before_and_what_is_approved(service: Service) -> None:
    compute(service)
    goods = {g["code"]: g for g in service.planner.get("/v1/rounds/spring/goods").json()["items"]}
    assert all(g["approved_g"] == g["before_g"] == 0 < g["allotted_g"] for g in goods.values())
    with service.uow.write() as tx:
        tx.rounds.get("spring").state = RoundState.APPROVED
    assert all(
        g["approved_g"] == g["allotted_g"] for g in service.planner.get("/v1/rounds/spring/goods").json()["items"]
    )
