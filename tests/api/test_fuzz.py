"""Every operation, asked by every role with whatever fits its description or nearly does: no 5xx, nothing undescribed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import func, select, text

from api.routers.datasets import XLSX
from distribution.domain.enums import Role
from distribution.services.api_keys import create_api_key
from distribution.services.audit import check_audit
from distribution.services.people import add_person
from distribution.store.repositories.keys import KeyHolder
from distribution.store.tables import METADATA
from distribution.store.unit_of_work import UnitOfWork
from tests.api.conftest import have_said
from tests.support.networks import small_network
from tests.support.rounds import keep_round
from tests.support.service import HOLDERS, open_store, running, served, settings_for

pytestmark = pytest.mark.slow

#: What path parameters may stand for, so that answers beyond 404 are seen too.
KNOWN = {
    "code": ("spring", "O0", "rice", "W1", "west", "U1", "C-workers"), "outlet": ("O0", "O2"), "number": ("1", "2", "0"),
    "path": ("plan.json", "crew/x"), "sha256": ("0" * 64,), "prefix": ("0" * 12,), "job_id": ("x",),
    "name": ("sara",), "level": ("union", "outlet", "truck"), "holder": ("U1", "O0"), "day": ("2024-04-20",),
    "truck": ("V1-1",), "trip": ("1",),
}  # fmt: skip
#: Bodies that are sent as they are have their own tests.
RAW = frozenset(
    {
        "import_dataset",
        "add_evidence",
        "record_receipt_form",
        "record_receipt_text",
        "add_delivery_file",
        "add_inspection_file",
    }
)
#: What files begin with that are taken.
GOOD_FILES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-")
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("admin", "planner", "approver", "union_1", "cooperative_1", "field", "auditor")


#: Folders of the databases of the services under test.
STORES: list[Path] = []


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A service with a published round and something said of it; its address, and a key of every role."""
    folder = tmp_path_factory.mktemp("fuzz")
    STORES.append(folder)
    app_settings = settings_for(folder)
    uow = open_store(app_settings)
    keep_round(uow, small_network(), "spring")
    with running(app_settings, small_network()) as service:
        have_said(service)
    keys = {name: create_api_key(uow, HOLDERS[name]) for name in (*ROLES, "union_2")}
    add_person(uow, "sara", KeyHolder(Role.PLANNER))
    with pytest.MonkeyPatch.context() as patch, served(app_settings) as url:
        patch.setattr("api.throttle.MOST_FAILURES", 10**6)  # wrong passwords are asked for here
        yield url, keys
    assert check_audit(uow).is_whole
    uow.engine.dispose()


def ask_everything(operation: schemathesis.APIOperation, url: str, headers: dict[str, str]) -> set[int]:
    """Ask an operation a dozen times; return the statuses of the answers, all of which fit the description."""
    seen: set[int] = set()

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans(), number=st.integers(0, 6))
    def ask(case: schemathesis.Case, known: bool, number: int) -> None:
        if known and case.path_parameters:
            for part in case.path_parameters:
                case.path_parameters[part] = KNOWN[part][number % len(KNOWN[part])]
        response = case.call(base_url=url, headers=headers)
        assert response.status_code < 500, response.text
        case.validate_response(response, checks=CHECKS)
        seen.add(response.status_code)

    ask()
    return seen


@pytest.mark.parametrize("role", ROLES)
def test_no_request_is_answered_otherwise_than_described(asked: tuple[str, dict[str, str]], role: str) -> None:
    url, keys = asked
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    headers = {"Authorization": f"Bearer {keys[role]}"}
    seen: set[int] = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in RAW:
            seen |= ask_everything(operation, url, headers)
    assert seen >= {200, 404, 422}
    assert requests.get(f"{url}/v1/me", headers=headers, timeout=10).status_code == 200


def rows(uow: UnitOfWork) -> dict[str, int]:
    with uow.read() as tx:
        return {
            name: tx.session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
        }


@pytest.mark.parametrize(("path", "kind", "role", "starts"), [
    ("/v1/datasets", XLSX, "planner", (b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18))),
    ("/v1/appeals/1/files", "image/png", "union_2", (b"", b"GIF89a", b"\x89PNG")),
    ("/v1/inspections/1/files", "image/jpeg", "planner", (b"", b"\xff\xd8")),
    ("/v1/rounds/spring/receipt-texts", "text/plain", "field", (b"", b"spring/20240420/V1-1/1/O0\n", "۱=۲\n".encode())),
    ("/v1/rounds/spring/receipt-forms", "text/csv", "field", (b"", b"\xef\xbb\xbf", "کد دوره,روز\n".encode())),
])  # fmt: skip
def test_an_upload_that_is_refused_leaves_nothing_behind(
    asked: tuple[str, dict[str, str]], path: str, kind: str, role: str, starts: tuple[bytes, ...]
) -> None:
    url, keys = asked
    uow = open_store(settings_for(STORES[-1]))
    with uow.write() as tx:
        tx.session.execute(text("UPDATE round SET state = 'dispatching'"))
    before = rows(uow)

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(start=st.sampled_from(starts), rest=st.binary(max_size=400))
    def send(start: bytes, rest: bytes) -> None:
        assume(not (start + rest).startswith(GOOD_FILES))
        headers = {"Authorization": f"Bearer {keys[role]}", "Content-Type": kind}
        answer = requests.post(f"{url}{path}", data=start + rest, headers=headers, timeout=30)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    send()
    assert rows(uow) == before
    uow.engine.dispose()
