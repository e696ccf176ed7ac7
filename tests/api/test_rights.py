"""Nobody sees what is not theirs: every operation is walked with every kind of key."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from python_calamine import CalamineWorkbook

from api.app import create_app
from api.settings import Settings
from distribution.domain.enums import Right, Role
from distribution.domain.goods import Quota
from distribution.domain.principal import Principal
from distribution.domain.rights import RIGHTS
from distribution.domain.round_life import STEPS
from distribution.services.view_network import list_nouns
from tests.support.rounds import later_quotas
from tests.support.service import HOLDERS, Service

#: What is open to whoever is not known yet, and what is for people alone: see ``test_sessions.py``.
OF_SESSIONS = {"/v1/session", "/v1/session/password"}
OPERATIONS = [
    (method, path)
    for path, operations in create_app(Settings("sqlite://")).openapi()["paths"].items()
    for method in operations
    if path.startswith("/v1") and path not in OF_SESSIONS
]
ROUND_STEPS = {("post", f"/v1/rounds/{{code}}/{action.value}"): step.right for action, step in STEPS.items()}
#: Operation -> the right it needs; all others are for everybody, each within the asker's part of the network.
HALT = "/v1/rounds/{code}/halts/{day}/{truck}/{trip}/{outlet}"
NEEDED: dict[tuple[str, str], Right | tuple[Right, ...]] = ROUND_STEPS | {
    ("get", "/v1/keys"): Right.MANAGE_KEYS,
    ("post", "/v1/keys"): Right.MANAGE_KEYS,
    ("delete", "/v1/keys/{prefix}"): Right.MANAGE_KEYS,
    ("get", "/v1/people"): Right.MANAGE_KEYS,
    ("post", "/v1/people"): Right.MANAGE_KEYS,
    ("post", "/v1/people/{name}/password"): Right.MANAGE_KEYS,
    ("delete", "/v1/people/{name}"): Right.MANAGE_KEYS,
    ("post", "/v1/datasets"): Right.PLAN,
    ("get", "/v1/datasets/current"): Right.SEE_ALL,
    ("post", "/v1/rounds"): Right.PLAN,
    ("get", "/v1/rounds/{code}/plan"): Right.SEE_ALL,
    ("get", "/v1/rounds/{code}/summary"): Right.SEE_ALL,
    ("post", "/v1/rounds/{code}/stock"): Right.RECEIVE,
    ("get", "/v1/rounds/{code}/goods"): Right.SEE_ALL,
    ("get", "/v1/jobs"): Right.SEE_ALL,
    ("get", "/v1/jobs/{job_id}"): Right.SEE_ALL,
    ("delete", "/v1/jobs/{job_id}"): Right.PLAN,
    ("post", "/v1/rounds/{code}/answers"): Right.SPEAK,
    ("post", "/v1/feedback"): Right.SPEAK,
    ("post", "/v1/feedback/{number}/answer"): Right.DECIDE,
    ("post", "/v1/appeals"): Right.SPEAK,
    ("post", "/v1/appeals/{number}/decision"): Right.DECIDE,
    ("post", "/v1/appeals/{number}/take-back"): Right.SPEAK,
    ("get", "/v1/appeals/{number}/shadow"): Right.DECIDE,
    ("post", "/v1/appeals/{number}/files"): Right.SPEAK,
    ("post", "/v1/rounds/{code}/receipts"): Right.RECEIVE,
    ("post", "/v1/rounds/{code}/receipt-forms"): Right.RECEIVE,
    ("post", "/v1/rounds/{code}/receipt-texts"): Right.RECEIVE,
    ("post", f"{HALT}/files"): Right.RECEIVE,
    ("post", "/v1/rounds/{code}/scorecards/{level}/{holder}/reply"): Right.SPEAK,
    ("post", "/v1/inspections"): Right.INSPECT,
    ("post", "/v1/inspections/{number}/reply"): Right.SPEAK,
    ("post", "/v1/inspections/{number}/files"): Right.INSPECT,
    ("get", "/v1/rounds/{code}/sector"): Right.SEE_ALL,
    ("get", "/v1/rounds/{code}/dues"): (Right.SEE_ALL, Right.SPEAK),
    ("get", "/v1/rounds/{code}/payments"): (Right.SEE_ALL, Right.SPEAK),
    ("post", "/v1/rounds/{code}/payments"): Right.PLAN,
    ("post", "/v1/rounds/{code}/deferrals"): Right.PLAN,
    ("post", "/v1/rounds/{code}/requests"): Right.SPEAK,
    ("post", "/v1/rounds/{code}/lifts"): Right.SPEAK,
    ("post", "/v1/rounds/{code}/absorptions"): Right.PLAN,
    ("post", "/v1/requests/{number}/answer"): (Right.DECIDE, Right.SPEAK),
    ("post", "/v1/webhooks"): Right.MANAGE_KEYS,
    ("get", "/v1/webhooks"): Right.MANAGE_KEYS,
    ("delete", "/v1/webhooks/{number}"): Right.MANAGE_KEYS,
    ("get", "/v1/audit"): Right.AUDIT,
    ("get", "/v1/audit/check"): Right.AUDIT,
}
#: What belongs to the second union alone.
FOREIGN = {
    "/v1/unions/{code}": "/v1/unions/U2",
    "/v1/cooperatives/{code}": "/v1/cooperatives/C-rural",
    "/v1/outlets/{code}": "/v1/outlets/O2",
    "/v1/quotas/{code}": "/v1/quotas/later-rice",
    "/v1/allotments/{code}/{outlet}": "/v1/allotments/spring/O2",
    "/v1/rounds/{code}/exports/{path}": "/v1/rounds/spring/exports/plan.json",
    "/v1/appeals/{number}": "/v1/appeals/1",
    "/v1/requests/{number}": "/v1/requests/1",
    "/v1/inspections/{number}": "/v1/inspections/1",
    "/v1/inspections/{number}/files/{sha256}": f"/v1/inspections/1/files/{hashlib.sha256(b'%PDF-1.7 O2').hexdigest()}",
    "/v1/appeals/{number}/files/{sha256}": f"/v1/appeals/1/files/{hashlib.sha256(b'%PDF-1.7 O2').hexdigest()}",
}
#: What has its own test of the same, in ``test_deliveries_told.py``.
ELSEWHERE = {f"{HALT}/files", f"{HALT}/files/{{sha256}}"}
#: Items that all have in common.
SHARED = {
    "/v1/areas/{code}": "/v1/areas/west",
    "/v1/warehouses/{code}": "/v1/warehouses/W1",
    "/v1/commodities/{code}": "/v1/commodities/rice",
    "/v1/rounds/{code}": "/v1/rounds/spring",
    "/v1/rounds/{code}/allotments": "/v1/rounds/spring/allotments",
    "/v1/rounds/{code}/answers": "/v1/rounds/spring/answers",
    "/v1/rounds/{code}/stock": "/v1/rounds/spring/stock",
    "/v1/rounds/{code}/receipts": "/v1/rounds/spring/receipts",
    "/v1/rounds/{code}/scorecards": "/v1/rounds/spring/scorecards?level=outlet",
    "/v1/rounds/{code}/lifts": "/v1/rounds/spring/lifts",
    "/v1/rounds/{code}/losses": "/v1/rounds/spring/losses?by=leg",
    "/v1/rounds/{code}/exports": "/v1/rounds/spring/exports",
    "/v1/rounds/{code}/deliveries": "/v1/rounds/spring/deliveries",
    "/v1/rounds/{code}/allotments.csv": "/v1/rounds/spring/allotments.csv",
    "/v1/rounds/{code}/allotments.xlsx": "/v1/rounds/spring/allotments.xlsx",
}
#: What stands for a part of an address of something that does not exist.
UNKNOWN = {
    "code": "spring", "prefix": "x", "job_id": "x", "outlet": "x", "path": "x", "number": "999", "sha256": "x",
    "name": "x", "level": "union", "holder": "x", "day": "2024-04-20", "truck": "x", "trip": "1",
}  # fmt: skip
OUTLETS_OF_2 = {"O2", "O5", "O8"}


def address(path: str) -> str:
    known = FOREIGN | SHARED
    return known.get(path, path.format(**UNKNOWN | {"number": "1"}))


def values(body: object) -> Iterator[str]:
    """Every text in an answer, keys included."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield key
            yield from values(value)
    elif isinstance(body, list):
        for value in body:
            yield from values(value)
    else:
        yield str(body)


def texts(response: Response) -> set[str]:
    """Every text in an answer, whatever its format."""
    kind = response.headers["content-type"]
    if kind.startswith("text/csv"):
        return {cell for line in response.text.splitlines() for cell in line.split(",")}
    if "spreadsheetml" in kind:
        book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
        return {
            str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
        }
    return set(values(response.json()))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_without_a_key_there_is_nothing_to_see(kept: Service, method: str, path: str) -> None:
    response = kept.nobody.request(method, address(path))
    assert (response.status_code, response.json()["code"]) == (401, "api_key_invalid")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_role_without_the_right_is_refused_before_anything_is_looked_up(
    kept: Service, method: str, path: str
) -> None:
    needed = NEEDED.get((method, path), ())
    rights = {needed} if isinstance(needed, Right) else set(needed)
    # Without a body, and of what does not exist: who may is refused for that, and nothing is changed.
    asked = address(path) if method == "get" else path.format(**UNKNOWN)
    for name, holder in HOLDERS.items():
        may = not rights or bool(rights & RIGHTS[holder.role])
        response = kept.clients[name].request(method, asked)
        assert (response.status_code == 403) == (not may), f"{name}: {response.text}"
        assert method == "get" or not response.is_success, name
        if not may:
            assert response.json()["code"] == "role_required"


@pytest.mark.parametrize(
    ("method", "path"),
    [o for o in OPERATIONS if o[0] == "get" and o not in NEEDED and o[1] not in FOREIGN.keys() | ELSEWHERE],
)
@pytest.mark.parametrize("name", ["union_1", "cooperative_1", "field_1"])
def test_no_answer_names_anything_of_another_union(kept: Service, method: str, path: str, name: str) -> None:
    response = kept.clients[name].request(method, address(path))
    assert response.status_code == 200, response.text
    seen = texts(response)
    assert seen
    assert not seen & (OUTLETS_OF_2 | {"U2", "C-rural", "later-rice"})


@pytest.mark.parametrize("path", ["/v1/outlets", "/v1/cooperatives", "/v1/rounds/spring/allotments",
    "/v1/rounds/spring/deliveries", "/v1/rounds/spring/allotments.csv", "/v1/rounds/spring/allotments.xlsx"])  # fmt: skip
def test_no_answer_to_a_cooperative_names_anything_of_another_of_its_union(kept: Service, path: str) -> None:
    seen = texts(kept.clients["cooperative_1"].get(path))
    assert not seen & {"C-teachers", "O1", "O4", "O7"}
    assert seen & {"C-workers", "O0", "O3", "O6", "O9"}


@pytest.mark.parametrize("path", FOREIGN)
@pytest.mark.parametrize("name", ["union_1", "cooperative_1", "field_1"])
def test_what_is_anothers_is_answered_like_what_does_not_exist(kept: Service, path: str, name: str) -> None:
    foreign, asker = FOREIGN[path], kept.clients[name]
    unknown = "999" if foreign[-1].isdigit() and foreign[-2] == "/" else "NOTHING"
    missing = f"{foreign.rpartition('/')[0]}/{unknown}"
    theirs, nothing = asker.get(foreign), asker.get(missing)
    assert theirs.status_code == nothing.status_code == 404
    name = foreign.rpartition("/")[2]
    assert theirs.text.replace(name, unknown) == nothing.text
    if not path.startswith("/v1/rounds"):
        assert kept.union_2.get(foreign).status_code == 200
    assert kept.planner.get(foreign).status_code == 200


def test_every_operation_is_covered_here() -> None:
    items = {path for method, path in OPERATIONS if "{" in path and (method, path) not in NEEDED}
    assert items == FOREIGN.keys() | SHARED.keys() | ELSEWHERE


@pytest.mark.parametrize(("sheet", "own", "foreign"), [
    ("unions", {"U1"}, {"U2"}),
    ("cooperatives", {"C-teachers", "C-workers"}, {"C-rural"}),
    ("outlets", {"O0", "O1", "O3", "O4", "O6", "O7", "O9"}, OUTLETS_OF_2),
])  # fmt: skip
def test_a_list_holds_what_is_its_askers(kept: Service, sheet: str, own: set[str], foreign: set[str]) -> None:
    def codes(client: TestClient) -> set[str]:
        return {item["code"] for item in client.get(f"/v1/{sheet}").json()["items"]}

    assert codes(kept.union_1) == own
    assert codes(kept.union_2) == foreign
    assert codes(kept.planner) == own | foreign


def test_a_quota_names_no_union_but_the_askers(kept: Service) -> None:
    quota = kept.union_1.get("/v1/quotas/later-eggs").json()
    assert quota["eligible_unions"] == ["U1"]
    assert kept.planner.get("/v1/quotas/later-eggs").json()["eligible_unions"] == ["U1", "U2"]


def test_a_union_cannot_ask_for_the_allotments_of_another_by_any_filter(kept: Service) -> None:
    for query in ("union=U2", "outlet=O2", "union=U2&outlet=O2&commodity=rice"):
        assert kept.union_1.get(f"/v1/rounds/spring/allotments?{query}").json() == {"items": [], "next": None}
    everything = kept.planner.get("/v1/rounds/spring/allotments?union=U2").json()["items"]
    assert {line["outlet_code"] for line in everything} == OUTLETS_OF_2


def test_the_allotments_of_the_unions_are_those_the_planner_sees(kept: Service) -> None:
    def lines(client: TestClient) -> set[tuple[str, str, int]]:
        items = client.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
        return {(line["outlet_code"], line["commodity_code"], line["packs"]) for line in items}

    first, second = lines(kept.union_1), lines(kept.union_2)
    assert not first & second
    assert first | second == lines(kept.planner)


def test_a_revoked_key_opens_nothing(service: Service) -> None:
    key = service.admin.post("/v1/keys", json={"role": "union", "union_code": "U1"}).json()["key"]
    header = {"Authorization": f"Bearer {key}"}
    assert service.nobody.get("/v1/me", headers=header).json()["union_name"] == "Workers' union"
    assert service.admin.delete(f"/v1/keys/{key.partition('.')[0]}").status_code == 200
    assert service.nobody.get("/v1/me", headers=header).status_code == 401


def test_the_list_of_keys_holds_no_secret(service: Service) -> None:
    key = service.admin.post("/v1/keys", json={"role": "planner"}).json()["key"]
    listed = service.admin.get("/v1/keys").text
    assert key.partition(".")[0] in listed
    assert key.partition(".")[2] not in listed
    assert "sha256" not in listed


def test_a_key_names_a_union_that_exists_and_only_for_a_union(service: Service) -> None:
    for body, status in (
        ({"role": "union", "union_code": "U9"}, 404),
        ({"role": "union"}, 409),
        ({"role": "planner", "union_code": "U1"}, 409),
        ({"role": "cooperative", "cooperative_code": "C9"}, 404),
        ({"role": "auditor", "level": "chamber"}, 409),
        ({"role": "king"}, 422),
    ):
        assert service.admin.post("/v1/keys", json=body).status_code == status


def test_the_codes_of_unions_are_told_apart_by_case(kept: Service) -> None:
    """``u1`` is not ``U1``, though SQLite's LIKE would take one for the other."""
    assert [q.code for q in later_quotas() if "U1" in q.eligible_unions] == ["later-eggs"]  # fmt: skip
    other = Principal(Role.UNION, "u1", "x")
    for sheet in ("unions", "cooperatives", "outlets"):
        assert list_nouns(kept.uow, other, sheet, limit=100).items == ()
    quotas = list_nouns(kept.uow, other, "quotas", limit=100).items
    assert {quota.code for quota in quotas if isinstance(quota, Quota)} == {
        "spring-rice",
        "spring-eggs",
        "spring-chicken",
    }
