"""The life of a round over HTTP: every step from every state, approvals by level, withdrawal, and the log of it all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from distribution.domain.enums import Account, Right, Role, RoundAction, RoundState
from distribution.domain.rights import RIGHTS
from distribution.domain.round_life import STEPS
from distribution.services.audit import check_audit
from distribution.services.exports.build import BUNDLE
from distribution.store.repositories.files import NewFile
from distribution.store.repositories.keys import KeyHolder
from tests.support.networks import small_network
from tests.support.nouns import policy
from tests.support.round_steps import act, compute
from tests.support.service import Service, running, settings_for

RunService = Callable[..., AbstractContextManager[Service]]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose round is put into any state by hand."""
    with running(settings_for(tmp_path_factory.mktemp("life")), small_network()) as service:
        compute(service)
        yield service


def set_state(service: Service, state: RoundState) -> int:
    with service.uow.write() as tx:
        found = tx.rounds.list(states=list(RoundState))[0]
        found.state, found.code = state, "spring"
        found.parameters = found.parameters | {"approval_levels": [], "submissions": 1, "submitted_by": "x"}
        tx.session.execute(text("DELETE FROM round_decision"))
        tx.session.flush()
        assert found.version is not None
        return found.version


@pytest.mark.parametrize(("state", "action"), list(itertools.product(RoundState, RoundAction)))
def test_a_step_is_possible_from_its_states_and_from_no_other(
    computed: Service, state: RoundState, action: RoundAction
) -> None:
    step, version = STEPS[action], set_state(computed, state)
    client = computed.approver if step.right is Right.APPROVE else computed.planner
    actions = client.get("/v1/rounds/spring").json()["actions"]
    response = act(client, action.value, version, reason="because")
    if state in step.sources and action is RoundAction.CLOSE:  # what it takes is told in test_receipts.py
        assert (response.status_code, response.json()["code"]) == (409, "receipts_missing")
    elif state in step.sources:
        assert response.status_code == 200, response.text
        assert response.json()["state"] == step.target.value
        assert response.json()["version"] > version
        assert action.value in actions
    else:
        assert (response.status_code, response.json()["code"]) == (409, "round_action_impossible")
        assert computed.planner.get("/v1/rounds/spring").json()["state"] == state.value
        assert action.value not in actions
    assert check_audit(computed.uow).is_whole


@pytest.mark.parametrize("action", RoundAction)
def test_only_the_roles_with_the_right_take_a_step(computed: Service, action: RoundAction) -> None:
    version = set_state(computed, min(STEPS[action].sources))
    for role in ("planner", "approver", "auditor", "union_1", "cooperative_1", "field", "admin"):
        client = computed.clients[role]
        may = STEPS[action].right in RIGHTS[Role(role.partition("_")[0])]
        if not may:
            assert act(client, action.value, version, reason="x").json()["code"] == "role_required"


def test_rejecting_and_withdrawing_need_a_reason(computed: Service) -> None:
    for state, action, client in (
        (RoundState.SUBMITTED, "reject", computed.approver),
        (RoundState.COMPUTED, "withdraw", computed.planner),
    ):
        version = set_state(computed, state)
        for nothing in ("", "   "):
            response = act(client, action, version, reason=nothing)
            assert (response.status_code, response.json()["code"]) == (409, "reason_missing")
        assert computed.planner.get("/v1/rounds/spring").json()["state"] == state.value


def test_nobody_decides_on_what_they_have_not_read(computed: Service) -> None:
    version = set_state(computed, RoundState.COMPUTED)
    missing = computed.planner.post("/v1/rounds/spring/submit", json={})
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_missing")
    for tag in ('"abc"', "*", "7", 'W/"0"'):
        odd = computed.planner.post("/v1/rounds/spring/submit", json={}, headers={"If-Match": tag})
        assert (odd.status_code, odd.json()["code"]) == (412, "if_match_unreadable")
    stale = act(computed.planner, "submit", version + 1)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    done = act(computed.planner, "submit", version)
    assert done.headers["ETag"] == f'W/"{done.json()["version"]}"'
    assert act(computed.planner, "submit", version).status_code == 412


@pytest.mark.parametrize("state", RoundState)
def test_unions_and_crews_see_a_round_when_it_is_published_and_not_before(computed: Service, state: RoundState) -> None:
    set_state(computed, state)
    paths = ("", "/allotments", "/deliveries", "/allotments.csv", "/allotments.xlsx", "/exports")
    for name in ("union_1", "cooperative_1", "field", "field_1"):
        seen = {computed.clients[name].get(f"/v1/rounds/spring{path}").status_code for path in paths}
        assert seen == ({200} if state.is_public else {404}), name
        listed = computed.clients[name].get("/v1/rounds").json()["items"]
        assert bool(listed) == state.is_public
        reasons = computed.clients[name].get("/v1/allotments/spring/O0").status_code
        assert reasons == (200 if state.is_public else 404)
    assert computed.planner.get("/v1/rounds/spring/allotments").status_code == 200


@pytest.mark.parametrize("state", RoundState)
def test_papers_that_send_goods_out_are_given_out_when_every_approval_is_there(
    computed: Service, state: RoundState
) -> None:
    set_state(computed, state)
    files = [file["path"] for file in computed.planner.get("/v1/rounds/spring/exports").json()["items"]]
    papers = [path for path in files if path.startswith("crew/") or path == "release_orders.pdf"]
    assert len(papers) > 1
    for path in (papers[0], papers[-1]):
        response = computed.planner.get(f"/v1/rounds/spring/exports/{path}")
        assert response.status_code == (200 if state.is_public else 409)
        if not state.is_public:
            assert response.json()["code"] == "round_not_published"
    assert computed.planner.get("/v1/rounds/spring/exports/plan.json").status_code == 200
    crew = computed.clients["field"].get(f"/v1/rounds/spring/exports/{papers[0]}")
    assert crew.status_code == (200 if state.is_public else 404)
    assert computed.clients["field"].get("/v1/rounds/spring/exports/plan.json").status_code == 404
    assert computed.clients["field_1"].get(f"/v1/rounds/spring/exports/{papers[0]}").status_code == 404


@pytest.fixture
def by_levels(tmp_path: Path) -> Iterator[Service]:
    """A service with a round whose policy asks a union's and the chamber's approval, in this order."""
    network = replace(small_network(), policies=(policy("default", approval_levels="union;chamber"),))
    with running(settings_for(tmp_path), network) as service:
        for level in ("union", "chamber"):
            service.add(level, KeyHolder(Role.APPROVER, level=level))
        compute(service)
        yield service


def test_a_round_passes_the_levels_of_its_policy_in_their_order(by_levels: Service) -> None:
    planner, union, chamber = (by_levels.clients[name] for name in ("planner", "union", "chamber"))
    assert act(planner, "submit").json()["state"] == "submitted"
    assert planner.get("/v1/rounds/spring").json()["levels_left"] == ["union", "chamber"]
    early = act(chamber, "approve")
    assert (early.status_code, early.json()["code"]) == (403, "approval_level_other")
    assert act(by_levels.approver, "approve").json()["code"] == "approval_level_other"
    assert act(planner, "publish").json()["code"] == "round_action_impossible"
    version = planner.get("/v1/rounds/spring").json()["version"]
    assert act(union, "approve", version).json()["state"] == "submitted"
    assert act(union, "approve").json()["code"] == "approval_level_other"
    assert act(chamber, "approve", version).status_code == 412  # has read it before the union decided
    assert act(chamber, "reject", reason="flour is short").json()["state"] == "rejected"
    assert act(planner, "submit").json()["state"] == "submitted"  # every level decides anew
    assert planner.get("/v1/rounds/spring").json()["decisions"] == []
    assert act(union, "approve").json()["state"] == "submitted"
    assert act(chamber, "approve").json()["state"] == "approved"
    found = planner.get("/v1/rounds/spring").json()
    assert [said["level"] for said in found["decisions"]] == ["union", "chamber"]
    assert found["levels_left"] == []
    published = act(planner, "publish").json()
    assert (published["state"], published["number"]) == ("published", 1)
    assert published["published_at"]
    told = by_levels.clients["auditor"].get("/v1/audit?subject=round/spring").json()["items"]
    assert [event["action"] for event in told] == [
        "round_submit", "round_approve", "round_reject", "round_submit", "round_approve", "round_approve", "round_publish",
    ]  # fmt: skip
    assert told[2]["details"]["reason"] == "flour is short"


def test_who_submits_does_not_approve_and_no_key_decides_twice(by_levels: Service) -> None:
    both = by_levels.add("both", KeyHolder(Role.APPROVER, level="union"))
    prefix = both.get("/v1/me").json()["actor"]
    assert act(by_levels.planner, "submit").status_code == 200
    with by_levels.uow.write() as tx:
        found = tx.rounds.get("spring")
        found.parameters = found.parameters | {"submitted_by": prefix, "approval_levels": ["union", "union"]}
    assert act(both, "approve").json()["code"] == "approval_by_submitter"
    with by_levels.uow.write() as tx:
        found = tx.rounds.get("spring")
        found.parameters = found.parameters | {"submitted_by": "somebody"}
    assert act(both, "approve").status_code == 200
    assert act(both, "approve").json()["code"] == "approval_twice"


def test_a_key_that_the_submitter_gave_out_does_not_approve_even_through_another(service: Service) -> None:
    compute(service)

    def give_out(by: TestClient, role: str) -> TestClient:
        return service.with_key(by.post("/v1/keys", json={"role": role}).json()["key"])

    own, second = give_out(service.admin, "approver"), give_out(service.admin, "admin")
    through_another = give_out(second, "approver")
    assert act(service.admin, "submit").status_code == 200
    for approver in (own, through_another):
        answer = act(approver, "approve")
        assert (answer.status_code, answer.json()["code"]) == (403, "approval_by_own_key")
    assert act(service.approver, "approve").status_code == 200


def test_a_withdrawn_round_leaves_nothing_behind_and_is_computed_anew(service: Service) -> None:
    compute(service)

    def books() -> object:
        with service.uow.read() as tx:
            balances = [tx.ledger.balances(account) for account in Account]
            return balances, tx.rounds.carried_g(), tx.stock_use.since_counted(), tx.waiting.open(), tx.rounds.latest()

    first = service.planner.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
    gone = act(service.planner, "withdraw", reason="a typing error in the letter").json()
    assert gone["state"] == "withdrawn"
    assert gone["code"].startswith("spring.withdrawn-")
    assert books() == ([{}, {}, {}], {}, {}, (), None)
    assert service.planner.get("/v1/rounds/spring").status_code == 404
    assert service.planner.get(f"/v1/rounds/{gone['code']}/plan").status_code == 200  # to be looked at
    compute(service)
    again = service.planner.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
    assert again == first
    states = {r["code"]: r["state"] for r in service.planner.get("/v1/rounds").json()["items"]}
    assert states == {gone["code"]: "withdrawn", "spring": "computed"}


def test_a_round_that_others_build_on_is_not_withdrawn(run_service: RunService) -> None:
    network = small_network()
    later = [q.model_copy(update={"code": f"l-{q.code}", "round_code": "summer"}) for q in network.quotas]
    with run_service(replace(network, quotas=(*network.quotas, *later))) as service:
        compute(service, "spring")
        compute(service, "summer")
        refused = act(service.planner, "withdraw", reason="x")
        assert (refused.status_code, refused.json()["code"]) == (409, "round_not_latest")
        assert act(service.planner, "withdraw", code="summer", reason="x").status_code == 200
        assert act(service.planner, "withdraw", reason="x").status_code == 200


def test_a_round_whose_bundle_was_exchanged_is_not_published(service: Service) -> None:
    compute(service)
    assert act(service.planner, "submit").status_code == 200
    assert act(service.approver, "approve").status_code == 200
    with service.uow.write() as tx:
        round_id = tx.rounds.get("spring").require_id()
        kept = tx.files.get(round_id, BUNDLE).content
        tx.files.put(round_id, [NewFile(BUNDLE, "application/zip", kept[:-1])])
    refused = act(service.planner, "publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "bundle_not_kept")
    assert service.planner.get("/v1/rounds/spring").json()["state"] == "approved"
    with service.uow.write() as tx:
        tx.files.put(round_id, [NewFile(BUNDLE, "application/zip", kept)])
    assert act(service.planner, "publish").json()["number"] == 1


def test_an_event_that_is_changed_or_cut_off_is_found(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running(settings, small_network()) as service:
        compute(service)
        assert act(service.planner, "submit").status_code == 200
        auditor = service.clients["auditor"]
        whole = auditor.get("/v1/audit/check").json()
        assert whole["is_whole"]
        assert whole["events"] == len(auditor.get("/v1/audit?limit=500").json()["items"])
        for change in ("UPDATE audit_event SET actor = 'me' WHERE number = 2", "DELETE FROM audit_event"):
            with pytest.raises(DBAPIError, match="only ever added"), service.uow.engine.begin() as connection:
                connection.execute(text(change))
        with service.uow.engine.begin() as connection:  # as somebody with the file in hand could
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
            connection.execute(text("UPDATE audit_event SET actor = 'me' WHERE number = 2"))
        broken = auditor.get("/v1/audit/check").json()
        assert (broken["is_whole"], broken["broken_at"]) == (False, 2)


def test_a_log_whose_end_was_cut_off_does_not_hold_the_head_that_was_noted(service: Service) -> None:
    auditor = service.clients["auditor"]
    head = auditor.get("/v1/audit/check").json()["head"]
    assert auditor.get(f"/v1/audit/check?head={head}").json()["is_whole"]
    with service.uow.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        connection.execute(text("DELETE FROM audit_event WHERE number = (SELECT max(number) FROM audit_event)"))
    assert auditor.get("/v1/audit/check").json()["is_whole"]
    assert not auditor.get(f"/v1/audit/check?head={head}").json()["is_whole"]
