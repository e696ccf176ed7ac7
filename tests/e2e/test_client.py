"""A client that is generated from the description of the API speaks with the service: the description is whole."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from api.app import create_app
from distribution.domain.enums import Role
from distribution.services.api_keys import create_api_key
from distribution.store.repositories.keys import KeyHolder
from tests.support.networks import small_network
from tests.support.round_steps import compute, drops_of
from tests.support.service import open_store, running, served, settings_for

pytestmark = pytest.mark.slow

PACKAGE = "generated_taavon_client"
#: What the generator knows of bodies that are sent as they are.
CONFIG = "post_hooks: []\ncontent_type_overrides:\n" + "".join(
    f"  {kind}: application/octet-stream\n"
    for kind in (
        "image/jpeg", "image/png", "application/pdf", "text/csv", "text/plain", "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Python client made from the description; nothing of it may be left out."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(create_app(settings_for(folder)).openapi()), encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config", "config.yml",
         "--meta", "none", "--output-path", PACKAGE, "--fail-on-warning"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield PACKAGE


def operation(package: str, tag: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.api.{tag}.{name}")


def model(package: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{package}.models"), name)


def test_a_generated_client_carries_a_round_to_its_scorecards(package: str, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running(settings, small_network()) as service:
        compute(service)
        drops = drops_of(service)
    uow = open_store(settings)
    keys = {role: create_api_key(uow, KeyHolder(role)) for role in (Role.PLANNER, Role.APPROVER, Role.FIELD)}
    make = importlib.import_module(f"{package}.client").AuthenticatedClient
    file = importlib.import_module(f"{package}.types").File
    with served(settings) as url:
        clients = {role: make(base_url=url, token=key) for role, key in keys.items()}
        planner, field = clients[Role.PLANNER], clients[Role.FIELD]
        me = operation(package, "keys", "get_me").sync(client=planner)
        assert me.role.value == "planner"
        [found] = operation(package, "rounds", "list_rounds").sync(client=planner, period="1403-02").items
        assert (found.code, found.state.value) == ("spring", "computed")
        reason = model(package, "ReasonIn")()
        for action, role in (
            ("submit", Role.PLANNER), ("approve", Role.APPROVER), ("publish", Role.PLANNER), ("dispatch", Role.PLANNER),
        ):  # fmt: skip
            step = operation(package, "rounds", f"{action}_round")
            found = step.sync("spring", client=clients[role], body=reason, if_match=f'W/"{found.version}"')
        assert found.state.value == "dispatching"
        receipts = model(package, "ReceiptsIn").from_dict({"receipts": drops[1:]})
        done = operation(package, "receipts", "record_receipts").sync("spring", client=field, body=receipts)
        assert (done.new, done.open_) == (len(drops) - 1, 1)
        last = drops[0]
        head = f"spring/{last['day'].replace('-', '')}/{last['truck']}/{last['trip']}/{last['outlet_code']}"
        text = f"{head}\n{last['commodity_code']}={last['planned_packs']}"
        told = operation(package, "receipts", "record_receipt_text").sync(
            "spring", client=field, body=file(payload=text.encode())
        )
        assert (told.new, told.open_) == (1, 0)
        cards = operation(package, "receipts", "list_scorecards").sync("spring", client=planner).items
        assert sum(card.receipts for card in cards) == len(drops)
        assert all(card.discrepancy == 0 for card in cards)
        wrong = operation(package, "rounds", "get_round").sync("never", client=planner)
        assert (wrong.status, wrong.code) == (404, "round_unknown")
        for client in clients.values():
            client.get_httpx_client().close()
    uow.engine.dispose()


def test_every_operation_is_in_the_client(package: str, tmp_path: Path) -> None:
    for path, methods in create_app(settings_for(tmp_path)).openapi()["paths"].items():
        for described in methods.values():
            tag = described.get("tags", ["default"])[0]
            assert callable(operation(package, tag, described["operationId"]).sync_detailed), path
