"""What a union learns over HTTP of when its goods come, and its own files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from optimizer.plan_file import dump_plan, load_plan
from tests.api.test_rounds import all_pages
from tests.support.service import Service

PATH = "/v1/rounds/spring/deliveries"
Item = dict[str, object]


def deliveries(client: TestClient, query: str = "") -> list[Item]:
    items: list[Item] = client.get(f"{PATH}?limit=500{query}").json()["items"]
    return items


def packs_of(items: list[Item]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for item in items:
        for each in item["packs"]:  # type: ignore[attr-defined] # JSON
            total[str(item["outlet_code"]), each["commodity_code"]] += each["packs"]
    return total


@pytest.mark.parametrize("client", ["planner", "union_1", "union_2"])
def test_what_comes_is_fetched_or_waits_is_all_that_was_allotted(kept: Service, client: str) -> None:
    asker: TestClient = getattr(kept, client)
    allotted = asker.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
    due = Counter({(a["outlet_code"], a["commodity_code"]): a["packs"] for a in allotted if a["packs"]})
    assert due
    assert packs_of(deliveries(asker)) == due


def test_the_deliveries_of_the_unions_are_those_the_planner_sees(kept: Service) -> None:
    def lines(client: TestClient) -> set[str]:
        return {json.dumps(item, sort_keys=True) for item in deliveries(client)}

    first, second = lines(kept.union_1), lines(kept.union_2)
    assert first
    assert second
    assert not first & second
    assert first | second == lines(kept.planner)


def test_a_halt_says_when_from_where_and_on_which_truck(kept: Service) -> None:
    halt = deliveries(kept.union_2, "&outlet=O2&lang=fa")[0]
    assert (halt["state"], halt["outlet_name"]) == ("planned", "فروشگاه 2")
    assert re.fullmatch(r"2024-04-2\d", str(halt["date"]))
    assert re.fullmatch(r"۱۴۰۳/۰۲/۰\d", str(halt["date_text"]))
    assert re.fullmatch(r"\d\d:\d\d", str(halt["arrival"]))
    assert halt["arrival_is_estimate"] is True
    assert halt["warehouse_name"] == "انبار غرب"
    assert halt["truck_name"] in {"یخچال‌دار", "کامیونت"}
    assert (halt["truck_number"], halt["why"]) == (1, None)
    weight_kg = {"rice": 10, "eggs": 11, "chicken": 10}
    packs = {(each["commodity_code"]): each["packs"] for each in halt["packs"]}  # type: ignore[attr-defined] # JSON
    assert halt["weight_g"] == sum(weight_kg[code] * 1000 * count for code, count in packs.items())


def test_what_an_outlet_fetches_has_its_days_and_its_warehouse(kept: Service) -> None:
    collections = deliveries(kept.union_1, "&outlet=O3")
    assert collections
    for collection in collections:
        assert collection["state"] == "to_collect"
        assert "2024-04-20" <= str(collection["date"]) <= str(collection["until"]) <= "2024-04-26"
        assert collection["warehouse_code"] in {"W1", "W2"}
        assert (collection["arrival"], collection["truck_code"]) == (None, None)


def test_deliveries_come_by_day_and_hour_and_in_pages(kept: Service) -> None:
    items = deliveries(kept.planner)
    days = [(item["date"], item["arrival"] or "") for item in items if item["date"]]
    assert days == sorted(days)
    assert all_pages(kept.planner, PATH, 3) == items


def test_another_unions_outlet_has_no_deliveries_to_be_seen(kept: Service) -> None:
    assert kept.union_1.get(f"{PATH}?outlet=O2").json() == {"items": [], "next": None}
    assert deliveries(kept.planner, "&outlet=O2")


def test_what_waits_comes_last_with_its_reason_in_words(kept: Service) -> None:
    """The plan of the round, with its first trip's loads taken off and one pack that no warehouse has."""
    with kept.uow.write() as tx:
        round_id = tx.rounds.get("spring").require_id()
        stored = tx.plans.get(round_id)
        assert stored is not None
        loaded = load_plan(stored.content)
        document = json.loads(dump_plan(loaded.problem, loaded.plan, loaded.header))
        (stop, *_) = document["plan"]["trips"][0]["stops"]
        document["plan"]["trips"][0]["stops"].remove(stop)
        numbers = {"needs_g": 650_000, "truck_days": 4, "truck_days_used": 4}
        document["plan"]["unserved"].append(
            {"delivery": stop["delivery"], "reason": "fleet_used_up", "numbers": numbers}
        )
        document["header"]["stock_short"] = [{"outlet": "O5", "commodity": "rice", "packs": 7}]
        tx.plans.put(round_id, json.dumps(document).encode(), status="x", seed=1, iterations=0, scaled_cost=0)
    try:
        waiting = [item for item in deliveries(kept.planner) if item["state"] == "waiting"]
        assert waiting == deliveries(kept.planner)[-2:]
        reasons = {item["reason"]: item["why"] for item in waiting}
        assert str(reasons["fleet_used_up"]).startswith("It needs 650 kg; the trucks that may bring it have 4")
        assert str(reasons["stock_short"]).startswith("No warehouse that may serve it has these 7 packs")
        assert all(item["date"] is None for item in waiting)
        persian = [item["why"] for item in deliveries(kept.union_2, "&lang=fa") if item["state"] == "waiting"]
        assert any("۷" in str(why) for why in persian)
    finally:
        with kept.uow.write() as tx:
            tx.plans.put(round_id, stored.content, status="x", seed=1, iterations=0, scaled_cost=0)


def test_a_round_without_a_plan_is_told_apart(service: Service) -> None:
    with service.uow.write() as tx:
        tx.rounds.add("bare", dataset_version=1)
    response = service.planner.get("/v1/rounds/bare/deliveries")
    assert (response.status_code, response.json()["code"]) == (404, "plan_missing")
    assert service.planner.get("/v1/rounds/none/deliveries").json()["code"] == "round_unknown"


def test_a_unions_csv_holds_the_allotments_it_sees(kept: Service) -> None:
    response = kept.union_2.get("/v1/rounds/spring/allotments.csv")
    assert "allotments-spring.csv" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    listed = kept.union_2.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
    assert {(r["outlet_code"], r["commodity_code"], int(r["packs"]), int(r["amount_due"])) for r in rows} == {
        (a["outlet_code"], a["commodity_code"], a["packs"], a["due"]) for a in listed
    }


def test_a_unions_workbook_is_in_its_language_and_has_no_fairness_of_the_whole(kept: Service) -> None:
    def sheets(client: TestClient, lang: str) -> list[str]:
        response = client.get(f"/v1/rounds/spring/allotments.xlsx?lang={lang}")
        return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).sheet_names

    assert sheets(kept.union_2, "fa") == ["تخصیص‌ها", "تعاونی‌ها", "اتحادیه‌ها", "مناطق"]
    assert len(sheets(kept.planner, "en")) == 5


def test_a_workbook_names_the_policy_of_the_round_to_the_planner_and_to_unions(kept: Service) -> None:
    for client in (kept.planner, kept.union_2):
        response = client.get("/v1/rounds/spring/allotments.xlsx?lang=en")
        first = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0)
        assert "Policy: plain shares by people and need (default)" in first.to_python(skip_empty_area=False)[1][0]


def test_a_made_file_that_has_not_changed_is_not_sent_again(kept: Service) -> None:
    for name in ("allotments.csv", "allotments.xlsx"):
        first = kept.union_1.get(f"/v1/rounds/spring/{name}")
        again = kept.union_1.get(f"/v1/rounds/spring/{name}", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
