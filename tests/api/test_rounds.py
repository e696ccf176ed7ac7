"""Rounds over HTTP: pages, entity tags, reasons and files."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.dependencies import read_cursor, write_cursor
from api.problems import EdgeError
from distribution.domain.enums import RoundState
from distribution.domain.rounds import NANO_PER_PACK
from tests.support.round_steps import compute
from tests.support.service import Service


def all_pages(client: TestClient, path: str, limit: int) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    cursor = ""
    while True:
        page = client.get(f"{path}?limit={limit}{cursor}").json()
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize(
    "path", ["/v1/outlets", "/v1/areas", "/v1/quotas", "/v1/rounds", "/v1/rounds/spring/allotments"]
)
@pytest.mark.parametrize("limit", [1, 3, 5])
def test_pages_put_together_are_the_whole_list(kept: Service, path: str, limit: int) -> None:
    whole = kept.planner.get(f"{path}?limit=500").json()
    assert whole["next"] is None
    assert whole["items"]
    assert all_pages(kept.planner, path, limit) == whole["items"]


@given(st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), max_size=60))
def test_a_cursor_is_read_as_it_was_written(key: str) -> None:
    cursor = write_cursor(key)
    assert cursor is not None
    assert cursor.isascii()
    assert read_cursor(cursor) == key


@given(st.text(max_size=40))
def test_a_cursor_that_was_made_up_is_read_or_refused(cursor: str) -> None:
    try:
        key = read_cursor(cursor)
    except EdgeError:
        return
    assert "\x00" not in key


@pytest.mark.parametrize("path", ["/v1/rounds", "/v1/rounds/spring/allotments"])
@pytest.mark.parametrize("key", ["O1", "-1", "١", "9" * 30, "1;drop"])
def test_a_cursor_of_another_list_is_refused(kept: Service, path: str, key: str) -> None:
    assert kept.planner.get(path, params={"cursor": write_cursor(key) or ""}).status_code == 422


def test_a_round_that_has_not_changed_is_not_sent_again(kept: Service) -> None:
    first = kept.planner.get("/v1/rounds/spring")
    tag = first.headers["etag"]
    assert tag == f'W/"{first.json()["version"]}"'
    assert "private" in first.headers["cache-control"]
    for header in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
        again = kept.planner.get("/v1/rounds/spring", headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert kept.planner.get("/v1/rounds/spring", headers={"If-None-Match": 'W/"99"'}).status_code == 200


def test_a_round_tells_its_state_and_its_figures_apart(kept: Service) -> None:
    found = kept.union_1.get("/v1/rounds/spring").json()
    assert (found["code"], found["state"], found["dataset_version"]) == ("spring", "published", 1)
    assert "summary" not in found
    assert kept.planner.get("/v1/rounds/spring/summary").json()["outlets"] == 10


def test_allotments_carry_names_in_the_language_asked_for_and_what_is_due(kept: Service) -> None:
    path = "/v1/rounds/spring/allotments?outlet=O0&commodity=rice"
    (english,) = kept.union_1.get(path).json()["items"]
    (persian,) = kept.union_1.get(path, headers={"Accept-Language": "fa"}).json()["items"]
    assert (english["outlet_name"], english["commodity_name"]) == ("Shop 0", "Rice")
    assert (persian["outlet_name"], persian["commodity_name"]) == ("فروشگاه 0", "برنج")
    assert english["due"] == english["packs"] * 880_000 > 0


def test_the_network_carries_names_in_the_language_asked_for(kept: Service) -> None:
    response = kept.planner.get("/v1/outlets/O1?lang=fa")
    assert response.json()["display_name"] == "فروشگاه 1"
    assert response.json()["receiving_windows"] == "07:00-12:00"
    assert response.headers["content-language"] == "fa"
    assert kept.planner.get("/v1/outlets/O1?lang=en").json()["display_name"] == "Shop 1"


def test_allotments_are_narrowed_by_union_commodity_and_outlet(kept: Service) -> None:
    lines = kept.planner.get("/v1/rounds/spring/allotments?union=U1&commodity=rice").json()["items"]
    assert {line["outlet_code"] for line in lines} == {"O0", "O1", "O3", "O4", "O6", "O7", "O9"}
    assert {line["commodity_code"] for line in lines} == {"rice"}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_terms_of_an_allotment_add_up_to_its_packs_in_words_too(kept: Service, language: str) -> None:
    codes: set[str] = set()
    sentences: list[str] = []
    for outlet in (f"O{i}" for i in range(10)):
        for line in kept.planner.get(f"/v1/allotments/spring/{outlet}?lang={language}").json():
            amounts = [t["amount_nano"] for t in line["terms"] if t["amount_nano"] is not None]
            assert sum(amounts) == line["packs"] * NANO_PER_PACK, line
            assert all(t["sentence"] and "{" not in t["sentence"] for t in line["terms"])
            codes |= {t["code"] for t in line["terms"]}
            sentences += [t["sentence"] for t in line["terms"]]
    assert {"people", "entitlement", "netted", "shortfall", "moved", "rounding", "total", "shortfall_after"} <= codes
    words = {"en": ("as declared", "assumed"), "fa": ("اعلام‌شده", "برآورد")}[language]
    assert all(any(word in sentence for sentence in sentences) for word in words)


def test_an_explained_allotment_carries_its_certificate(kept: Service) -> None:
    for line in kept.planner.get("/v1/allotments/spring/O7").json():
        certificate = line["certificate"]
        assert certificate["schema"] == "taavon.certificate/1"
        assert (certificate["round"], certificate["outlet"]["code"]) == ("spring", "O7")
        assert certificate["commodity"]["code"] == line["commodity_code"]
        assert sum(term["nano"] for term in certificate["sum"]) == line["packs"] * NANO_PER_PACK
        amounts = {t["code"]: t["amount_nano"] for t in line["terms"] if t["amount_nano"] is not None}
        assert amounts == {
            term["term"]: term["nano"] for term in certificate["sum"] if term["nano"] or term["term"] == "entitlement"
        }


def test_why_this_reads_like_a_person_speaking(kept: Service) -> None:
    (rice,) = (x for x in kept.planner.get("/v1/allotments/spring/O0").json() if x["commodity_code"] == "rice")
    sentences = [t["sentence"] for t in rice["terms"]]
    assert sentences[0] == "It serves 5,000 people, as declared."
    assert sentences[1].startswith("Of 1,200 packs to share, its exact share by weight (5,000 of 60,000) is 100.")
    assert sentences[-1] == f"Together: {rice['packs']} whole packs."


def test_a_file_comes_byte_for_byte_with_its_type_and_name(kept: Service) -> None:
    listed = {f["path"]: f for f in kept.planner.get("/v1/rounds/spring/exports").json()["items"]}
    assert listed.keys() == {"plan.json", "certificates.jsonl", "crew/کامیون ۱.zip"}
    zipped = listed["crew/کامیون ۱.zip"]
    response = kept.planner.get(zipped["href"])
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%DA%A9")
    assert len(response.content) == zipped["size"]
    tag = response.headers["etag"]
    assert tag == f'"{zipped["sha256"]}"'
    assert kept.planner.get(zipped["href"], headers={"If-None-Match": tag}).status_code == 304


def test_the_plan_is_the_file_byte_for_byte(kept: Service) -> None:
    plan = kept.planner.get("/v1/rounds/spring/plan")
    assert plan.content == kept.planner.get("/v1/rounds/spring/exports/plan.json").content
    assert json.loads(plan.content)["header"]["round"] == "spring"


def test_a_union_has_no_files_of_its_own_yet(kept: Service) -> None:
    assert kept.union_1.get("/v1/rounds/spring/exports").json() == {"items": [], "next": None}


def test_rounds_are_found_by_period_state_and_order(service: Service) -> None:
    compute(service)

    def found(query: str, client: TestClient | None = None) -> list[str]:
        return [r["code"] for r in (client or service.planner).get(f"/v1/rounds?{query}").json()["items"]]

    [one] = service.planner.get("/v1/rounds").json()["items"]
    start, end = one["period_start"], one["period_end"]
    assert (start, end) == ("2024-04-20", "2024-04-26")
    for period in ("2024", "2024-04", "1403", "1403-02", "۱۴۰۳/۰۲/۰۱", start, end):
        assert found(f"period={period}") == ["spring"], period
    for period in ("2023", "2024-05", "1402", "1403-03", "2024-04-19", "2024-04-27"):
        assert found(f"period={period}") == [], period
    refused = service.planner.get("/v1/rounds?period=spring")
    assert (refused.status_code, refused.json()["code"]) == (422, "period_unreadable")
    assert found("state=computed") == ["spring"]
    assert found("state=closed") == []
    assert found("state=computed", service.union_1) == []


def test_the_newest_rounds_come_first_if_wanted(kept: Service) -> None:
    oldest = all_pages(kept.planner, "/v1/rounds", 1)
    newest = kept.planner.get("/v1/rounds?sort=newest&limit=500").json()["items"]
    assert newest == oldest[::-1]


def test_pages_of_the_newest_first_put_together_are_all(service: Service) -> None:
    with service.uow.write() as tx:
        version = tx.datasets.current_version() or 1
        for n in range(7):
            tx.rounds.add(f"r{n}", dataset_version=version).state = RoundState.CLOSED
    seen, cursor = [], ""
    while cursor is not None:
        page = service.planner.get(f"/v1/rounds?sort=newest&limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [r["code"] for r in page["items"]]
        cursor = page["next"]
    assert seen == [f"r{n}" for n in reversed(range(7))]
